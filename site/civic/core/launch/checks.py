"""The command `./test`: its stages, each with a name, a duration and a reason when it is skipped."""

import argparse
import os
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from civic.core.launch import postgres
from civic.core.launch.command import interrupt, set_up
from civic.core.launch.console import Console, columns
from civic.core.launch.environments import ROOT, Places, inherited
from civic.core.launch.product import MANAGE, Setup
from civic.core.launch.steps import StepError, end_all

PACKAGES = ("site/civic", "wiki", "bot", "nlp")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_TESTS = 5  # pytest's exit status when the selection is empty
ON_POSTGRESQL = "PostgreSQL 上的数据库测试"
ORDINARY = "not browser and not rasa and not e2e and not slow"


@dataclass
class Outcome:
    """What a stage came to."""

    title: str
    seconds: float = 0.0
    ok: bool = True
    skipped: str = ""
    counts: dict[str, int] = field(default_factory=dict)


class Run:
    """One run of the checks over one installation."""

    def __init__(self, console: Console, places: Places, pytest_arguments: Sequence[str]) -> None:
        self.console, self.places = console, places
        self.arguments = list(pytest_arguments)
        self.outcomes: list[Outcome] = []

    def skip(self, title: str, reason: str) -> None:
        """Record a stage that cannot run here."""
        self.console.say(f"– {title}：跳过，{reason}")
        self.outcomes.append(Outcome(title, skipped=reason))

    def tool(self, title: str, *command: object) -> None:
        """Run a checking tool; arguments for pytest mean that only tests are wanted."""
        if self.arguments:
            self.outcomes.append(Outcome(title, skipped="只跑指定的测试"))
            return
        status, seconds = self._start(title, command, {})
        self.outcomes.append(Outcome(title, seconds, ok=status == 0))

    def pytest(self, title: str, name: str, marks: str, *options: str, **variables: str) -> None:
        """Run the tests with these marks and count them from pytest's own report."""
        report = self.places.var / "test" / f"{name}.xml"
        report.unlink(missing_ok=True)
        command = [
            self.places.site_python,
            "-m",
            "pytest",
            "-q",
            "-m",
            marks,
            f"--junitxml={report}",
            *options,
        ]
        status, seconds = self._start(title, [*command, *self.arguments], variables)
        if status == NO_TESTS:
            self.outcomes.append(Outcome(title, seconds, skipped="没有符合条件的测试"))
            return
        self.outcomes.append(Outcome(title, seconds, ok=status == 0, counts=count(report)))

    def _start(self, title: str, command: Sequence[object], variables: dict[str, str]) -> tuple[int, float]:
        self.console.say(f"\n━━ {title}")
        started = time.monotonic()
        environment = inherited(
            self.places, **{"PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}", **variables}
        )
        environment["DJANGO_SETTINGS_MODULE"] = "civic.settings.test"
        if "DATABASE_URL" not in variables:
            environment.pop("DATABASE_URL", None)  # the embedded default is a stage of its own
        process = subprocess.Popen([str(part) for part in command], cwd=ROOT, env=environment)
        try:
            return process.wait(), time.monotonic() - started
        except BaseException:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise


def count(report: Path) -> dict[str, int]:
    """Return how many tests passed, failed and were skipped, from a JUnit file; none when there is no file."""
    if not report.exists():
        return {}
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
    failed = totals["failures"] + totals["errors"]
    return {
        "passed": totals["tests"] - failed - totals["skipped"],
        "failed": failed,
        "skipped": totals["skipped"],
    }


def chromium() -> str | None:
    """Return the browser's path: CHROMIUM, or the first of its usual names."""
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def main(arguments: list[str] | None = None) -> int:
    """Run the stages and return 1 when any failed."""
    parser = argparse.ArgumentParser(
        prog="./test",
        description="准备环境并检查；其余参数交给 pytest（例如 ./test -k wiki、./test tests/nlp）。",
    )
    parser.add_argument("--all", action="store_true", help="另加 PostgreSQL、接口长测、进程强杀与端到端测试")
    options, rest = parser.parse_known_args(arguments)
    console, places = Console(), Places.from_environment()
    signal.signal(signal.SIGTERM, interrupt)
    started = time.monotonic()
    run = Run(console, places, rest)
    try:
        no_rasa = set_up(Setup(console, places), bot=True, data=False, tests=True)
        check(run, everything=options.all, no_rasa=no_rasa)
    except StepError as error:
        console.say(str(error))
        run.outcomes.append(Outcome("准备环境", ok=False))
    except KeyboardInterrupt:
        console.say("已中止。")
        run.outcomes.append(Outcome("中止", ok=False))
    finally:
        end_all()
    console.say(summary(run.outcomes, time.monotonic() - started))
    return int(not all(outcome.ok for outcome in run.outcomes))


