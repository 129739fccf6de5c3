"""What ./run decides before it starts anything: addresses, ports, what it waits for and what it says."""

import itertools
import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.core.launch import command, product
from civic.core.launch.console import Console, columns, fit
from civic.core.launch.environments import Places, inherited, packages_of, pip_reader, works
from civic.core.launch.steps import StepError
from civic.core.launch.supervision import free_port, port_is_free

OPEN = "0.0.0.0"


@pytest.mark.parametrize(
    ("host", "environment", "refused"),
    [
        ("127.0.0.1", {}, False),
        ("localhost", {"DEMO": "1"}, False),
        ("::1", {}, False),
        (OPEN, {}, True),
        ("::", {}, True),
        ("192.168.1.20", {"DEMO": "yes"}, True),
        ("city.example", {}, True),
        (OPEN, {"DEMO": "0"}, False),
        (OPEN, {"DJANGO_SETTINGS_MODULE": "civic.settings.production"}, False),
        (OPEN, {"DEMO": "0", "OPEN311_API_KEYS": "other:partner, demo-key:partner"}, True),
    ],
)
def test_demo_is_never_reachable_from_another_machine(host, environment, refused):
    problem = command.exposure_problem(host, environment)
    assert (problem is not None) == refused
    if problem:
        assert "DEMO=0" in problem
        assert host in problem


def test_a_busy_port_is_seen_and_free_ports_differ():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert not port_is_free("127.0.0.1", port)
    first = free_port()
    assert free_port((first,)) != first
    assert port_is_free("127.0.0.1", first)


def test_a_busy_port_ends_the_start_with_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)
    monkeypatch.setattr(command, "end_all", lambda: None)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert command.main(["--port", str(port)]) == 1
    assert f"端口 {port} 已被占用" in capsys.readouterr().out


def test_a_second_start_over_the_same_data_is_refused(tmp_path):
    with command.alone(tmp_path / "run.lock") as holder:
        assert holder == ""
        with command.alone(tmp_path / "run.lock") as other:
            assert other == str(os.getpid())
    with command.alone(tmp_path / "run.lock") as again:
        assert again == ""


@pytest.mark.parametrize(
    ("changed", "bot_expected", "missing"),
    [
        ({}, True, []),
        ({"tasks": "starting", "bot": "starting"}, True, ["后台工作", "机器人"]),
        ({"bot": "degraded"}, False, []),
        ({"bot": None}, True, ["机器人"]),
        ({"database": "degraded", "bot": "degraded"}, False, ["数据库"]),
        ({"another": "degraded"}, True, ["another"]),
    ],
)
def test_what_is_waited_for(changed, bot_expected, missing):
    states = dict.fromkeys(("database", "search", "tasks", "bot"), "ok") | changed
    health = {"checks": {name: {"status": status} for name, status in states.items() if status}}
    assert sorted(command.waiting_for(health, bot_expected=bot_expected)) == sorted(missing)


def test_nothing_answers_yet():
    assert command.ask_health("127.0.0.1", free_port()) is None
    assert command.waiting_for(None, bot_expected=True) == ["网站"]


