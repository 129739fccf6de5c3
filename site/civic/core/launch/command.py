"""The command `./run`: options, set-up in two lanes, supervision, and what it tells the person who started it."""

import argparse
import csv
import fcntl
import http.client
import ipaddress
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from civic.core.demo import ACCOUNT_PREFIX, ADMIN, PASSWORD
from civic.core.launch.console import Console
from civic.core.launch.environments import ROOT, Places, inherited
from civic.core.launch.product import DATA_STAMPS, MANAGE, Setup, addresses, demo_wanted, programs
from civic.core.launch.steps import StepError, end_all
from civic.core.launch.supervision import Supervisor, free_port, port_is_free

GREEN_SECONDS = 240.0  # after that the start says what is missing, and goes on serving
POLL_SECONDS = 0.3
TELL_SECONDS = 10.0  # between two lines about what is still starting
PARTS = {"database": "数据库", "search": "搜索", "tasks": "后台工作", "bot": "机器人"}
TRY_THESE = (
    ("/report/", "点一下地图、写一句话，反映一个问题，拿到受理编号"),
    ("/map/", "在地图上找到它，再看一眼全市的诉求"),
    ("/chat/", "对小京说“我家楼下路灯坏了”，再问“最近的菜市场在哪”"),
    ("/wiki/", "给政策草案的一条提修改建议，用审核员账号采纳，看版本对比"),
    ("/admin/", "用受理员账号打开工作台，派遣一个案件"),
)


class StartError(Exception):
    """The start is refused; the message says why and what to do."""


def options_parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    parser = argparse.ArgumentParser(prog="./run", description="准备并启动我爱北京；已就绪的步骤自动跳过。")
    parser.add_argument("--port", type=port_number, default=8000, help="网站端口（默认 8000）")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址（默认只有本机；其他地址要求关闭演示）")
    parser.add_argument("--no-bot", action="store_true", help="不准备也不启动 Rasa，机器人用降级模式")
    parser.add_argument("--fresh", action="store_true", help="先删掉本地数据库、照片和对话记录，从头装入")
    parser.add_argument("--prepare", action="store_true", help="只准备环境和模型，不碰数据，不启动")
    return parser


def port_number(text: str) -> int:
    """Return a port of the command line."""
    if not text.isdecimal() or not 1 <= int(text[:6]) <= 65535:
        raise argparse.ArgumentTypeError(f"端口应为 1 到 65535 的整数，现在是 {text!r}")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = options_parser().parse_args(arguments)
    console, places = Console(), Places.from_environment()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, interrupt)
    try:
        if options.prepare:
            no_rasa = set_up(Setup(console, places), bot=not options.no_bot, data=False)
            if no_rasa:
                console.say(no_rasa)
        else:
            # What was asked for wrongly is said first, also while another ./run works in the same folder.
            if problem := exposure_problem(options.host, os.environ):
                raise StartError(problem)
            with alone(places.var / "run.lock") as holder:
                if holder:
                    raise StartError(
                        f"另一个 ./run 正在用这个数据目录（进程号 {holder}）：先停掉它，或用 VAR_DIR 另指目录。"
                    )
                _run(options, console, places)
    except (StartError, StepError) as error:
        console.say(str(error))
        return 1
    except KeyboardInterrupt:
        console.say("已停止。")
        return 130
    finally:
        end_all()
    return 0


def interrupt(signum: int, frame: object) -> None:
    """Handle a signal as Ctrl-C."""
    raise KeyboardInterrupt


