"""Long lists are counted only as far as anybody leafs."""

from typing import Any

import pytest

from civic.accounts.models import User
from civic.core import pagination
from civic.core.pagination import BoundedPaginator
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rows", "count", "beyond", "pages"), [(0, 0, False, 1), (4, 4, False, 2), (5, 4, True, 2)]
)
def test_counting_stops(
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
    rows: int,
    count: int,
    beyond: bool,
    pages: int,
) -> None:
    monkeypatch.setattr(pagination, "COUNTED", 4)
    User.objects.all().delete()
    for n in range(rows):
        UserFactory(username=f"u{n}")
    paginator = BoundedPaginator(User.objects.order_by("username"), 2)
    with django_assert_num_queries(1):
        assert (paginator.count, paginator.beyond, paginator.num_pages) == (count, beyond, pages)
    assert paginator.get_page(99).number == pages
