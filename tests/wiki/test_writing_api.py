"""The API of writing: all kinds of suggestion, one's own, taking back, wording anew, drafts, presence."""

import pytest

from wiki.models import Draft, Suggestion
from wiki.services import accept_suggestion

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/public/wiki/"


def call(client, method, path, status, body=None):
    response = getattr(client, method)(ROOT + path, body or {}, content_type="application/json")
    assert response.status_code == status, response.content.decode()[:500]
    return response.json() if response.content else None


@pytest.fixture
def signed_in(client, citizen):
    client.force_login(citizen)
    return client


def test_every_kind_and_how_it_is_listed(signed_in, document, clause_of):
    first, second = clause_of(document), clause_of(document, "第二条")
    base = f"documents/{document.slug}/clauses/{first.clause_id}/"
    common = {"reason": "更清楚", "base_version": 1}
    call(signed_in, "post", base + "suggestions/", 201, common | {"kind": "add", "text": "第九条 新的。"})
    call(signed_in, "post", base + "suggestions/", 201, common | {"kind": "delete"})
    call(signed_in, "post", base + "suggestions/", 201, common | {"kind": "move", "to": second.clause_id})
    call(signed_in, "post", base + "suggestions/", 400, common | {"kind": "turn"})
    call(signed_in, "post", base + "suggestions/", 400, common | {"kind": "move"})
    call(signed_in, "post", base + "suggestions/", 404, common | {"kind": "move", "to": 99999999})
    listed = signed_in.get(ROOT + base).json()["suggestions"]
    assert [(one["kind"], one["parent"], one["after"], one["carried_text"]) for one in listed] == [
        ("move", first.parent_id, second.clause_id, ""),
        ("delete", None, None, ""),
        ("add", first.parent_id, first.clause_id, "第九条 新的。"),
    ]


def test_ones_own_and_taking_back(signed_in, document, citizen, neighbour, suggest):
    mine = suggest(document, citizen, "二十一点", "二十二点", reason="我的电话13800138000")
    theirs = suggest(document, neighbour, "垃圾", "杂物")
    listed = signed_in.get(ROOT + "suggestions/mine/").json()["results"]
    assert [(one["id"], one["reason"]) for one in listed] == [(mine.pk, "我的电话13800138000")]
    path = f"documents/{document.slug}/suggestions/"
    assert call(signed_in, "post", f"{path}{mine.pk}/withdraw/", 200)["status"] == "withdrawn"
    call(signed_in, "post", f"{path}{theirs.pk}/withdraw/", 404)
    call(signed_in, "post", f"documents/other/suggestions/{mine.pk}/withdraw/", 404)


def test_wording_anew(signed_in, document, citizen, neighbour, moderator, suggest, clause_of):
    mine = suggest(document, citizen, "二十一点", "二十二点")
    path = f"documents/{document.slug}/suggestions/{mine.pk}/rebase/"
    call(signed_in, "post", path, 409, {"text": "别的写法。", "seen_version": 1})
    accept_suggestion(moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十点"))
    call(signed_in, "post", path, 400, {"text": "别的写法。"})
    stale = call(signed_in, "post", path, 409, {"text": "别的写法。", "seen_version": 1})
    assert stale["error"]["current"]["version"] == 2
    done = call(signed_in, "post", path, 200, {"text": "别的写法。", "seen_version": 2})
    assert (done["status"], done["carried_text"], done["carried_version"]) == ("pending", "别的写法。", 2)


def test_drafts(signed_in, document, clause_of):
    path = f"documents/{document.slug}/clauses/{clause_of(document).clause_id}/drafts/"
    first = call(signed_in, "put", path + "change/", 200, {"text": "一半", "base_version": 1})
    other = call(signed_in, "put", path + "change/", 200, {"text": "另一半", "base_version": 1})
    assert (first["other"], other["other"]["text"]) == ({}, "一半")
    call(signed_in, "put", path + "turn/", 400, {"text": "一半", "base_version": 1})
    listed = signed_in.get(ROOT + "drafts/").json()["results"]
    assert [(one["document"], one["kind"], one["text"]) for one in listed] == [
        (document.slug, "change", "另一半")
    ]
    call(signed_in, "delete", path + "change/", 204)
    assert not Draft.objects.exists()


def test_presence(signed_in, document, clause_of):
    clause_id = clause_of(document).clause_id
    path = f"documents/{document.slug}/clauses/{clause_id}/presence/"
    assert call(signed_in, "post", path, 200) == {"editors": 1}
    assert signed_in.get(f"{ROOT}documents/{document.slug}/presence/").json() == {
        "clauses": {str(clause_id): 1}
    }
    assert call(signed_in, "post", path, 200, {"leave": True}) == {"editors": 0}
    signed_in.logout()
    call(signed_in, "post", path, 401)
    assert not Suggestion.objects.exists()
