"""综合评价: the figures of a case that went its way, and the list behind every number."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from civic.accounts.roles import Role
from civic.cases.evaluation import COUNTS, GROUPS, among, judged, table
from civic.cases.models import Report
from civic.cases.services.closure import rate
from civic.cases.services.timekeeping import watch_deadlines
from tests.factories import ELSEWHERE, UserFactory, make_report, queries_of
from tests.site.cases.closing import Office

pytestmark = pytest.mark.django_db
PAGE = "/admin/cases/evaluation/"
HOUR = timedelta(hours=1)


@pytest.fixture
def office() -> Office:
    return Office()


def three_cases(office: Office) -> list[Report]:
    """One solved on the second go, one closed in silence, one not begun and long overdue in another district."""
    start = timezone.now() - timedelta(days=5)
    solved, silent = make_report(received_at=start), make_report(received_at=start)
    waiting = make_report(received_at=start, lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    for report in (solved, silent):
        office.handle(report, start + 2 * HOUR)
    office.take(silent, "close", start + 3 * HOUR)
    rate(report=solved, solved=True, stars=2, at=start + 3 * HOUR)
    rate(report=solved, solved=False, stars=1, comment="还在", at=start + 4 * HOUR)
    office.take(solved, "accept", start + 5 * HOUR)
    office.answer(solved, start + 6 * HOUR)
    rate(report=solved, solved=True, stars=5, at=start + 7 * HOUR)
    watch_deadlines()
    return [solved, silent, waiting]


def test_the_figures_of_what_happened(office: Office) -> None:
    three_cases(office)
    cases = judged(office.clerk, since=timezone.now() - timedelta(days=30))
    here, nobody = table(cases, "department")
    assert (here.name, nobody.name) == (office.department.name, "")
    assert here.counts == {
        "all": 2, "closed": 2, "late": 0, "accepted": 2, "rated": 1, "solved": 1, "satisfied": 1, "reopened": 1,
    }  # fmt: skip
    assert (here.on_time, here.solved, here.satisfied, here.response_hours) == (100, 100, 100, 2.0)
    assert (nobody.counts["all"], nobody.on_time, nobody.solved, nobody.response_hours) == (1, 0, None, None)
    assert {row.name for row in table(cases, "district")} == {"朝阳区", "海淀区"}
    assert [(row.key, row.name, row.counts["all"]) for row in table(cases, "code")] == [
        ("06010", "暴露垃圾", 3)
    ]


def test_every_count_is_the_length_of_its_list(office: Office) -> None:
    three_cases(office)
    cases = judged(office.clerk, since=timezone.now() - timedelta(days=30))
    for by in GROUPS:
        for row in table(cases, by):
            for what in COUNTS:
                assert among(cases, by=by, key=row.key, what=what).count() == row.counts[what]


def test_every_link_of_the_page_opens_its_cases(office: Office) -> None:
    three_cases(office)
    client = Client()
    client.force_login(office.clerk)
    page = client.get(PAGE).content.decode()
    links = re.findall(r'href="([^"]+evaluation/cases/[^"]+)">(\d+)<', page)
    assert len(links) == 5 * 6
    for link, count in links:
        assert f"{count} 件" in client.get(unescape(link)).content.decode()


def test_each_sees_the_figures_of_the_own_desk(office: Office) -> None:
    three_cases(office)
    officer = UserFactory(roles=[Role.DISTRICT_OFFICER], district="海淀区")
    rows = table(judged(officer, since=timezone.now() - timedelta(days=30)), "district")
    assert [(row.name, row.counts["all"]) for row in rows] == [("海淀区", 1)]
    client = Client()
    client.force_login(UserFactory(roles=[Role.MODERATOR]))
    for address in (PAGE, f"{PAGE}cases/"):
        assert client.get(address).status_code in {302, 403}


@pytest.mark.parametrize("query", ["days=x", "days=999&by=x&key=x&what=x", "by=code&key=%00", "page=x"])
def test_a_strange_question_is_no_error(office: Office, query: str) -> None:
    client = Client()
    client.force_login(office.clerk)
    for address in (PAGE, f"{PAGE}cases/"):
        assert client.get(f"{address}?{query}").status_code == 200


def test_queries_do_not_grow_with_the_cases(office: Office) -> None:
    client = Client()
    client.force_login(office.clerk)
    make_report()
    few = queries_of(client, PAGE), queries_of(client, f"{PAGE}cases/")
    three_cases(office)
    assert queries_of(client, PAGE) <= few[0]
    assert queries_of(client, f"{PAGE}cases/") <= few[1] + 2  # departments join the list
