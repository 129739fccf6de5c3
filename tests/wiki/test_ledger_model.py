"""The ledger under any sequence of what people do: one line each, one answer each, figures that add up."""

import csv
import io
from collections import Counter

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki import errors
from wiki.models import Comment, Correction, Decision, Document, Opinion, Suggestion
from wiki.reporting.filters import UNANSWERED, Filters
from wiki.reporting.listing import list_opinions
from wiki.reporting.table import ledger_rows
from wiki.services import accept_suggestion, reject_suggestion
from wiki.services.answering import answer_group, answer_opinions, correct_answer, put_together, take_apart
from wiki.services.comments import submit_comment, withdraw_comment
from wiki.services.ledger import figures, hold_line, release_line
from wiki.services.letters import take_in_opinion
from wiki.services.reverting import revert_document
from wiki.services.withdrawing import withdraw_suggestion
from wiki.spreadsheets import csv_lines
from wiki.workflow import Status

pytestmark = pytest.mark.django_db

ACTIONS = [
    "suggest change", "comment", "letter", "withdraw", "hold", "release", "accept", "reject", "answer", "answer", "group",
    "answer group", "apart", "correct", "back",
]  # fmt: skip
OUTCOMES = Decision.Outcome.values
steps = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 30)), min_size=1, max_size=25)
NOBODY = AnonymousUser()


class Said:
    """What the model knows of one opinion."""

    def __init__(self):
        self.held = self.withdrawn = False
        self.outcome = None
        self.group = None

    @property
    def due(self):
        return not self.held and not self.withdrawn


