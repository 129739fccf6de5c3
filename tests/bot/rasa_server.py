"""Starts a real Rasa on a free port of the loopback address, and the action server in this process beside it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx

from civic.core.launch.console import Console
from civic.core.launch.environments import Places
from civic.core.launch.product import Setup

ROOT = Path(__file__).resolve().parents[2]
PLACES = Places.from_environment()
RASA = PLACES.rasa_python
ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
START_SECONDS = 300


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def train() -> Path:
    """Returns the model that ./run would serve, trained unless it is there and its sources are unchanged."""
    setup = Setup(Console(), PLACES)
    setup.train()
    return PLACES.models / "rasa" / "rasa.tar.gz"


class ActionServer:
    """rasa_sdk's application in a thread, so that the actions meet the test's database and ports."""

    def __init__(self) -> None:
        self.port = free_port()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(20), "the action server did not start"

    def _run(self) -> None:
        from bot.actions.server import build_app

        asyncio.set_event_loop(self._loop)
        app = build_app()

        async def serve() -> None:
            server = await app.create_server(host="127.0.0.1", port=self.port, return_asyncio_server=True)
            assert server is not None
            await server.startup()
            self._ready.set()

        self._loop.run_until_complete(serve())
        self._loop.run_forever()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


class RasaServer:
    """One Rasa process with a tracker store of its own."""

    def __init__(self, *, model: Path, action_port: int, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "rasa.log"
        environment = {
            **os.environ,
            **ENVIRONMENT,
            "RASA_ACTION_URL": f"http://127.0.0.1:{action_port}/webhook",
            "RASA_TRACKER_URL": f"sqlite:///{folder / 'tracker.sqlite3'}",
        }
        command = [
            str(RASA),
            "-m",
            "rasa",
            "run",
            "--model",
            str(model),
            "-i",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]
        command += ["--endpoints", "bot/rasa/endpoints.yml", "--credentials", "bot/rasa/credentials.yml"]
        self._log = self.log.open("wb")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self._log, stderr=subprocess.STDOUT
        )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                if httpx.get(self.url, timeout=1).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.3)
        raise AssertionError(self.log.read_text()[-3000:])

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self._log.close()
