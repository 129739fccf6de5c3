"""What every test starts from: a migrated database and an empty cache."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings
from time_machine import Traveller

from tests import database

# Examples are not timed: the machine may be busy. TEST_DEPTH=long looks further.
hypothesis_settings.register_profile("ordinary", deadline=None)
hypothesis_settings.register_profile("long", deadline=None, max_examples=1000)
hypothesis_settings.load_profile("long" if os.environ.get("TEST_DEPTH") == "long" else "ordinary")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what asks no database: it ran with the embedded one and cannot differ."""
    if django_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    asking = [item for item in items if _asks_a_database(item)]
    if len(asking) < len(items):
        kept = set(asking)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = asking


def _asks_a_database(item: pytest.Item) -> bool:
    names = {"db", "transactional_db", "live_server"}
    return item.get_closest_marker("django_db") is not None or not names.isdisjoint(
        getattr(item, "fixturenames", ())
    )


class Kept(NamedTuple):
    """Where the migrated database is kept between runs (None: it is not), and whether this run copied it."""

    template: Path | None
    copied: bool


@pytest.fixture(scope="session")
def _kept(django_db_modify_db_settings: None, request: pytest.FixtureRequest) -> Kept:
    """Copy the kept database to where this run wants its own."""
    wanted = django_settings.DATABASES["default"]
    if not wanted["ENGINE"].endswith("sqlite3") or request.config.getvalue("reuse_db"):
        return Kept(None, False)
    template = database.template_path()
    fresh = request.config.getvalue("create_db")
    return Kept(template, not fresh and database.take(template, Path(wanted["TEST"]["NAME"])))


@pytest.fixture(scope="session")
def django_db_keepdb(_kept: Kept, request: pytest.FixtureRequest) -> bool:
    """A copied database is used as it is."""
    return _kept.copied or request.config.getvalue("reuse_db")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, _kept: Kept) -> None:
    """Keep a database that had to be migrated for the runs to come."""
    if _kept.template is not None and not _kept.copied:
        database.keep(_kept.template, Path(django_settings.DATABASES["default"]["TEST"]["NAME"]))


@pytest.fixture
def still_clock() -> Iterator[Traveller]:
    """Hold the time: calls are counted by the minute, and a test must not run from one into the next."""
    with time_machine.travel("2026-03-01T08:00:10+08:00", tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Rate counters and cached rows of one test must not reach the next."""
    from civic.cases.services import placing

    cache.clear()
    placing._known_district.cache_clear()
    yield
    cache.clear()
    placing._known_district.cache_clear()