class Ledger:
    """The same steps done to the site and to a few lines of Python."""

    def __init__(self, document, citizen, moderator, suggest, clause_of):
        self.document, self.citizen, self.moderator = document, citizen, moderator
        self.suggest, self.clause_of = suggest, clause_of
        self.said = {}
        self.groups = []
        self.corrections = 0
        self.texts = {1: clause_of(document).text}
        self.stood = {1: set()}
        """Version → the adopted opinions whose words stand in it."""

    def step(self, action, number):
        """Do one step; what the services refuse must change nothing, so the model does not change either."""
        opinions = list(Opinion.objects.filter(document=self.document).order_by("pk"))
        chosen = opinions[number % len(opinions)] if opinions else None
        try:
            with transaction.atomic():
                getattr(self, action.replace(" ", "_"))(number, chosen)
        except errors.WikiError:
            pass

    def came(self, opinion):
        self.said.setdefault(opinion.pk, Said())

    def suggest_change(self, number, chosen):
        suggestion = self.suggest(self.document, self.citizen, "。", f"，不得影响邻居{number}。")
        self.came(suggestion.opinion)

    def comment(self, number, chosen):
        self.document.refresh_from_db()
        clause = self.clause_of(self.document, "第二条").clause
        comment = submit_comment(
            author=self.citizen, clause=clause, text=f"罚得太重{number}。", base_version=self.document.version
        )
        self.came(comment.opinion)

    def letter(self, number, chosen):
        self.came(
            take_in_opinion(
                actor=self.moderator,
                document_id=self.document.pk,
                text=f"来信{number}。",
                channel="import",
                source_ref=f"L-{number % 7}",
            )
        )

    def withdraw(self, number, chosen):
        if chosen is None:
            return
        known = self.said[chosen.pk]
        if chosen.suggestion is not None:
            withdraw_suggestion(author=self.citizen, suggestion=chosen.suggestion)
        elif chosen.comment is not None:
            withdraw_comment(author=self.citizen, comment=chosen.comment)
        else:
            return
        # An answered line stays as it is, whatever becomes of the words.
        known.withdrawn = known.withdrawn or known.outcome is None

    def hold(self, number, chosen):
        if chosen is not None and chosen.suggestion is None:
            hold_line(chosen, rule="links")
            self.said[chosen.pk].held = True

    def release(self, number, chosen):
        if chosen is not None and chosen.suggestion is None:
            release_line(chosen)
            self.said[chosen.pk].held = False

    def accept(self, number, chosen):
        if chosen is not None and chosen.suggestion is not None:
            wording = f"商户应当按时收摊{number}。" if chosen.suggestion.status == Status.CONFLICT else None
            decision = accept_suggestion(
                moderator=self.moderator, suggestion=chosen.suggestion, wording=wording, reason="取中"
            )
            self.said[chosen.pk].outcome = decision.outcome
            now = max(self.texts)
            if decision.version > now:
                self.texts[decision.version] = self.clause_of(self.document).text
                self.stood[decision.version] = set(self.stood[now])
            for version in self.stood:
                if version >= decision.version:
                    self.stood[version].add(chosen.pk)

    def reject(self, number, chosen):
        if chosen is not None and chosen.suggestion is not None:
            reject_suggestion(moderator=self.moderator, suggestion=chosen.suggestion, reason="已有规定。")
            self.said[chosen.pk].outcome = "rejected"

    def answer(self, number, chosen):
        if chosen is not None:
            outcome = OUTCOMES[number % 3]
            answer_opinions(
                moderator=self.moderator, opinions=[chosen], outcome=outcome, reason=f"理由{number}。"
            )
            self.said[chosen.pk].outcome = outcome

    def group(self, number, chosen):
        some = list(Opinion.objects.filter(document=self.document).order_by("pk"))[: 1 + number % 4]
        group = put_together(moderator=self.moderator, opinions=some, name=f"组{number}")
        self.groups.append(group)
        for one in some:
            self.said[one.pk].group = group.pk

    def answer_group(self, number, chosen):
        if self.groups:
            group = self.groups[number % len(self.groups)]
            decisions = answer_group(
                moderator=self.moderator, group=group, outcome=OUTCOMES[number % 3], reason="一并答复。"
            )
            for one in decisions:
                assert self.said[one.opinion_id].group == group.pk
                self.said[one.opinion_id].outcome = one.outcome

    def apart(self, number, chosen):
        if chosen is not None:
            take_apart(moderator=self.moderator, opinions=[chosen])
            self.said[chosen.pk].group = None

    def correct(self, number, chosen):
        if chosen is not None:
            outcome = OUTCOMES[number % 3]
            correct_answer(
                moderator=self.moderator,
                opinion=chosen,
                outcome=outcome,
                reason=f"更正后的理由{number}。",
                why="弄错了。",
            )
            self.said[chosen.pk].outcome = outcome
            self.corrections += 1

    def back(self, number, chosen):
        """Bring an earlier text back: what was adopted after it is out, what was adopted up to it is in again."""
        self.document.refresh_from_db()
        newest = self.document.version
        to = 1 + number % newest
        made = revert_document(
            actor=self.moderator,
            document=self.document,
            to_version=to,
            reason="恢复原文",
            seen_version=newest,
        )
        # The same text may have stood before and after an adoption: what counts is when it stood last.
        last = max(version for version, text in self.texts.items() if text == self.texts[to])
        self.texts[made], self.stood[made] = self.texts[to], set(self.stood[last])

    def check(self):
        said = self.said
        assert set(Opinion.objects.filter(document=self.document).values_list("pk", flat=True)) == set(said)
        lines = Suggestion.objects.count(), Comment.objects.filter(thread=None).count()
        assert lines == (
            Opinion.objects.filter(suggestion__isnull=False).count(),
            Opinion.objects.filter(comment__isnull=False).count(),
        )
        answered = dict(Decision.objects.values_list("opinion_id", "outcome"))
        assert answered == {pk: one.outcome for pk, one in said.items() if one.outcome}
        with_time = Opinion.objects.filter(answered_at__isnull=False).values_list("pk", flat=True)
        assert set(with_time) == set(answered)
        assert Correction.objects.count() == self.corrections
        found = figures(self.document)
        due = {pk: one for pk, one in said.items() if one.due}
        outcomes = Counter(one.outcome for one in due.values())
        assert found.received == len(due)
        adopted = set().union(*self.stood.values())
        gone = {pk for pk, one in due.items() if pk in adopted and pk not in self.stood[max(self.stood)]}
        in_text = Counter(one.outcome for pk, one in due.items() if pk not in gone)
        assert (found.adopted, found.partly, found.rejected) == tuple(in_text[name] for name in OUTCOMES)
        assert found.answered == found.adopted + found.partly + found.undone + found.rejected
        assert found.undone == len(gone)
        assert found.missing == outcomes[None]
        assert found.withdrawn == sum(one.withdrawn for one in said.values())
        assert found.received + found.withdrawn + found.held == len(said)
        assert (found.percent == 100) == found.complete == (None not in outcomes)
        self.check_shown(due)

    def check_shown(self, due):
        """Every public opinion stands on exactly one line, alone or behind its group, and in exactly one row."""
        flat = list_opinions(self.document, NOBODY, Filters(), grouped=False, per_page=100)
        assert [entry.line.number for entry in flat.entries] == sorted(due, reverse=True)
        waiting = list_opinions(
            self.document, NOBODY, Filters(outcome=UNANSWERED), grouped=False, per_page=100
        )
        assert {entry.line.number for entry in waiting.entries} == {
            pk for pk, one in due.items() if one.outcome is None
        }
        shown = Counter()
        for entry in list_opinions(self.document, NOBODY, Filters(), per_page=100).entries:
            if entry.group is None:
                shown[entry.line.number] += 1
            else:
                members = list_opinions(self.document, NOBODY, Filters(group=entry.group.pk), per_page=100)
                assert len(members.entries) == entry.tally.members
                shown.update(one.line.number for one in members.entries)
        assert shown == Counter(dict.fromkeys(due, 1))
        table = b"".join(csv_lines(ledger_rows(self.document, NOBODY, Filters()))).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(table)))
        assert [int(row["编号"]) for row in rows] == sorted(due)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_every_opinion_has_one_line_and_at_most_one_answer(
    make_document, make_user, clause_of, suggest, settings, given_steps
):
    settings.WIKI_SUGGESTIONS_SHOWN = "at_once"
    with transaction.atomic():
        number = Document.objects.count()
        ledger = Ledger(
            make_document(f"ledger-{number}"),
            make_user(f"c{number}"),
            make_user(f"m{number}", "wiki.moderate_suggestion", "wiki.manage_document"),
            suggest,
            clause_of,
        )
        for action, what in given_steps:
            ledger.step(action, what)
        ledger.check()
        transaction.set_rollback(True)
