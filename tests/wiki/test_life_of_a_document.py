"""The whole life of a document as a model: people suggest, comment, withdraw, managers edit, moderators decide.

Whatever comes after whatever: the tree stays whole, no version changes once it is made, no words that anyone wrote are
lost, every opinion has one line in the ledger, and the figures add up.
"""

import itertools

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.wiki.test_editing_model import act
from tests.wiki.trees import check_whole, shape
from wiki import errors
from wiki.models import ClauseVersion, Comment, Decision, Document, Opinion, Suggestion
from wiki.outline import arrange
from wiki.selectors.heirs import heirs_of
from wiki.services import accept_suggestion, reject_suggestion, submit_suggestion
from wiki.services.answering import answer_opinions, take_in_opinion
from wiki.services.comments import submit_comment
from wiki.services.ledger import figures
from wiki.services.reverting import revert_document
from wiki.services.votes import vote
from wiki.services.withdrawing import withdraw_suggestion
from wiki.workflow import Status

pytestmark = pytest.mark.django_db
ACTS = ["edit", "add", "remove", "move", "split", "merge", "revert"]
KINDS = ["change", "add", "delete", "move"]
names = itertools.count()
number = st.integers(0, 30)


class Life(RuleBasedStateMachine):
    """One document from its import on; every rule is one person doing one thing, allowed or not."""

    make_document = None
    make_user = None

    @initialize()
    def begin(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        name = next(names)
        self.document = self.make_document(f"life-{name}")
        self.citizens = [self.make_user(f"citizen-{name}-{n}") for n in range(2)]
        self.moderator = self.make_user(f"moderator-{name}", "wiki.moderate_suggestion")
        self.manager = self.make_user(f"manager-{name}", "wiki.manage_document")
        self.history = {1: shape(self.document, 1)}
        self.suggested, self.said = {}, {}

    def teardown(self):
        if not hasattr(self, "atomic"):
            return
        try:
            for version, seen in self.history.items():
                assert shape(self.document, version) == seen, "a version has changed after it was made"
                check_whole(self.document, version)
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # --- what people do -------------------------------------------------------------------------

    def rows(self):
        rows = ClauseVersion.objects.filter(document=self.document).current()
        return [line.row for line in arrange(rows)]

    def pick(self, rows, at):
        return rows[at % len(rows)] if rows else None

    def do(self, work, **given):
        """Run one service; a refusal leaves nothing behind."""
        before = self.counts()
        try:
            with transaction.atomic():
                made = work(**given)
        except errors.WikiError:
            assert self.counts() == before, "what was refused left something behind"
            return None
        self.document.refresh_from_db()
        if self.document.version not in self.history:
            assert self.document.version == max(self.history) + 1, "one act made several versions"
            self.history[self.document.version] = shape(self.document, self.document.version)
        return made

    def counts(self):
        return (
            Document.objects.get(pk=self.document.pk).version,
            *(
                model.objects.filter(document=self.document).count()
                for model in (Suggestion, Comment, Opinion, ClauseVersion)
            ),
            Decision.objects.filter(opinion__document=self.document).count(),
        )

    @rule(who=number, kind=st.sampled_from(KINDS), one=number, two=number, at=number, inside=st.booleans())
    def suggest(self, who, kind, one, two, at, inside):
        row, target = self.pick(self.rows(), one), self.pick(self.rows(), two)
        if row is None:
            return
        words = (
            row.text[:at] + "及时公示" * (at % 5 > 0) + row.text[at + two % 4 :]
            if kind == "change"
            else f"另外的一条{at}。"
        )
        made = self.do(
            submit_suggestion,
            author=self.citizens[who % 2],
            clause=row.clause,
            kind=kind,
            text=words if kind in {"change", "add"} else "",
            reason="让大家都看得懂",
            base_version=self.document.version,
            to=target.clause if kind == "move" else None,
            inside=inside,
        )
        if made is not None:
            self.suggested[made.pk] = (made.kind, made.text, made.reason, made.base_version, made.clause_id)

    @rule(who=number, one=number, start=number, length=st.integers(0, 8), reply=st.booleans())
    def comment(self, who, one, start, length, reply):
        threads = list(Comment.objects.filter(document=self.document, thread=None).order_by("pk"))
        thread = self.pick(threads, one) if reply else None
        row = self.pick(self.rows(), one)
        if thread is not None:
            row = ClauseVersion.objects.filter(clause=thread.clause_id).current().first()
        if row is None:
            return
        made = self.do(
            submit_comment,
            author=self.citizens[who % 2],
            clause=row.clause,
            text=f"我看这里要再想一想{start}。",
            base_version=self.document.version,
            quote=row.text[start : start + length],
            start=start,
            thread=thread,
        )
        if made is not None:
            self.said[made.pk] = (made.text, made.quote, made.start, made.base_version)

    @rule(who=number, one=number, value=st.sampled_from([1, 0, -1]))
    def say_yes_or_no(self, who, one, value):
        target = self.pick(list(Comment.objects.filter(document=self.document).order_by("pk")), one)
        if target is not None:
            self.do(vote, voter=self.citizens[who % 2], target=target, value=value)

    @rule(who=number, one=number)
    def take_back(self, who, one):
        suggestion = self.pick(self.waiting(), one)
        if suggestion is not None:
            self.do(withdraw_suggestion, author=self.citizens[who % 2], suggestion=suggestion)

    @rule(what=st.sampled_from(ACTS), numbers=st.tuples(number, number, number))
    def edit(self, what, numbers):
        self.do(act, what=what, numbers=numbers, document=self.document, manager=self.manager, citizen=None)

    @rule(back=st.integers(1, 4))
    def bring_back(self, back):
        self.do(
            revert_document,
            actor=self.manager,
            document=self.document,
            to_version=self.document.version - back,
            reason="恢复原文",
            seen_version=self.document.version,
        )

    def waiting(self):
        return list(Suggestion.objects.filter(document=self.document).undecided().oldest_first())

    @rule(one=number, way=st.sampled_from(["accept", "accept", "reword", "reject", "elsewhere"]))
    def decide(self, one, way):
        suggestion = self.pick(self.waiting(), one)
        if suggestion is None:
            return
        given = {"moderator": self.moderator, "suggestion": suggestion}
        if way == "reject":
            self.do(reject_suggestion, reason="与上位法不一致。", **given)
        else:
            wording = f"由审核人员写定的文字{one}。" if way in {"reword", "elsewhere"} else None
            heirs = heirs_of(self.document.pk, suggestion.clause_id)
            on = self.pick(heirs, one) if way == "elsewhere" else None
            made = self.do(
                accept_suggestion, wording=wording, on=on, reason="取中" if wording else "", **given
            )
            if made is not None and on is not None:
                row = ClauseVersion.objects.filter(clause=on).current().get()
                assert row.text == wording == made.wording
                assert made.clause_id == on

    @rule(one=number, outcome=st.sampled_from(Decision.Outcome.values))
    def answer(self, one, outcome):
        opinion = self.pick(list(Opinion.objects.filter(document=self.document).order_by("pk")), one)
        if opinion is not None:
            self.do(
                answer_opinions,
                moderator=self.moderator,
                opinions=[opinion],
                outcome=outcome,
                reason="已在会上研究，意见合理。",
            )

    @rule(one=number)
    def letter(self, one):
        self.do(
            take_in_opinion,
            actor=self.moderator,
            document_id=self.document.pk,
            text=f"来信说，收摊时间太早了{one}。",
            channel="import",
            source_ref=f"letter-{one % 5}",
        )

    # --- what always holds ------------------------------------------------------------------------

    @invariant()
    def the_tree_is_whole(self):
        if hasattr(self, "history"):
            check_whole(self.document, self.document.version)
            assert set(self.history) == set(range(1, self.document.version + 1))

    @invariant()
    def nothing_said_is_lost(self):
        if not hasattr(self, "suggested"):
            return
        every = Suggestion.objects.filter(document=self.document).select_related("opinion", "alike")
        for one in every.with_base_text():
            said = (one.kind, one.text, one.reason, one.base_version, one.origin_id or one.clause_id)
            assert self.suggested[one.pk] == said
            assert one.base_version <= one.carried_version <= self.document.version
            assert one.opinion.clause_id == one.clause_id != one.origin_id
            if one.alike_id is not None:
                assert one.alike.clause_id == one.clause_id
            self.check_standing(one)
        for one in Comment.objects.filter(document=self.document):
            assert self.said[one.pk] == (one.text, one.quote, one.start, one.base_version)
            if one.anchor == Comment.Anchor.QUOTE:
                row = ClauseVersion.objects.filter(clause=one.clause_id).order_by("-since").first()
                assert 0 < one.length <= len(row.text) - one.at, "a quotation stands outside its clause"
        assert Suggestion.objects.filter(document=self.document).count() == len(self.suggested)
        assert Comment.objects.filter(document=self.document).count() == len(self.said)

    def check_standing(self, one):
        """What waits is for a clause of today's text, with today's words and those of its author in one."""
        row = ClauseVersion.objects.filter(clause=one.clause_id).current().first()
        if one.status == Status.PENDING:
            assert row is not None
            if one.kind == "change":
                assert one.carried_text.strip()
                added = set(one.text) - set(one.base_text or "")
                assert added <= set(one.carried_text), "words of an author were lost on the way"

    @invariant()
    def the_ledger_is_complete(self):
        if not hasattr(self, "document"):
            return
        lines = list(Opinion.objects.filter(document=self.document).select_related("suggestion", "decision"))
        suggestions = [line.suggestion_id for line in lines if line.suggestion_id]
        comments = [line.comment_id for line in lines if line.comment_id]
        assert sorted(suggestions) == sorted(self.suggested)
        assert sorted(comments) == sorted(
            Comment.objects.filter(document=self.document, thread=None).values_list("pk", flat=True)
        )
        for line in lines:
            assert hasattr(line, "decision") == (line.answered_at is not None)
            assert not (line.answered_at and line.withdrawn_at), "withdrawn and answered"
            if line.suggestion is not None:
                status = line.suggestion.status
                assert (line.answered_at is not None) == (status in {Status.ACCEPTED, Status.REJECTED})
                assert (line.withdrawn_at is not None) == (status == Status.WITHDRAWN)
        found = figures(self.document)
        assert (
            found.adopted + found.partly + found.undone + found.rejected == found.answered <= found.received
        )
        assert found.received + found.withdrawn + found.held == len(lines)
        assert found.complete == (found.missing == 0) == (found.percent == 100)


def live(make_document, make_user, examples):
    machine = type("Life", (Life,), {})
    machine.make_document, machine.make_user = staticmethod(make_document), staticmethod(make_user)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_document_lives(make_document, make_user):
    live(make_document, make_user, 5)


@pytest.mark.slow
def test_many_documents_live(make_document, make_user):
    live(make_document, make_user, 80)
