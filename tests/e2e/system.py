"""The really running product: starts ./run in a folder of its own, waits for /health, kills parts of it by id."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningSystem:
    """What one ./run started: address, folder, and the processes below it."""

    def __init__(self, process: subprocess.Popen, port: int, var: Path, environment: dict[str, str]) -> None:
        self.process, self.port, self.var, self.environment = process, port, var, environment
        self.url = f"http://127.0.0.1:{port}"

    def health(self) -> dict:
        """Return /health, or an empty dictionary while nothing answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return json.load(answer)
        except (OSError, urllib.error.URLError, ValueError):
            return {}

    def wait_for(self, condition, *, seconds: float, what: str):
        """Return the condition's first true value; fail with the log's tail when it stays false."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if value := condition():
                return value
            if self.process.poll() is not None:
                raise AssertionError(
                    f"./run ended with {self.process.returncode} while waiting for {what}\n{self.tail()}"
                )
            time.sleep(0.2)  # polling another process; nothing is asserted by time
        raise AssertionError(f"not within {seconds} s: {what}; health {self.health()}\n{self.tail()}")

    def tail(self) -> str:
        """Return the end of what ./run printed."""
        path = self.var / "run-output.txt"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def processes(self, pattern: str) -> list[int]:
        """Return ids of processes of this system whose command line matches."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                environ = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if f"VAR_DIR={self.var}\0" in environ and re.search(pattern, command):
                found.append(int(entry.name))
        return found

    def kill(self, pattern: str) -> list[int]:
        """Kill -9 the matching processes of this system and return their ids."""
        victims = self.processes(pattern)
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        return victims

    def rows(self, sql: str, parameters: tuple = ()) -> list[tuple]:
        """Read the database directly, as an auditor would."""
        with sqlite3.connect(f"file:{self.var / 'db.sqlite3'}?mode=ro", uri=True, timeout=20) as connection:
            return connection.execute(sql, parameters).fetchall()

    def manage(self, *arguments: str) -> str:
        """Run a management command beside the running system."""
        python = Path(self.environment.get("ENVS_DIR", ROOT)) / ".venv/bin/python"
        done = subprocess.run(
            [str(python), "site/manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        return done.stdout.strip()


@contextmanager
def running(
    var: Path, *, extra: dict[str, str] | None = None, arguments: tuple[str, ...] = ()
) -> Iterator[RunningSystem]:
    """Start ./run with its own VAR_DIR and port; stop it as Ctrl-C would and check that nothing is left."""
    port = free_port()
    var.mkdir(parents=True, exist_ok=True)
    # Models are made from the checkout alone: every folder may use the same ones.
    models = Path(os.environ.get("VAR_DIR") or ROOT / "var") / "models"
    models.mkdir(parents=True, exist_ok=True)
    if not (var / "models").exists():
        (var / "models").symlink_to(models.absolute())
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    }
    environment |= {"VAR_DIR": str(var), "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}", **(extra or {})}
    with (var / "run-output.txt").open("w") as output:
        process = subprocess.Popen(
            [str(ROOT / "run"), "--port", str(port), *arguments],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    system = RunningSystem(process, port, var, environment)
    try:
        yield system
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        left = [
            pid
            for pid in system.processes("gunicorn|worker|rasa|run_actions|supervisord")
            if pid != os.getpid()
        ]
        assert not left, f"processes left after Ctrl-C: {left}"
