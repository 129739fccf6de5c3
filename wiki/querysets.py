"""All reading: who sees what, and any version of a document by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery

from wiki.workflow import PUBLIC_STAGES, UNDECIDED, Status

if TYPE_CHECKING:
    from wiki.policies import Person


class DocumentQuerySet(QuerySet):
    def visible_to(self, user: Person) -> DocumentQuerySet:
        """Keep the documents this person may read: drafts only for staff."""
        from wiki.policies import can_see_drafts

        return self if can_see_drafts(user) else self.filter(stage__in=PUBLIC_STAGES)

    def with_counts(self) -> DocumentQuerySet:
        """Add `suggestion_count`, `undecided_count` and `accepted_count`."""
        return self.annotate(
            suggestion_count=Count("suggestions"),
            undecided_count=Count("suggestions", filter=Q(suggestions__status__in=UNDECIDED)),
            accepted_count=Count("suggestions", filter=Q(suggestions__status=Status.ACCEPTED)),
        )


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
        """Keep what is valid in version `number`; filter by document or clause beside it."""
        return self.filter(Q(until=None) | Q(until__gt=number), since__lte=number)


class SuggestionQuerySet(QuerySet):
    def visible_to(self, user: Person) -> SuggestionQuerySet:
        """Keep the suggestions on documents this person may read."""
        from wiki.policies import can_see_drafts

        return self if can_see_drafts(user) else self.filter(document__stage__in=PUBLIC_STAGES)

    def shown_to(self, user: Person) -> SuggestionQuerySet:
        """Keep the suggestions whose words this person may read; `visible_to` has seen to the document.

        What has been decided is public, with its answer. What waits for a moderator is public as
        settings.WIKI_SUGGESTIONS_SHOWN says: `at_once`; `known`, when a suggestion of the same author has been
        accepted before; or `reviewed`, not at all. Authors and moderators always see it.
        """
        from wiki.policies import can_moderate

        shown = getattr(settings, "WIKI_SUGGESTIONS_SHOWN", "known")
        if shown == "at_once" or can_moderate(user):
            return self
        condition = ~Q(status__in=UNDECIDED)
        if user.is_authenticated:
            condition |= Q(author_id=user.pk)
        if shown == "known":
            accepted = self.model._default_manager.filter(status=Status.ACCEPTED)
            condition |= Q(author__in=accepted.values("author"))
        return self.filter(condition)

    def undecided(self) -> SuggestionQuerySet:
        return self.filter(status__in=UNDECIDED)

    def decided(self) -> SuggestionQuerySet:
        return self.exclude(status__in=UNDECIDED)

    def oldest_first(self) -> SuggestionQuerySet:
        return self.order_by("submitted_at", "id")

    def with_base_text(self) -> SuggestionQuerySet:
        """Add `base_text`, the clause's wording that the author started from."""
        from wiki.models import ClauseVersion

        base = ClauseVersion.objects.filter(clause=OuterRef("clause"), since__lte=OuterRef("base_version"))
        return self.annotate(base_text=Subquery(base.order_by("-since").values("text")[:1]))

    def counts_by_clause(self) -> dict[int, int]:
        """Return clause id → number of these suggestions."""
        rows = self.values("clause_id").annotate(n=Count("id")).values_list("clause_id", "n")
        return dict(rows.order_by())

    def queue(self) -> QuerySet[Any, dict[str, Any]]:
        """Return one row per clause with undecided suggestions, the longest waiting first."""
        return (
            self.undecided()
            .values("clause_id", "document_id", "document__title", "document__slug")
            .annotate(
                count=Count("id"),
                conflicts=Count("id", filter=Q(status=Status.CONFLICT)),
                oldest=Min("submitted_at"),
                newest=Max("submitted_at"),
            )
            .order_by("oldest", "clause_id")
        )


class EventQuerySet(QuerySet):
    """The log is append-only: rows are added, never changed or removed."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("the log is append-only")

    def delete(self) -> NoReturn:
        raise TypeError("the log is append-only")
