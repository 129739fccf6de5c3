"""The embedded database measures its tables; a server is left alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from civic.core.sqlite3.care import optimize

pytestmark = pytest.mark.django_db


def test_it_asks_sqlite_and_nothing_else() -> None:
    with CaptureQueriesContext(connection) as queries:
        optimize()
    assert [query["sql"] for query in queries] == (
        ["PRAGMA optimize"] if connection.vendor == "sqlite" else []
    )
