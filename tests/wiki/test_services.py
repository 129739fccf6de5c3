"""Suggesting and deciding: new versions, carried suggestions, refusals, the log, the outbox."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from wiki import errors
from wiki.models import ClauseVersion, Decision, Document, DocumentVersion, Event, Opinion, Suggestion
from wiki.outline import arrange
from wiki.services import (
    accept_suggestion,
    change_stage,
    reject_suggestion,
    submit_suggestion,
)
from wiki.workflow import StageAction, Status

pytestmark = pytest.mark.django_db
published = []


def remember(**event):
    """Stand in for the site's outbox."""
    assert transaction.get_connection().in_atomic_block
    published.append(event)


@pytest.fixture(autouse=True)
def outbox(settings):
    settings.WIKI_PORTS = {"publish": f"{__name__}.remember"}
    published.clear()
    return published


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Let the port's dotted path find this very module, whatever name the runner gave it."""
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules[remember.__module__])


def texts(document, number=None):
    rows = ClauseVersion.objects.filter(document=document)
    rows = rows.current() if number is None else rows.at(number)
    return [line.row.text for line in arrange(rows)]


def test_accepting_makes_version_two_and_keeps_version_one(document, citizen, moderator, suggest, outbox):
    before = texts(document)
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    decision = accept_suggestion(moderator=moderator, suggestion=suggestion, reason="夏天天黑得晚")
    document.refresh_from_db()
    suggestion.refresh_from_db()
    assert document.version == 2
    assert suggestion.status == Status.ACCEPTED
    assert (decision.outcome, decision.version) == ("adopted", 2)
    assert texts(document, 1) == before
    assert texts(document) == [text.replace("二十一点", "二十二点") for text in before]
    made = DocumentVersion.objects.get(document=document, number=2)
    assert (made.suggestion, made.author) == (suggestion, citizen)
    assert [event["topic"] for event in outbox] == [
        "wiki.document.created",
        "wiki.document.stage",
        "wiki.suggestion.submitted",
        "wiki.document.changed",
        "wiki.suggestion.decided",
    ]
    assert list(Event.objects.order_by("id").values_list("action", flat=True)) == [
        "document.created",
        "document.stage",
        "suggestion.submitted",
        "suggestion.adopted",
    ]


def test_events_carry_no_citizens_words(document, citizen, moderator, suggest, outbox):
    suggestion = suggest(document, citizen, "二十一点", "二十二点", reason="独一无二的理由")
    accept_suggestion(moderator=moderator, suggestion=suggestion)
    said = str([event["payload"] for event in outbox]) + str(
        list(Event.objects.values_list("data", flat=True))
    )
    assert "独一无二" not in said
    assert "二十二点" not in said


def test_other_suggestions_of_the_clause_are_carried(
    document, citizen, neighbour, moderator, suggest, clause_of
):
    first = suggest(document, citizen, "二十一点", "二十二点")
    second = suggest(document, neighbour, "周边的垃圾", "周边的垃圾和油污")
    elsewhere = suggest(document, neighbour, "一百元", "五十元", label="第二条")
    accept_suggestion(moderator=moderator, suggestion=first)
    second.refresh_from_db()
    elsewhere.refresh_from_db()
    assert second.status == Status.PENDING
    assert (second.base_version, second.carried_version) == (1, 2)
    assert "二十一点" in second.text  # what was written stays
    assert second.carried_text == clause_of(document).text.replace("周边的垃圾", "周边的垃圾和油污")
    assert elsewhere.carried_version == 1  # another clause is not touched
    accept_suggestion(moderator=moderator, suggestion=second)
    assert "二十二点" in clause_of(document).text
    assert "油污" in clause_of(document).text


def test_a_real_conflict_is_marked_and_needs_a_wording(
    document, citizen, neighbour, moderator, suggest, clause_of, outbox
):
    first = suggest(document, citizen, "二十一点", "二十二点")
    second = suggest(document, neighbour, "二十一点", "二十点")
    accept_suggestion(moderator=moderator, suggestion=first)
    second.refresh_from_db()
    assert second.status == Status.CONFLICT
    assert second.carried_text == second.text
    assert [
        event["payload"]["suggestions"] for event in outbox if event["topic"] == "wiki.suggestion.conflict"
    ] == [[second.pk]]
    with pytest.raises(errors.ConflictUnresolved):
        accept_suggestion(moderator=moderator, suggestion=second)
    wording = clause_of(document).text.replace("二十二点", "二十一点三十分")
    decision = accept_suggestion(moderator=moderator, suggestion=second, wording=wording, reason="取中")
    assert decision.outcome == Decision.Outcome.PARTLY
    assert clause_of(document).text == wording


