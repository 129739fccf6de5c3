"""The processes of one machine under supervisor: its configuration, and a follower that says what it restarts."""

import ctypes
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SOCKET_PATH_LIMIT = 100  # Linux allows 107 bytes, macOS 103, and supervisor adds a suffix while it binds
SOCKET_FOLDER = "woaibeijing-"
STOP_SECONDS = 25.0
FOLLOW_SECONDS = 0.1


@dataclass(frozen=True)
class Program:
    """One supervised process; a `late` one starts only when told, so that the site itself comes up first."""

    name: str
    title: str
    command: tuple[str, ...]
    directory: Path
    late: bool = True
    start_seconds: int = 2
    stop_seconds: int = 10
    environment: Mapping[str, str] = field(default_factory=dict)


def config_text(programs: Sequence[Program], *, var_dir: Path, socket_path: Path) -> str:
    """Return supervisor's configuration; secrets are not in it, because children inherit the environment."""
    log_dir = var_dir / "logs"
    lines = [
        "[supervisord]",
        "nodaemon=true",
        f"logfile={_literal(log_dir / 'supervisor.log')}",
        "logfile_maxbytes=0",
        f"pidfile={_literal(var_dir / 'supervisor.pid')}",
        f"childlogdir={_literal(log_dir)}",
        "",
        "[unix_http_server]",
        f"file={_literal(socket_path)}",
        "chmod=0700",
        "",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        "",
        "[supervisorctl]",
        f"serverurl=unix://{_literal(socket_path)}",
    ]
    for program in programs:
        lines += [
            "",
            f"[program:{program.name}]",
            f"command={_literal(shlex.join(program.command))}",
            f"directory={_literal(program.directory)}",
            f"autostart={'false' if program.late else 'true'}",
            "autorestart=true",
            f"startsecs={program.start_seconds}",
            "startretries=5",
            f"stopwaitsecs={program.stop_seconds}",
            "stopasgroup=true",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={_literal(log_dir / f'{program.name}.log')}",
            "stdout_logfile_maxbytes=10MB",
            "stdout_logfile_backups=5",
        ]
        if program.environment:
            pairs = (f'{name}="{_literal(value)}"' for name, value in program.environment.items())
            lines.append(f"environment={','.join(pairs)}")
    return "\n".join(lines) + "\n"


def _literal(value: object) -> str:
    """Return text that supervisor's %-expansion gives back unchanged."""
    return str(value).replace("%", "%%")


_EXITED = re.compile(r"exited: (\S+) \((.+?);")
_SPAWNED = re.compile(r"spawned: '(\S+)' with pid (\d+)")
_STOPPED = re.compile(r"stopped: (\S+) ")
_GAVE_UP = re.compile(r"gave up: (\S+) ")


@dataclass
class Follower:
    """Turns supervisor's log into sentences and remembers each program's process group."""

    titles: Mapping[str, str]
    groups: dict[str, int] = field(default_factory=dict)
    dead: dict[str, str] = field(default_factory=dict)
    gave_up: set[str] = field(default_factory=set)

    def read(self, line: str) -> str | None:
        """Return what a person should hear about this log line, or None."""
        if found := _EXITED.search(line):
            name = found[1]
            self.dead[name] = _reason(found[2])
            kill_group(self.groups.pop(name, 0))  # what the dead one left behind must not hold its port
        elif found := _SPAWNED.search(line):
            name = found[1]
            self.groups[name] = int(found[2])
            if reason := self.dead.pop(name, ""):
                return f"{self.titles.get(name, name)}意外退出（{reason}），已重新启动，进程号 {found[2]}"
        elif found := _STOPPED.search(line):
            kill_group(self.groups.pop(found[1], 0))
        elif found := _GAVE_UP.search(line):
            name = found[1]
            self.gave_up.add(name)
            self.dead.pop(name, None)
            return f"{self.titles.get(name, name)}连续几次起不来，不再重试；原因见日志 {name}.log"
        return None


