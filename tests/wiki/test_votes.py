"""Votes on the pages: one press, a second one takes it back, and only on what everybody can read."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki import errors
from wiki.models import Clause, Comment, Document, Suggestion, Vote
from wiki.services import editing
from wiki.services.comments import submit_comment, withdraw_comment
from wiki.services.discussion import hide_comment
from wiki.services.votes import tallies, vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(document, clause_of, citizen):
    return submit_comment(author=citizen, clause=clause_of(document).clause, text="一句话", base_version=1)


@pytest.fixture
def url(document):
    return reverse("wiki:vote", args=[document.slug])


def test_without_a_script_the_page_comes_back_where_it_was(client, url, document, comment, neighbour):
    client.force_login(neighbour)
    talk = reverse("wiki:clause_comments", args=[document.slug, comment.clause_id])
    sent = {"on": "comment", "id": comment.pk, "value": "1", "next": f"{talk}#k{comment.pk}"}
    assert client.post(url, sent).url == f"{talk}#k{comment.pk}"
    html = client.get(talk).content.decode()
    # the pressed button now takes the vote back
    assert 'value="0" aria-pressed="true" data-side="1"' in html
    client.post(url, sent | {"value": "0"})
    assert not Vote.objects.exists()


def test_a_script_gets_the_new_numbers(client, url, comment, neighbour):
    headers = {"accept": "application/json"}
    sent = {"on": "comment", "id": comment.pk, "value": "-1"}
    assert client.post(url, sent, headers=headers).status_code == 401
    client.force_login(neighbour)
    assert client.post(url, sent, headers=headers).json() == {"ups": 0, "downs": 1, "mine": -1}
    answer = client.post(url, sent | {"value": "7"}, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"message": "请选择支持或反对。"})
    Document.objects.update(stage="closed")
    assert client.post(url, sent, headers=headers).status_code == 409


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_nobody_is_sent_to_another_site(client, url, document, comment, neighbour, back):
    client.force_login(neighbour)
    sent = {"on": "comment", "id": comment.pk, "value": "1", "next": back}
    assert client.post(url, sent).url == document.get_absolute_url()


@pytest.mark.parametrize("sent", [{"on": "x"}, {"id": "0"}, {"id": "x"}, {"id": "9" * 30}, {"id": "²"}])
def test_what_is_not_there_is_not_voted_on(client, url, comment, neighbour, sent):
    client.force_login(neighbour)
    assert client.post(url, {"on": "comment", "id": comment.pk, "value": "1"} | sent).status_code == 404


def test_what_is_not_public_is_not_voted_on(
    client, url, comment, citizen, neighbour, moderator, settings, document, suggest
):
    hide_comment(moderator=moderator, comment=comment, rule="by_hand_advert", reason="广告")
    settings.WIKI_SUGGESTIONS_SHOWN = "reviewed"
    waiting = suggest(document, citizen, "二十一点", "二十二点")
    client.force_login(neighbour)
    for kind, target in (("comment", comment), ("suggestion", waiting)):
        assert client.post(url, {"on": kind, "id": target.pk, "value": "1"}).status_code == 404
        with pytest.raises(errors.NotAllowed):
            vote(voter=neighbour, target=target, value=1)
    withdrawn = submit_comment(author=citizen, clause=comment.clause, text="收回的话", base_version=1)
    withdraw_comment(author=citizen, comment=withdrawn)
    with pytest.raises(errors.NotAllowed):
        vote(voter=neighbour, target=withdrawn, value=1)


def test_a_clause_that_is_gone_takes_no_votes(document, clause_of, manager, citizen):
    row = clause_of(document)
    editing.remove_clause(
        actor=manager, document=document, clause_id=row.clause_id, reason="不要了", seen_version=1
    )
    with pytest.raises(errors.ClauseGone):
        vote(voter=citizen, target=row.clause, value=1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(presses=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([1, 0, -1])), max_size=12))
def test_the_figures_are_the_votes(comment, document, citizen, neighbour, moderator, presses):
    Vote.objects.all().delete()
    Comment.objects.update(ups=0, downs=0, score=0)
    people = [citizen, neighbour, moderator]
    last = {}
    for who, value in presses:
        tally = vote(voter=people[who], target=comment, value=value)
        on_clause = vote(voter=people[who], target=comment.clause, value=value)
        last[who] = value
        ups, downs = list(last.values()).count(1), list(last.values()).count(-1)
        assert (tally.ups, tally.downs, tally.score, tally.mine) == (ups, downs, ups - downs, value)
        assert on_clause == tally
        stored = Comment.objects.get(pk=comment.pk)
        assert (stored.ups, stored.downs, stored.score) == (ups, downs, ups - downs)


def test_tallies_cost_the_same_for_any_number(document, citizen, suggest, django_assert_num_queries):
    made = [suggest(document, citizen, "二十一点", words) for words in ("二十二点", "二十三点")]
    ids = list(Clause.objects.values_list("pk", flat=True))
    for number in (1, len(ids)):
        with django_assert_num_queries(2):
            tallies(Clause, ids[:number], citizen)
    with django_assert_num_queries(2):
        tallies(Suggestion, [one.pk for one in made], citizen)
