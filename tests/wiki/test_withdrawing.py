"""Taking one's own suggestion back: its line is closed without an answer, nobody else reads it, the log says so."""

import pytest
from django.urls import reverse

from wiki import errors
from wiki.models import Event, Opinion, Suggestion
from wiki.services import accept_suggestion, reject_suggestion, submit_suggestion, withdraw_suggestion
from wiki.workflow import Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(document, citizen, suggest):
    return suggest(document, citizen, "二十一点", "二十二点", reason="夏天天黑得晚")


def test_it_is_owed_no_answer_and_counts_no_more(document, citizen, mine):
    withdraw_suggestion(author=citizen, suggestion=mine)
    mine.refresh_from_db()
    assert mine.status == Status.WITHDRAWN
    assert mine.opinion.withdrawn_at is not None
    assert not Opinion.objects.due().exists()
    assert not Suggestion.objects.undecided().exists()
    assert not Suggestion.objects.decided().exists()
    assert Event.objects.filter(suggestion=mine, action="suggestion.withdrawn", actor=citizen).count() == 1


def test_taking_back_twice_is_once(citizen, mine):
    first = withdraw_suggestion(author=citizen, suggestion=mine)
    assert withdraw_suggestion(author=citizen, suggestion=mine) == first
    assert Event.objects.filter(action="suggestion.withdrawn").count() == 1


def test_only_its_author_and_only_before_the_decision(neighbour, moderator, citizen, mine):
    for other in (neighbour, moderator):
        with pytest.raises(errors.NotAllowed):
            withdraw_suggestion(author=other, suggestion=mine)
    reject_suggestion(moderator=moderator, suggestion=mine, reason="须与上位法一致")
    with pytest.raises(errors.AlreadyDecided):
        withdraw_suggestion(author=citizen, suggestion=mine)
    mine.refresh_from_db()
    assert mine.status == Status.REJECTED
    assert mine.opinion.withdrawn_at is None


def test_what_nobody_signed_nobody_takes_back(document, citizen, clause_of, settings):
    settings.WIKI_UNSIGNED_SUGGESTIONS = True
    row = clause_of(document)
    unsigned = submit_suggestion(
        author=None, clause=row.clause, text=row.text + "并公示。", reason="更清楚", base_version=1
    )
    for person in (None, citizen):
        with pytest.raises(errors.NotAllowed):
            withdraw_suggestion(author=person, suggestion=unsigned)


def test_a_withdrawn_one_is_not_decided_and_not_carried(
    document, citizen, neighbour, moderator, mine, suggest
):
    withdraw_suggestion(author=citizen, suggestion=mine)
    with pytest.raises(errors.AlreadyDecided):
        accept_suggestion(moderator=moderator, suggestion=mine)
    accept_suggestion(moderator=moderator, suggestion=suggest(document, neighbour, "垃圾", "杂物"))
    mine.refresh_from_db()
    assert (mine.status, mine.carried_version) == (Status.WITHDRAWN, 1)


def test_the_oldest_of_a_group_heads_it_afterwards(document, citizen, make_user, mine, suggest):
    others = [suggest(document, make_user(f"u{n}"), "二十一点", "二十二点") for n in range(3)]
    Suggestion.objects.filter(pk__in=[one.pk for one in others]).update(alike=mine)
    withdraw_suggestion(author=citizen, suggestion=mine)
    heads = dict(Suggestion.objects.filter(pk__in=[one.pk for one in others]).values_list("pk", "alike"))
    assert heads == {others[0].pk: None, others[1].pk: others[0].pk, others[2].pk: others[0].pk}


@pytest.mark.parametrize("shown", ["at_once", "known", "reviewed"])
def test_nobody_else_reads_its_words(client, document, citizen, mine, clause_of, settings, shown):
    settings.WIKI_SUGGESTIONS_SHOWN = shown
    withdraw_suggestion(author=citizen, suggestion=mine)
    places = [
        reverse("wiki:clause", args=[document.slug, mine.clause_id]),
        reverse("wiki:clause", args=[document.slug, mine.clause_id]) + "?status=decided",
        f"/api/v1/public/wiki/documents/{document.slug}/clauses/{mine.clause_id}/",
    ]
    for place in places:
        assert "夏天天黑得晚" not in client.get(place).content.decode()
    own = reverse("wiki:suggestion", args=[document.slug, mine.pk])
    assert client.get(own).status_code == 404
    client.force_login(citizen)
    assert "已撤回" in client.get(own).content.decode()


def test_by_the_button(client, document, citizen, neighbour, mine):
    url = reverse("wiki:withdraw", args=[document.slug, mine.pk])
    assert client.get(url).status_code == 405
    client.force_login(neighbour)
    assert client.post(url).status_code == 404  # it is not theirs to see
    client.force_login(citizen)
    page = client.post(url, follow=True).content.decode()
    assert "已经撤回" in page
    assert "修改我的建议" not in page
    mine.refresh_from_db()
    assert mine.status == Status.WITHDRAWN
