"""Commands run as steps: logged, noted, ended together, and skipped when nothing they depend on has changed."""

import fcntl
import hashlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from civic.core.launch.console import Console, Note

NOT_HASHED = frozenset({"__pycache__", ".rasa", "models"})
TAIL_LINES = 12
_children: set[subprocess.Popen[bytes]] = set()
_ending = threading.Event()


class StepError(Exception):
    """A step failed; the message holds the command's last lines and names its log."""


_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


_HAN = re.compile(r"[\u4e00-\u9fff]")
_PERCENT = re.compile(r"\b\d{1,3}%")


def last_words(line: str) -> str:
    """Return what a person may read of a line, short enough for a note: Chinese, or a percentage.

    What the tools underneath say to each other in English is in the log.
    """
    plain = _COLOURS.sub("", line)
    if _HAN.search(plain):
        return plain[:60]
    found = _PERCENT.search(plain)
    return found[0] if found else ""


def counting(start: str, sentence: str) -> Callable[[str], str]:
    """Return a reader that counts the lines beginning with `start` and says so with `sentence`'s {n}."""
    count = 0

    def read(line: str) -> str:
        nonlocal count
        count += line.startswith(start)
        return sentence.format(n=count) if count else ""

    return read


def execute(
    command: Sequence[object],
    *,
    log: Path,
    note: Note,
    environment: Mapping[str, str],
    directory: Path,
    read: Callable[[str], str] = last_words,
) -> None:
    """Run a command, append its output to `log` and note what `read` makes of each line. Raises StepError."""
    if _ending.is_set():
        raise StepError("已中止。")
    log.parent.mkdir(parents=True, exist_ok=True)
    tail: list[str] = []
    with (
        log.open("ab") as record,
        subprocess.Popen(
            [str(part) for part in command],
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,  # so that its whole family can be ended at once
        ) as process,
    ):
        _children.add(process)
        assert process.stdout is not None
        rest = b""
        while chunk := process.stdout.read(65536):
            record.write(chunk)
            *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
            for line in filter(None, (raw.decode(errors="replace").strip() for raw in lines)):
                tail = [*tail[1 - TAIL_LINES :], line]
                if text := read(line):
                    note(text)
        status = process.wait()
        _children.discard(process)
    if status:
        words = " ".join(str(part) for part in command[:8])
        raise StepError("\n".join([*tail, f"命令失败（退出码 {status}）：{words}", f"完整日志：{log}"]))


def end_all() -> None:
    """End every command that a step still runs, with its descendants; no step starts another one after this."""
    _ending.set()
    for process in list(_children):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def digest(root: Path, *parts: Path | str) -> str:
    """Return a hash of texts, files and whole folders: contents, and names relative to `root`."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            total.update(part.encode() + b"\0")
            continue
        files = sorted(path for path in part.rglob("*") if path.is_file()) if part.is_dir() else [part]
        for file in files:
            name = file.relative_to(root) if file.is_relative_to(root) else file
            if not NOT_HASHED.intersection(name.parts[:-1]):
                total.update(f"{name}\0".encode() + file.read_bytes())
    return total.hexdigest()


@contextmanager
def turn(busy: Path, console: Console, title: str) -> Iterator[None]:
    """Hold a step's lock file; while another ./run or ./test does the same step, wait for it."""
    busy.parent.mkdir(parents=True, exist_ok=True)
    with busy.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with console.step(f"{title}：等另一个 ./run 或 ./test 做完"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(
    console: Console,
    title: str,
    *,
    stamp: Path,
    key: str,
    action: Callable[[Note], None],
    result: Path | None = None,
    busy: Path | None = None,
) -> bool:
    """Run a step unless its stamp holds the same key and its result is still there; return whether it ran.

    `busy` is the step's lock file; it lies beside the stamp unless the step replaces that whole folder.
    """

    def done() -> bool:
        return stamp.is_file() and stamp.read_text() == key and (result is None or result.exists())

    if not done():
        with turn(busy or stamp.with_name(f"{stamp.name}.busy"), console, title):
            if not done():
                stamp.unlink(missing_ok=True)  # a step that ends half-way runs again
                with console.step(title) as note:
                    action(note)
                stamp.parent.mkdir(parents=True, exist_ok=True)
                stamp.write_text(key)
                return True
    console.say(f"✓ {title}")
    return False
