"""The receipt code shows a report's words on another device of the person who reported, and to nobody else."""

import pytest
from django.test import Client

from civic.cases.services import submit_report
from tests.factories import INSIDE

pytestmark = pytest.mark.django_db
WORDS = "槐花胡同口的路灯连着三天不亮"


def test_number_and_code_together_show_the_words(client: Client) -> None:
    report = submit_report(text=WORDS, channel="web", lon=INSIDE[0], lat=INSIDE[1]).report
    page = f"/cases/{report.number}/"
    assert WORDS not in client.get(page).content.decode()
    wrong = client.post(f"{page}claim/", {"secret": "AAAAAAAAAA"}, follow=True).content.decode()
    assert WORDS not in wrong
    assert "对不上" in wrong
    spaced = f"{report.secret[:5].lower()} {report.secret[5:].lower()}"
    assert WORDS in client.post(f"{page}claim/", {"secret": spaced}, follow=True).content.decode()
    assert WORDS not in Client().get(page).content.decode()


@pytest.mark.usefixtures("still_clock")
def test_codes_cannot_be_tried_out(client: Client) -> None:
    report = submit_report(text=WORDS, channel="web").report
    answers = [
        client.post(f"/cases/{report.number}/claim/", {"secret": str(n)}).status_code for n in range(12)
    ]
    assert answers[0] == 302
    assert answers[-1] == 429


@pytest.mark.parametrize("number", ["BJ0000000000000", "nonsense", "BJ2611220011418"])
def test_an_unknown_number_says_no_more_than_a_wrong_code(client: Client, number: str) -> None:
    assert client.post(f"/cases/{number}/claim/", {"secret": "x"}).status_code == 302
