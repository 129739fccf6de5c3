"""The review queue as the desk shows it: the filters of its chips, its rows, and a clause's groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Max, Min, Q, Window
from django.db.models.functions import Coalesce, RowNumber
from django.http import QueryDict

from wiki.models import ClauseVersion, Decision, Document, Suggestion
from wiki.policies import Account
from wiki.querysets import SuggestionQuerySet
from wiki.selectors.naming import full_names
from wiki.workflow import DECIDING_STAGES, Status

OVERDUE = timedelta(hours=48)
PER_PAGE = 30
MEMBERS_SHOWN = 6
GROUPS_PER_PAGE = 15
"""Each group on a clause's page has its form."""
SORTS = {"oldest": ("oldest", "clause_id"), "most": ("-count", "oldest"), "newest": ("-newest", "clause_id")}
SORT_NAMES = {"oldest": "等得最久的在前", "most": "建议最多的在前", "newest": "新来的在前"}
KINDS = dict(Suggestion.Kind.choices)


@dataclass(frozen=True)
class Filters:
    """What a moderator asked the queue for; anything unknown in the address counts as not asked."""

    document: int | None = None
    kind: str = ""
    conflict: bool = False
    late: bool = False
    mine: bool = False
    sort: str = "oldest"
    page: int = 1

    @classmethod
    def read(cls, given: QueryDict) -> Filters:
        """Return the filters of a request's query."""
        kind, sort = given.get("kind", ""), given.get("sort", "")
        return cls(
            document=number_in(given.get("document", "")),
            kind=kind if kind in KINDS else "",
            conflict=given.get("conflict") == "1",
            late=given.get("late") == "1",
            mine=given.get("mine") == "1",
            sort=sort if sort in SORTS else "oldest",
            page=number_in(given.get("page", "")) or 1,
        )

    def query(self, **change: Any) -> str:
        """Return these filters as a query string with some of them changed; the page is forgotten unless named."""
        values: dict[str, Any] = {
            "document": self.document,
            "kind": self.kind,
            "conflict": "1" if self.conflict else "",
            "late": "1" if self.late else "",
            "mine": "1" if self.mine else "",
            "sort": "" if self.sort == "oldest" else self.sort,
        } | change
        return "?" + urlencode({name: value for name, value in values.items() if value})

    @property
    def any(self) -> bool:
        """Whether the queue is narrowed at all."""
        return bool(self.document or self.kind or self.conflict or self.late or self.mine)

    def apply(self, moderator: Account, now: datetime) -> SuggestionQuerySet:
        """Return the suggestions that wait and fit."""
        found = Suggestion.objects.waiting()
        if self.document:
            found = found.filter(document=self.document)
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.conflict:
            found = found.filter(status=Status.CONFLICT)
        if self.late:
            found = found.filter(submitted_at__lt=now - OVERDUE)
        if self.mine:
            decided = Decision.objects.filter(moderator=moderator, opinion__suggestion__isnull=False)
            found = found.filter(clause__in=decided.values("opinion__clause"))
        return found


