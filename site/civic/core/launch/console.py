"""What the terminal shows while steps run: finished ones as lines, running ones with their elapsed seconds."""

import shutil
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NOTE_SECONDS = 20.0  # between progress lines where the output is no terminal
CLEAR = "\r\x1b[2K"
Note = Callable[[str], None]


@dataclass
class _Running:
    note: str = ""
    started: float = field(default_factory=time.monotonic)


class Console:
    """Prints from several threads without mixing lines; on a terminal the running steps share one moving line."""

    def __init__(self) -> None:
        self._moving = sys.stdout.isatty()
        self._lock = threading.RLock()
        self._running: dict[str, _Running] = {}
        self._shown = time.monotonic()
        threading.Thread(target=self._tick, name="console", daemon=True).start()

    def say(self, text: str) -> None:
        """Print a line above whatever is running."""
        with self._lock:
            self._write((CLEAR if self._moving and self._running else "") + text + "\n")

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[Note]:
        """Show a step while its block runs, then tick it; the value given is a function that notes how far it is."""
        with self._lock:
            if not self._running:
                self._shown = time.monotonic()
            running = self._running[title] = _Running()
        if not self._moving:
            self.say(f"▸ {title} …")

        def note(text: str) -> None:
            running.note = text

        try:
            yield note
            self.say(f"✓ {title}（用时 {time.monotonic() - running.started:.0f} 秒）")
        finally:
            with self._lock:
                self._running.pop(title, None)
                if self._moving:
                    self._write(CLEAR)

    def _tick(self) -> None:
        while True:
            time.sleep(0.25)
            now = time.monotonic()
            with self._lock:
                if not self._running or (not self._moving and now - self._shown < NOTE_SECONDS):
                    continue
                self._shown = now
                parts = [
                    f"{title}（已 {now - it.started:.0f} 秒）{it.note}" for title, it in self._running.items()
                ]
                if self._moving:
                    line = fit("… " + " │ ".join(parts), shutil.get_terminal_size().columns)
                    self._write(CLEAR + line)
                else:
                    self._write("".join(f"  … {part}\n" for part in parts))


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes; a Han character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def fit(text: str, width: int) -> str:
    """Cut text to fewer columns than `width`."""
    while columns(text) >= width:
        text = text[:-1]
    return text