def test_fresh_forgets_data_and_keeps_models_and_keys(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    kept = ["models/rasa/rasa.tar.gz", "models/rasa.stamp", "keys/secret_key", "stamps/static"]
    gone = [
        "db.sqlite3",
        "db.sqlite3-wal",
        "rasa.sqlite3",
        "media/a.jpg",
        "private/a.jpg",
        "stamps/migrate",
        "stamps/demo",
    ]
    for name in kept + gone:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    command.forget_data(Console(), Places(tmp_path, tmp_path))
    assert [name for name in kept if not (tmp_path / name).exists()] == []
    assert [name for name in gone if (tmp_path / name).exists()] == []


def test_processes_find_each_other(tmp_path, monkeypatch):
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    monkeypatch.delenv("RASA_TRACKER_URL", raising=False)
    places = Places(tmp_path, tmp_path)
    found = product.addresses(places, port=8000, rasa_port=5005, actions_port=5055)
    commands = {
        program.name: " ".join(program.command)
        for program in product.programs(places, host="::1", port=8000, rasa_port=5005, actions_port=5055)
    }
    assert found["BOT_RASA_URL"] == "http://127.0.0.1:5005"
    assert "-i 127.0.0.1 -p 5005" in commands["rasa"]
    assert found["RASA_ACTION_URL"] == "http://127.0.0.1:5055/webhook"
    assert commands["actions"].endswith("run_actions --port 5055")
    assert "--bind [::1]:8000" in commands["web"]
    assert set(commands) == {"web", "worker", "actions", "rasa"}


def test_without_rasa_the_bot_is_degraded_on_purpose(tmp_path):
    places = Places(tmp_path, tmp_path)
    names = [
        program.name
        for program in product.programs(places, host="127.0.0.1", port=1, rasa_port=None, actions_port=None)
    ]
    assert names == ["web", "worker"]
    assert product.addresses(places, port=1, rasa_port=None, actions_port=None)["BOT_RASA_URL"] == ""


def test_a_callers_python_settings_stay_outside(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("WECHAT_TOKEN", "t")
    values = inherited(Places(tmp_path, tmp_path))
    assert "PYTHONPATH" not in values
    assert values["WECHAT_TOKEN"] == "t"
    assert values["VAR_DIR"] == str(tmp_path)


def test_an_interpreter_counts_only_when_it_runs(tmp_path):
    shim = tmp_path / "python3.10"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert not works(str(shim), 10)
    assert not works(str(tmp_path / "absent"), 10)


def test_pip_is_told_in_short():
    read = pip_reader(147)
    assert read("Collecting Django==5.2.19 (from -r requirements.txt (line 5))") == "核对第 1 个包，共 147 个"
    assert read("Requirement already satisfied: wagtail==8.0.1 in /x (from …)") == "核对第 2 个包，共 147 个"
    assert read("  Using cached x.whl (8 kB)") == ""
    assert read("  Downloading x-1.0-py3-none-any.whl.metadata (8 kB)") == ""
    assert read("Downloading x-1.0-py3-none-any.whl (81.3 kB)") == "下载第 1 个包"
    assert read("Downloading torch-2.13.0-cp311.whl (780.2 MB)") == "下载第 2 个包（780 MB）"
    assert read("Downloading y.tar.gz (1.5 MB)") == "下载第 3 个包（2 MB），此前已下载 780 MB"
    assert read("Installing collected packages: jieba, pip, x") == "装入 3 个包"


def test_the_locks_are_counted():
    for lock in ("requirements.txt", "bot/rasa/requirements.txt", "tests/requirements.txt"):
        assert packages_of(product.ROOT / lock) > 10


def test_training_is_told_without_the_names_of_its_parts():
    read = product.training_words()
    assert read("INFO rasa.validator - Validating intents...") == "核对训练句和对话"
    assert read("… Starting to train component 'LogisticRegressionClassifier'.") == "正在训练第 1 个部分"
    assert read("… Finished training component 'LogisticRegressionClassifier'.") == "正在训练第 1 个部分"
    assert read("… Starting to train component 'RulePolicy'.") == "正在训练第 2 个部分"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--host", OPEN], 1, f"拒绝监听 {OPEN}"),
        (["--port", "99999"], 2, "端口应为 1 到 65535 的整数"),
        (["--port", "x"], 2, "端口应为 1 到 65535 的整数"),
        ([], 1, "另一个 ./run 正在用这个数据目录"),
    ],
)
def test_wrong_options_are_told_also_while_another_start_works_here(
    tmp_path, monkeypatch, capsys, arguments, status, words
):
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "civic.settings.local")
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)
    monkeypatch.setattr(command, "end_all", lambda: None)
    with command.alone(tmp_path / "run.lock"):
        try:
            found = command.main(arguments)
        except SystemExit as refusal:  # argparse's own
            found = refusal.code
    said = capsys.readouterr()
    assert found == status
    assert words in said.out + said.err


class Part:
    """What stands for supervisor: alive until told to end, nothing given up."""

    def __init__(self) -> None:
        self.follower = SimpleNamespace(gave_up=set())
        self.late = False
        self.looks = 0

    def alive(self) -> bool:
        self.looks += 1
        return self.looks < 60

    def start_late(self) -> None:
        self.late = True


def test_what_is_still_starting_is_told_every_ten_seconds(tmp_path, monkeypatch, capsys):
    seconds = itertools.count()
    clock = SimpleNamespace(monotonic=lambda: float(next(seconds)), sleep=lambda pause: None)
    monkeypatch.setattr(command, "time", clock)

    def health(host, port):
        states = dict.fromkeys(("database", "search", "tasks"), "ok")
        states["bot"] = "ok" if next(seconds) > 50 else "starting"
        return {"checks": {name: {"status": status} for name, status in states.items()}}

    monkeypatch.setattr(command, "ask_health", health)
    options = SimpleNamespace(host="127.0.0.1", port=8000)
    with pytest.raises(StepError, match="监管进程意外退出"):
        command._watch(options, Console(), Places(tmp_path, tmp_path), Part(), 0.0, True)
    said = capsys.readouterr().out
    assert said.index("网站已应答（用时") < said.index("还在启动：机器人（已") < said.index("已就绪（用时")
    assert 3 <= said.count("还在启动：机器人") <= 5


@given(st.text(max_size=40), st.integers(1, 60))
def test_a_progress_line_never_wraps(text, width):
    cut = fit(text, width)
    assert text.startswith(cut)
    assert columns(cut) < width or cut == ""


def test_the_welcome_names_accounts_and_five_things():
    text = command.welcome("http://127.0.0.1:8000", 31.2, demo=True, degraded=False)
    assert "http://127.0.0.1:8000/report/" in text
    assert text.count("http://127.0.0.1:8000/") == 6
    assert "demo-admin" in text
    assert "演示" not in command.welcome("http://127.0.0.1:8000", 31.2, demo=False, degraded=True)


def test_the_commands_are_executable():
    for name in ("run", "test", ".ci/run"):
        path = Path(product.ROOT / name)
        assert os.access(path, os.X_OK), name
