"""Working time over evenings, weekends, Spring Festival and shifted working days."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.cases.worktime import Hours, add, between, is_public_working_day, subtract


def at(clock: str) -> datetime:
    """Return a moment of the wall clock."""
    return datetime.fromisoformat(clock)


OFFICE = Hours()
ALWAYS = Hours(always=True)
HOUR = 3600
MOMENTS = st.datetimes(at("2024-01-01T00:00"), at("2027-06-01T00:00"))


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-05-11T09:00", 3, "2026-05-11T12:00"),
        ("2026-05-11T11:00", 2, "2026-05-11T14:00"),  # over lunch
        ("2026-05-11T17:30", 1, "2026-05-12T09:30"),  # over night
        ("2026-05-11T03:00", 8, "2026-05-11T18:00"),  # from before the office opens
        ("2026-05-15T17:00", 2, "2026-05-18T10:00"),  # over a weekend
        ("2026-05-16T10:00", 1, "2026-05-18T10:00"),  # on a Saturday
        ("2026-02-14T17:00", 2, "2026-02-24T10:00"),  # a shifted Saturday, then Spring Festival
        ("2026-09-30T17:00", 1.5, "2026-10-08T09:30"),  # National Day
        ("2027-01-04T09:00", 8, "2027-01-04T18:00"),  # a year that the calendar does not know
    ],
)
def test_deadlines(start: str, hours: float, due: str) -> None:
    assert add(at(start), hours * HOUR, OFFICE) == at(due)


def test_the_clock_of_danger_never_stops() -> None:
    start = at("2026-02-16T23:30")
    assert add(start, HOUR, ALWAYS) == at("2026-02-17T00:30")
    assert between(start, start + timedelta(days=2), ALWAYS) == 2 * 24 * HOUR


def test_a_city_has_days_of_its_own() -> None:
    hours = Hours(own_days={date(2026, 5, 12): False, date(2026, 5, 16): True})
    assert add(at("2026-05-11T17:00"), 2 * HOUR, hours) == at("2026-05-13T10:00")
    assert add(at("2026-05-15T17:00"), 2 * HOUR, hours) == at("2026-05-16T10:00")


@given(start=MOMENTS, seconds=st.integers(1, 400 * HOUR))
def test_what_was_added_lies_between(start: datetime, seconds: int) -> None:
    due = add(start, seconds, OFFICE)
    assert due > start
    assert between(start, due, OFFICE) == seconds
    assert is_public_working_day(due.date())
    assert any(opens < due.time() <= closes for opens, closes in OFFICE.spans)


@given(start=MOMENTS, one=st.integers(1, 60 * HOUR), more=st.integers(0, 60 * HOUR))
def test_a_pause_costs_nothing_of_the_time_left(start: datetime, one: int, more: int) -> None:
    assert add(add(start, one, OFFICE), more, OFFICE) == add(start, one + more, OFFICE)


@given(end=MOMENTS, seconds=st.integers(1, 400 * HOUR))
def test_what_was_subtracted_is_the_latest_start_in_time(end: datetime, seconds: int) -> None:
    start = subtract(end, seconds, OFFICE)
    assert between(start, end, OFFICE) == seconds
    assert add(start, seconds, OFFICE) <= end < add(start + timedelta(seconds=1), seconds, OFFICE)
    assert subtract(end, seconds, ALWAYS) == end - timedelta(seconds=seconds)


@given(start=MOMENTS, end=MOMENTS)
def test_no_more_working_time_than_time(start: datetime, end: datetime) -> None:
    worked = between(start, end, OFFICE)
    assert 0 <= worked <= max(0.0, (end - start).total_seconds())


def test_ten_years_are_too_long() -> None:
    with pytest.raises(OverflowError):
        add(at("2026-05-11T00:00"), 1e9, Hours(spans=((time(9), time(10)),)))