def test_a_conflict_dissolves_when_what_stood_in_the_way_goes(
    document, citizen, neighbour, moderator, suggest, clause_of
):
    first = suggest(document, citizen, "二十一点", "二十二点")
    second = suggest(document, neighbour, "二十一点", "二十点")
    accept_suggestion(moderator=moderator, suggestion=first)
    back = suggest(document, citizen, "二十二点", "二十一点")
    accept_suggestion(moderator=moderator, suggestion=back)
    second.refresh_from_db()
    assert second.status == Status.PENDING
    assert second.carried_text == clause_of(document).text.replace("二十一点", "二十点")


def test_a_suggestion_already_contained_makes_no_version(document, citizen, neighbour, moderator, suggest):
    first = suggest(document, citizen, "二十一点", "二十二点")
    same = suggest(document, neighbour, "二十一点", "二十二点")
    accept_suggestion(moderator=moderator, suggestion=first)
    decision = accept_suggestion(moderator=moderator, suggestion=same)
    document.refresh_from_db()
    assert document.version == 2
    assert (decision.outcome, decision.version) == ("adopted", 2)


def test_rejecting_needs_a_reason_and_changes_no_text(document, citizen, moderator, suggest):
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    with pytest.raises(errors.InvalidText) as refusal:
        reject_suggestion(moderator=moderator, suggestion=suggestion, reason=" ")
    assert "reason" in refusal.value.fields
    before = texts(document)
    reject_suggestion(moderator=moderator, suggestion=suggestion, reason="与上位法不一致")
    document.refresh_from_db()
    assert (document.version, texts(document)) == (1, before)


def test_nobody_decides_twice(document, citizen, moderator, suggest):
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    stale = Suggestion.objects.get(pk=suggestion.pk)
    reject_suggestion(moderator=moderator, suggestion=suggestion, reason="不合适")
    with pytest.raises(errors.AlreadyDecided, match="未采纳"):
        accept_suggestion(moderator=moderator, suggestion=stale)
    with pytest.raises(errors.AlreadyDecided):
        reject_suggestion(moderator=moderator, suggestion=stale, reason="不合适")
    assert Decision.objects.count() == 1


def test_a_comparison_made_against_an_older_text_is_refused(document, citizen, neighbour, moderator, suggest):
    first = suggest(document, citizen, "二十一点", "二十二点")
    second = suggest(document, neighbour, "周边的垃圾", "周边的垃圾和油污")
    accept_suggestion(moderator=moderator, suggestion=first, seen_version=1)
    with pytest.raises(errors.StaleBase) as refusal:
        accept_suggestion(moderator=moderator, suggestion=second, seen_version=1)
    assert "二十二点" in refusal.value.current_text
    accept_suggestion(moderator=moderator, suggestion=second, seen_version=2)


def test_a_change_elsewhere_makes_no_comparison_stale(document, citizen, neighbour, moderator, suggest):
    first = suggest(document, citizen, "二十一点", "二十二点")
    elsewhere = suggest(document, neighbour, "一百元", "五十元", label="第二条")
    accept_suggestion(moderator=moderator, suggestion=first)
    accept_suggestion(moderator=moderator, suggestion=elsewhere, seen_version=1)


def test_only_moderators_decide(document, citizen, manager, suggest):
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    for person in (citizen, manager):
        with pytest.raises(errors.NotAllowed):
            accept_suggestion(moderator=person, suggestion=suggestion)


def test_a_suggestion_written_against_an_older_text_is_told(
    document, citizen, neighbour, moderator, suggest, clause_of
):
    row = clause_of(document)
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
    with pytest.raises(errors.StaleBase) as refusal:
        submit_suggestion(
            author=neighbour,
            clause=row.clause,
            text=row.text + "违者罚款。",
            reason="要有罚则",
            base_version=1,
        )
    assert refusal.value.current_version == 2


