"""What moderators and authors see of suggestions whose clause was split, merged or taken out, and what they can do."""

import pytest
from django.urls import reverse

from tests.wiki.conftest import FIRST, SECOND
from wiki.models import Decision, Suggestion
from wiki.services import editing, submit_suggestion
from wiki.services.reverting import revert_document
from wiki.workflow import Status

pytestmark = pytest.mark.django_db
CUT = FIRST.index("并")


@pytest.fixture
def split(document, manager, clause_of):
    def do():
        return editing.split_clause(
            actor=manager, document=document, clause_id=clause_of(document).clause_id, at=CUT,
            label="第一条之一", reason="分开两件事", seen_version=1,
        ).clause_id  # fmt: skip

    return do


@pytest.fixture
def unite(document, manager, clause_of):
    def do():
        editing.merge_clauses(
            actor=manager, document=document, first_id=clause_of(document).clause_id,
            second_id=clause_of(document, "第二条").clause_id, reason="合成一条", seen_version=1,
        )  # fmt: skip

    return do


def page(client, suggestion):
    url = reverse("wiki:suggestion", args=[suggestion.document.slug, suggestion.pk])
    return client.get(url).content.decode()


class TestDesk:
    @pytest.fixture
    def decide(self, client, moderator):
        client.force_login(moderator)

        def send(suggestion, status, **fields):
            data = {"decision": "reword", "reason": "时间另行研究", "seen_version": 2} | fields
            response = client.post(reverse("wiki_desk:suggestion", args=[suggestion.pk]), data)
            assert response.status_code == status
            return response

        return send

    def test_a_conflict_in_both_halves_is_worded_on_the_chosen_one(
        self, client, document, citizen, suggest, split, decide, clause_of
    ):
        both = suggest(
            document, citizen, FIRST, FIRST.replace("二十一", "二十二").replace("垃圾", "垃圾和污水")
        )
        own, other = clause_of(document).clause_id, split()
        url = reverse("wiki_desk:suggestion", args=[both.pk])
        for address in (url, reverse("wiki_desk:clause", args=[own])):
            html = client.get(address).content.decode()
            assert f'name="on" value="{own}" checked' in html
            assert f'name="on" value="{other}"' in html
            assert FIRST[CUT:] in html
        wording = FIRST[CUT:].replace("垃圾", "垃圾和污水")
        refused = decide(both, 400, on=clause_of(document, "第二条").clause_id, wording=wording)
        assert wording in refused.content.decode()
        decide(both, 302, on=other, wording=wording)
        decision = Decision.objects.get()
        assert (decision.outcome, decision.clause_id) == ("partly", other)
        assert clause_of(document, "第一条之一").text == wording

    def test_a_merged_away_clause_is_answered_in_its_heir(
        self, client, document, citizen, unite, decide, clause_of
    ):
        row = clause_of(document, "第二条")
        out = submit_suggestion(
            author=citizen, clause=row.clause, kind="delete", reason="重复了", base_version=1
        )
        unite()
        heir = clause_of(document)
        html = client.get(reverse("wiki_desk:suggestion", args=[out.pk])).content.decode()
        assert "已经并入别的条款" in html
        assert f'name="on" value="{heir.clause_id}" checked' in html
        assert f">{FIRST + SECOND}</textarea>" in html.replace("\n", "")
        decide(out, 302, on=heir.clause_id, wording=FIRST)
        assert clause_of(document).text == FIRST

    def test_what_has_no_heir_offers_none(self, client, document, citizen, suggest, manager, decide):
        lost = suggest(document, citizen, "垃圾", "油污")
        editing.remove_clause(
            actor=manager, document=document, clause_id=lost.clause_id, reason="删去", seen_version=1
        )
        html = client.get(reverse("wiki_desk:suggestion", args=[lost.pk])).content.decode()
        assert 'name="on"' not in html
        assert "按上面的文字采纳" not in html
        decide(lost, 410, wording="别的。")


class TestAuthor:
    def test_it_is_said_where_it_was_written(self, client, document, citizen, suggest, split):
        tail = suggest(document, citizen, "垃圾", "垃圾和污水")
        other = split()
        tail.refresh_from_db()
        client.force_login(citizen)
        html = page(client, tail)
        assert "原写在“第一条”上" in html
        assert reverse("wiki:clause", args=[document.slug, other]) in html
        assert "随文字转到这一条" in client.get(reverse("wiki:my_suggestions")).content.decode()

    def test_where_it_was_written_keeps_its_own_name_however_often_it_went(
        self, client, document, citizen, suggest, manager, clause_of
    ):
        tail = suggest(document, citizen, "一百元", "五十元", label="第二条")
        first, second = clause_of(document), clause_of(document, "第二条")

        def unite():
            document.refresh_from_db()
            editing.merge_clauses(
                actor=manager, document=document, first_id=first.clause_id, second_id=second.clause_id,
                reason="合成一条", seen_version=document.version,
            )  # fmt: skip

        unite()
        document.refresh_from_db()
        revert_document(
            actor=manager, document=document, to_version=1, reason="恢复原样", seen_version=document.version
        )
        unite()
        tail.refresh_from_db()
        assert tail.clause_id == first.clause_id
        client.force_login(citizen)
        assert "原写在“第二条”上" in page(client, tail)

    def test_who_asked_for_a_clause_that_is_gone_can_ask_again_nearby(
        self, client, document, citizen, neighbour, suggest, manager, clause_of
    ):
        lost = suggest(document, citizen, "一百元", "五十元", label="第二条", reason="罚得太重")
        editing.remove_clause(
            actor=manager, document=document, clause_id=lost.clause_id, reason="另行规定", seen_version=1
        )
        lost.refresh_from_db()
        assert lost.status == Status.CONFLICT
        client.force_login(citizen)
        html = page(client, lost)
        url = reverse("wiki:suggest", args=[document.slug, clause_of(document).clause_id])
        assert f'href="{url}?kind=add&amp;again={lost.pk}"' in html
        form = client.get(url, {"kind": "add", "again": lost.pk}).context["form"]
        assert form["text"].value() == SECOND.replace("一百元", "五十元")
        assert form["reason"].value() == "罚得太重"
        made = client.post(url, {name: form[name].value() or "" for name in form.fields})
        assert made.status_code == 302
        assert Suggestion.objects.get(kind="add").text == lost.text
        client.force_login(neighbour)

        form = client.get(url, {"kind": "add", "again": lost.pk}).context["form"]
        assert not form["text"].value()

    def test_a_chapter_taken_out_leaves_a_place_too(
        self, client, document, citizen, suggest, manager, clause_of
    ):
        lost = suggest(document, citizen, "垃圾", "油污")
        editing.remove_clause(
            actor=manager, document=document, clause_id=clause_of(document, "第一章").clause_id,
            reason="另行规定", seen_version=1,
        )  # fmt: skip
        client.force_login(citizen)
        html = page(client, lost)
        assert f"?kind=add&amp;again={lost.pk}" in html
