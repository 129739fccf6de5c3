"""What reading costs: few queries however large the document, nothing written, the kept page never out of date."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wiki import reading, viewing
from wiki.kinds import Kind
from wiki.models import Document, Event, Suggestion
from wiki.parsing import Node
from wiki.services import accept_suggestion, change_stage
from wiki.services.comments import submit_comment
from wiki.services.editing import edit_clause
from wiki.services.votes import vote
from wiki.workflow import StageAction

pytestmark = pytest.mark.django_db
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


def page(client, document):
    response = client.get(document.get_absolute_url(), headers=BROWSER)
    assert response.status_code == 200
    return response.content.decode()


def queries(client, document):
    with CaptureQueriesContext(connection) as captured:
        page(client, document)
    assert not [one["sql"] for one in captured if not one["sql"].startswith("SELECT")], (
        "reading writes nothing"
    )
    return len(captured)


def read(document, now):
    return reading.read(document, now, reading.state_of(document, now))


def articles(count):
    return [Node(Kind.ARTICLE, f"第{n}条", f"这是第{n}条的文字，**重点**在此。") for n in range(count)]


def test_queries_are_few_and_the_same_for_any_size(client, make_document):
    small, large = make_document("small"), make_document("large", nodes=articles(300))
    page(client, small)  # the site's own first look
    cache.delete_many(
        key.format(one.pk) for key in ("wiki:reading:{}", "wiki:page:{}:text") for one in (small, large)
    )
    fresh = [queries(client, one) for one in (small, large)]
    kept = [queries(client, one) for one in (small, large)]
    assert fresh[0] == fresh[1]
    assert kept[0] == kept[1] <= fresh[0] - 5


def test_every_happening_is_on_the_next_page(
    client, document, citizen, neighbour, moderator, manager, suggest, clause_of
):
    row = clause_of(document)
    assert "条建议" not in page(client, document)
    first = suggest(document, citizen, "二十一点", "二十二点")
    assert "1 条建议" in page(client, document)
    accept_suggestion(moderator=moderator, suggestion=first)
    html = page(client, document)
    assert "二十二点" in html
    assert "1 条建议" not in html
    submit_comment(author=neighbour, clause=row.clause, text="太晚了", base_version=2)
    assert "1 条评论" in page(client, document)
    document.refresh_from_db()
    edit_clause(
        actor=manager, document=document, clause_id=row.clause_id, text="全文改写。", reason="统一用语",
        seen_version=document.version,
    )  # fmt: skip
    assert "全文改写。" in page(client, document)
    change_stage(actor=None, document=document, action=StageAction.CLOSE)
    assert "clause-edit" not in page(client, document)


def test_votes_on_a_clause_stand_beside_it(client, document, citizen, neighbour, clause_of):
    first, second = clause_of(document, "第一条").clause, clause_of(document, "第二条").clause
    assert "clause-votes" not in page(client, document)
    vote(voter=citizen, target=first, value=1)
    vote(voter=citizen, target=second, value=1)
    vote(voter=neighbour, target=second, value=-1)
    html = page(client, document)
    assert re.findall(r'class="clause-votes" href="[^"]*/clauses/(\d+)/">([^<]+)', html) == [
        (str(first.pk), "支持 1"),
        (str(second.pk), "支持 1 反对 1"),
    ]
    vote(voter=citizen, target=first, value=-1)
    assert "反对 1</a>" in page(client, document)
    vote(voter=citizen, target=first, value=0)
    assert page(client, document).count("clause-votes") == 1
    lines = Event.objects.filter(action="clause.voted").values_list("actor", "data").distinct()
    assert list(lines) == [(None, {})], "the log does not say who voted for what"


def test_the_hour_of_closing_needs_no_act(client, still_clock, document):
    assert "clause-edit" in page(client, document)
    still_clock.move_to(document.closes_at)
    assert "clause-edit" not in page(client, document)


def test_another_process_that_kept_an_older_page_builds_anew(document):
    now = document.opens_at
    old = read(document, now)
    Event.objects.create(document=document, action="suggestion.submitted")
    assert read(document, now) is not old


def test_what_is_held_back_is_in_no_figure(client, document, citizen, suggest):
    held = suggest(document, citizen, "二十一点", "二十二点")
    Suggestion.objects.filter(pk=held.pk).update(held_by="advertising")
    assert "条建议" not in page(client, document)
    figures = read(document, document.opens_at).figures
    assert (figures["suggestions"], figures["waiting"], figures["accepted"]) == (0, 0, 0)


def test_text_and_labels_are_escaped(client, make_document):
    nodes = [Node(Kind.ARTICLE, "<b>一</b>", "<script>alert(1)</script> & 其他"), Node(Kind.TABLE)]
    nodes[1].children = [Node(Kind.ROW, "", "<i>格</i> | 二")]
    html = page(client, make_document("sharp", nodes=nodes))
    for raw in ("<b>一</b>", "<script>alert", "<i>格</i>"):
        assert raw not in html
    assert "&lt;script&gt;" in html


@pytest.fixture(params=["document", "versions"])
def kept_url(request, document):
    return reverse(f"wiki:{request.param}", args=[document.slug])


def test_a_kept_page_is_read_from_the_document_s_state_alone(client, kept_url):
    first = client.get(kept_url, headers=BROWSER)
    with CaptureQueriesContext(connection) as captured:
        again = client.get(kept_url, headers=BROWSER)
    assert again.content == first.content
    assert len(captured) == 2, "the document and the last line of its log"


def test_a_new_version_is_in_the_history_at_once(client, document, citizen, moderator, suggest):
    url = reverse("wiki:versions", args=[document.slug])
    assert 'id="v2"' not in client.get(url, headers=BROWSER).content.decode()
    accept_suggestion(
        moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"), reason="有理"
    )
    assert 'id="v2"' in client.get(url, headers=BROWSER).content.decode()


def test_what_is_asked_of_the_history_is_answered(client, document):
    url = reverse("wiki:versions", args=[document.slug])
    whole = client.get(url, headers=BROWSER).content
    assert client.get(url, {"version": "9"}, headers=BROWSER).status_code == 404
    assert client.get(url, headers=BROWSER).content == whole


def test_visitors_who_have_the_page_are_told_so(client, document, kept_url, citizen, moderator, suggest):
    url = kept_url
    first = client.get(url, headers=BROWSER)
    assert client.get(url, headers={**BROWSER, "if-none-match": first["ETag"]}).status_code == 304
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
    assert client.get(url, headers={**BROWSER, "if-none-match": first["ETag"]}).status_code == 200
    client.force_login(citizen)
    assert not client.get(url, headers=BROWSER).has_header("ETag")


class TestViews:
    @pytest.fixture(autouse=True)
    def _none_waiting(self):
        viewing.flush()

    def test_people_are_counted_together(self, client, document, moderator):
        for _ in range(3):
            page(client, document)
        client.get(document.get_absolute_url(), headers={"user-agent": "Googlebot/2.1"})
        client.get(document.get_absolute_url())  # says nothing of itself
        client.get(document.get_absolute_url(), headers={**BROWSER, "sec-purpose": "prefetch"})
        client.force_login(moderator)
        page(client, document)
        assert Document.objects.get(pk=document.pk).views == 0
        with CaptureQueriesContext(connection) as captured:
            assert viewing.flush() == 3
        assert len(captured) == 1
        assert Document.objects.get(pk=document.pk).views == 3
        assert viewing.flush() == 0

    def test_what_cannot_be_written_waits(self, client, document, monkeypatch):
        page(client, document)
        with monkeypatch.context() as broken:
            broken.setattr(viewing.Document, "objects", None)
            with pytest.raises(AttributeError):
                viewing.flush()
        assert viewing.flush() == 1
