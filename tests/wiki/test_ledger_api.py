"""The ledger as data."""

import pytest

from wiki.services import accept_suggestion
from wiki.services.answering import answer_opinions, correct_answer, take_in_opinion

pytestmark = pytest.mark.django_db
URL = "/api/v1/public/wiki/documents/{}/ledger/"


@pytest.fixture
def letter(document, moderator):
    def letter(text, **more):
        return take_in_opinion(actor=moderator, document_id=document.pk, text=text, channel="import", **more)

    return letter


def test_figures_opinions_and_answers(client, document, citizen, moderator, suggest, letter):
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    accept_suggestion(moderator=moderator, suggestion=suggestion, reason="合理。")
    first, waits = letter("罚得太重，电话13812345678。"), letter("来信二。")
    answer_opinions(moderator=moderator, opinions=[first], outcome="rejected", reason="已有规定。")
    correct_answer(
        moderator=moderator, opinion=first, outcome="partly", reason="另行规定。", why="重新研究过。"
    )
    data = client.get(URL.format(document.slug)).json()
    assert {name: data["figures"][name] for name in ("received", "answered", "missing", "percent")} == {
        "received": 3,
        "answered": 2,
        "missing": 1,
        "percent": 66,
    }
    assert [one["id"] for one in data["results"]] == [waits.pk, first.pk, suggestion.opinion.pk]
    waiting, corrected, adopted = data["results"]
    assert waiting["answer"] is None
    assert "13812345678" not in corrected["text"]
    assert (corrected["answer"]["outcome"], corrected["answer"]["corrections"][0]["outcome"]) == (
        "partly",
        "rejected",
    )
    assert adopted["answer"]["version"] == 2
    assert adopted["answer"]["current_url"].endswith(f"#c{suggestion.clause_id}")


def test_pages_by_their_edges(client, document, letter):
    made = [letter(f"第{number}封。").pk for number in range(5)]
    url = URL.format(document.slug)
    first = client.get(url, {"limit": 2}).json()
    second = client.get(url, {"limit": 2, "before": first["older"]}).json()
    third = client.get(url, {"limit": 2, "before": second["older"]}).json()
    ids = [one["id"] for page in (first, second, third) for one in page["results"]]
    assert ids == made[::-1]
    assert (first["newer"], third["older"]) == (None, None)
    assert client.get(url, {"limit": 2, "after": second["newer"]}).json()["results"] == first["results"]


def test_what_is_no_filter_is_refused_by_name(client, document):
    for name, value in [
        ("outcome", "perhaps"),
        ("clause", "x"),
        ("limit", "0"),
        ("limit", "-1"),
        ("before", "a"),
    ]:
        response = client.get(URL.format(document.slug), {name: value})
        assert response.status_code == 400
        assert name in response.json()["error"]["fields"]


def test_a_draft_has_none(client, make_document):
    assert client.get(URL.format(make_document("draft", opened=False).slug)).status_code == 404
