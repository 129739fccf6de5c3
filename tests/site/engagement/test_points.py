"""The ledger of points: once each, taken back once, never changed, never below nothing."""

import pytest
from django.db import Error, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from civic.accounts.models import User
from civic.engagement.levels import amount_of, levels, standing_of, total_of
from civic.engagement.models import Point
from civic.engagement.services.points import award, take_back
from tests.factories import UserFactory

REASONS = ["report_filed", "report_solved", "report_rated", "support_right"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["award", "take_back"]), st.integers(0, 4), st.sampled_from(REASONS)),
    max_size=30,
)


class LedgerTest(TestCase):
    @given(STEPS)
    def test_the_sum_is_what_was_given_and_not_taken_back(self, steps) -> None:
        user = User.objects.create(username="ledger")
        standing: dict[str, int] = {}
        gone: set[str] = set()
        for action, number, reason in steps:
            key = f"{reason}:{number}"
            if action == "award":
                done = award(user=user, reason=reason, key=key)
                assert (done is not None) == (key not in standing and key not in gone)
                if done:
                    standing[key] = amount_of(reason)
            else:
                done = take_back(key=key, reason="report_declined")
                assert (done is not None) == (key in standing)
                if done:
                    del standing[key]
                    gone.add(key)
            assert total_of(user) == sum(standing.values()) >= 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["UPDATE engagement_point SET amount = 100", "DELETE FROM engagement_point"]
)
def test_the_database_refuses_to_change_the_ledger(change: str) -> None:
    award(user=UserFactory(), reason="report_filed", key="k")
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Point.objects.get().amount == amount_of("report_filed")


@pytest.mark.django_db
def test_an_unknown_reason_is_worth_nothing_and_said() -> None:
    with pytest.raises(KeyError):
        award(user=UserFactory(), reason="being nice", key="k")


def test_levels_begin_at_nothing_and_rise() -> None:
    assert levels()[0].least == 0
    assert len({level.least for level in levels()}) == len(levels())


@pytest.mark.parametrize(
    ("total", "name"), [(0, "热心街坊"), (19, "热心街坊"), (20, "胡同观察员"), (10_000, "城市共建人")]
)
def test_where_a_sum_stands(total: int, name: str) -> None:
    standing = standing_of(total)
    assert standing.level.name == name
    assert 0 <= standing.share <= 100
    assert (standing.following is None) == (total == 10_000)
