"""Atom feeds: what happens to all documents and to one, with ids that stay and answers to "has it changed"."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from wiki.services import accept_suggestion, change_stage
from wiki.services.facts import DocumentFacts, change_facts, facts_now, stamp_of
from wiki.workflow import StageAction

ATOM = "{http://www.w3.org/2005/Atom}"
pytestmark = pytest.mark.django_db


def entries(client, url):
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(response.content)
    return root, root.findall(f"{ATOM}entry")


def titles(found):
    return [entry.findtext(f"{ATOM}title") for entry in found]


def test_one_document_tells_its_versions_stages_and_dates(
    client, document, manager, citizen, moderator, suggest
):
    url = reverse("wiki:document_feed", args=[document.slug])
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
    later = DocumentFacts(
        **{**facts_now(document).__dict__, "closes_at": document.closes_at + timedelta(days=9)}
    )
    change_facts(actor=manager, document=document, seen=stamp_of(document), facts=later, reason="多些时间")
    change_stage(actor=None, document=document, action=StageAction.CLOSE)
    root, found = entries(client, url)
    assert titles(found) == [
        "结束征求意见", "延长征求意见", "第 2 版：采纳修改建议", "开始征求意见", "第 1 版：导入文件",
    ]  # fmt: skip
    assert root.findtext(f"{ATOM}title") == document.title
    ids = [entry.findtext(f"{ATOM}id") for entry in found]
    assert len(set(ids)) == 5
    assert all(one.startswith("tag:testserver,2026:wiki/") for one in ids)
    updated = [entry.findtext(f"{ATOM}updated") for entry in found]
    assert updated == sorted(updated, reverse=True)
    assert root.findtext(f"{ATOM}updated") == updated[0]
    assert all(entry.find(f"{ATOM}link").get("href").startswith("http://testserver/wiki/") for entry in found)
    assert [entry.findtext(f"{ATOM}id") for entry in entries(client, url)[1]] == ids


def test_all_documents_in_one_feed_drafts_in_none(client, make_document):
    make_document("public")
    draft = make_document("draft", opened=False)
    _, found = entries(client, reverse("wiki:feed"))
    assert len(found) == 2
    assert all(title.startswith("《摊贩管理办法") for title in titles(found))
    assert "/wiki/draft/" not in client.get(reverse("wiki:feed")).content.decode()
    assert client.get(reverse("wiki:document_feed", args=[draft.slug])).status_code == 404


def test_an_empty_feed_stays_the_same(client):
    first = client.get(reverse("wiki:feed"))
    assert client.get(reverse("wiki:feed")).content == first.content


def test_readers_that_have_it_are_told_so(client, document):
    url = reverse("wiki:feed")
    first = client.get(url)
    assert client.get(url, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert client.get(url, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
    change_stage(actor=None, document=document, action=StageAction.CLOSE)
    assert client.get(url, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_queries_do_not_grow_with_the_versions(
    client, document, citizen, moderator, suggest, django_assert_num_queries
):
    url = reverse("wiki:feed")
    with django_assert_num_queries(2):
        client.get(url)
    for old, new in (("二十一点", "二十二点"), ("二十二点", "二十三点"), ("周边", "四周")):
        accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, old, new))
    with django_assert_num_queries(2):
        client.get(url)
