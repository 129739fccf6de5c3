"""Statements at the desk and by the API: the rule that waiting words fall under, and how many calls are too many."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from wiki.api.base import Writing
from wiki.models import Statement
from wiki.services.statements import add_statement, judge_statement

pytestmark = pytest.mark.django_db
ADVERT = "加微信 abcd1234 代开发票"


def desk(client, document, moderator):
    client.force_login(moderator)
    page = client.get(reverse("wiki_desk:statements", args=[document.pk]))
    assert page.status_code == 200
    return page.content.decode()


def test_the_desk_names_the_rule_that_waiting_words_fall_under(client, document, citizen, moderator):
    add_statement(author=citizen, document=document, text=ADVERT)
    add_statement(author=citizen, document=document, text="夜市可以晚点收")
    page = desk(client, document, moderator)
    assert page.count(escape("触发规则：疑似广告")) == page.count("触发规则") == 1


def test_what_is_decided_needs_no_rule(client, document, citizen, moderator):
    held = add_statement(author=citizen, document=document, text=ADVERT)
    assert not held.shown
    judge_statement(moderator=moderator, statement=held, show=False, reason="广告")
    assert "触发规则" not in desk(client, document, moderator)


@pytest.fixture
def few(monkeypatch, still_clock):
    monkeypatch.setattr(Writing, "rate", "2/min")


def test_too_many_statements_in_a_minute_are_refused_and_reading_goes_on(few, client, document, citizen):
    client.force_login(citizen)
    url = f"/api/v1/public/wiki/documents/{document.slug}/statements/"
    codes = [
        client.post(url, {"text": f"早市应当{n}点开门"}, content_type="application/json").status_code
        for n in range(3)
    ]
    assert codes == [201, 201, 429]
    assert Statement.objects.count() == 2
    assert [client.get(url).status_code for _ in range(3)] == [200, 200, 200]


def test_too_many_answers_in_a_minute_are_refused(few, client, document, citizen, manager):
    statement = add_statement(author=manager, document=document, text="早市应当六点开门")
    client.force_login(citizen)
    url = f"/api/v1/public/wiki/documents/{document.slug}/statements/{statement.pk}/answer/"
    codes = [
        client.post(url, {"value": value}, content_type="application/json").status_code
        for value in (1, 0, -1)
    ]
    assert codes == [200, 200, 429]
    statement.refresh_from_db()
    assert (statement.pass_count, statement.disagree_count) == (1, 0)
