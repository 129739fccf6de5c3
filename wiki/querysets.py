"""All reading: who sees what, and any version of a document by number."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from wiki.consultation import OBJECTION_PERIOD
from wiki.intervals import fork_of, forks_around
from wiki.workflow import DECIDED, PUBLIC_STAGES, UNDECIDED, Status

if TYPE_CHECKING:
    from wiki.policies import Person

PRESENT_FOR = timedelta(seconds=60)
"""How long somebody counts as present after their last heartbeat; editors send one every 20 seconds."""


class DocumentQuerySet(QuerySet):
    def visible_to(self, user: Person) -> DocumentQuerySet:
        """Keep the documents this person may read: drafts only for staff."""
        from wiki.policies import can_see_drafts

        return self if can_see_drafts(user) else self.filter(stage__in=PUBLIC_STAGES)

    def with_counts(self) -> DocumentQuerySet:
        """Add `suggestion_count`, `undecided_count` and `accepted_count`: what a rule holds back is in none.

        What was accepted and taken out of the text again is not in the last. Each is counted in an index of its own
        query; joined, ten thousand rows would be counted three times over.
        """
        from wiki.models import Suggestion

        every = Suggestion.objects.filter(held_by="")
        return self.annotate(
            suggestion_count=_count_of(every),
            undecided_count=_count_of(every.filter(status__in=UNDECIDED)),
            accepted_count=_count_of(every.filter(status=Status.ACCEPTED)) - _count_of(every.undone()),
        )

    def with_results(self) -> DocumentQuerySet:
        """Add what became of the opinions: `opinion_count`, `answered_count` and `adopted_count`, whole or in part."""
        from wiki.models import Decision, Opinion

        due = Opinion.objects.due()
        adopted = due.filter(
            decision__outcome__in=[Decision.Outcome.ADOPTED, Decision.Outcome.PARTLY],
            decision__undone_in=None,
        )
        return self.annotate(
            opinion_count=_count_of(due),
            answered_count=_count_of(due.filter(answered_at__isnull=False)),
            adopted_count=_count_of(adopted),
        )

    def named(self, words: str) -> DocumentQuerySet:
        """Keep the documents that have every word in their title, summary or issuer."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(title__icontains=word) | Q(summary__icontains=word) | Q(issuer__icontains=word)
            )
        return found