def check(run: Run, *, everything: bool, no_rasa: str | None) -> None:
    """Run the stages, the quick ones first."""
    python, tools = run.places.site_python, run.places.site_python.parent
    run.tool("代码规范", tools / "ruff", "check", ".", "run", "test")
    run.tool("代码格式", tools / "ruff", "format", "--check", ".", "run", "test")
    templates = sorted(path for top in PACKAGES for path in (ROOT / top).rglob("*.html"))
    run.tool("模板缩进", tools / "djhtml", "--check", *templates)
    run.tool("依赖方向", tools / "lint-imports", "--no-logo")
    run.tool("数据库迁移", python, MANAGE, "makemigrations", "--check", "--dry-run")
    run.tool("类型", tools / "mypy", *PACKAGES)
    run.pytest("单元与接口测试", "unit", f"{ORDINARY} and not postgres", "-n", "2")

    if no_rasa:
        run.skip("机器人对话测试", no_rasa)
    else:
        run.pytest("机器人对话测试", "rasa", "rasa and not slow and not e2e")

    # What drives a browser or ./run itself shares one running product, so with --all it is one stage.
    browser = chromium()
    variables = {"CHROMIUM": browser} if browser else {}
    if everything:
        on_postgresql(run)
        slow = "slow and not e2e" + (" and not rasa" if no_rasa else "")
        run.pytest("长测", "slow", slow, "-n", "2", TEST_DEPTH="long")
        run.pytest("浏览器、端到端与强杀测试", "e2e", "browser or e2e", TEST_DEPTH="long", **variables)
        return
    if browser:
        run.pytest("浏览器测试", "browser", "browser and not slow", **variables)
    else:
        run.skip("浏览器测试", "没有 Chromium（apt install chromium fonts-noto-cjk，或用 CHROMIUM 指明）")
    for title in (ON_POSTGRESQL, "长测", "端到端与强杀测试"):
        run.outcomes.append(Outcome(title, skipped="只在 --all 时运行"))


def on_postgresql(run: Run) -> None:
    """Run what asks a database on a PostgreSQL of its own, where its programs are installed."""
    folder = postgres.binaries()
    if folder is None:
        run.skip(ON_POSTGRESQL, "没有 PostgreSQL 程序（initdb、pg_ctl）")
        return
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres.cluster(folder))
        except subprocess.CalledProcessError as error:
            run.console.say(f"PostgreSQL 起不来：{error}")
            run.outcomes.append(Outcome(ON_POSTGRESQL, ok=False))
        else:
            run.pytest(ON_POSTGRESQL, "postgres", ORDINARY, "-n", "2", DATABASE_URL=url)


def summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Return the closing table; its last line counts tests, and a failed stage without tests as one failure."""
    width = max(columns(outcome.title) for outcome in outcomes)
    lines = [""]
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    for outcome in outcomes:
        for name, number in outcome.counts.items():
            totals[name] += number
        if not outcome.ok and not outcome.counts.get("failed"):
            totals["failed"] += 1
        title = outcome.title + " " * (width - columns(outcome.title))
        if outcome.skipped:
            lines.append(f"– {title}  跳过：{outcome.skipped}")
            continue
        tests = "，".join(
            f"{word} {outcome.counts[name]}"
            for name, word in (("passed", "通过"), ("failed", "失败"), ("skipped", "跳过"))
            if outcome.counts.get(name)
        )
        lines.append(f"{'✓' if outcome.ok else '✗'} {title}  {outcome.seconds:6.1f} 秒  {tests}".rstrip())
    closing = ", ".join(f"{number} {name}" for name, number in totals.items())
    return "\n".join([*lines, "", f"{closing} in {int(seconds) // 60}:{int(seconds) % 60:02d}"])
