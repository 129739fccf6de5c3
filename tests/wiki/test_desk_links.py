"""Every desk page that somebody may open is found by links from the desk's first page, and those links all answer."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from wiki.desk.urls import urlpatterns
from wiki.findings import Offered
from wiki.models import AnswerTemplate, ClauseReading, Doubt, Evidence, Holding, Offer
from wiki.services import accept_suggestion
from wiki.services.answering import answer_opinions
from wiki.services.comments import submit_comment
from wiki.services.evidence import put_forward
from wiki.services.opinion_groups import group_opinions
from wiki.services.statements import add_statement

pytestmark = pytest.mark.django_db
HREF = re.compile(r'href="([^"]+)"')


@pytest.fixture
def writer(make_user):
    return make_user(
        "writer", "wiki.manage_document", "wiki.moderate_suggestion", "wagtailadmin.access_admin"
    )


@pytest.fixture
def numbers(document, citizen, neighbour, moderator, suggest, clause_of):
    """Put one of everything in the document; return the number that each part of an address stands for."""
    row = clause_of(document)
    early = suggest(document, neighbour, "五百元", "三百元", label="第二条")
    accept_suggestion(moderator=moderator, suggestion=early)
    suggestion = suggest(document, citizen, "二十一点", "二十二点")

    def say(author, text):
        return submit_comment(
            author=author, clause=row.clause, text=text, stance="support", base_version=document.version
        )

    comment, answered = say(citizen, "二十一点太早了。"), say(neighbour, "收摊以后要打扫干净。")
    answer_opinions(
        moderator=moderator, opinions=[answered.opinion], outcome="rejected", reason="已转有关单位。"
    )
    held = say(neighbour, "加微信号 abc12345 有优惠，办证刷单兼职日结")
    group_opinions(document_id=document.pk, clause_id=row.clause_id)
    add_statement(author=moderator, document=document, text="早市应当六点以前开门")
    now = timezone.now()
    ClauseReading.objects.update_or_create(
        clause=row.clause, defaults={"document": document, "evidence_at": now, "evidence_count": 1}
    )
    Evidence.objects.create(
        document=document,
        clause=row.clause,
        reference="BJ1",
        title="收摊太晚",
        url="/",
        score=0.8,
        found_at=now,
    )
    said = [Offered(row.clause_id, "wechat", "c1", "希望晚一点收摊", 0.7, "", now)]
    put_forward(document_id=document.pk, offers=said)
    doubt = Doubt.objects.create(document=document, clause=row.clause, rule="gap", message="缺少第三条。")
    phrase = AnswerTemplate.objects.create(name="重复", text="已有规定。")
    return {
        "suggestion": suggestion.pk,
        "group": suggestion.pk,
        "holding": Holding.objects.get(comment=held).pk,
        "template": phrase.pk,
        "doubt_settle": doubt.pk,
        "answer_correct": answered.opinion.pk,
        "writer_rename": comment.opinion.pk,
        "writer_move": comment.opinion.pk,
        "offer": Offer.objects.get().pk,
        "statement": document.statements.get().pk,
        "comment": comment.pk,
        "document": document.pk,
        "clause": row.clause_id,
    }


def addresses(numbers):
    """Yield every address of the desk, filled in."""
    for entry in urlpatterns:
        for values in (
            {},
            {"pk": numbers.get(entry.name, numbers["document"])},
            {"clause_id": numbers["clause"]},
            {"pk": numbers["document"], "clause_id": numbers["clause"]},
        ):
            try:
                yield reverse(f"wiki_desk:{entry.name}", kwargs=values)
            except NoReverseMatch:
                continue
            break
        else:
            pytest.fail(f"no number for {entry.name}")


def crawl(client, start):
    """Return desk path → status of all that links lead to; a path is looked at once per set of query names."""
    seen, found, waiting = set(), {}, [start]
    while waiting:
        url = waiting.pop(0)
        parts = urlsplit(url)
        key = (parts.path, tuple(sorted(pair.split("=")[0] for pair in parts.query.split("&"))))
        if key in seen or not parts.path.startswith(reverse("wiki_desk:index")):
            continue
        seen.add(key)
        response = client.get(url)
        found[parts.path] = min(response.status_code, found.get(parts.path, 999))
        if response.status_code == 302:
            waiting.append(urljoin(url, response.url))
            continue
        html = response.content.decode()
        waiting += [urljoin(url, unescape(href)) for href in HREF.findall(html)]
    return found


@pytest.mark.parametrize("role", ["moderator", "manager", "writer"])
def test_every_page_one_may_open_is_found_by_links(client, request, numbers, role):
    client.force_login(request.getfixturevalue(role))
    mine = {path for path in addresses(numbers) if client.get(path).status_code == 200}
    found = crawl(client, reverse("wiki_desk:index"))
    assert mine
    assert mine - set(found) == set()
    refused = {path: status for path, status in found.items() if status != 200}
    assert set(refused) <= {reverse("wiki_desk:index")}, "a link to a page that is not for this person"
    assert (reverse("wiki_desk:index") in refused) == (role == "manager")


def test_a_moderator_reads_what_a_manager_changes(client, document, moderator, citizen, clause_of):
    row = clause_of(document)
    submit_comment(
        author=citizen, clause=row.clause, text="太早了。", stance="support", base_version=document.version
    )
    client.force_login(moderator)
    listed = client.get(reverse("wiki_desk:documents")).content.decode()
    answers = reverse("wiki_desk:answers", args=[document.pk])
    assert f'href="{answers}">答复意见 <span class="wiki-count">1</span>' in listed
    assert reverse("wiki_desk:document_new") not in listed
    assert reverse("wiki_desk:text", args=[document.pk]) not in listed
    page = client.get(reverse("wiki_desk:document", args=[document.pk])).content.decode()
    assert document.title in page
    assert 'name="title"' not in page
    assert 'name="action"' not in page
    assert (
        client.post(reverse("wiki_desk:document", args=[document.pk]), {"title": "别的"}).status_code == 302
    )
    document.refresh_from_db()
    assert document.title != "别的"


def test_the_list_of_documents_costs_the_same(client, make_document, moderator, citizen, suggest):
    client.force_login(moderator)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("wiki_desk:documents")).status_code == 200
        return len(queries)

    suggest(make_document("first"), citizen, "二十一点", "二十二点")
    cost()
    before = cost()
    for number in range(3):
        suggest(make_document(f"more-{number}"), citizen, "二十一点", "二十二点")
    assert cost() == before
