"""Suggestions to add, take out and move clauses: submitted, accepted, carried, refused."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wiki.trees import check_whole, shape
from wiki import errors
from wiki.kinds import Kind
from wiki.models import ClauseVersion, Decision, Document, Opinion, Suggestion
from wiki.outline import arrange
from wiki.services import accept_suggestion, editing, reject_suggestion, submit_suggestion
from wiki.workflow import UNDECIDED, Status

pytestmark = pytest.mark.django_db
Change = Suggestion.Kind


def rows_of(document):
    return [line.row for line in arrange(ClauseVersion.objects.filter(document=document).current())]


def submit(document, author, row, kind, **given):
    return submit_suggestion(
        author=author,
        clause=row.clause,
        kind=kind,
        reason="这样更清楚",
        base_version=document.version,
        **given,
    )


def test_an_added_clause_stands_after_the_one_it_was_suggested_for(document, citizen, moderator, clause_of):
    row = clause_of(document)
    suggestion = submit(document, citizen, row, Change.ADD, text="第二条 早市应当公示开放时间。")
    decision = accept_suggestion(moderator=moderator, suggestion=suggestion)
    document.refresh_from_db()
    rows = rows_of(document)
    place = [one.clause_id for one in rows].index(row.clause_id)
    added = rows[place + 1]
    assert (added.kind, added.label, added.text) == (Kind.ARTICLE, "第二条", "早市应当公示开放时间。")
    assert (added.parent_id, added.since, decision.version) == (row.parent_id, 2, 2)
    check_whole(document, 2)


def test_a_deleted_clause_takes_what_is_below_it_along_and_others_collide(document, citizen, moderator):
    chapter, article = rows_of(document)[:2]
    other = submit(document, citizen, article, Change.CHANGE, text=article.text + "并公示。")
    deletion = submit(document, citizen, chapter, Change.DELETE)
    accept_suggestion(moderator=moderator, suggestion=deletion, reason="并入另一章")
    other.refresh_from_db()
    document.refresh_from_db()
    assert [row.kind for row in rows_of(document)] == [Kind.TABLE, Kind.HEADER_ROW, Kind.ROW]
    assert other.status == Status.CONFLICT
    check_whole(document, 2)


def test_taking_out_what_has_been_written_anew_is_a_conflict(document, citizen, moderator, clause_of):
    row = clause_of(document)
    deletion = submit(document, citizen, row, Change.DELETE)
    change = submit(document, citizen, row, Change.CHANGE, text=row.text + "并公示。")
    accept_suggestion(moderator=moderator, suggestion=change)
    deletion.refresh_from_db()
    assert deletion.status == Status.CONFLICT
    with pytest.raises(errors.ConflictUnresolved):
        accept_suggestion(moderator=moderator, suggestion=deletion)
    reject_suggestion(moderator=moderator, suggestion=deletion, reason="文字已经改了")


def test_a_moved_clause_keeps_its_words_and_what_was_said_of_it(document, citizen, moderator):
    _, first, second = rows_of(document)[:3]
    said = submit(document, citizen, first, Change.CHANGE, text=first.text + "并公示。")
    move = submit(document, citizen, first, Change.MOVE, to=second.clause)
    decision = accept_suggestion(moderator=moderator, suggestion=move)
    said.refresh_from_db()
    assert [row.clause_id for row in rows_of(document)[1:3]] == [second.clause_id, first.clause_id]
    assert (said.status, decision.wording) == (Status.PENDING, first.text)


def test_what_cannot_be_done_is_refused_when_it_is_suggested(document, citizen):
    chapter, first, second = rows_of(document)[:3]
    refused = [
        ({"kind": Change.ADD, "text": ""}, first, errors.InvalidText),
        ({"kind": "turn"}, first, errors.InvalidText),
        ({"kind": Change.MOVE}, first, errors.InvalidText),
        ({"kind": Change.MOVE, "to": chapter.clause, "inside": True}, first, errors.NothingChanged),
        ({"kind": Change.MOVE, "to": first.clause}, second, errors.NothingChanged),
        ({"kind": Change.MOVE, "to": first.clause, "inside": True}, chapter, errors.WrongPlace),
    ]
    for given_change, row, error in refused:
        with pytest.raises(error):
            submit(document, citizen, row, **given_change)
    assert not Suggestion.objects.exists()
    assert not Opinion.objects.exists()


def test_people_who_have_not_signed_in_suggest_only_where_the_site_says_so(document, clause_of, settings):
    row = clause_of(document)
    with pytest.raises(errors.NotAllowed):
        submit(document, None, row, Change.DELETE)
    settings.WIKI_UNSIGNED_SUGGESTIONS = True
    suggestion = submit(document, None, row, Change.DELETE)
    assert suggestion.author is None
    assert suggestion.opinion.author is None


acts = st.sampled_from([*Change.values, "accept", "reword", "reject", "edit"])
steps = st.lists(st.tuples(acts, *[st.integers(0, 30)] * 3), min_size=1, max_size=14)


def take(what, numbers, *, document, people):
    rows = rows_of(document)
    undecided = list(Suggestion.objects.filter(document=document).undecided().oldest_first())
    chosen = undecided[numbers[0] % len(undecided)] if undecided else None
    one, other = (rows[number % len(rows)] for number in numbers[:2])
    if what in Change.values:
        return submit(
            document, people["citizen"], one, what,
            text=one.text[: numbers[1]] + "增补" + one.text[numbers[1] :] if what == Change.CHANGE else f"新增{numbers}。",
            to=other.clause, inside=numbers[2] % 3 == 0,
        )  # fmt: skip
    if what == "edit":
        return editing.edit_clause(
            actor=people["manager"], document=document, clause_id=one.clause_id, text=f"改写{numbers}。",
            reason="整理", seen_version=document.version,
        )  # fmt: skip
    if chosen is None:
        return None
    if what == "reject":
        return reject_suggestion(moderator=people["moderator"], suggestion=chosen, reason="已有规定")
    wording = f"折中的文字{numbers}。" if what == "reword" else None
    return accept_suggestion(moderator=people["moderator"], suggestion=chosen, wording=wording, reason="可以")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_no_words_and_no_opinion_are_lost_whatever_is_suggested(make_document, make_user, given_steps):
    with transaction.atomic():
        name = Document.objects.count()
        document = make_document(f"kinds-{name}")
        people = {
            "citizen": make_user(f"c{name}"),
            "moderator": make_user(f"m{name}", "wiki.moderate_suggestion"),
            "manager": make_user(f"w{name}", "wiki.manage_document"),
        }
        history = {1: shape(document, 1)}
        written = {}
        for what, *numbers in given_steps:
            if not rows_of(document):
                break
            before = document.version
            try:
                with transaction.atomic():
                    made = take(what, numbers, document=document, people=people)
            except errors.WikiError:
                made = None
            document.refresh_from_db()
            if isinstance(made, Suggestion):
                written[made.pk] = (made.kind, made.text, made.base_version, made.parent_id, made.after_id)
            assert document.version <= before + 1
            assert made is not None or document.version == before
            history.setdefault(document.version, shape(document, document.version))
        for number, seen in history.items():
            assert shape(document, number) == seen
            check_whole(document, number)
        for pk, given_words in written.items():
            kept = Suggestion.objects.select_related("opinion").get(pk=pk)
            assert (kept.kind, kept.text, kept.base_version, kept.parent_id, kept.after_id) == given_words
            decided = Decision.objects.filter(opinion=kept.opinion).exists()
            assert decided == (kept.status not in UNDECIDED) == (kept.opinion.answered_at is not None)
        transaction.set_rollback(True)