def number_in(text: str) -> int | None:
    """Return the number that an address gives, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 10 else None


def rows(filters: Filters, moderator: Account, now: datetime) -> tuple[list[dict[str, Any]], bool]:
    """Return one page of clauses that wait, with names and words, and whether there are more."""
    start = (filters.page - 1) * PER_PAGE
    found = list(
        filters.apply(moderator, now)
        .values("clause_id", "document_id")
        .annotate(
            count=Count("id"),
            conflicts=Count("id", filter=Q(status=Status.CONFLICT)),
            oldest=Min("submitted_at"),
            newest=Max("submitted_at"),
        )
        .order_by(*SORTS[filters.sort])[start : start + PER_PAGE + 1]
    )
    page = found[:PER_PAGE]
    wordings = latest_wordings([row["clause_id"] for row in page])
    names = full_names(wordings.values())
    titles = dict(
        Document.objects.filter(pk__in={row["document_id"] for row in page}).values_list("pk", "title")
    )
    for row in page:
        clause = wordings[row["clause_id"]]
        row.update(
            name=names[row["clause_id"]],
            text=clause.text,
            title=titles[row["document_id"]],
            gone=clause.until is not None,
            overdue=now - row["oldest"] > OVERDUE,
        )
    return page, len(found) > PER_PAGE


def latest_wordings(clause_ids: list[int]) -> dict[int, ClauseVersion]:
    """Return clause id → its latest wording, also of clauses that have been taken out."""
    found = (
        ClauseVersion.objects.filter(clause_id__in=clause_ids).order_by("since").select_related("document")
    )
    return {row.clause_id: row for row in found}


def chips(filters: Filters) -> list[dict[str, Any]]:
    """Return the filters as links: documents that take decisions, kinds, and the three switches."""
    documents = Document.objects.filter(stage__in=DECIDING_STAGES).order_by("-created_at")
    some = [
        {
            "label": document.title,
            "query": filters.query(document="" if filters.document == document.pk else document.pk),
            "on": filters.document == document.pk,
        }
        for document in documents.only("pk", "title")[:12]
    ]
    kinds = [
        {
            "label": label,
            "query": filters.query(kind="" if filters.kind == kind else kind),
            "on": filters.kind == kind,
        }
        for kind, label in KINDS.items()
    ]
    switches = [
        {"label": label, "query": filters.query(**{name: "" if on else "1"}), "on": on}
        for name, label, on in (
            ("late", "超过 48 小时", filters.late),
            ("conflict", "有冲突", filters.conflict),
            ("mine", "我审过的条款", filters.mine),
        )
    ]
    return [
        {"name": "情况", "chips": switches},
        {"name": "类型", "chips": kinds},
        {"name": "文件", "chips": some},
    ]


def sorts(filters: Filters) -> list[dict[str, Any]]:
    """Return the orders of the queue as links."""
    return [
        {
            "label": label,
            "query": filters.query(sort="" if name == "oldest" else name),
            "on": filters.sort == name,
        }
        for name, label in SORT_NAMES.items()
    ]


def page_number(text: str) -> int:
    """Return the page that was asked for; nonsense is the first."""
    return number_in(text) or 1


def groups_of(clause_id: int, page: int) -> tuple[list[tuple[list[Suggestion], int]], int, int, bool]:
    """Return a page of a clause's waiting suggestions as (members, size of the group), large groups first.

    The first member speaks for the group: one that carries cleanly, else the oldest; of a large group only the first
    few are loaded. Also the number of suggestions, of groups, and whether there is another page.
    """
    waiting = Suggestion.objects.filter(clause_id=clause_id).waiting()
    key = Coalesce("alike_id", "id")
    keys = list(
        waiting.values(head=key)
        .annotate(n=Count("id"), oldest=Min("submitted_at"))
        .order_by("-n", "oldest", "head")
    )
    start = (page - 1) * GROUPS_PER_PAGE
    shown = {row["head"]: row["n"] for row in keys[start : start + GROUPS_PER_PAGE]}
    place = Window(RowNumber(), partition_by=key, order_by=[F("status").desc(), F("pk").asc()])
    assert Status.PENDING > Status.CONFLICT  # the order that is asked for above
    members: dict[int, list[Suggestion]] = {head: [] for head in shown}
    for one in (
        waiting.filter(Q(pk__in=shown) | Q(alike_id__in=shown))
        .annotate(place=place)
        .filter(place__lte=MEMBERS_SHOWN)
        .select_related("author", "document", "opinion__decision")
        .with_base_text()
        .with_carried_base()
        .order_by("place")
    ):
        members[one.alike_id or one.pk].append(one)
    return (
        [(members[head], size) for head, size in shown.items() if members[head]],
        sum(row["n"] for row in keys),
        len(keys),
        len(keys) > start + GROUPS_PER_PAGE,
    )
