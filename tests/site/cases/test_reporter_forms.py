"""A refused form on the progress page: the browser comes back to it, and its error stands beside it."""

import pytest
from django.test import Client

from civic.cases.models import Rating, Report
from tests.factories import make_report
from tests.site.cases.closing import Office

pytestmark = pytest.mark.django_db


def own(report: Report) -> Client:
    """Return the browser of the person who reported."""
    client = Client()
    client.post(f"/cases/{report.number}/claim/", {"secret": report.secret})
    return client


def refused(client: Client, report: Report, **posted: str) -> str:
    response = client.post(f"/cases/{report.number}/act/", posted)
    assert response.status_code >= 400
    return response.content.decode()


def test_a_rating_without_stars_is_refused_beside_the_form() -> None:
    report = make_report()
    Office().handle(report)
    page = refused(own(report), report, action="rate", solved="no", words="还是没人收")
    assert f'action="/cases/{report.number}/act/#rate"' in page
    assert '<p class="field-error" id="rate-error" role="alert">' in page
    assert 'aria-describedby="rate-error"' in page
    assert "还是没人收" in page
    assert 'class="container messages"' not in page
    assert not Rating.objects.exists()


def test_an_empty_addition_is_refused_beside_the_form() -> None:
    report = make_report()
    page = refused(own(report), report, action="add", words="")
    assert 'id="add-error"' in page
    assert f'action="/cases/{report.number}/act/#add"' in page
    assert '<details class="more" id="add" open>' in page


def test_what_can_no_longer_be_done_is_said_at_the_head() -> None:
    """The page was left open; its form is not shown any more, so there is nothing to stand beside."""
    report = make_report()
    page = refused(own(report), report, action="rate", solved="yes", stars="5")
    assert 'class="container messages"' in page
    assert "rate-error" not in page


def test_what_was_done_is_said_at_the_head() -> None:
    """A fragment outlives a redirect that has none: the page would open below what it says."""
    report = make_report()
    client = own(report)
    done = client.post(f"/cases/{report.number}/act/", {"action": "add", "words": "就在三号门旁边"})
    assert done["Location"] == f"/cases/{report.number}/#top"
    assert "已经补充" in client.get(done["Location"]).content.decode()


def test_a_bad_address_is_refused_at_its_field() -> None:
    report = make_report()
    response = Client().post(f"/cases/{report.number}/subscribe/", {"email": "不是邮箱"})
    page = response.content.decode()
    assert response.status_code == 400
    assert f'action="/cases/{report.number}/subscribe/#subscribe"' in page
    assert 'aria-describedby="subscribe-hint subscribe-error" value="不是邮箱" aria-invalid="true"' in page
    assert '<section class="section" id="subscribe"' in page
