"""The worker as a process of its own: it works, says what it does without failing, and ends when told."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection, transaction

from civic.core import outbox

ROOT = Path(__file__).resolve().parents[3]


def rows(database: Path, sql: str) -> list[tuple]:
    reading = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return reading.execute(sql).fetchall()
    finally:
        reading.close()


@pytest.mark.django_db(transaction=True)
def test_the_worker_works_and_ends_clean(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the process gets a copy of the database file; PostgreSQL has none")
    with transaction.atomic():
        outbox.publish(topic="nobody.listens", payload={})
    database = tmp_path / "db.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(connection.settings_dict["NAME"], database)

    environment = {**os.environ, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "civic.settings.local"}
    environment.pop("DATABASE_URL", None)
    worker = subprocess.Popen(
        [sys.executable, str(ROOT / "site/manage.py"), "worker"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until = time.monotonic() + 60
        while rows(database, "SELECT state FROM core_outboxevent") != [("done",)]:
            assert worker.poll() is None, worker.stderr and worker.stderr.read()
            assert time.monotonic() < until, "the worker did nothing"
            time.sleep(0.1)  # waiting for another process
    finally:
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=60)
    assert worker.returncode == 0, said
    assert "worker started" in said
    assert "Traceback" not in said
    assert "exception" not in said
    assert rows(database, "SELECT count(*) FROM core_workerbeat") == [(0,)]
