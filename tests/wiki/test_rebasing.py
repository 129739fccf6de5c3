"""A suggestion that collided: its author sees both texts and words it anew on the one that is valid now."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki import errors
from wiki.models import ClauseVersion, Event, Suggestion
from wiki.services import accept_suggestion, rebase_suggestion, submit_suggestion, withdraw_suggestion
from wiki.workflow import Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def colliding(document, citizen, neighbour, moderator, suggest):
    """Return the citizen's suggestion after another change of the same words was accepted."""
    mine = suggest(document, citizen, "二十一点", "二十二点", reason="夏天天黑得晚")
    accept_suggestion(moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十点"))
    mine.refresh_from_db()
    assert mine.status == Status.CONFLICT
    return mine


def test_the_author_is_told_once_with_all_that_is_needed(
    document, citizen, neighbour, moderator, suggest, outbox
):
    mine = suggest(document, citizen, "二十一点", "二十二点")
    accept_suggestion(moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十点"))
    told = [event["payload"] for event in outbox if event["topic"] == "wiki.suggestion.conflict"]
    assert told == [
        {"document": document.pk, "clause": mine.clause_id, "version": 2, "suggestions": [mine.pk]}
    ]


@pytest.fixture
def outbox(monkeypatch):
    events = []
    monkeypatch.setattr("wiki.ports.publish", lambda **event: events.append(event))
    return events


def test_it_waits_again_on_the_new_text_with_its_number_and_first_words(
    document, citizen, moderator, colliding, clause_of
):
    wording = clause_of(document).text.replace("二十点", "二十一点半")
    rebase_suggestion(author=citizen, suggestion=colliding, text=wording, seen_version=2)
    colliding.refresh_from_db()
    assert (colliding.status, colliding.carried_version, colliding.carried_text) == (
        Status.PENDING,
        2,
        wording,
    )
    assert "二十二点" in colliding.text
    assert colliding.base_version == 1
    assert Event.objects.filter(action="suggestion.rebased", suggestion=colliding).count() == 1
    decision = accept_suggestion(moderator=moderator, suggestion=colliding)
    assert (clause_of(document).text, decision.version) == (wording, 3)


def test_taking_out_is_asked_again_without_words(document, citizen, neighbour, moderator, clause_of, suggest):
    row = clause_of(document)
    out = submit_suggestion(author=citizen, clause=row.clause, kind="delete", reason="重复了", base_version=1)
    accept_suggestion(moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十点"))
    rebase_suggestion(author=citizen, suggestion=out, seen_version=2)
    accept_suggestion(moderator=moderator, suggestion=out, reason="确实重复")
    assert not ClauseVersion.objects.filter(clause=row.clause).current().exists()


def test_refusals_leave_everything_as_it_was(document, citizen, neighbour, moderator, colliding, clause_of):
    text = clause_of(document).text
    refused = [
        ({"author": neighbour, "text": "别人写的。", "seen_version": 2}, errors.NotAllowed),
        ({"author": citizen, "text": text, "seen_version": 2}, errors.NothingChanged),
        ({"author": citizen, "text": "", "seen_version": 2}, errors.InvalidText),
        ({"author": citizen, "text": "坏\u0007字", "seen_version": 2}, errors.InvalidText),
        ({"author": citizen, "text": "看的是旧的。", "seen_version": 1}, errors.StaleBase),
    ]
    for arguments, error in refused:
        with pytest.raises(error):
            rebase_suggestion(suggestion=colliding, **arguments)
    kept = Suggestion.objects.get(pk=colliding.pk)
    assert (kept.status, kept.carried_version, kept.carried_text) == (Status.CONFLICT, 1, colliding.text)


def test_without_a_conflict_there_is_nothing_to_carry(document, citizen, suggest):
    mine = suggest(document, citizen, "二十一点", "二十二点")
    with pytest.raises(errors.AlreadyDecided):
        rebase_suggestion(author=citizen, suggestion=mine, text="换一种写法。", seen_version=1)
    withdraw_suggestion(author=citizen, suggestion=mine)
    with pytest.raises(errors.AlreadyDecided):
        rebase_suggestion(author=citizen, suggestion=mine, text="换一种写法。", seen_version=1)


class TestPage:
    def url(self, suggestion):
        return reverse("wiki:rebase", args=[suggestion.document.slug, suggestion.pk])

    def test_both_texts_and_the_three_way_view(self, client, citizen, colliding):
        client.force_login(citizen)
        html = client.get(self.url(colliding)).content.decode()
        for words in ("已采纳的修改", "您的建议", "二十", "二十二", "二十一", "转到新文字"):
            assert words in html
        assert "二十二点" in client.get(self.url(colliding)).context["form"]["text"].value()

    def test_nobody_elses(self, client, neighbour, moderator, colliding):
        assert client.get(self.url(colliding)).status_code == 404
        for person in (neighbour, moderator):
            client.force_login(person)
            assert client.get(self.url(colliding)).status_code == 404

    def test_sending(self, client, document, citizen, colliding, clause_of):
        client.force_login(citizen)
        text = clause_of(document).text.replace("二十点", "二十一点半")
        answer = client.post(self.url(colliding), {"text": text, "seen_version": 2}, follow=True)
        assert "已经转到新文字上" in answer.content.decode()
        again = client.post(self.url(colliding), {"text": text, "seen_version": 2})
        assert again.status_code == 409
        assert "没有冲突" in again.content.decode()

    def test_a_text_that_changed_again_keeps_the_words_and_is_compared_anew(
        self, client, document, citizen, neighbour, moderator, colliding, suggest
    ):
        accept_suggestion(moderator=moderator, suggestion=suggest(document, neighbour, "二十点", "十九点"))
        client.force_login(citizen)
        answer = client.post(self.url(colliding), {"text": "我写的字。", "seen_version": 2})
        assert answer.status_code == 409
        assert answer.context["form"]["text"].value() == "我写的字。"
        assert answer.context["form"]["seen_version"].value() == 3
        assert "十九" in answer.content.decode()

    @pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
    def test_nonsense_in_the_hidden_field(self, client, citizen, colliding, seen):
        client.force_login(citizen)
        answer = client.post(self.url(colliding), {"text": "我写的字。", "seen_version": seen})
        assert answer.status_code == 400
        assert "我写的字。" in answer.content.decode()

    def test_a_clause_that_is_gone(
        self, client, document, citizen, neighbour, moderator, colliding, clause_of
    ):
        row = clause_of(document)
        out = submit_suggestion(
            author=neighbour, clause=row.clause, kind="delete", reason="重复了", base_version=2
        )
        accept_suggestion(moderator=moderator, suggestion=out)
        client.force_login(citizen)
        assert "没有新文字可转" in client.get(self.url(colliding)).content.decode()
        answer = client.post(self.url(colliding), {"text": "我写的字。", "seen_version": 3})
        assert answer.status_code == 410


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(alphabet="甲乙丙，。二十", min_size=1, max_size=30))
def test_any_words_are_what_is_accepted_in_the_end(document, citizen, moderator, clause_of, colliding, words):
    from django.db import transaction

    with transaction.atomic():
        try:
            rebase_suggestion(author=citizen, suggestion=colliding, text=words, seen_version=2)
        except errors.WikiError:
            assert Suggestion.objects.get(pk=colliding.pk).status == Status.CONFLICT
        else:
            kept = Suggestion.objects.get(pk=colliding.pk)
            if not kept.held_by:
                accept_suggestion(moderator=moderator, suggestion=kept)
                assert clause_of(document).text == kept.carried_text == words.strip()
        transaction.set_rollback(True)
