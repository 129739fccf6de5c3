"""我的: only one's own."""

import pytest
from django.test import Client

from civic.core import outbox
from civic.engagement.services.points import award
from tests.factories import PASSWORD, UserFactory, make_report, queries_of
from tests.site.cases.closing import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def citizen(client: Client):
    user = UserFactory()
    client.login(username=user.username, password=PASSWORD)
    return user


def test_it_needs_a_sign_in(client: Client) -> None:
    response = client.get("/accounts/me/")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/accounts/me/"


def test_one_s_own_reports_points_and_what_one_follows(client: Client, citizen) -> None:
    office = Office()
    mine, other, followed = make_report(reporter=citizen), make_report(reporter=UserFactory()), make_report()
    client.post(f"/cases/{followed.number}/support/")
    office.take(mine, "file")
    office.take(followed, "file")
    outbox.drain()
    page = client.get("/accounts/me/")
    text = page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert [case["number"] for case in page.context["cases"]] == [mine.number]
    assert page.context["standing"].total == 5
    assert other.number not in text
    assert f"【立案】{followed.number}" in text
    assert "反映核实立案" in text


def test_somebody_else_sees_nothing_of_it(client: Client, citizen) -> None:
    award(user=UserFactory(), reason="report_filed", key="theirs")
    make_report(reporter=UserFactory())
    page = client.get("/accounts/me/")
    assert page.context["standing"].total == 0
    assert page.context["cases"] == page.context["ledger"] == []


def test_queries_do_not_grow(client: Client, citizen) -> None:
    make_report(reporter=citizen)
    few = queries_of(client, "/accounts/me/")
    for _ in range(3):
        make_report(reporter=citizen)
    assert queries_of(client, "/accounts/me/") == few < 15
