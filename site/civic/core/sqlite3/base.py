"""Django's SQLite backend, except for how a transaction waits for its turn to write, and for flush.

SQLite's own waiting sleeps in steps that grow to 100 ms, so under load a free lock is met late and the last in
the queue waits for seconds. Here the threads of a process queue for a turn without sleeping, and the one whose
turn it is asks SQLite every millisecond. Statements outside a transaction keep SQLite's own waiting.
"""

import sqlite3
import threading
import time
from collections import defaultdict
from typing import Any

from django.db.backends.sqlite3 import base, operations
from django.db.utils import OperationalError

PAUSE_SECONDS = 0.001
_Wrapper: Any = base.DatabaseWrapper  # its stubs leave out the hooks that a backend may override
_Operations: Any = operations.DatabaseOperations
_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class DatabaseOperations(_Operations):
    """Flush empties tables by DELETE, row by row; what PostgreSQL's TRUNCATE passes by must not stop it here."""

    def sql_flush(self, style: Any, tables: Any, **options: Any) -> list[str]:
        """Return the statements of flush, with triggers that refuse deletion away while they run."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%append_only_delete'"
            )
            triggers = cursor.fetchall()
        return [
            *(f"DROP TRIGGER {self.quote_name(name)}" for name, _ in triggers),
            *super().sql_flush(style, tables, **options),
            *(sql for _, sql in triggers),
        ]


class DatabaseWrapper(_Wrapper):
    """A connection whose transactions begin as soon as the write lock is free."""

    ops_class = DatabaseOperations
    _turn: Any = None

    def _start_transaction_under_autocommit(self) -> None:
        """Begin a transaction; raise OperationalError when the lock stays taken for the `timeout` option."""
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + patience
        turn = _turns[str(self.settings_dict["NAME"])]
        if not turn.acquire(timeout=patience):
            raise OperationalError("database is locked")
        self._turn = turn
        try:
            self._begin(until)
        except BaseException:
            self._end_turn()
            raise

    def _begin(self, until: float) -> None:
        raw: Any = self.connection
        (own_wait,) = raw.execute("PRAGMA busy_timeout").fetchone()
        raw.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    raw.execute(f"BEGIN {self.transaction_mode or 'DEFERRED'}")
                    return
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > until:
                        raise OperationalError(*error.args) from error
                time.sleep(PAUSE_SECONDS)
        finally:
            raw.execute(f"PRAGMA busy_timeout={own_wait}")

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.release()

    def _commit(self) -> None:
        super()._commit()
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._end_turn()
