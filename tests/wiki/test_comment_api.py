"""Comments and votes by the API: the same refusals, the same words, cursors that lose nothing."""

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from wiki.api.base import Writing
from wiki.models import Comment, Vote
from wiki.services.comments import submit_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(citizen):
    client = APIClient()
    client.force_authenticate(citizen)
    cache.clear()
    return client


@pytest.fixture
def base(document):
    return f"/api/v1/public/wiki/documents/{document.slug}/"


@pytest.fixture
def clause(document, clause_of):
    return clause_of(document).clause


def test_commenting_on_words_and_answering(api, base, clause, make_user):
    sent = {"text": "太早了", "quote": "二十一点", "stance": "oppose", "base_version": 1}
    answer = api.post(f"{base}clauses/{clause.pk}/comments/", sent, format="json")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["quote"], made["start"], made["length"], made["anchor"]) == ("二十一点", 7, 4, "quote")
    reply = api.post(
        f"{base}comments/{made['id']}/replies/", {"text": "补充", "base_version": 1}, format="json"
    )
    assert reply.status_code == 201
    assert reply.json()["thread"] == made["id"]
    other = APIClient()
    other.force_authenticate(make_user("third"))
    again = other.post(
        f"{base}comments/{reply.json()['id']}/replies/", {"text": "再答", "base_version": 1}, format="json"
    )
    assert again.json()["thread"] == made["id"]
    thread = other.get(f"{base}comments/{made['id']}/").json()
    assert thread["reply_count"] == 2
    assert [one["text"] for one in thread["replies"]] == ["补充", "再答"]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"text": ""}, 400, "invalid_text"),
        ({"quote": "没有的话"}, 400, "invalid_text"),
        ({"stance": "愤怒"}, 400, "invalid_text"),
        ({"base_version": 9}, 400, "invalid_text"),
    ],
)
def test_refusals_have_one_shape_and_store_nothing(api, base, clause, sent, status, code):
    given = {"text": "一句话", "base_version": 1} | sent
    answer = api.post(f"{base}clauses/{clause.pk}/comments/", given, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not Comment.objects.exists()


def test_strangers_read_and_do_not_write(client, base, clause, document, citizen):
    one = submit_comment(author=citizen, clause=clause, text="一句话", base_version=1)
    assert client.get(f"{base}comments/").status_code == 200
    for path in (
        f"clauses/{clause.pk}/comments/",
        f"comments/{one.pk}/replies/",
        f"comments/{one.pk}/withdraw/",
    ):
        assert client.post(base + path, {}, content_type="application/json").status_code in (401, 403)
    assert client.post(f"{base}votes/", {}, content_type="application/json").status_code in (401, 403)


@pytest.mark.parametrize("sort", ["new", "agreed", "contested"])
def test_a_cursor_goes_through_all_of_them_once(api, base, clause, citizen, settings, sort):
    settings.WIKI_COMMENTS_PER_HOUR = 100
    made = {
        submit_comment(author=citizen, clause=clause, text=f"第{n}条", base_version=1).pk for n in range(25)
    }
    seen, url = [], f"{base}comments/?sort={sort}&limit=10"
    while url:
        page = api.get(url).json()
        seen += [one["id"] for one in page["results"]]
        url = page["next"]
    assert len(seen) == 25
    assert set(seen) == made


def test_filters(api, base, document, clause, clause_of, citizen):
    one = submit_comment(author=citizen, clause=clause, text="甲", base_version=1, stance="support")
    other = clause_of(document, "第二条").clause
    two = submit_comment(author=citizen, clause=other, text="乙", base_version=1, stance="oppose")

    def ids(query):
        return [row["id"] for row in api.get(f"{base}comments/?{query}").json()["results"]]

    assert ids("stance=support") == [one.pk]
    assert ids(f"clause={other.pk}") == [two.pk]
    assert ids("clause=x&stance=y&sort=z") == [two.pk, one.pk]
    assert api.get(f"{base}comments/?cursor=nonsense").status_code == 404


def test_withdrawing(api, base, clause, citizen, neighbour):
    one = submit_comment(author=citizen, clause=clause, text="收回的话", base_version=1)
    theirs = submit_comment(author=neighbour, clause=clause, text="别人的话", base_version=1)
    assert api.post(f"{base}comments/{theirs.pk}/withdraw/").status_code == 403
    assert api.post(f"{base}comments/{one.pk}/withdraw/").status_code == 204
    assert [row["text"] for row in api.get(f"{base}comments/").json()["results"]] == ["别人的话"]


def test_voting(api, base, clause, citizen):
    one = submit_comment(author=citizen, clause=clause, text="一句话", base_version=1)

    def cast(**given):
        return api.post(f"{base}votes/", given, format="json")

    assert cast(on="comment", id=one.pk, value=1).json() == {"ups": 1, "downs": 0, "score": 1, "mine": 1}
    assert cast(on="comment", id=one.pk, value=0).json() == {"ups": 0, "downs": 0, "score": 0, "mine": 0}
    assert cast(on="clause", id=clause.pk, value=-1).json()["score"] == -1
    assert cast(on="comment", id=10**9, value=1).status_code == 404
    assert cast(on="planet", id=1, value=1).status_code == 400
    assert cast(on="comment", id=one.pk, value=3).status_code == 400
    assert Vote.objects.count() == 1


def test_a_program_that_writes_too_fast_is_slowed_down(api, base, clause, monkeypatch):
    monkeypatch.setattr(Writing, "rate", "2/min")
    sent = {"on": "clause", "id": clause.pk, "value": 1}
    assert [api.post(f"{base}votes/", sent, format="json").status_code for _ in range(3)] == [200, 200, 429]
