"""Which earlier reports may be about the same issue, and why."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import duplicates
from nlp.duplicates import Report
from nlp.similarity import Similarity

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
LAMP = "幸福路与和平街路口的路灯坏了"
TEXT = st.text(alphabet="路灯坏了垃圾幸福街 ", max_size=10)
REPORT = st.builds(
    Report,
    text=TEXT,
    lon=st.none() | st.floats(116, 117),
    lat=st.none() | st.floats(39, 40),
    time=st.none() | st.datetimes(timezones=st.just(UTC)),
    code=st.none() | st.sampled_from(["06028", "08001"]),
)


def report(text, metres=0.0, days=0.0, code=None):
    return Report(text, 116.4, 39.9 + metres / 111_195, NOW - timedelta(days=days), code)


def test_the_reasons_are_given():
    found = duplicates.rank(report(LAMP, code="06028"), [report("幸福路路口路灯坏了", 120, 3, "06028")])[0]
    assert found.metres == pytest.approx(120, abs=1)
    assert found.days == 3
    assert found.same_code is True
    assert "路灯坏了" in found.shared


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (report(LAMP), report("幸福路的井盖丢了")),
        (report(LAMP, metres=50), report(LAMP, metres=5000)),
        (report(LAMP, days=2), report(LAMP, days=700)),
        (report(LAMP, code="06028"), report(LAMP, code="08001")),
        (report("路口路灯坏了", metres=20), report(LAMP, metres=20_000)),
    ],
    ids=["words", "place", "time", "matter", "place against words"],
)
def test_what_speaks_for_a_duplicate(better, worse):
    others = [report("楼下烧烤摊油烟太大", metres=900), report("公积金怎么提取", metres=800)]
    found = duplicates.rank(report(LAMP, code="06028"), [worse, better, *others])
    assert found[0].index == 1
    order = [one.index for one in found]
    assert order.index(1) < order.index(0)


def test_what_is_not_known_is_not_held_against_it():
    found = duplicates.rank(Report(LAMP), [Report(LAMP), Report("油烟太大")])
    assert found[0].index == 0
    assert (found[0].metres, found[0].days, found[0].same_code) == (None, None, None)
    assert duplicates.days_between(Report("", time=NOW), Report("", time=NOW.replace(tzinfo=None))) is None


@given(REPORT, st.lists(REPORT, max_size=9), st.integers(0, 12))
@settings(max_examples=80, deadline=None)
def test_the_best_come_first_each_once_and_a_short_list_is_the_head_of_a_long_one(new, old, count):
    found = duplicates.rank(new, old, count)
    assert len(found) == min(count, len(old))
    assert len({one.index for one in found}) == len(found)
    assert all(0 <= one.score <= 1 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert found == duplicates.rank(new, old, len(old))[:count]


@given(REPORT, REPORT)
@settings(deadline=None)
def test_distance_and_time_are_the_same_either_way(one, other):
    assert duplicates.metres_between(one, other) == pytest.approx(duplicates.metres_between(other, one))
    assert duplicates.days_between(one, other) == duplicates.days_between(other, one)


def test_a_standing_set_must_fit():
    with pytest.raises(ValueError, match="candidates"):
        duplicates.rank(Report(LAMP), [Report(LAMP)], known=Similarity([LAMP, LAMP]))
