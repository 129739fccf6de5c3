"""Adopted words that a revert takes out again: every page, table and figure says so, and the answer is put right."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document as open_docx

from wiki import errors
from wiki.kinds import Kind
from wiki.models import Decision, Document, Suggestion
from wiki.outline import arrange
from wiki.parsing import Node
from wiki.reporting.docx import report
from wiki.services import (
    accept_suggestion,
    change_stage,
    reject_suggestion,
    revise_document,
    submit_suggestion,
)
from wiki.services.answering import correct_answer
from wiki.services.editing import edit_clause, merge_clauses, revert_clause, split_clause
from wiki.services.ledger import figures
from wiki.services.rehearsing import rehearse
from wiki.services.reverting import restore_clause, revert_document
from wiki.services.text import current_rows
from wiki.workflow import Stage, StageAction

pytestmark = pytest.mark.django_db


@pytest.fixture
def adopted(document, citizen, moderator, suggest):
    """An adopted suggestion on 第一条, in version 2."""
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    accept_suggestion(moderator=moderator, suggestion=suggestion)
    return suggestion


@pytest.fixture
def back(document, manager):
    """Bring an earlier version of the whole text back; return the new version's number."""

    def back(to):
        document.refresh_from_db()
        return revert_document(
            actor=manager, document=document, to_version=to, reason="恢复原文", seen_version=document.version
        )

    return back


def undone(suggestion):
    return Decision.objects.get(opinion__suggestion=suggestion).undone_in


def counted(document):
    found = figures(document)
    assert found.adopted + found.partly + found.undone + found.rejected == found.answered
    return found.adopted, found.partly, found.undone


def rows_of(client, document):
    response = client.get(reverse("wiki:ledger_csv", args=[document.slug]))
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def words_of_report(document):
    file = open_docx(io.BytesIO(report(document)))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in file.paragraphs), *cells]), file


def test_every_place_says_that_adopted_words_were_taken_out(client, document, citizen, adopted, back):
    assert counted(document) == (1, 0, 0)
    assert rows_of(client, document)[0]["撤下的版本"] == ""
    assert back(1) == 3
    assert undone(adopted) == 3
    assert counted(document) == (0, 0, 1)
    page = client.get(reverse("wiki:ledger", args=[document.slug])).text
    assert "另有 1 条采纳后又撤下" in page
    assert "采纳，后来在第 3 版撤下" in page
    of_undone = client.get(reverse("wiki:ledger", args=[document.slug]) + "?outcome=undone").text
    assert f"第 {adopted.opinion.pk} 号意见" in of_undone
    of_adopted = client.get(reverse("wiki:ledger", args=[document.slug]) + "?outcome=adopted").text
    assert f"第 {adopted.opinion.pk} 号意见" not in of_adopted
    row = rows_of(client, document)[0]
    assert (row["答复"], row["写进的版本"], row["撤下的版本"]) == ("采纳", "2", "3")
    assert list(row)[-1] == "撤下的版本"
    said = client.get(f"/api/v1/public/wiki/documents/{document.slug}/ledger/").json()
    assert (said["figures"]["adopted"], said["figures"]["undone"]) == (0, 1)
    assert said["results"][0]["answer"]["undone_in"] == 3
    of_document = client.get(f"/api/v1/public/wiki/documents/{document.slug}/").json()
    assert of_document["accepted_count"] == 0
    page = client.get(reverse("wiki:suggestion", args=[document.slug, adopted.pk])).text
    assert "采纳，后来在第 3 版撤下" in page
    assert reverse("wiki:version", args=[document.slug, 3]) in page
    log = client.get(reverse("wiki:log", args=[document.slug])).text
    assert "后来撤下：" in log
    table = client.get(reverse("wiki:log_table", args=[document.slug]))
    lines = list(csv.DictReader(io.StringIO(b"".join(table.streaming_content).decode("utf-8-sig"))))
    assert lines[0]["撤下的版本"] == "3"
    document.refresh_from_db()
    words, file = words_of_report(document)
    assert "其中采纳0条" in words
    assert "另有1条采纳后又撤下" in words
    counts = next(table for table in file.tables if table.rows[0].cells[0].text == "条款")
    assert [cell.text for cell in counts.rows[0].cells] == [
        "条款", "收到", "采纳", "部分采纳", "采纳后又撤下", "不采纳", "尚未答复",
    ]  # fmt: skip
    assert [cell.text for cell in counts.rows[1].cells][1:] == ["1", "0", "0", "1", "0", "0"]


def test_a_revert_of_the_revert_puts_the_words_in_again(client, document, adopted, back):
    back(1)
    assert back(2) == 4
    assert undone(adopted) is None
    assert counted(document) == (1, 0, 0)
    assert "撤下" not in client.get(reverse("wiki:suggestion", args=[document.slug, adopted.pk])).text
    assert back(1) == 5
    assert undone(adopted) == 5


def test_a_revert_of_something_else_leaves_it(document, manager, adopted, back, clause_of):
    second = clause_of(document, "第二条")
    common = {"actor": manager, "document": document, "reason": "勘误"}
    edit_clause(clause_id=second.clause_id, text=second.text + "。", seen_version=2, **common)
    revert_clause(clause_id=second.clause_id, to_version=1, seen_version=3, **common)
    assert undone(adopted) is None
    revert_clause(clause_id=adopted.clause_id, to_version=1, seen_version=4, **common)
    assert undone(adopted) == 5


