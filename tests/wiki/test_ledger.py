"""The ledger in numbers: what is owed an answer, what has one, and when it is all."""

import pytest

from wiki.models import Comment, Opinion, Suggestion
from wiki.services import accept_suggestion, reject_suggestion
from wiki.services.answering import answer_opinions, take_in_opinion
from wiki.services.comments import submit_comment
from wiki.services.ledger import figures, hold_line, release_line, withdraw_line

pytestmark = pytest.mark.django_db


def say(document, author, row, text="二十一点太早了。", **more):
    return submit_comment(
        author=author, clause=row.clause, text=text, base_version=document.version, **more
    ).opinion


def counted(document):
    found = figures(document)
    return (found.received, found.answered, found.missing, found.percent, found.complete)


def test_a_document_nobody_spoke_on_misses_no_answer(document):
    assert counted(document) == (0, 0, 0, 100, True)


def test_each_outcome_is_counted_and_all_add_up(document, citizen, neighbour, moderator, clause_of, suggest):
    first = suggest(document, citizen, "二十一点", "二十二点")
    second = suggest(document, neighbour, "垃圾", "垃圾和积水")
    letter = take_in_opinion(actor=moderator, document_id=document.pk, text="建议延长。", channel="import")
    say(document, citizen, clause_of(document))
    assert counted(document) == (4, 0, 4, 0, False)
    accept_suggestion(moderator=moderator, suggestion=first)
    reject_suggestion(moderator=moderator, suggestion=second, reason="已有规定。")
    answer_opinions(moderator=moderator, opinions=[letter], outcome="partly", reason="夏季另行规定。")
    found = figures(document)
    assert (found.adopted, found.partly, found.rejected) == (1, 1, 1)
    assert counted(document) == (4, 3, 1, 75, False)


def test_what_is_withdrawn_or_held_back_is_owed_no_answer(document, citizen, neighbour, clause_of):
    row = clause_of(document)
    first, second = say(document, citizen, row), say(document, neighbour, row)
    hold_line(first, rule="links")
    assert withdraw_line(second)
    found = figures(document)
    assert (found.received, found.held, found.withdrawn, found.complete) == (0, 1, 1, True)
    release_line(first)
    assert counted(document) == (1, 0, 1, 0, False)


def test_an_answered_line_cannot_be_withdrawn(document, citizen, moderator, clause_of):
    opinion = say(document, citizen, clause_of(document))
    answer_opinions(moderator=moderator, opinions=[opinion], outcome="adopted", reason="写进第一条。")
    assert not withdraw_line(opinion)
    assert counted(document) == (1, 1, 0, 100, True)


def test_one_missing_answer_is_never_rounded_to_all(document, citizen, moderator, clause_of):
    row = clause_of(document)
    Opinion.objects.bulk_create(
        Opinion(
            document=document,
            clause=row.clause,
            channel="import",
            text="建议延长。",
            submitted_at=document.created_at,
            answered_at=document.created_at if number else None,
        )
        for number in range(1000)
    )
    assert counted(document) == (1000, 999, 1, 99, False)


def test_the_figures_are_one_query(document, citizen, clause_of, django_assert_num_queries):
    say(document, citizen, clause_of(document))
    with django_assert_num_queries(1):
        figures(document)


def test_replies_have_no_line(document, citizen, neighbour, clause_of):
    row = clause_of(document)
    first = say(document, citizen, row)
    reply = submit_comment(
        author=neighbour, clause=row.clause, text="同意。", base_version=1, thread=first.comment
    )
    assert not Opinion.objects.filter(comment=reply).exists()
    assert (Comment.objects.count(), Suggestion.objects.count(), Opinion.objects.count()) == (2, 0, 1)
