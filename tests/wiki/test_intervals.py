"""Spans of versions are filed so that those around a version are found: all of them, in few places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.intervals import LEVELS, OPEN, fork_of, forks_around

spans = st.tuples(st.integers(1, 2**20), st.integers(1, 2**20)).map(lambda pair: (min(pair), max(pair) + 1))


@given(spans, st.data())
def test_every_span_is_filed_where_each_of_its_versions_looks(span, data):
    since, until = span
    fork = fork_of(since, until)
    assert since <= fork < until
    assert fork in forks_around(data.draw(st.integers(since, until - 1)))


@given(st.integers(1, 2**LEVELS - 1))
def test_a_version_looks_in_few_places(number):
    forks = forks_around(number)
    assert forks[0] == OPEN
    assert number in forks
    assert len(forks) == len(set(forks)) <= LEVELS + 1
    assert max(forks) < 2**LEVELS


@pytest.mark.parametrize(("since", "until"), [(0, 1), (3, 3), (4, 2)])
def test_no_span(since, until):
    with pytest.raises(ValueError, match="no span"):
        fork_of(since, until)


def test_spans_that_share_a_fork_share_that_version():
    shared = [
        (since, until)
        for since in range(1, 40)
        for until in range(since + 1, 41)
        if fork_of(since, until) == 16
    ]
    assert all(since <= 16 < until for since, until in shared)