def test_through_a_split_and_a_merge(document, manager, adopted, back, clause_of):
    row = clause_of(document)
    common = {"actor": manager, "document": document, "reason": "整理条文"}
    split_clause(clause_id=row.clause_id, at=row.text.index("，") + 1, seen_version=2, **common)
    merge_clauses(
        first_id=row.clause_id,
        second_id=clause_after(document, row.clause_id),
        seen_version=3,
        **common,
    )
    assert undone(adopted) is None
    back(3)
    assert undone(adopted) is None
    back(1)
    assert undone(adopted) == 6
    back(4)
    assert undone(adopted) is None


def clause_after(document, clause_id):
    order = [line.row.clause_id for line in arrange(current_rows(document).values())]
    return order[order.index(clause_id) + 1]


def test_a_clause_that_was_taken_out_and_comes_back(document, citizen, moderator, manager, clause_of):
    row = clause_of(document, "第二条")
    gone = submit_suggestion(
        author=citizen, clause=row.clause, text="", reason="多余", base_version=1, kind="delete"
    )
    accept_suggestion(moderator=moderator, suggestion=gone)
    assert counted(document) == (1, 0, 0)
    document.refresh_from_db()
    restore_clause(actor=manager, document=document, clause_id=row.clause_id, reason="恢复这一条")
    assert undone(gone) == 3
    assert counted(document) == (0, 0, 1)


def test_a_newer_file_that_says_what_was_said_before(document, manager, adopted, nodes, back):
    back(1)
    back(2)
    nodes[0].children[0].text = nodes[0].children[0].text.replace("二十一点", "二十点")
    document.refresh_from_db()
    revise_document(actor=manager, document=document, title=document.title, nodes=nodes)
    assert undone(adopted) is None  # another wording is no taking out


def close(document, manager):
    document.refresh_from_db()
    return change_stage(actor=manager, document=document, action=StageAction.CLOSE, reason="意见已经收齐")


def test_the_answers_are_public_only_when_they_say_what_became_of_the_words(
    client, document, manager, moderator, adopted, back
):
    correct = {"moderator": moderator, "opinion": adopted.opinion, "outcome": "adopted"}
    correct_answer(reason="已按建议修改，谢谢。", why="写得客气一些。", **correct)
    back(1)
    close(document, manager)
    with pytest.raises(
        errors.StageBlocked, match="有 1 条已采纳的意见，文字后来被恢复撤下，请更正答复"
    ) as caught:
        change_stage(actor=manager, document=document, action=StageAction.ANSWER)
    assert [one.code for one in caught.value.obstacles] == ["undone"]
    client.force_login(manager)
    response = client.post(reverse("wiki_desk:stage", args=[document.pk]), {"action": "answer"})
    assert response.url == reverse("wiki_desk:answers", args=[document.pk]) + "?outcome=undone"
    client.force_login(moderator)
    desk = client.get(response.url).text
    assert reverse("wiki_desk:answer_correct", args=[adopted.opinion.pk]) in desk
    assert "采纳，后来在第 3 版撤下" in desk
    correct_answer(reason="曾按建议修改，后因上位法恢复原文。", why="文字已经恢复。", **correct)
    change_stage(actor=manager, document=document, action=StageAction.ANSWER)
    assert Document.objects.get(pk=document.pk).stage == Stage.ANSWERED
    client.logout()
    assert "另有 1 条采纳后又撤下" in client.get(reverse("wiki:ledger", args=[document.slug])).text


def test_words_taken_out_after_the_answers_are_public_are_told_too(client, document, manager, adopted, back):
    close(document, manager)
    change_stage(actor=manager, document=document, action=StageAction.ANSWER)
    back(1)
    assert counted(document) == (0, 0, 1)
    assert "另有 1 条采纳后又撤下" in client.get(reverse("wiki:ledger", args=[document.slug])).text
    document.refresh_from_db()
    assert "另有1条采纳后又撤下" in words_of_report(document)[0]


def test_a_preview_says_how_many_it_takes_down_and_takes_none(client, document, manager, adopted):
    document.refresh_from_db()
    act = {"actor": manager, "document": document, "to_version": 1, "reason": "预览", "seen_version": 2}
    assert rehearse(document=document, act=lambda: revert_document(**act)).undone == 1
    assert undone(adopted) is None
    client.force_login(manager)
    page = client.get(reverse("wiki_desk:revert", args=[document.pk]) + "?to_version=1").text
    assert "1 条已采纳的意见，写进的文字会撤下" in page
    assert undone(adopted) is None


def test_what_was_not_adopted_is_not_touched(document, citizen, moderator, adopted, suggest, back):
    refused = suggest(document, citizen, "清理", "清扫")
    reject_suggestion(moderator=moderator, suggestion=refused, reason="已有规定。")
    back(1)
    assert undone(refused) is None
    assert figures(document).rejected == 1


def test_the_cost_of_a_revert_does_not_grow_with_what_was_adopted(make_document, citizen, moderator, manager):
    def cost(slug, number):
        articles = [Node(Kind.ARTICLE, f"第{at}条", f"第{at}号文字。") for at in range(1, number + 1)]
        document = make_document(slug, nodes=articles)
        for clause in document.clauses.order_by("pk"):
            document.refresh_from_db()
            suggestion = submit_suggestion(
                author=citizen, clause=clause, text="改了。", reason="更好", base_version=document.version
            )
            accept_suggestion(moderator=moderator, suggestion=suggestion)
        document.refresh_from_db()
        with CaptureQueriesContext(connection) as queries:
            revert_document(
                actor=manager,
                document=document,
                to_version=1,
                reason="恢复原文",
                seen_version=document.version,
            )
        assert figures(document).undone == number == Suggestion.objects.filter(document=document).count()
        # Rows end in as many statements as there are intervals to file them under, whatever was adopted.
        return sum(' SET "until"' not in query["sql"] for query in queries)

    cost("first", 1)  # what the account may do is looked up once
    assert cost("few", 2) == cost("more", 6)
