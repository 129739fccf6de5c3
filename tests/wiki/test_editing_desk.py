"""Editors at the desk: every act shown before it is done, nothing typed lost, whole versions and clauses brought back."""

import pytest
from django.urls import reverse

from tests.wiki.trees import check_whole, shape
from wiki.desk.editing_forms import split_place
from wiki.errors import NothingChanged, StaleBase, WrongPlace
from wiki.models import ClauseVersion, Suggestion
from wiki.services import editing
from wiki.services.reverting import restore_clause, revert_document
from wiki.workflow import Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, manager, document, clause_of):
    client.force_login(manager)

    def send(row, act, step="preview", **given):
        return client.post(
            reverse("wiki_desk:edit_clause", args=[document.pk, row.clause_id]),
            {"act": act, "step": step, "reason": "整理文字", "seen_version": document.version} | given,
        )

    return send


def words(row, **given):
    return {"text": row.text, "label": row.label, "kind": row.kind} | given


def test_a_look_stores_nothing_and_names_what_follows(desk, document, clause_of, citizen, suggest):
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    row = clause_of(document)
    html = desk(row, "words", **words(row, text=row.text.replace("二十一点", "二十点"))).content.decode()
    assert "1 条等待审核的建议会与新文字冲突" in html
    assert f"第 {suggestion.pk} 号" in html
    html = desk(row, "words", **words(row, text=row.text.replace("垃圾", "垃圾和污水"))).content.decode()
    assert "1 条等待审核的建议会自动转到新文字上" in html
    document.refresh_from_db()
    suggestion.refresh_from_db()
    assert (document.version, suggestion.status, suggestion.carried_version) == (1, Status.PENDING, 1)
    assert clause_of(document).text == row.text


def test_what_the_look_said_is_what_saving_does(desk, document, clause_of, citizen, suggest):
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    row = clause_of(document)
    response = desk(row, "words", "save", **words(row, text=row.text.replace("二十一点", "二十点")))
    assert response.status_code == 302
    document.refresh_from_db()
    assert document.version == 2
    assert Suggestion.objects.get(pk=suggestion.pk).status == Status.CONFLICT


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("words", {"text": ""}),
        ("words", {"reason": ""}),
        ("words", {"kind": "table"}),
        ("split", {"text": "改了字。\n\n第二段"}),
        ("move", {"place": "after:999999"}),
        ("remove", {"reason": "\x00坏"}),
        ("remove", {"seen_version": "x"}),
    ],
)
def test_refusals_keep_what_was_typed_and_store_nothing(desk, document, clause_of, act, given):
    row = clause_of(document)
    sent = words(row, text="写了很久的文字。", label="第一条") | {"place": "top"} | given
    for step in ("preview", "save"):
        response = desk(row, act, step, **sent)
        assert response.status_code == 400
        if act == "words" and given.get("text") != "":
            assert "写了很久的文字。" in response.content.decode()
    document.refresh_from_db()
    assert document.version == 1


def test_a_stale_base_shows_both_texts_and_keeps_the_words(desk, document, clause_of, manager):
    row = clause_of(document)
    editing.edit_clause(
        actor=manager, document=document, clause_id=row.clause_id, text="别人的新文字。", reason="先改",
        seen_version=1,
    )  # fmt: skip
    response = desk(row, "words", "save", **words(row, text="我写的文字。"))
    assert response.status_code == 409
    html = response.content.decode()
    assert "我写的文字。" in html
    assert "别人的新文字" in html
    assert clause_of(document).text == "别人的新文字。"