def test_sending_twice_gives_one_suggestion(document, citizen, suggest):
    assert suggest(document, citizen, "二十一点", "二十二点") == suggest(
        document, citizen, "二十一点", "二十二点"
    )
    assert Suggestion.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"text": "x" * 9000}, errors.InvalidText, "text"),
        ({"text": ""}, errors.InvalidText, "text"),
        ({"text": "好\x07"}, errors.InvalidText, "text"),
        ({"reason": ""}, errors.InvalidText, "reason"),
        ({"reason": "x" * 2000}, errors.InvalidText, "reason"),
        ({"base_version": 99}, errors.InvalidText, "base_version"),
    ],
)
def test_bad_input_is_refused_with_its_field(document, citizen, clause_of, change, error, field):
    given_ = {"text": "新的文字。", "reason": "理由充分", "base_version": 1} | change
    with pytest.raises(error) as refusal:
        submit_suggestion(author=citizen, clause=clause_of(document).clause, **given_)
    assert field in refusal.value.fields
    assert not Suggestion.objects.exists()


def test_the_same_words_are_no_suggestion(document, citizen, clause_of):
    row = clause_of(document)
    with pytest.raises(errors.NothingChanged):
        submit_suggestion(
            author=citizen, clause=row.clause, text=f" {row.text}\n", reason="没有改", base_version=1
        )


def test_a_row_keeps_its_cells(document, citizen, suggest):
    suggest(document, citizen, "55 分贝", "50 分贝", label="夜间 | 55 分贝")
    with pytest.raises(errors.InvalidText, match="2 格"):
        suggest(document, citizen, " | ", "：", label="夜间 | 55 分贝")


@pytest.mark.parametrize("days", [-1, None])
def test_closed_documents_take_nothing(document, citizen, suggest, days):
    if days is None:
        change_stage(actor=None, document=document, action=StageAction.CLOSE)
    else:
        Document.objects.update(
            opens_at=timezone.now() - timedelta(days=9), closes_at=timezone.now() + timedelta(days=days)
        )
    with pytest.raises(errors.NotOpen):
        suggest(document, citizen, "二十一点", "二十二点")


def test_one_person_cannot_flood(document, citizen, suggest, settings):
    settings.WIKI_SUGGESTIONS_PER_HOUR = 2
    suggest(document, citizen, "二十一点", "二十二点")
    suggest(document, citizen, "二十一点", "二十三点")
    with pytest.raises(errors.TooMany):
        suggest(document, citizen, "二十一点", "二十点")


def test_the_log_is_only_added_to(document):
    event = Event.objects.first()
    for forbidden in (
        event.save,
        event.delete,
        Event.objects.all().delete,
        lambda: Event.objects.update(action="x"),
    ):
        with pytest.raises(TypeError):
            forbidden()


def test_the_database_itself_holds_the_invariants(document, citizen, moderator, suggest, clause_of):
    row = clause_of(document)
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    broken = [
        lambda: ClauseVersion.objects.create(
            document=document, clause=row.clause, kind="item", order=1, since=2
        ),  # two current wordings of one clause
        lambda: ClauseVersion.objects.filter(pk=row.pk).update(until=1),
        lambda: ClauseVersion.objects.filter(pk=row.pk).update(parent=row.clause_id),
        lambda: Document.objects.filter(pk=document.pk).update(stage="lost"),
        lambda: Document.objects.filter(pk=document.pk).update(closes_at=document.opens_at),
        lambda: DocumentVersion.objects.create(document=document, number=1, origin="import"),
        lambda: DocumentVersion.objects.create(document=document, number=2, origin="suggestion"),
        lambda: Suggestion.objects.filter(pk=suggestion.pk).update(carried_version=0),
        lambda: Decision.objects.create(
            opinion=suggestion.opinion, moderator=moderator, outcome="rejected", reason=""
        ),
        lambda: Decision.objects.create(
            opinion=suggestion.opinion, moderator=moderator, outcome="rejected", reason="不", version=2
        ),
        lambda: Opinion.objects.create(document=document, submitted_at=document.created_at),
        lambda: Opinion.objects.filter(suggestion=suggestion).update(answered_at=document.created_at),
    ]
    for change in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_without_a_port_everything_still_works(document, citizen, moderator, suggest, settings):
    settings.WIKI_PORTS = {}
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
    assert Event.objects.filter(action="suggestion.adopted").exists()


def test_a_failing_outbox_undoes_the_whole_step(document, citizen, suggest, settings):
    settings.WIKI_PORTS = {"publish": f"{__name__}.fail"}
    with pytest.raises(RuntimeError):
        suggest(document, citizen, "二十一点", "二十二点")
    assert not Suggestion.objects.exists()


def fail(**event):
    raise RuntimeError("outbox is full")