@contextmanager
def alone(path: Path) -> Iterator[str]:
    """Hold a lock file; the value is empty, or the process number of whoever holds it already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            yield file.read().strip() or "未知"
            return
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield ""


def _run(options: argparse.Namespace, console: Console, places: Places) -> None:
    wait_for_previous(places, console)
    if not port_is_free(options.host, options.port):
        raise StartError(
            f"{options.host} 的端口 {options.port} 已被占用；换一个：./run --port {options.port + 1}"
        )
    if options.fresh:
        forget_data(console, places)
    own_rasa = not options.no_bot and "BOT_RASA_URL" not in os.environ
    no_rasa = set_up(Setup(console, places), bot=own_rasa, data=True)
    if own_rasa and no_rasa:
        console.say(no_rasa)
    if not is_loopback(options.host):
        refuse_demo_data(places)
    serve(options, console, places, rasa=own_rasa and no_rasa is None)


def set_up(setup: Setup, *, bot: bool, data: bool, tests: bool = False) -> str | None:
    """Run the two lanes side by side; return why there is no Rasa, or None. Raises StepError.

    For tests the assistant is not trained here: its own tests train what they need.
    """

    def site_lane() -> None:
        setup.site_environment(tests=tests)
        setup.embedding()
        if data:
            setup.data()

    def bot_lane() -> str | None:
        problem = setup.rasa_environment()
        if problem is None and not tests:
            setup.train()
        return problem

    with ThreadPoolExecutor(2) as pool:
        rasa: Future[str | None] | None = pool.submit(bot_lane) if bot else None
        lanes: list[Future[Any]] = [pool.submit(site_lane), *([rasa] if rasa else [])]
        try:
            for lane in wait(lanes, return_when=FIRST_EXCEPTION).done:
                lane.result()
            return rasa.result() if rasa else None
        finally:
            if not all(lane.done() for lane in lanes):
                end_all()  # what the other lane does is for nothing


# --- before serving ---------------------------------------------------------------------------------
def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def exposure_problem(host: str, environment: Mapping[str, str]) -> str | None:
    """Return why the site must not listen on this address with these settings, or None."""
    if is_loopback(host):
        return None
    keys = [pair.split(":", 1)[0].strip() for pair in environment.get("OPEN311_API_KEYS", "").split(",")]
    if not demo_wanted(environment) and "demo-key" not in keys:
        return None
    return (
        f"拒绝监听 {host}：演示账号、演示密钥和演示数据只能在本机使用。\n"
        "对外服务请用生产设置：DJANGO_SETTINGS_MODULE=civic.settings.production SECRET_KEY=… ALLOWED_HOSTS=域名 ./run --host …；\n"
        "只在内网试用，可以 DEMO=0 ALLOWED_HOSTS=地址 ./run --fresh --host …（--fresh 会清掉装过的演示数据）。"
    )


def refuse_demo_data(places: Places) -> None:
    """Raise StartError when the database holds demo accounts."""
    question = (
        "from django.contrib.auth import get_user_model as model; "
        f"raise SystemExit(3 if model().objects.filter(username__startswith={ACCOUNT_PREFIX!r}).exists() else 0)"
    )
    command = [str(places.site_python), str(MANAGE), "shell", "--no-imports", "-c", question]
    answer = subprocess.run(command, env=inherited(places), capture_output=True, text=True)
    if answer.returncode == 3:
        raise StartError(
            "数据库里有演示账号，不能对外监听。换一个数据库（DATABASE_URL），或用 --fresh 清空本地数据。"
        )
    if answer.returncode:
        raise StepError(f"无法确认数据库里有没有演示账号：\n{answer.stderr.strip()[-800:]}")


def forget_data(console: Console, places: Places) -> None:
    """Delete what people entered on this machine; environments, models and keys stay."""
    for name in ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "rasa.sqlite3"):
        (places.var / name).unlink(missing_ok=True)
    for name in ("media", "private"):
        shutil.rmtree(places.var / name, ignore_errors=True)
    for name in (*DATA_STAMPS, "no-python310"):
        (places.stamps / name).unlink(missing_ok=True)
    console.say(f"已删除 {places.var} 里的数据库、照片和对话记录；环境、模型、密钥保留。")
    if os.environ.get("DATABASE_URL"):
        console.say("DATABASE_URL 指向的数据库没有动：--fresh 只清本地文件。")


def wait_for_previous(places: Places, console: Console) -> None:
    """Wait for the processes of a start that was killed and is still ending."""
    for _ in range(100):
        try:
            os.kill(int((places.var / "supervisor.pid").read_text()), 0)
        except (OSError, ValueError):
            return
        time.sleep(POLL_SECONDS)
    console.say("上一次启动的进程还没有退出，继续启动。")


# --- serving ----------------------------------------------------------------------------------------
def serve(options: argparse.Namespace, console: Console, places: Places, *, rasa: bool) -> None:
    """Start every process, say when all is green, and stay until told to stop or until the site itself gives up."""
    started = time.monotonic()
    rasa_port = actions_port = None
    if rasa:
        rasa_port = int(os.environ.get("RASA_PORT") or free_port((options.port,)))
        actions_port = int(os.environ.get("BOT_ACTIONS_PORT") or free_port((options.port, rasa_port)))
    ports: dict[str, Any] = {"port": options.port, "rasa_port": rasa_port, "actions_port": actions_port}
    variables = addresses(places, **ports)
    if not rasa and os.environ.get("BOT_RASA_URL") and not options.no_bot:
        variables.pop("BOT_RASA_URL")  # a Rasa that someone else runs
    supervisor = Supervisor(
        programs(places, host=options.host, **ports),
        python=places.site_python,
        var_dir=places.var,
        environment=inherited(places, **variables),
        say=lambda sentence: console.say(f"! {sentence}"),
    )
    bot_expected = rasa or bool(variables.get("BOT_RASA_URL", os.environ.get("BOT_RASA_URL")))
    try:
        _watch(options, console, places, supervisor, started, bot_expected)
    finally:
        signal.signal(signal.SIGINT, lambda *_: supervisor.process.kill())  # asked twice: at once
        console.say("正在停止全部进程 …")
        supervisor.stop()


def _watch(
    options: argparse.Namespace,
    console: Console,
    places: Places,
    supervisor: Supervisor,
    started: float,
    bot_expected: bool,
) -> None:
    answered = green = warned = False
    told = 0.0
    base = f"http://{'127.0.0.1' if options.host in {'0.0.0.0', '::'} else options.host}:{options.port}"
    while supervisor.alive():
        if "web" in supervisor.follower.gave_up:
            tail = (places.logs / "web.log").read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
            raise StepError("\n".join([*tail, f"网站起不来，完整日志：{places.logs / 'web.log'}"]))
        if green:
            time.sleep(POLL_SECONDS)
            continue
        health = ask_health(options.host, options.port)
        seconds = time.monotonic() - started
        if health is not None and not answered:
            answered = True
            supervisor.start_late()
            told = seconds
            console.say(f"✓ 网站已应答（用时 {seconds:.1f} 秒）：{base}/ ，其余部分启动中 …")
        missing = waiting_for(health, bot_expected=bot_expected)
        if answered and not missing:
            green = True
            console.say(welcome(base, seconds, demo=demo_wanted(os.environ), degraded=not bot_expected))
        elif seconds > GREEN_SECONDS and not warned:
            warned = True
            console.say(
                f"! {seconds:.0f} 秒后仍未就绪：{'、'.join(missing)}；日志在 {places.logs}，网站继续服务。"
            )
        elif answered and seconds - told >= TELL_SECONDS:
            told = seconds
            console.say(f"  … 还在启动：{'、'.join(missing)}（已 {seconds:.0f} 秒）")
        time.sleep(POLL_SECONDS)
    raise StepError(f"监管进程意外退出，日志：{places.logs / 'supervisor.log'}")


def ask_health(host: str, port: int) -> dict[str, Any] | None:
    """Return what /health says, or None while nothing answers."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(local, port, timeout=5)
    allowed = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip("*.")
    headers = {"X-Forwarded-Proto": "https"} | ({"Host": allowed} if allowed else {})
    try:
        connection.request("GET", "/health", headers=headers)
        body = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return body if isinstance(body, dict) else None


