"""What an embedded database needs now and then; a database server does it by itself."""

from django.db import connection


def optimize() -> None:
    """Let SQLite measure the tables that have grown, so that it chooses its indexes by what is in them now."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
