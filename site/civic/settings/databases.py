"""The two databases the product runs on, each with the options that keep what was acknowledged."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


def sqlite(path: Path) -> dict[str, Any]:
    """Return SQLite in WAL mode whose commits survive a power cut (`synchronous=FULL`).

    IMMEDIATE transactions take the write lock at BEGIN, so a transaction never fails half-way with
    "database is locked" after it has read.
    """
    return {
        "ENGINE": "civic.core.sqlite3",
        "NAME": str(path),
        # Opening a connection costs as much as a report's statements; each keeps a small cache, the map does the rest.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA busy_timeout=20000;"
                "PRAGMA cache_size=-8192;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=268435456;"
            ),
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """Return PostgreSQL from a `postgresql://user:password@host:port/name` address."""
    wrong = SystemExit("DATABASE_URL 应形如 postgresql://用户:口令@主机:端口/库")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:  # a port that is no number, an IPv6 address without its bracket
        raise wrong from error
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise wrong
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