def waiting_for(health: Mapping[str, Any] | None, *, bot_expected: bool) -> list[str]:
    """Return the parts that are not green yet; a bot that was not started is not waited for."""
    if health is None:
        return ["网站"]
    checks = health.get("checks", {})
    expected = [name for name in (*checks, *PARTS) if name != "bot" or bot_expected]
    return [
        PARTS.get(name, name)
        for name in dict.fromkeys(expected)
        if checks.get(name, {}).get("status") != "ok"
    ]


def demo_accounts() -> list[tuple[str, str]]:
    """Return the demo's first account of each role, with its name, and the administrator."""
    with (ROOT / "content" / "demo" / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        first = {row["role"]: row for row in reversed(list(csv.DictReader(file)))}
    people = [(ACCOUNT_PREFIX + row["username"], row["display_name"]) for row in reversed(first.values())]
    return [*people, (ADMIN, "演示管理员")]


def welcome(base: str, seconds: float, *, demo: bool, degraded: bool) -> str:
    """Return what a person wants to know once everything runs."""
    lines = ["", f"我爱北京已就绪（用时 {seconds:.0f} 秒）  {base}/"]
    if degraded:
        lines.append("机器人以降级模式运行。")
    if demo:
        lines += [
            "",
            f"演示账号（口令都是 {PASSWORD}）：",
            *(f"  {name}  {title}" for name, title in demo_accounts()),
        ]
        lines += ["", "五件可以试的事："]
        lines += [f"  {number}. {base}{path}  {what}" for number, (path, what) in enumerate(TRY_THESE, 1)]
    return "\n".join([*lines, "", "Ctrl-C 停止全部进程。"])
