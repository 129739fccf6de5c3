"""Where the two Python environments lie, which interpreters make them, and how a lock file fills one."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from civic.core.launch.console import Console, Note
from civic.core.launch.steps import StepError, digest, execute, once

ROOT = Path(__file__).resolve().parents[4]
UV = "uv==0.13.9"  # only to fetch a Python 3.10 where the machine has none


FOREIGN = frozenset({"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"})


@dataclass(frozen=True)
class Places:
    """The folders of one installation; ENVS_DIR and VAR_DIR move them out of the checkout."""

    environments: Path
    var: Path

    @classmethod
    def from_environment(cls) -> "Places":
        """Return the places that ENVS_DIR and VAR_DIR name, or those inside the checkout."""
        environments = Path(os.environ.get("ENVS_DIR") or ROOT)
        return cls(environments.absolute(), Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute())

    @property
    def site_python(self) -> Path:
        return self.environments / ".venv" / "bin" / "python"

    @property
    def rasa_python(self) -> Path:
        return self.environments / ".venv-rasa" / "bin" / "python"

    @property
    def logs(self) -> Path:
        return self.var / "logs"

    @property
    def models(self) -> Path:
        return self.var / "models"

    @property
    def stamps(self) -> Path:
        return self.var / "stamps"


def inherited(places: Places, **more: str) -> dict[str, str]:
    """Return the variables that every process of the product gets."""
    # A caller's own Python settings must not reach into our environments.
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {
        "DJANGO_SETTINGS_MODULE": "civic.settings.local",
        **own,
        "VAR_DIR": str(places.var),
        "PYTHONUNBUFFERED": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        **more,
    }


def candidates(minor: int) -> list[str]:
    """Return where a Python 3.`minor` may be: on the path, then pyenv's, newest first. Not all of them work."""
    roots = {Path(root) for root in (os.environ.get("PYENV_ROOT"), Path.home() / ".pyenv") if root}
    found = [python for root in roots for python in root.glob(f"versions/3.{minor}.*/bin/python3.{minor}")]
    found.sort(
        key=lambda python: [int(part) for part in python.parts[-3].split(".") if part.isdigit()], reverse=True
    )
    on_path = shutil.which(f"python3.{minor}")
    return [*([on_path] if on_path else []), *map(str, found)]


def works(python: str, minor: int) -> bool:
    """Say whether it runs, is Python 3.`minor` and can make environments; pyenv's shims exist without a Python."""
    probe = f"import sys, venv, ensurepip; raise SystemExit(sys.version_info[:2] != (3, {minor}))"
    try:
        return subprocess.run([python, "-c", probe], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find_python310(places: Places, console: Console) -> str | None:
    """Return a Python 3.10 that works, fetching one with uv when the machine has none; None when that fails too."""
    for python in [os.environ.get("PYTHON310", ""), *candidates(10)]:
        if python and works(python, 10):
            return python
    tried = places.stamps / "no-python310"
    if tried.exists():  # a start must not wait for the network each time
        return None
    log = places.logs / "setup-python310.log"
    environment = inherited(places)
    uv = shutil.which("uv")
    try:
        with console.step("Python 3.10（用 uv 获取）") as note:
            if uv is None:
                folder = places.var / "uv"
                uv = str(folder / "bin" / "uv")
                for command in (
                    [sys.executable, "-m", "venv", "--clear", folder],
                    [folder / "bin" / "python", "-m", "pip", "install", "--progress-bar", "off", UV],
                ):
                    execute(command, log=log, note=note, environment=environment, directory=ROOT)
            execute(
                [uv, "python", "install", "3.10"], log=log, note=note, environment=environment, directory=ROOT
            )
            found = subprocess.run(
                [uv, "python", "find", "3.10"], capture_output=True, text=True, env=environment
            )
        python = found.stdout.strip()
        if python and works(python, 10):
            return python
    except StepError:
        pass  # the caller says in one line what is missing; the log has the rest
    finally:
        shutil.rmtree(places.var / "uv", ignore_errors=True)
    tried.parent.mkdir(parents=True, exist_ok=True)
    tried.touch()
    return None


def install(
    console: Console, places: Places, *, title: str, python: str, target: Path, lock: Path, name: str
) -> None:
    """Bring the environment of the interpreter `target` to a lock file, whose hash stays inside as a stamp.

    Raises StepError with pip's last lines.
    """
    folder = target.parent.parent
    log = places.logs / f"setup-{name}.log"

    def action(note: Note) -> None:
        environment = inherited(places)
        if not target.exists():  # also a link to a Python that has gone
            note("新建环境")
            make = [python, "-m", "venv", "--clear", folder]
            execute(make, log=log, note=note, environment=environment, directory=ROOT)
        pip = [
            target,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--progress-bar",
            "off",
            "-r",
            lock,
        ]
        execute(
            pip,
            log=log,
            note=note,
            environment=environment,
            directory=ROOT,
            read=pip_reader(packages_of(lock)),
        )

    once(
        console,
        title,
        stamp=folder / f".{name}.lock",
        key=digest(ROOT, lock),
        action=action,
        result=target,
        busy=folder.with_name(f"{folder.name}.busy"),
    )


def packages_of(lock: Path) -> int:
    """Return how many packages a lock file names."""
    return len(re.findall(r"^[\w.\[\]-]+==", lock.read_text(encoding="utf-8"), re.MULTILINE))


_MEGABYTES = {"bytes": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}
_SIZE = re.compile(r"\(([\d.]+) (bytes|kB|MB|GB)\)")


def pip_reader(total: int) -> Callable[[str], str]:
    """Return a reader of pip's output that tells how many of `total` packages it has reached, and how much came."""
    looked = fetched = 0
    megabytes = 0.0

    def read(line: str) -> str:
        nonlocal looked, fetched, megabytes
        word, _, rest = line.strip().partition(" ")
        if word in {"Collecting", "Requirement"}:
            looked += 1
            return f"核对第 {looked} 个包，共 {total} 个"
        if word == "Downloading" and ".metadata" not in rest:
            fetched += 1
            size = _SIZE.search(rest)
            coming = float(size[1]) * _MEGABYTES[size[2]] if size else 0.0
            said = f"下载第 {fetched} 个包" + (f"（{coming:.0f} MB）" if coming >= 1 else "")
            said += f"，此前已下载 {megabytes:.0f} MB" if megabytes >= 1 else ""
            megabytes += coming
            return said
        if word == "Installing":
            return f"装入 {len(rest.split(','))} 个包"
        return ""

    return read