def _reason(text: str) -> str:
    """Return supervisor's `exit status 1` or `terminated by SIGKILL` in Chinese."""
    return text.replace("exit status", "退出码").replace("terminated by", "收到").replace("(core dumped)", "")


def kill_group(group: int) -> None:
    """End every process of a group at once; one that is gone already is fine."""
    if group > 1:
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


class Supervisor:
    """A running supervisord whose children all end with it."""

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        python: Path,
        var_dir: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        (var_dir / "logs").mkdir(parents=True, exist_ok=True)
        self.config = var_dir / "supervisor.conf"
        control = self._control = socket_path(var_dir)
        control.unlink(missing_ok=True)  # a killed predecessor's
        self.config.write_text(config_text(programs, var_dir=var_dir, socket_path=control), encoding="utf-8")
        self.follower = Follower({program.name: program.title for program in programs})
        self._python, self._say = python, say
        self._environment = dict(environment)
        self._changed = threading.Condition()
        self._log = var_dir / "logs" / "supervisor.log"
        self._log.write_bytes(b"")
        # Its own session: Ctrl-C in the terminal reaches ./run alone, which then ends the rest in order. Its log is
        # a file and not a pipe to ./run, which may be killed: supervisord could not end its children with a broken one.
        self.process = subprocess.Popen(
            [str(python), "-m", "supervisor.supervisord", "-c", str(self.config)],
            cwd=var_dir,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()
        threading.Thread(target=self._hurry, args=(control,), daemon=True).start()

    def _hurry(self, control: Path) -> None:
        """Connect once: supervisord looks at its programs each second, or as soon as somebody calls."""
        until = time.monotonic() + STOP_SECONDS
        while self.alive() and time.monotonic() < until:
            with socket.socket(socket.AF_UNIX) as caller:
                try:
                    caller.connect(str(control))
                except OSError:
                    time.sleep(0.02)
                else:
                    return

    def _follow(self) -> None:
        rest = ""
        with self._log.open(encoding="utf-8", errors="replace") as log:
            while True:
                ended = not self.alive()  # asked before reading: what it wrote last is read too
                *lines, rest = (rest + log.read()).split("\n")
                for line in lines:
                    with self._changed:
                        sentence = self.follower.read(line)
                        self._changed.notify_all()
                    if sentence:
                        self._say(sentence)
                if ended:
                    return
                time.sleep(FOLLOW_SECONDS)

    def start_late(self) -> None:
        """Start the programs that waited for the site, side by side; return at once."""
        command = [
            str(self._python),
            "-m",
            "supervisor.supervisorctl",
            "-c",
            str(self.config),
            "start",
            "all",
        ]
        threading.Thread(
            target=subprocess.run,
            args=(command,),
            kwargs={"env": self._environment, "capture_output": True, "stdin": subprocess.DEVNULL},
            daemon=True,
        ).start()

    def wait_for_group(self, name: str, *, timeout: float) -> int:
        """Return the process group of a program once it runs. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: name in self.follower.groups, timeout=timeout):
                raise TimeoutError(name)
            return self.follower.groups[name]

    def alive(self) -> bool:
        """Say whether supervisord itself still runs."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End every process in order, then whatever did not obey."""
        self._say = lambda sentence: None
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(timeout=2)
        for group in self.follower.groups.values():
            kill_group(group)
        if self._control.parent.name.startswith(SOCKET_FOLDER):
            shutil.rmtree(self._control.parent, ignore_errors=True)


def _end_with_parent() -> None:
    """Ask the kernel to end supervisord when ./run is killed without a chance to clean up."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def socket_path(var_dir: Path) -> Path:
    """Return where supervisor listens: in var/, or in a private temporary folder when that path is too long."""
    path = var_dir / "supervisor.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    return Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER)) / "supervisor.sock"


def port_is_free(host: str, port: int) -> bool:
    """Say whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(taken: Sequence[int] = ()) -> int:
    """Return a port on loopback that nobody listens on and that is not among `taken`."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