def test_split_merge_move_and_add_through_the_desk(client, desk, document, clause_of):
    row = clause_of(document)
    at = row.text.index("，") + 1
    typed = f"{row.text[:at]}\r\n\r\n{row.text[at:]}"
    assert desk(row, "split", "save", text=typed, label="第一条之一").status_code == 302
    second = clause_of(document, "第一条之一")
    assert clause_of(document).text + second.text == row.text
    document.refresh_from_db()
    assert desk(row, "merge", "save").status_code == 302
    assert clause_of(document).text == row.text
    document.refresh_from_db()
    last = clause_of(document, "第二条")
    assert desk(row, "move", "save", place=f"after:{last.clause_id}").status_code == 302
    labels = [label for _, _, _, label, _ in shape(document, 4) if label.startswith("第")]
    assert labels == ["第一章", "第二条", "第一条"]
    url = reverse("wiki_desk:add", args=[document.pk])
    given = {"place": "top", "kind": "paragraph", "text": "前言。", "reason": "补前言", "seen_version": 4}
    assert client.post(url, {**given, "step": "preview"}).status_code == 200
    assert client.post(url, {**given, "step": "save"}).status_code == 302
    assert shape(document, 5)[0][4] == "前言。"
    check_whole(document, 5)


@pytest.mark.parametrize(
    ("original", "typed", "at"),
    [
        ("甲乙。丙丁。", "甲乙。\n\n丙丁。", 3),
        ("甲乙。 丙丁。", "甲乙。\r\n\r\n丙丁。", 4),
        ("甲\n\n乙丙", "甲\n\n乙\n\n丙", 4),
        ("甲乙", "甲乙", None),
        ("甲乙", "甲\n\n丙", None),
    ],
)
def test_where_the_empty_line_was_put(original, typed, at):
    assert split_place(original, typed) == at


class TestWholeDocument:
    def test_a_version_comes_back_with_its_clauses_and_their_suggestions(
        self, document, manager, clause_of, citizen, suggest
    ):
        suggestion = suggest(document, citizen, "一百元", "五十元", label="第二条")
        gone, first = clause_of(document, "第二条"), clause_of(document)
        common = {"actor": manager, "document": document}
        editing.remove_clause(clause_id=gone.clause_id, reason="另行规定", seen_version=1, **common)
        editing.split_clause(
            clause_id=first.clause_id, at=6, label="第一条之一", reason="分开", seen_version=2, **common
        )
        suggestion.refresh_from_db()
        assert suggestion.status == Status.CONFLICT
        assert revert_document(to_version=1, reason="恢复原文", seen_version=3, **common) == 4
        assert shape(document, 4) == shape(document, 1)
        check_whole(document, 4)
        suggestion.refresh_from_db()
        assert (suggestion.status, suggestion.carried_version) == (Status.PENDING, 4)
        back = ClauseVersion.objects.current().get(clause=gone.clause_id)
        assert back.authorship == gone.authorship  # its first writers' still
        with pytest.raises(NothingChanged):
            revert_document(to_version=1, reason="恢复原文", seen_version=4, **common)
        with pytest.raises(StaleBase):
            revert_document(to_version=2, reason="恢复原文", seen_version=3, **common)

    def test_through_the_desk(self, client, document, manager, clause_of):
        client.force_login(manager)
        editing.remove_clause(
            actor=manager, document=document, clause_id=clause_of(document).clause_id, reason="删去",
            seen_version=1,
        )  # fmt: skip
        url = reverse("wiki_desk:revert", args=[document.pk])
        assert "新增 1" in client.get(url, {"to_version": "1"}).content.decode()
        assert client.get(url, {"to_version": "9"}).status_code == 400
        assert (
            client.post(
                url, {"to_version": "1", "seen_version": "2", "step": "save", "reason": ""}
            ).status_code
            == 400
        )
        done = client.post(url, {"to_version": "1", "seen_version": "2", "step": "save", "reason": "删错了"})
        assert done.status_code == 302
        assert shape(document, 3) == shape(document, 1)


def test_a_clause_that_was_taken_out_comes_back_to_its_place(document, manager, clause_of):
    chapter = clause_of(document, "第一章")
    common = {"actor": manager, "document": document}
    editing.remove_clause(clause_id=chapter.clause_id, reason="另行规定", seen_version=1, **common)
    restore_clause(clause_id=chapter.clause_id, reason="删错了", **common)
    assert shape(document, 3) == shape(document, 1)
    check_whole(document, 3)
    with pytest.raises(WrongPlace):
        restore_clause(clause_id=chapter.clause_id, reason="再来", **common)