def _count_of(rows: QuerySet) -> Coalesce:
    """Return how many of the rows belong to the document of the outer query."""
    counted = rows.filter(document=OuterRef("pk")).order_by().values("document").annotate(n=Count("id"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


class DocumentVersionQuerySet(QuerySet):
    def newest_first(self) -> DocumentVersionQuerySet:
        return self.select_related("author", "suggestion__author", "suggestion__clause").order_by("-number")


class ClauseQuerySet(QuerySet):
    def visible_to(self, user: Person) -> ClauseQuerySet:
        """Keep the clauses of documents this person may read."""
        from wiki.policies import can_see_drafts

        return self if can_see_drafts(user) else self.filter(document__stage__in=PUBLIC_STAGES)


class ClauseVersionQuerySet(QuerySet):
    def current(self) -> ClauseVersionQuerySet:
        return self.filter(until=None)

    def at(self, number: int) -> ClauseVersionQuerySet:
        """Keep what is valid in version `number`; filter by document or clause beside it.

        The forks say nothing new; they spare the database the rows that ended long before.
        """
        return self.filter(
            Q(until=None) | Q(until__gt=number), fork__in=forks_around(number), since__lte=number
        )

    def end_at(self, number: int) -> None:
        """End these rows at version `number`."""
        filed: dict[int, list[int]] = {}
        for pk, since in self.values_list("pk", "since").order_by():
            filed.setdefault(fork_of(since, number), []).append(pk)
        for fork, rows in filed.items():
            self.model._default_manager.filter(pk__in=rows).update(until=number, fork=fork)


class SuggestionQuerySet(QuerySet):
    def visible_to(self, user: Person) -> SuggestionQuerySet:
        """Keep the suggestions on documents this person may read."""
        from wiki.policies import can_see_drafts

        return self if can_see_drafts(user) else self.filter(document__stage__in=PUBLIC_STAGES)

    def shown_to(self, user: Person) -> SuggestionQuerySet:
        """Keep the suggestions whose words this person may read; `visible_to` has seen to the document.

        What has been decided is public, with its answer. What waits for a moderator is public as
        settings.WIKI_SUGGESTIONS_SHOWN says: `at_once`; `known`, when a suggestion of the same author has been
        accepted before; or `reviewed`, not at all. Authors and moderators always see it. What a rule holds back
        only its author sees; moderators have the desk for it. What its author took back nobody else reads but they.
        """
        from wiki.policies import can_moderate

        shown = getattr(settings, "WIKI_SUGGESTIONS_SHOWN", "known")
        free = Q(held_by="")
        if user.is_authenticated:
            free |= Q(author_id=user.pk)
        if can_moderate(user):
            return self.filter(free)
        condition = Q(status__in=DECIDED)
        if shown == "at_once":
            condition |= Q(status__in=UNDECIDED)
        if user.is_authenticated:
            condition |= Q(author_id=user.pk)
        if shown == "known":
            accepted = self.model._default_manager.filter(status=Status.ACCEPTED)
            condition |= Q(status__in=UNDECIDED, author__in=accepted.values("author"))
        return self.filter(free & condition)

    def not_held(self) -> SuggestionQuerySet:
        """Keep what no rule holds back: all that counts in a figure."""
        return self.filter(held_by="")

    def waiting(self) -> SuggestionQuerySet:
        """Keep what waits for a decision; undecided suggestions that are held back do not."""
        return self.undecided().not_held()

    def totals(self) -> dict[str, int]:
        """Return how many there are: `every`, `undecided` and `accepted`; one query over an index."""
        by_status = dict(self.order_by().values_list("status").annotate(n=Count("id")))
        return {
            "every": sum(by_status.values()),
            "undecided": sum(by_status.get(status, 0) for status in UNDECIDED),
            "accepted": by_status.get(Status.ACCEPTED, 0),
        }

    def standing(self) -> SuggestionQuerySet:
        """Keep what was accepted and has not been taken out of the text again."""
        return self.filter(status=Status.ACCEPTED, opinion__decision__undone_in=None)

    def undone(self) -> SuggestionQuerySet:
        """Keep what was accepted and taken out of the text again."""
        return self.filter(status=Status.ACCEPTED, opinion__decision__undone_in__isnull=False)

    def undecided(self) -> SuggestionQuerySet:
        return self.filter(status__in=UNDECIDED)

    def same_group(self, suggestion: Any) -> SuggestionQuerySet:
        """Keep the suggestions of one's group: the head and all that hang on it, decided or not."""
        head = suggestion.alike_id or suggestion.pk
        return self.filter(Q(pk=head) | Q(alike_id=head))

    def decided(self) -> SuggestionQuerySet:
        return self.filter(status__in=DECIDED)

    def oldest_first(self) -> SuggestionQuerySet:
        return self.order_by("submitted_at", "id")

    def with_base_text(self) -> SuggestionQuerySet:
        """Add `base_text`, the wording that the author started from, of the clause they wrote on."""
        from wiki.models import ClauseVersion

        written_on = Coalesce(OuterRef("origin"), OuterRef("clause"))
        base = ClauseVersion.objects.filter(clause=written_on, since__lte=OuterRef("base_version"))
        return self.annotate(base_text=Subquery(base.order_by("-since").values("text")[:1]))

    def with_carried_base(self) -> SuggestionQuerySet:
        """Add `carried_base`, the clause's wording of the version that the suggestion has been carried to."""
        from wiki.models import ClauseVersion

        base = ClauseVersion.objects.filter(clause=OuterRef("clause"), since__lte=OuterRef("carried_version"))
        return self.annotate(carried_base=Subquery(base.order_by("-since").values("text")[:1]))

    def counts_by_clause(self) -> dict[int, int]:
        """Return clause id → number of these suggestions."""
        rows = self.values("clause_id").annotate(n=Count("id")).values_list("clause_id", "n")
        return dict(rows.order_by())

    def queue(self) -> QuerySet[Any, dict[str, Any]]:
        """Return one row per clause with undecided suggestions, the longest waiting first."""
        return (
            self.waiting()
            .values("clause_id", "document_id", "document__title", "document__slug")
            .annotate(
                count=Count("id"),
                conflicts=Count("id", filter=Q(status=Status.CONFLICT)),
                oldest=Min("submitted_at"),
                newest=Max("submitted_at"),
            )
            .order_by("oldest", "clause_id")
        )


class CommentQuerySet(QuerySet):
    def visible_to(self, user: Person) -> CommentQuerySet:
        """Keep the comments on documents this person may read."""
        from wiki.policies import can_see_drafts

        return self if can_see_drafts(user) else self.filter(document__stage__in=PUBLIC_STAGES)

    def said(self) -> CommentQuerySet:
        """Keep those whose words everybody may read: neither held back nor withdrawn."""
        return self.filter(held_by="", withdrawn_at=None)

    def shown_to(self, user: Person) -> CommentQuerySet:
        """Keep the comments that have a place on this person's page; `visible_to` has seen to the document.

        That is what is said, the person's own, and, without its words, whatever others have answered in public.
        """
        condition = Q(held_by="", withdrawn_at=None)
        if user.is_authenticated:
            condition |= Q(author_id=user.pk, withdrawn_at=None)
        answers = self.model._default_manager.filter(thread=OuterRef("pk"), held_by="", withdrawn_at=None)
        return self.filter(condition | Exists(answers))

    def threads(self) -> CommentQuerySet:
        """Keep what begins a discussion."""
        return self.filter(thread=None)

    def sorted_by(self, order: str) -> CommentQuerySet:
        """Sort: `new` first, most `agreed` first, or most `contested`, where the smaller side is largest."""
        if order == "agreed":
            return self.order_by("-score", "-id")
        if order == "contested":
            smaller = Case(When(ups__lt=F("downs"), then=F("ups")), default=F("downs"))
            return self.order_by(smaller.desc(), "-id")
        return self.order_by("-id")

    def counts_by_clause(self) -> dict[int, int]:
        """Return clause id → number of these comments."""
        return dict(self.order_by().values_list("clause_id").annotate(n=Count("id")))


class OpinionQuerySet(QuerySet):
    def visible_to(self, user: Person) -> OpinionQuerySet:
        """Keep the opinions on documents this person may read."""
        from wiki.policies import can_see_drafts

        return self if can_see_drafts(user) else self.filter(document__stage__in=PUBLIC_STAGES)

    def due(self) -> OpinionQuerySet:
        """Keep what is owed an answer, whether it has one or not: not held back, not withdrawn."""
        return self.filter(held_by="", withdrawn_at=None)

    def unanswered(self) -> OpinionQuerySet:
        """Keep what is owed an answer and has none."""
        return self.due().filter(answered_at=None)

    def undone_uncorrected(self) -> OpinionQuerySet:
        """Keep what was adopted, was taken out of the text again, and whose answer does not say so yet."""
        from wiki.models import Correction, DocumentVersion

        undoing = DocumentVersion.objects.filter(
            document=OuterRef("document"), number=OuterRef("decision__undone_in")
        )
        undone = self.due().filter(decision__undone_in__isnull=False)
        undone = undone.annotate(undone_at=Subquery(undoing.values("made_at")[:1]))
        said = Correction.objects.filter(
            decision=OuterRef("decision__pk"), made_at__gte=OuterRef("undone_at")
        )
        return undone.exclude(Exists(said))

    def held_unseen(self) -> OpinionQuerySet:
        """Keep what a rule holds back and no moderator has decided on; it may yet be owed an answer."""
        waiting = Q(suggestion__holding__state="waiting") | Q(comment__holding__state="waiting")
        return self.filter(waiting, withdrawn_at=None).exclude(held_by="")

    def objectable(self, now: datetime) -> OpinionQuerySet:
        """Keep what was kept back lately, unanswered, whose author may still object and has not."""
        lately = {"state": "kept", "objected_at": None, "decided_at__gt": now - OBJECTION_PERIOD}
        kept = Q(**{f"suggestion__holding__{name}": value for name, value in lately.items()})
        kept |= Q(**{f"comment__holding__{name}": value for name, value in lately.items()})
        return self.filter(kept, answered_at=None, withdrawn_at=None, author__isnull=False).exclude(
            held_by=""
        )

    def shown_to(self, user: Person) -> OpinionQuerySet:
        """Keep the opinions whose words this person may read; `visible_to` has seen to the document.

        The public reads what is due, save the words of a suggestion that `Suggestion.shown_to` still hides from it.
        Everybody reads all of their own. What a rule holds back moderators read at the desk.
        """
        from wiki.models import Suggestion
        from wiki.policies import can_moderate

        condition = Q(held_by="", withdrawn_at=None)
        if not can_moderate(user):
            condition &= (
                Q(suggestion=None)
                | Q(answered_at__isnull=False)
                | Q(suggestion__in=Suggestion.objects.shown_to(user).values("pk"))
            )
        if user.is_authenticated:
            condition |= Q(author_id=user.pk)
        return self.filter(condition)


class PresenceQuerySet(QuerySet):
    def now(self) -> PresenceQuerySet:
        """Keep those who are changing a clause at this moment."""
        return self.filter(seen_at__gte=timezone.now() - PRESENT_FOR)

    def by_clause(self) -> dict[int, int]:
        """Return clause id → how many."""
        return dict(self.order_by().values_list("clause_id").annotate(n=Count("id")))


class HoldingQuerySet(QuerySet):
    def waiting(self) -> HoldingQuerySet:
        """Keep what a moderator has to look at; what its author took back needs no look."""
        return (
            self.filter(state="waiting")
            .exclude(suggestion__status=Status.WITHDRAWN)
            .exclude(comment__withdrawn_at__isnull=False)
        )


class EventQuerySet(QuerySet):
    """The log is append-only: rows are added, never changed or removed."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("the log is append-only")

    def delete(self) -> NoReturn:
        raise TypeError("the log is append-only")


class StatementQuerySet(QuerySet):
    def visible_to(self, user: Person) -> StatementQuerySet:
        """Keep the statements on documents this person may read that are shown; staff see those that wait too."""
        from wiki.policies import can_see_drafts

        return self if can_see_drafts(user) else self.filter(document__stage__in=PUBLIC_STAGES, shown=True)

    def shown(self) -> StatementQuerySet:
        return self.filter(shown=True)

    def waiting(self) -> StatementQuerySet:
        """Keep what no moderator has looked at yet."""
        return self.filter(shown=False, refusal="")

    def unanswered_by(self, user: Person) -> StatementQuerySet:
        """Keep the statements that a person has not answered; all for somebody who is not signed in."""
        if not user.is_authenticated:
            return self
        from wiki.models import StatementVote

        answered = StatementVote.objects.filter(voter_id=user.pk)
        return self.exclude(pk__in=answered.values("statement"))

    def fewest_answers_first(self) -> StatementQuerySet:
        return self.order_by(F("agree_count") + F("disagree_count") + F("pass_count"), "pk")
