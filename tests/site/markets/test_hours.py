"""Opening hours by the city's clock; the database and the plain function agree."""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from civic.core.errors import InvalidInput
from civic.markets.hours import is_open, parse_hours, say_hours
from civic.markets.models import Market
from tests.site.markets.factories import make_market

clock = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("06:00-18:30", (time(6), time(18, 30))),
        ("6:00—18:30", (time(6), time(18, 30))),
        ("０６：００～１８：３０", (time(6), time(18, 30))),
        ("5:30 至 24:00", (time(5, 30), time(0))),
        ("0600-1830", (time(6), time(18, 30))),
        ("全天", (time(0), time(0))),
        ("24小时营业", (time(0), time(0))),
        ("", None),
        ("   ", None),
    ],
)
def test_hours_as_people_write_them(text, hours):
    assert parse_hours(text) == hours


@given(st.text(max_size=20))
def test_any_text_is_hours_or_nothing_or_refused(text):
    with suppress(InvalidInput):
        hours = parse_hours(text)
        assert hours is None or say_hours(*hours)


@pytest.mark.parametrize(
    ("opens", "closes", "said"),
    [
        (time(6), time(19), "06:00–19:00"),
        (time(22), time(4), "22:00–次日 04:00"),
        (time(6), time(0), "06:00–24:00"),
        (time(0), time(0), "全天营业"),
        (None, None, ""),
    ],
)
def test_hours_as_a_reader_sees_them(opens, closes, said):
    assert say_hours(opens, closes) == said


def test_the_clock_is_beijings():
    # 22:30 UTC is 06:30 the next morning in Beijing
    assert is_open(time(6), time(19), datetime(2026, 11, 1, 22, 30, tzinfo=UTC)) is True
    assert is_open(time(6), time(19), datetime(2026, 11, 1, 12, 0, tzinfo=UTC)) is False
    assert is_open(time(22), time(4), datetime(2026, 11, 1, 18, 0, tzinfo=UTC)) is True
    assert is_open(None, None, datetime(2026, 11, 1, tzinfo=UTC)) is None


def test_the_closing_minute_is_closed():
    assert is_open(time(6), time(19), datetime(2026, 11, 1, 11, 0, tzinfo=UTC)) is False
    assert is_open(time(6), time(19), datetime(2026, 11, 1, 10, 59, tzinfo=UTC)) is True


@given(opens=clock, closes=clock, minutes=st.integers(0, 1439))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_query_and_the_function_agree(db, opens, closes, minutes):
    Market.objects.all().delete()
    market = make_market(opens=opens, closes=closes)
    moment = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    assert Market.objects.open_at(moment).exists() == market.is_open_at(moment)


def test_unknown_hours_are_not_open(db):
    make_market(opens=None, closes=None)
    assert not Market.objects.open_at(datetime(2026, 11, 1, 4, tzinfo=UTC)).exists()
