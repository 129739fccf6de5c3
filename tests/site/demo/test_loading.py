"""The demo tells the whole story of a case, in the past, once, and only where there is a demo."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from civic.accounts.models import User
from civic.cases.models import Case, CaseEvent, Photo, Rating, Report, Step
from civic.cases.triage_quality import decisions, first_week
from civic.core.demo import ACCOUNT_PREFIX, PASSWORD
from civic.demo import loading
from civic.demo.rows import rows_of
from civic.demo.stories import Story, load_partner, reward
from civic.engagement.models import Point, Subscription
from civic.partners.models import Webhook

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(db: None) -> list[Report]:
    """Load the cases of which a story is told; a second time they are there already."""
    loading.load_departments()
    loading.load_people()
    load_partner()
    named = {row["case"] for row in rows_of("stories.csv")}
    rows = [row for row in rows_of("cases.csv") if row["id"] in named]
    reports = [report for row in rows if (report := loading.load_case(row))]
    reward(reports)
    assert len(reports) == len(named)
    assert [loading.load_case(row) for row in rows] == [None] * len(rows)
    return reports


def test_every_kind_of_case_is_there(told: list[Report]) -> None:
    cases = Case.objects.all()
    assert set(cases.values_list("step", flat=True)) >= {
        Step.INTAKE, Step.DISPATCH, Step.HANDLING, Step.FEEDBACK, Step.VERIFICATION, Step.CLOSED,
    }  # fmt: skip
    assert set(cases.filter(step=Step.CLOSED).values_list("outcome", flat=True)) == {
        "resolved", "declined", "merged",
    }  # fmt: skip
    assert cases.get(reopened=1).step == Step.HANDLING
    assert cases.get(paused_at__isnull=False).step == Step.HANDLING
    assert cases.filter(supervised_at__isnull=False, urged__gt=0).exists()
    assert cases.filter(supports=2).exists()
    assert Rating.objects.filter(solved=True).count() >= 3
    assert Photo.objects.filter(event=None).count() == 3
    assert Photo.objects.filter(event__action="answer").count() == 4
    assert CaseEvent.objects.filter(action="release_results").count() == 3


def test_nothing_happens_in_the_future(told: list[Report]) -> None:
    now = timezone.now()
    assert not CaseEvent.objects.filter(created_at__gt=now).exists()
    assert not Case.objects.filter(closed_at__gt=now).exists()
    assert not Rating.objects.filter(created_at__gt=now).exists()


def test_a_citizen_has_reports_points_and_subscriptions(told: list[Report]) -> None:
    citizen = User.objects.get(username=ACCOUNT_PREFIX + "citizen1")
    assert citizen.check_password(PASSWORD)
    assert Report.objects.filter(reporter=citizen).count() == 7
    assert Point.objects.filter(user=citizen, reason="report_solved").count() == 2
    assert Subscription.objects.filter(user=citizen, ended_at=None).count() == 9
    client = Client()
    client.force_login(citizen)
    page = client.get("/accounts/me/").content.decode()
    assert Report.objects.filter(reporter=citizen).latest("received_at").number in page


def test_clerks_agreed_with_some_codes_and_not_with_others(told: list[Report]) -> None:
    found = decisions(User.objects.get(username="demo-clerk"), since=first_week(timezone.now()))
    assert len(found) >= 5
    assert any(one.right for one in found)


def test_the_demo_partner_is_sent_nothing(told: list[Report]) -> None:
    assert [hook.active for hook in Webhook.objects.all()] == [False]
    assert Report.objects.get(source_ref="LX-20488").partner.username == "partner:partner-demo"


def test_every_story_is_of_a_case_and_by_somebody_of_the_demo() -> None:
    cases = {row["id"] for row in rows_of("cases.csv")}
    people = {row["username"] for row in rows_of("people.csv")} | {"partner-demo"}
    for row in rows_of("stories.csv"):
        assert row["case"] in cases
        assert row["by"] in people
        assert row["is_demo"] == "true"
        if row["what"] == "merge":  # the case that it is put into is loaded before
            assert row["value"] < row["case"]


def test_a_case_of_which_nothing_is_told_goes_the_usual_way() -> None:
    assert Story("demo-000").submission() == {}
    assert not Story("demo-000").rated


def test_there_is_no_demo_in_production(settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_demo", verbosity=0)
    assert not User.objects.filter(username__startswith=ACCOUNT_PREFIX).exists()
