"""Supervision with real processes: late start, a death that is said, and an end that leaves nothing."""

import configparser
import os
import queue
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from civic.core.launch.supervision import Follower, Program, Supervisor, config_text, socket_path

SLEEPER = (
    "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); os.fork(); time.sleep(600)"
)


def sleeper(folder: Path, name: str, *, late: bool) -> Program:
    """A program that leaves its number in a file and has a child of its own."""
    command = (sys.executable, "-c", SLEEPER, str(folder / name))
    return Program(
        name=name, title=f"程序 {name}", command=command, directory=folder, late=late, start_seconds=0
    )


def running(group: int) -> bool:
    """Say whether the group has a process that is more than a zombie."""
    table = subprocess.run(["ps", "-axo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in table.splitlines())
    return any(int(row[0]) == group and not row[1].startswith("Z") for row in rows)


def ends(group: int) -> bool:
    """Say whether the group ends; a kill takes effect a moment after the call."""
    return any(not running(group) for _ in range(600))


@pytest.mark.filterwarnings(
    "ignore:.*use of fork:DeprecationWarning", "ignore:.*preexec_fn:DeprecationWarning"
)
def test_a_death_is_said_and_nothing_is_left(tmp_path):
    said: queue.Queue[str] = queue.Queue()
    supervisor = Supervisor(
        [sleeper(tmp_path, "first", late=False), sleeper(tmp_path, "second", late=True)],
        python=Path(sys.executable),
        var_dir=tmp_path,
        environment=dict(os.environ),
        say=said.put,
    )
    try:
        first = supervisor.wait_for_group("first", timeout=30)
        assert "second" not in supervisor.follower.groups
        supervisor.start_late()
        supervisor.wait_for_group("second", timeout=30)

        os.kill(first, signal.SIGKILL)
        sentence = said.get(timeout=30)
        assert sentence.startswith("程序 first意外退出（收到 SIGKILL）")
        again = supervisor.wait_for_group("first", timeout=30)
        assert again != first
        assert ends(first)
        groups = list(supervisor.follower.groups.values())
    finally:
        supervisor.stop()
    assert supervisor.process.returncode is not None
    assert [group for group in groups if not ends(group)] == []


@pytest.mark.filterwarnings("ignore:.*preexec_fn:DeprecationWarning")
def test_children_end_even_when_supervisord_is_killed(tmp_path):
    supervisor = Supervisor(
        [sleeper(tmp_path, "only", late=False)],
        python=Path(sys.executable),
        var_dir=tmp_path,
        environment=dict(os.environ),
        say=lambda sentence: None,
    )
    group = supervisor.wait_for_group("only", timeout=30)
    supervisor.process.kill()
    supervisor.process.wait()
    supervisor.stop()
    assert ends(group)


CALLER = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from civic.core.launch.supervision import Program, Supervisor
folder = Path(sys.argv[2])
program = Program(name="only", title="x", command=(sys.executable, "-c", "import time; time.sleep(600)"), directory=folder, late=False)
supervisor = Supervisor([program], python=Path(sys.executable), var_dir=folder, environment=dict(os.environ), say=print)
print(supervisor.wait_for_group("only", timeout=30), flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_children_end_when_run_itself_is_killed(tmp_path):
    site = Path(__file__).resolve().parents[2] / "site"
    command = [sys.executable, "-c", CALLER, str(site), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        group = int(caller.stdout.readline())
        caller.kill()
    assert ends(group)


def test_sentences_from_supervisors_log():
    follower = Follower({"web": "网站", "rasa": "机器人"})
    stamp = "2026-11-21 10:00:00,000 INFO "
    assert follower.read(stamp + "spawned: 'web' with pid 999999991") is None
    assert follower.read(stamp + "exited: web (exit status 1; not expected)") is None
    sentence = follower.read(stamp + "spawned: 'web' with pid 999999992")
    assert sentence == "网站意外退出（退出码 1），已重新启动，进程号 999999992"
    assert follower.groups == {"web": 999999992}
    gave_up = follower.read(stamp + "gave up: rasa entered FATAL state, too many start retries too quickly")
    assert gave_up is not None
    assert "rasa.log" in gave_up
    assert follower.gave_up == {"rasa"}


def test_the_configuration_keeps_awkward_paths_and_no_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "never-written-down")
    folder = tmp_path / "50% 的 目录"
    program = Program(
        name="rasa",
        title="机器人",
        command=("python", str(folder)),
        directory=folder,
        environment={"PYTHONPATH": str(folder)},
    )
    text = config_text([program], var_dir=folder, socket_path=folder / "s")
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    section = parser["program:rasa"]
    assert shlex.split(section["command"].replace("%%", "%")) == ["python", str(folder)]
    assert section["environment"] == f'PYTHONPATH="{folder}"'.replace("%", "%%")
    assert section["autostart"] == "false"
    assert "never-written-down" not in text


def test_a_long_path_moves_the_socket(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: f"made/{prefix}x")
    assert socket_path(Path("/srv/var")) == Path("/srv/var/supervisor.sock")
    assert socket_path(tmp_path / ("很长" * 40)) == Path("made/woaibeijing-x/supervisor.sock")
