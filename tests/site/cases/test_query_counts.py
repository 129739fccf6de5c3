"""What a page asks of the database does not grow with the cases: as many queries for two hundred as for ten."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from civic.accounts.models import District
from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Rating, Report
from tests.bench import bench_desk
from tests.bench.bench_desk import fill
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
DESK = "/admin/cases/"
ADDRESSES = [
    DESK, f"{DESK}?step=all", f"{DESK}?urged=on", f"{DESK}?urgent=on", f"{DESK}?q=井盖", f"{DESK}points/",
    f"{DESK}points/?step=all", f"{DESK}export.csv?step=all", f"{DESK}export.xlsx?step=all", f"{DESK}evaluation/?days=365",
    f"{DESK}evaluation/cases/?days=365", f"{DESK}evaluation/cases/?days=365&by=code&what=late", f"{DESK}triage/",
    f"{DESK}triage/quality/", f"{DESK}triage/quality/cases/", "/api/v1/staff/cases/?step=all", "/cases/", "/cases/?q=垃圾",
    "/cases/?street=望京", "/cases/feed/", "/open311/v2/requests.json", "/open311/v2/servicerequestupdates.json",
    "/api/v1/public/map/cases?bbox=116,39,117,41&zoom=12",
]  # fmt: skip


def more(count: int, *, of: int) -> None:
    """Make so many cases more of which every page shows some: open, unconfirmed, urged, decided, late and rated."""
    fill(count, start=of)
    Case.objects.update(
        district=District.objects.all()[0], matter_code="06010", code_source="nlp", code_certain=False, urged=1,
        urgent=True, street="望京街道",
    )  # fmt: skip
    Report.objects.update(received_at=timezone.now())  # Open311 lists the last 90 days
    fresh = list(Report.objects.order_by("-pk")[:count])
    for kind, data in (("recoded", {"from": "06010", "to": "06011"}), ("escalated", {"step": "handling"})):
        CaseEvent.objects.bulk_create(CaseEvent(case_id=one.case_id, kind=kind, data=data) for one in fresh)
    Rating.objects.bulk_create(Rating(report=one, round=0, solved=True, stars=4) for one in fresh)


def asked(client: Client, address: str) -> int:
    """Return the queries of an answer that is read to its end."""
    for _ in range(2):  # the first fills what is kept for a minute
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
            if response.streaming:
                b"".join(response)
        assert response.status_code == 200, address
    return len(captured)


@pytest.mark.parametrize("role", [Role.CASE_CLERK, Role.DISTRICT_OFFICER])
def test_two_hundred_cases_take_no_more_queries_than_ten(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_desk, "OPEN_SHARE", 0.8)
    client, clerk = Client(), role == Role.CASE_CLERK
    client.force_login(UserFactory(roles=[role], district=None if clerk else District.objects.all()[0].name))
    addresses = [one for one in ADDRESSES if clerk or one != f"{DESK}triage/"]
    more(10, of=0)
    few = {address: asked(client, address) for address in addresses}
    more(190, of=10)
    many = {address: asked(client, address) for address in addresses}
    assert {one: (few[one], many[one]) for one in addresses if many[one] > few[one]} == {}
    assert max(many.values()) <= 15, many
