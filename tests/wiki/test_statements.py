"""Statements: who writes and answers them, which comes next, and what the pages and the API tell."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wiki.errors import InvalidText, NotAllowed, NotOpen
from wiki.models import Landscape, Statement, StatementVote
from wiki.selectors.statements import CHOICE, next_for
from wiki.services import change_stage
from wiki.services.statements import add_statement, answer_statement, draw_landscape, judge_statement
from wiki.workflow import StageAction

TEXT = "早市应当六点以前开门"


@pytest.fixture
def seed(document, manager):
    def make(count=1):
        made = Statement.objects.count()
        return [
            add_statement(author=manager, document=document, text=f"{TEXT}，第{made + at}句")
            for at in range(count)
        ]

    return make


def test_staffs_are_shown_at_once_and_citizens_when_let_through(document, citizen, manager, moderator):
    assert add_statement(author=manager, document=document, text=TEXT).shown
    mine = add_statement(author=citizen, document=document, text="夜市可以晚点收")
    assert not mine.shown
    with pytest.raises(NotAllowed):
        answer_statement(voter=citizen, statement=mine, value=1)
    judge_statement(moderator=moderator, statement=mine, show=True)
    answer_statement(voter=citizen, statement=mine, value=1)
    assert StatementVote.objects.get().value == 1


def test_the_same_words_are_one_statement(document, citizen, manager):
    first = add_statement(author=manager, document=document, text=TEXT)
    assert add_statement(author=citizen, document=document, text=f"  {TEXT}\n") == first


@pytest.mark.parametrize("text", ["", "  ", "好", "字" * 141, "看\x00不见的字符"])
def test_what_is_no_statement_is_refused(document, citizen, text):
    with pytest.raises(InvalidText):
        add_statement(author=citizen, document=document, text=text)
    assert not Statement.objects.exists()


def test_a_refusal_says_why(document, citizen, moderator):
    mine = add_statement(author=citizen, document=document, text=TEXT)
    with pytest.raises(InvalidText):
        judge_statement(moderator=moderator, statement=mine, show=False)
    judge_statement(moderator=moderator, statement=mine, show=False, reason="与本文件无关")
    mine.refresh_from_db()
    assert (mine.shown, mine.refusal) == (False, "与本文件无关")
    with pytest.raises(NotAllowed):
        judge_statement(moderator=citizen, statement=mine, show=True)


def test_a_second_answer_takes_the_firsts_place_and_counts_once(seed, citizen, neighbour):
    (statement,) = seed()
    for voter, value in (
        (citizen, 1),
        (citizen, 1),
        (citizen, -1),
        (neighbour, 0),
        (citizen, 0),
        (citizen, -1),
    ):
        answer_statement(voter=voter, statement=statement, value=value)
    statement.refresh_from_db()
    assert (statement.agree_count, statement.disagree_count, statement.pass_count) == (0, 1, 1)
    assert StatementVote.objects.count() == statement.answer_count == 2
    with pytest.raises(InvalidText):
        answer_statement(voter=citizen, statement=statement, value=2)


def test_nothing_is_answered_after_the_end(document, seed, citizen):
    (statement,) = seed()
    change_stage(actor=None, document=document, action=StageAction.CLOSE)
    with pytest.raises(NotOpen):
        answer_statement(voter=citizen, statement=statement, value=1)
    with pytest.raises(NotOpen):
        add_statement(author=citizen, document=document, text="还来得及吗")


def test_what_has_the_fewest_answers_comes_next(seed, citizen, neighbour, make_user):
    made = seed(2 * CHOICE)
    asked = next_for(Statement.objects.shown(), citizen)
    assert asked == next_for(Statement.objects.shown(), citizen)
    much, little = made[:CHOICE], made[CHOICE:]
    for statement in much:
        answer_statement(voter=neighbour, statement=statement, value=1)
    for at in range(12):
        assert next_for(Statement.objects.shown(), make_user(f"p{at}")) in little
    for statement in little:
        answer_statement(voter=neighbour, statement=statement, value=1)
    assert next_for(Statement.objects.shown(), neighbour) is None


def test_answering_card_by_card(client, document, seed, citizen):
    seed(2)
    client.force_login(citizen)
    url = reverse("wiki:statements", args=[document.slug])
    for done in range(2):
        page = client.get(url)
        assert f"答过 {done} 句，还有 {2 - done} 句" in page.content.decode()
        statement = page.context["statement"]
        answer = client.post(url, {"statement": statement.pk, "answer": "agree"})
        assert answer.status_code == 302
    assert "2 句都答完了" in client.get(url).content.decode()
    bad = client.post(url, {"statement": statement.pk, "answer": "whatever"})
    assert bad.status_code == 400
    assert StatementVote.objects.count() == 2


def test_an_answer_before_signing_in_is_not_forgotten(client, document, seed, citizen):
    statement = seed(3)[1]
    url = reverse("wiki:statements", args=[document.slug])
    answer = client.post(url, {"statement": statement.pk, "answer": "disagree"})
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    client.login(username="citizen", password="pw")
    page = client.get(f"{url}?statement={statement.pk}")
    assert page.context["statement"] == statement
    assert "登录前您选的是“不同意”" in page.content.decode()


def test_words_typed_before_signing_in_are_not_lost(client, document, make_document, citizen):
    url = reverse("wiki:statement_new", args=[document.slug])
    assert client.post(url, {"text": TEXT}).status_code == 302
    client.login(username="citizen", password="pw")
    other = make_document("other")
    elsewhere = client.get(reverse("wiki:statements", args=[other.slug]))
    assert elsewhere.status_code == 200, "it waits where it was typed"
    assert TEXT in client.get(url).content.decode()
    refused = client.post(url, {"text": "短"})
    assert refused.status_code == 400
    assert "短</textarea>" in refused.content.decode()


def test_personal_data_is_masked_where_everybody_reads(client, document, manager):
    add_statement(author=manager, document=document, text="请打13800138000投诉乱收费")
    page = client.get(reverse("wiki:statements", args=[document.slug])).content.decode()
    assert "13800138000" not in page
    assert "〔电话〕" in page


def test_the_picture_waits_for_five_people_and_then_for_five_more(document, seed, make_user):
    statements = seed(6)

    def answered_by(*names):
        for name in names:
            person = make_user(name)
            for statement in statements:
                answer_statement(voter=person, statement=statement, value=1)

    answered_by("a", "b", "c", "d")
    assert not draw_landscape(document=document)
    answered_by("e")
    assert draw_landscape(document=document)
    first = Landscape.objects.get().data
    assert (first["people"], first["votes"], first["answered_share"]) == (5, 30, 100)
    answered_by("f", "g", "h", "i")
    assert not draw_landscape(document=document)
    assert Landscape.objects.get().data == first


def test_the_pictures_page(client, document, seed, make_user):
    statements = seed(6)
    url = reverse("wiki:landscape", args=[document.slug])
    assert "还没有意见分布" in client.get(url).content.decode()
    for at in range(24):
        person = make_user(f"p{at}")
        for number, statement in enumerate(statements):
            value = 1 if number == 0 else (1 if at % 2 else -1) * (1 if number % 2 else -1)
            answer_statement(voter=person, statement=statement, value=value)
    assert draw_landscape(document=document)
    page = client.get(url).content.decode()
    assert "想法分成 2 组" in page
    assert "甲组" in page
    assert "12 人，占 50%" in page
    assert f"<strong>同意</strong>{statements[0].text}" in page
    # A statement taken back later is gone from the picture too.
    Statement.objects.filter(pk=statements[0].pk).update(shown=False)
    assert statements[0].text not in client.get(url).content.decode()


@pytest.mark.parametrize("address", ["wiki:statements", "wiki:landscape"])
def test_queries_do_not_grow(client, document, seed, make_user, citizen, address):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    client.force_login(citizen)
    url = reverse(address, args=[document.slug])
    statements = seed(6)
    people = [make_user(f"p{at}") for at in range(12)]
    for person in people[:6]:
        for statement in statements:
            answer_statement(voter=person, statement=statement, value=1)
    draw_landscape(document=document)
    client.get(url)
    few = queries()
    statements += seed(20)
    for person in people:
        for statement in statements:
            answer_statement(voter=person, statement=statement, value=-1)
    draw_landscape(document=document)
    assert queries() == few


def test_the_api(client, document, seed, citizen):
    (statement,) = seed()
    base = f"/api/v1/public/wiki/documents/{document.slug}/statements/"
    listed = client.get(base).json()
    assert listed["results"] == [{"id": statement.pk, "text": statement.text, "clause": None, "answer": None}]
    assert client.post(f"{base}{statement.pk}/answer/", {"value": 1}).status_code in (401, 403)
    client.force_login(citizen)
    answered = client.post(f"{base}{statement.pk}/answer/", {"value": 1})
    assert answered.json()["answer"] == 1
    assert client.get(base).json()["results"][0]["answer"] == 1
    assert client.post(f"{base}{statement.pk}/answer/", {"value": 5}).status_code == 400
    added = client.post(base, {"text": "夜市可以晚点收"})
    assert added.status_code == 201
    assert client.get(base).json()["count"] == 1
    waiting = added.json()["id"]
    assert client.post(f"{base}{waiting}/answer/", {"value": 1}).status_code == 404
    assert client.get(f"/api/v1/public/wiki/documents/{document.slug}/landscape/").status_code == 404


def test_the_desk_seeds_and_judges(client, document, manager, citizen):
    waiting = add_statement(author=citizen, document=document, text=TEXT)
    client.force_login(manager)
    url = reverse("wiki_desk:statements", args=[document.pk])
    assert client.post(url, {"text": "好"}).status_code == 400
    assert client.post(url, {"text": "夜市可以晚点收"}).status_code == 302
    page = client.get(url).content.decode()
    assert TEXT in page
    assert "待审 1 条" in page
    client.post(reverse("wiki_desk:statement", args=[waiting.pk]), {"decision": "show"})
    waiting.refresh_from_db()
    assert waiting.shown
