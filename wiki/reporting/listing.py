"""One page of the ledger: groups as one entry, newest first, at the same cost however deep."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from nlp import redact
from wiki.models import Decision, Document, Opinion, OpinionGroup
from wiki.policies import Person, can_moderate
from wiki.querysets import OpinionQuerySet
from wiki.reporting.filters import OUTCOMES, UNDONE_LABEL, Filters, narrow, saying
from wiki.reporting.lines import Line, lines_of, with_all

PER_PAGE = 20
CHUNK = 50
SCANNED = 400
"""How many opinions one request looks through for words that a reader may read."""


@dataclass(frozen=True)
class Tally:
    """How many of a group's opinions a reader may see, and how they were answered."""

    members: int
    answered: int
    adopted: int
    partly: int
    rejected: int
    undone: int = 0

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The answers that were given, each with its number, and what waits."""
        counted = [
            (str(Decision.Outcome.ADOPTED.label), self.adopted),
            (str(Decision.Outcome.PARTLY.label), self.partly),
            (str(UNDONE_LABEL), self.undone),
            (str(Decision.Outcome.REJECTED.label), self.rejected),
            (str(_("尚未答复")), self.members - self.answered),
        ]
        return [(name, number) for name, number in counted if number]


@dataclass
class Entry:
    """What one place of the page shows: an opinion, or a group by its newest one."""

    line: Line
    group: OpinionGroup | None = None
    tally: Tally | None = None


@dataclass
class Listing:
    """A page of entries with the edges of its neighbours (None where there is none)."""

    entries: list[Entry] = field(default_factory=list)
    older: int | None = None
    newer: int | None = None
    stopped: bool = False
    """Whether looking for words stopped before the page was full; `older` says where to go on."""


def readable(document: Document, person: Person) -> OpinionQuerySet:
    """Return the document's opinions that this person may read, wherever they are listed, counted or exported."""
    return Opinion.objects.filter(document=document).shown_to(person)


def list_opinions(
    document: Document,
    person: Person,
    filters: Filters,
    *,
    grouped: bool = True,
    per_page: int = PER_PAGE,
    raw: bool = False,
    waiting: bool = False,
) -> Listing:
    """Return one page of what is asked for, with `waiting` of what is owed an answer alone.

    With words to look for, or inside one group, every opinion stands alone. `raw` shows and searches unmasked
    words, and is for those alone who may read them.
    """
    shown = readable(document, person)
    asked = narrow(shown, filters, person)
    if waiting:
        asked = asked.unanswered()
    if filters.q:
        return _found(document, person, filters, asked, per_page, raw=raw)
    if grouped and not filters.group:
        heads = asked.filter(group__isnull=False).values("group").annotate(head=Max("id")).values("head")
        asked = asked.filter(Q(group=None) | Q(pk__in=heads))
    forward = filters.after is not None
    edge = Q(pk__gt=filters.after) if forward else Q(pk__lt=filters.before) if filters.before else Q()
    rows = list(with_all(asked.filter(edge).order_by("id" if forward else "-id"))[: per_page + 1])
    more, rows = len(rows) > per_page, rows[:per_page]
    if forward:
        rows.reverse()
    listing = Listing(
        _entries(document, person, rows, asked=shown, grouped=grouped and not filters.group, raw=raw)
    )
    if rows:
        listing.older = rows[-1].pk if forward or more else None
        listing.newer = rows[0].pk if (more if forward else filters.before) else None
    return listing


def _entries(
    document: Document,
    person: Person,
    rows: list[Opinion],
    *,
    asked: OpinionQuerySet,
    grouped: bool,
    raw: bool,
) -> list[Entry]:
    lines = lines_of(document, rows, person, raw=raw)
    ids = {row.group_id for row in rows if row.group_id is not None}
    if not grouped or not ids:
        return [Entry(line) for line in lines]
    tallies = {
        row.pop("group"): Tally(**row)
        for row in asked.filter(group__in=ids)
        .values("group")
        .annotate(
            members=Count("pk"),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            **OUTCOMES,
        )
        .order_by()
    }
    return [Entry(line, line.opinion.group, tallies.get(line.opinion.group_id)) for line in lines]


def _found(
    document: Document,
    person: Person,
    filters: Filters,
    asked: OpinionQuerySet,
    per_page: int,
    *,
    raw: bool,
) -> Listing:
    """Look for words, newest first, in what the reader may read: a masked number is not found by its digits.

    So many are looked through at once and no more; how many there are in all is not said, for that would tell.
    """
    edge = Q(pk__lt=filters.before) if filters.before else Q()
    candidates = with_all(asked.filter(edge, saying(filters.q)).order_by("-id"))[: SCANNED + 1]
    wanted = filters.q.casefold()
    found: list[Opinion] = []
    listing = Listing()
    last = None
    for number, opinion in enumerate(candidates.iterator(chunk_size=CHUNK)):
        if len(found) == per_page or number == SCANNED:
            listing.older = last
            listing.stopped = len(found) < per_page
            break
        last = opinion.pk
        if (raw and can_moderate(person)) or wanted in read_by_public(opinion).casefold():
            found.append(opinion)
    listing.entries = [Entry(line) for line in lines_of(document, found, person, raw=raw)]
    return listing


def read_by_public(opinion: Opinion) -> str:
    """Return the words of an opinion and its answer as the public reads them."""
    said = [opinion.text]
    if opinion.comment is not None:
        said.append(opinion.comment.text)
    if opinion.suggestion is not None:
        said += [opinion.suggestion.text, opinion.suggestion.reason]
    decision: Decision | None = getattr(opinion, "decision", None)
    return "\n".join([*(redact(one) for one in said if one), decision.reason if decision else ""])
