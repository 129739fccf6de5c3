"""What the tests of likely duplicates, support and merging share."""

from typing import Any

from civic.accounts.roles import Role
from civic.cases.models import Merge, Report
from civic.cases.services.likely import likely_for_public
from civic.cases.services.sharing import Person, merge_cases
from tests.factories import (
    INSIDE,
    WASTE,
    UserFactory,
)

SIMILAR = "/api/v1/public/cases/similar/"
WORDS = "小区门口的垃圾没人收，味道很大"
LON, LAT = INSIDE


def clerk() -> Any:
    return UserFactory(roles=[Role.CASE_CLERK])


def alike(**changes: Any) -> set[str]:
    asked = {"text": WORDS, "lon": LON, "lat": LAT, "code": WASTE, **changes}
    return {one.number for one in likely_for_public(**asked)}


def merged(source: Report, target: Report, **more: Any) -> Merge:
    return merge_cases(source_pk=source.case_id, target_pk=target.case_id, actor=clerk(), **more)


def by_browser(token: str = "a" * 32, numbers: tuple[str, ...] = ()) -> Person:
    return Person(token=token, numbers=numbers)
