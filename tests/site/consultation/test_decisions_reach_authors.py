"""What became of a suggestion reaches its author: points once and taken back with the words, notices once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from civic.consultation.rewards import standing_for
from civic.core import outbox
from civic.core.schedule import run_due
from civic.engagement.levels import amount_of, total_of
from civic.engagement.models import Notice, Point, Subscription
from tests.factories import UserFactory
from wiki.kinds import Kind
from wiki.models import ClauseVersion, Document, Suggestion
from wiki.parsing import Node
from wiki.selectors.standing_words import standing
from wiki.services import (
    accept_suggestion,
    change_stage,
    create_document,
    reject_suggestion,
    revise_document,
    submit_suggestion,
)
from wiki.services.editing import add_clause, revert_clause, split_clause
from wiki.services.reverting import revert_document
from wiki.workflow import Stage, StageAction

TEXT = "商户应当在每日二十一点前收摊。"


@pytest.fixture
def document(db):
    made = create_document(
        actor=None, slug="stalls", title="摊贩办法", nodes=[Node(Kind.ARTICLE, "第一条", TEXT)]
    )
    return change_stage(
        actor=None, document=made, action=StageAction.OPEN, closes_at=timezone.now() + timedelta(days=31)
    )


@pytest.fixture
def author(db):
    return UserFactory()


@pytest.fixture
def editor(db):
    return UserFactory(is_superuser=True)


@pytest.fixture
def work():
    """Do all the work that waits."""

    def run():
        for queue in ("urgent", "slow"):
            while rows := outbox.claim(worker="test", queue=queue):
                outbox.run_all(rows)

    return run


def suggest(document, author, old="二十一点", new="二十二点"):
    document.refresh_from_db()
    row = ClauseVersion.objects.filter(document=document).current().get()
    return submit_suggestion(
        author=author, clause=row.clause, text=row.text.replace(old, new), reason="夏天天黑得晚",
        base_version=document.version,
    )  # fmt: skip


def revert(document, editor, to_version):
    document.refresh_from_db()
    row = ClauseVersion.objects.filter(document=document).current().get()
    revert_clause(
        actor=editor, document=document, clause_id=row.clause_id, to_version=to_version, reason="另有规定",
        seen_version=document.version,
    )  # fmt: skip


def test_points_follow_the_words_in_and_out_of_the_text(document, author, editor, work):
    worth = amount_of("suggestion_adopted")
    accept_suggestion(moderator=editor, suggestion=suggest(document, author))  # version 2
    work()
    assert total_of(author) == worth == standing_for(author).points
    revert(document, editor, 1)  # version 3
    work()
    assert total_of(author) == 0
    revert(document, editor, 2)  # version 4: the words are back
    work()
    assert total_of(author) == worth
    assert Point.objects.filter(user=author).count() == 3


def test_authors_hear_that_their_words_were_taken_out_again(document, author, editor, work):
    accept_suggestion(moderator=editor, suggestion=suggest(document, author))  # version 2
    revert(document, editor, 1)  # version 3
    work()
    told = Notice.objects.filter(subscription__user=author, title__startswith="【采纳后又撤下】")
    assert "第 3 版" in told.get().text
    revert(document, editor, 2)  # version 4: the words are back
    work()
    assert told.count() == 1


def bring_back(document, editor, to_version):
    document.refresh_from_db()
    revert_document(
        actor=editor,
        document=document,
        to_version=to_version,
        reason="另有规定",
        seen_version=document.version,
    )


@pytest.mark.parametrize("kind", Suggestion.Kind.values)
def test_points_follow_a_revert_of_the_whole_document(document, author, editor, work, kind):
    row = ClauseVersion.objects.filter(document=document).current().get()
    add_clause(
        actor=editor, document=document, kind=Kind.ARTICLE, label="第二条", text="摊位应当编号。",
        parent_id=None, after_id=row.clause_id, reason="补一条",
    )  # fmt: skip
    document.refresh_from_db()
    last = ClauseVersion.objects.filter(document=document).current().get(label="第二条")
    given = {
        "change": {"text": TEXT.replace("二十一", "二十二")},
        "add": {"text": "第三条 摊位费应当公示。"},
        "delete": {},
        "move": {"to": last.clause},
    }[kind]
    suggestion = submit_suggestion(
        author=author, clause=row.clause, kind=kind, reason="这样更好", base_version=2, **given
    )
    accept_suggestion(moderator=editor, suggestion=suggestion)  # version 3
    work()
    worth = amount_of("suggestion_adopted")
    assert total_of(author) == worth > 0
    bring_back(document, editor, 2)  # version 4
    work()
    assert total_of(author) == 0
    bring_back(document, editor, 3)  # version 5
    work()
    assert total_of(author) == worth


def test_a_revert_of_something_else_leaves_the_points(document, author, editor, work):
    accept_suggestion(moderator=editor, suggestion=suggest(document, author))  # version 2
    row = ClauseVersion.objects.filter(document=document).current().get()
    add_clause(
        actor=editor, document=document, kind=Kind.ARTICLE, label="第二条", text="摊位应当编号。",
        parent_id=None, after_id=row.clause_id, reason="补一条",
    )  # fmt: skip
    bring_back(document, editor, 2)  # version 4
    work()
    assert total_of(author) == amount_of("suggestion_adopted")
    assert Point.objects.filter(user=author).count() == 1


def test_points_follow_a_newer_file_that_says_what_was_said_before(document, author, editor, work):
    accept_suggestion(moderator=editor, suggestion=suggest(document, author))  # version 2
    document.refresh_from_db()

    def imported(text, other):
        nodes = [Node(Kind.ARTICLE, "第一条", text), Node(Kind.ARTICLE, "第二条", other)]
        document.refresh_from_db()
        return revise_document(actor=editor, document=document, title=document.title, nodes=nodes).version

    worth = amount_of("suggestion_adopted")
    assert imported(TEXT.replace("二十一", "二十二"), "摊位应当编号。") == 3  # the file has taken it over
    work()
    assert total_of(author) == worth
    assert imported(TEXT, "摊位应当编号。") == 4
    work()
    assert total_of(author) == 0
    assert imported(TEXT.replace("二十一", "二十二"), "摊位应当编号。") == 5
    work()
    assert total_of(author) == worth


def test_running_twice_gives_nothing_twice(document, author, editor, work):
    from civic.consultation.rewards import reward_suggestions
    from civic.consultation.telling import tell_decisions

    suggestion = suggest(document, author)
    accept_suggestion(
        moderator=editor, suggestion=suggestion, wording=TEXT.replace("二十一", "二十三"), reason="取中"
    )
    work()
    for handler in (reward_suggestions, tell_decisions):
        handler([{"suggestion": suggestion.pk}])
    assert total_of(author) == amount_of("suggestion_partly")
    assert Notice.objects.filter(subscription__user=author, kind="decision").count() == 1


def test_who_wrote_on_words_that_go_elsewhere_is_told_once(document, author, editor, work):
    suggestion = suggest(document, author, "收摊", "收摊并打扫")
    row = ClauseVersion.objects.filter(document=document).current().get()
    split_clause(
        actor=editor, document=document, clause_id=row.clause_id, at=row.text.index("前"), reason="分开",
        seen_version=1,
    )  # fmt: skip
    work()
    suggestion.refresh_from_db()
    assert suggestion.origin_id == row.clause_id
    told = Notice.objects.get(kind="passed")
    assert "转到另一条" in told.title
    assert f"/suggestions/{suggestion.pk}/" in told.url
    assert not Notice.objects.filter(kind="conflict").exists()


def test_words_worded_on_another_clause_earn_and_lose_like_any_others(document, author, editor, work):
    text = TEXT.replace("二十一", "二十二").replace("收摊", "收摊并打扫")
    row = ClauseVersion.objects.filter(document=document).current().get()
    suggestion = suggest(document, author, TEXT, text)
    second = split_clause(
        actor=editor, document=document, clause_id=row.clause_id, at=TEXT.index("前"), reason="分开",
        seen_version=1,
    )  # fmt: skip
    wording = second.text.replace("收摊", "收摊并打扫")
    accept_suggestion(
        moderator=editor, suggestion=suggestion, wording=wording, on=second.clause_id, reason="时间不改"
    )
    work()
    worth = total_of(author)
    assert worth > 0
    bring_back(document, editor, 2)
    work()
    assert total_of(author) == 0


def test_a_refusal_is_told_with_its_reason_and_earns_nothing(document, author, editor, work):
    suggestion = suggest(document, author)
    work()
    assert Subscription.objects.filter(user=author).count() == 1
    reject_suggestion(moderator=editor, suggestion=suggestion, reason="与上位法不一致")
    work()
    notice = Notice.objects.get(subscription__user=author)
    assert "不采纳" in notice.title
    assert "与上位法不一致" in notice.text
    assert notice.url.endswith(reverse("wiki:suggestion", args=[document.slug, suggestion.pk]))
    assert total_of(author) == 0


def test_who_has_left_is_told_nothing_more(document, author, editor, work):
    suggest(document, author)
    work()
    Subscription.objects.filter(user=author).update(ended_at=timezone.now())
    accept_suggestion(moderator=editor, suggestion=suggest(document, author, "收摊", "收摊并打扫"))
    work()
    assert not Notice.objects.exists()


def test_the_schedule_closes_what_is_over(still_clock, document):
    still_clock.move_to(document.closes_at)
    assert "wiki.keep_dates" in run_due()
    assert Document.objects.get(pk=document.pk).stage == Stage.CLOSED


@given(st.integers(1, 30), st.lists(st.integers(1, 40), max_size=8))
def test_words_stand_as_the_last_text_brought_back_says(accepted, backs):
    reverts = [(accepted + n, min(back, accepted + n - 1)) for n, back in enumerate(backs, start=1)]
    stood = {accepted: True}
    undone = 0
    for number, back in reverts:  # told the long way: version by version
        stood[number] = back >= accepted and stood[max(v for v in stood if v <= back)]
        undone += stood[max(v for v in stood if v < number)] and not stood[number]
    assert standing(accepted, reverts) == (stood[max(stood)], undone)
