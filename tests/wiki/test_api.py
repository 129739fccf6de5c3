"""The native API of the wiki: reading for all, suggesting with a session or a token, errors in one shape."""

import pytest

from wiki.models import Suggestion
from wiki.services import accept_suggestion

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/public/wiki/documents/"


def get(client, path="", status=200):
    response = client.get(ROOT + path)
    assert response.status_code == status
    return response.json()


def post(client, document, clause_id, status, **changes):
    body = {"text": "商户应当收摊。", "reason": "更简短", "base_version": 1} | changes
    response = client.post(
        f"{ROOT}{document.slug}/clauses/{clause_id}/suggestions/", body, content_type="application/json"
    )
    assert response.status_code == status
    return response.json()


def test_reading(client, document, make_document, citizen, moderator, suggest, clause_of):
    make_document("secret", opened=False)
    accept_suggestion(
        moderator=moderator,
        suggestion=suggest(document, citizen, "二十一点", "二十二点"),
        reason="夏天天黑得晚",
    )
    suggest(document, citizen, "垃圾", "垃圾和油污", reason="电话13800138000")
    listed = get(client)
    assert [item["slug"] for item in listed["results"]] == ["stalls"]
    detail = get(client, "stalls/")
    assert (detail["version"], detail["accepted_count"], detail["undecided_count"]) == (2, 1, 1)
    assert [line["label"] for line in detail["clauses"]][:3] == ["第一章", "第一条", "第二条"]
    assert detail["clauses"][1]["parent"] == detail["clauses"][0]["id"]
    assert [version["number"] for version in get(client, "stalls/versions/")["results"]] == [2, 1]
    clause = get(client, f"stalls/clauses/{clause_of(document).clause_id}/")
    assert "二十二点" in clause["text"]
    assert [opinion["status"] for opinion in clause["suggestions"]] == ["pending", "accepted"]
    assert clause["suggestions"][1]["decision"]["reason"] == "夏天天黑得晚"
    assert clause["suggestions"][0]["decision"] is None
    assert "13800138000" not in str(clause)
    assert "citizen" not in str(clause)


@pytest.mark.parametrize("path", ["secret/", "secret/versions/", "nothing/", "stalls/clauses/99999/"])
def test_what_is_not_there_or_not_public(client, document, make_document, path):
    make_document("secret", opened=False)
    get(client, path, 404)


def test_suggesting_by_session_and_by_token(client, document, citizen, neighbour, clause_of):
    from rest_framework.authtoken.models import Token

    clause_id = clause_of(document).clause_id
    assert post(client, document, clause_id, 401)["error"]["message"]
    client.force_login(citizen)
    receipt = post(client, document, clause_id, 201)
    assert Suggestion.objects.get(pk=receipt["id"]).author == citizen
    client.logout()
    client.defaults["HTTP_AUTHORIZATION"] = f"Token {Token.objects.create(user=neighbour).key}"
    assert post(client, document, clause_id, 201)["status"] == "pending"


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"text": "长" * 9000}, 400, "invalid_text", "text"),
        ({"text": "坏\u0007字"}, 400, "invalid_text", "text"),
        ({"reason": ""}, 400, "invalid_text", "reason"),
        ({"base_version": 0}, 400, "invalid", "base_version"),
        ({"base_version": "x"}, 400, "invalid", "base_version"),
        ({"text": None}, 400, "invalid", "text"),
        ({"base_version": 7}, 400, "invalid_text", "base_version"),
    ],
)
def test_refusals(client, document, citizen, clause_of, changes, status, code, field):
    client.force_login(citizen)
    error = post(client, document, clause_of(document).clause_id, status, **changes)["error"]
    assert error["code"] == code
    assert field in error["fields"]
    assert not Suggestion.objects.exists()


def test_a_stale_base_gives_the_text_of_now(
    client, document, citizen, neighbour, moderator, suggest, clause_of
):
    accept_suggestion(moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十二点"))
    client.force_login(citizen)
    error = post(client, document, clause_of(document).clause_id, 409)["error"]
    assert error["code"] == "stale_base"
    assert error["current"] == {"text": clause_of(document).text, "version": 2}


class TestUnsigned:
    """Where the site takes suggestions of people who have not signed in, the API takes them as the pages do."""

    @pytest.fixture(autouse=True)
    def allowed(self, settings):
        settings.WIKI_UNSIGNED_SUGGESTIONS = True
        settings.WIKI_SUGGESTIONS_SHOWN = "at_once"

    def test_it_is_taken_and_held_back(self, client, document, clause_of):
        clause_id = clause_of(document).clause_id
        receipt = post(client, document, clause_id, 201)
        assert (receipt["status"], receipt["held_by"]) == ("pending", "unsigned")
        kept = Suggestion.objects.get()
        assert (kept.author, kept.held_by, kept.opinion.held_by) == (None, "unsigned", "unsigned")
        shown = client.get(f"{ROOT}{document.slug}/clauses/{clause_id}/").json()
        assert shown["suggestions"] == []

    def test_one_address_sends_so_many_an_hour(self, still_clock, client, document, clause_of, settings):
        settings.INTAKE_RATE_EXEMPT = []
        row = clause_of(document)
        for number in range(10):
            post(client, document, row.clause_id, 201, text=f"{row.text}{number}")
        error = post(client, document, row.clause_id, 429, text="第十一个")["error"]
        assert error["code"] == "too_many"
        assert Suggestion.objects.count() == 10

    def test_nobodys_suggestion_is_replaced(self, client, document, clause_of, citizen, suggest):
        clause_id = clause_of(document).clause_id
        others = [post(client, document, clause_id, 201)["id"], suggest(document, citizen, "垃圾", "油污").pk]
        for pk in others:
            post(client, document, clause_id, 404, replaces=pk, text="换掉别人的。")
        assert Suggestion.objects.filter(status="withdrawn").count() == 0

    def test_who_has_signed_in_signs(self, client, document, clause_of, citizen):
        client.force_login(citizen)
        receipt = post(client, document, clause_of(document).clause_id, 201)
        assert receipt["held_by"] == ""
        assert Suggestion.objects.get().author == citizen
