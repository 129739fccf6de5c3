"""The SQLite backend's turns: every transaction gets one, none keeps it, and who waits too long is told."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from civic.core.models import PeriodicRun

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="this is about SQLite"),
]


def beside(work: Callable[[], Any]) -> list[BaseException]:
    """Run `work` in a thread with a connection of its own; return what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=30)
    assert not thread.is_alive()
    return raised


def write(name: str) -> None:
    from django.utils import timezone

    with transaction.atomic():
        PeriodicRun.objects.create(name=name, last_at=timezone.now())


@pytest.fixture
def impatient() -> Iterator[None]:
    """Let waiting end after a tenth of a second."""
    options = connection.settings_dict["OPTIONS"]
    before = options["timeout"]
    options["timeout"] = 0.1
    yield
    options["timeout"] = before


def test_many_threads_write_and_none_is_turned_away() -> None:
    raised: list[BaseException] = []

    def person(index: int) -> None:
        try:
            for count in range(20):
                write(f"{index}-{count}")
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=person, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert raised == []
    assert PeriodicRun.objects.count() == 160


def test_a_transaction_that_fails_gives_its_turn_back() -> None:
    @transaction.atomic
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert beside(lambda: write("after")) == []


def test_a_connection_closed_in_a_transaction_gives_its_turn_back() -> None:
    def leave() -> None:
        transaction.set_autocommit(False)
        connections.close_all()

    assert beside(leave) == []
    write("after")
    assert PeriodicRun.objects.filter(name="after").exists()


@pytest.mark.usefixtures("impatient")
def test_waiting_ends_with_an_error_and_stores_nothing() -> None:
    with transaction.atomic():
        (error,) = beside(lambda: write("late"))
    assert isinstance(error, OperationalError)
    assert not PeriodicRun.objects.exists()


@pytest.mark.usefixtures("impatient")
def test_a_lock_held_by_another_process_is_waited_for_and_reported() -> None:
    import sqlite3

    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            write("late")
        other.execute("ROLLBACK")
        write("now")
    finally:
        other.close()
    assert PeriodicRun.objects.filter(name="now").exists()
