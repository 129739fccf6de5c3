"""Waiting suggestions followed through every new version: carried on their clause, or with their words to another one.

What an author wrote is never touched. A change goes where all its words went, when a clause is split, when two become
one, or when either is undone; `origin` keeps the clause that it was written on. What cannot be carried stays where it
is, as a conflict, with the last wording it could be carried to; later versions try again from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connections, router
from django.db.models import F, Q

from wiki import ports
from wiki.models import ClauseVersion, Document, Event, Lineage, Opinion, Suggestion
from wiki.services.quotations import families_of
from wiki.text.merge import merge
from wiki.text.passing import pass_on
from wiki.workflow import Action, Status, next_status

BATCH = 500
Kind = Suggestion.Kind
Rows = Mapping[int, ClauseVersion]
_FIELDS = (
    "document", "clause", "origin", "kind", "status", "base_version", "carried_version", "carried_text",
    "same_sentence",
)  # fmt: skip


class Family(NamedTuple):
    """Clauses that words passed between, in the order of their words, with what each said before and says now."""

    clauses: Sequence[int]
    old: Sequence[str]
    new: Sequence[str]


@dataclass
class _Passage:
    """One new version as the suggestions see it."""

    document: Document
    before: Rows
    after: Rows
    number: int
    links: list[Lineage]
    """The splits and merges by which words may have passed in this version: made, or undone, in it."""
    earlier: list[Lineage]
    families: dict[int, list[int]]
    then: dict[tuple[int, tuple[int, ...]], list[str]] = field(default_factory=dict)

    def family_of(self, suggestion: Suggestion) -> Family | None:
        """Return the clauses that a suggestion's words may have gone to; None where there is only its own.

        One that waits was carried to the version before this one. One that collided is as old as the last wording
        it could be carried to, and all splits and merges since then count.
        """
        clause_id = suggestion.clause_id
        if suggestion.status == Status.PENDING:
            clauses = self.families.get(clause_id, [])
            if len(clauses) < 2:
                return None
            return Family(clauses, _texts(self.before, clauses), _texts(self.after, clauses))
        since = suggestion.carried_version
        links = [link for link in self.earlier if link.version > since or link in self.links]
        clauses = families_of(_ends(links), links).get(clause_id, []) if links else []
        if len(clauses) < 2:
            return None
        key = since, tuple(clauses)
        if key not in self.then:
            rows = ClauseVersion.objects.filter(clause_id__in=clauses).at(since)
            texts = dict(rows.values_list("clause_id", "text"))
            self.then[key] = [texts.get(one, "") for one in clauses]
        return Family(clauses, self.then[key], _texts(self.after, clauses))

    def was_split(self, clause_id: int) -> bool:
        return any(
            link.kind == Lineage.Kind.SPLIT and link.version == self.number and link.ancestor_id == clause_id
            for link in self.links
        )

    def merged_into(self, clause_id: int) -> int | None:
        """Return the clause that a clause which has just gone was merged into."""
        for link in reversed(self.links):
            if link.kind == Lineage.Kind.MERGE and link.ancestor_id == clause_id:
                return int(link.descendant_id) if link.descendant_id in self.after else None
        return None


def follow_suggestions(
    *, document: Document, before: Rows, after: Rows, number: int, exclude: int = 0
) -> None:
    """Bring the undecided suggestions for changed clauses to version `number`, in the transaction that made it.

    `exclude` is the suggestion that brought the version about.
    """
    gone, born = before.keys() - after.keys(), after.keys() - before.keys()
    changed = {
        clause_id
        for clause_id in before.keys() | after.keys()
        if clause_id in gone or clause_id in born or before[clause_id].text != after[clause_id].text
    }
    waiting = document.suggestions.undecided().exclude(pk=exclude)
    concerned = Q(clause_id__in=changed)
    if born:
        concerned |= Q(origin_id__in=born, kind=Kind.ADD)
    clauses = list(
        waiting.filter(concerned).values_list("clause_id", flat=True).distinct().order_by("clause_id")
    )
    if not clauses:
        return
    earlier = list(Lineage.objects.filter(document=document).order_by("pk"))
    links = [
        link
        for link in earlier
        if {link.ancestor_id, link.descendant_id} <= changed
        and (link.version == number or not (gone | born).isdisjoint((link.ancestor_id, link.descendant_id)))
    ]
    families = families_of(_ends(links), links)
    passage = _Passage(document, before, after, number, links, earlier, families)
    passed: list[tuple[int, Suggestion]] = []
    for clause_id in clauses:
        passed += _follow_clause(passage, clause_id, exclude)
    if passed:
        _tell_of_passing(passage, passed)


def _follow_clause(passage: _Passage, clause_id: int, exclude: int) -> list[tuple[int, Suggestion]]:
    """Carry a clause's undecided suggestions; return (where it was, suggestion) of those that went to another one."""
    suggestions = list(
        Suggestion.objects.select_for_update(of=("self",))
        # What has just come here from another clause is carried already.
        .filter(clause_id=clause_id, carried_version__lt=passage.number)
        .exclude(pk=exclude)
        .undecided()
        .only(*_FIELDS)
        .oldest_first()
    )
    history = list(
        ClauseVersion.objects.filter(clause_id=clause_id).order_by("since").values_list("since", "text")
    )
    collided: list[int] = []
    passed: list[tuple[int, Suggestion]] = []
    for suggestion in suggestions:
        base = next((old for since, old in reversed(history) if since <= suggestion.carried_version), "")
        target = _carry(passage, suggestion, base)
        action = Action.COLLIDE if target is None else Action.CARRY
        status = next_status(suggestion.status, action) or suggestion.status
        if target is None:
            if suggestion.status != status:
                collided.append(suggestion.pk)
        else:
            suggestion.carried_version = passage.number
            if target != clause_id:
                written_on = suggestion.origin_id or clause_id
                suggestion.clause_id = target
                suggestion.origin_id = None if written_on == target else written_on
                passed.append((clause_id, suggestion))
        suggestion.status = status
    save_all(suggestions, "clause", "origin", "carried_text", "carried_version", "same_sentence", "status")
    if collided:
        ports.publish(
            topic="wiki.suggestion.conflict",
            payload={
                "document": passage.document.pk,
                "clause": clause_id,
                "version": passage.number,
                "suggestions": collided,
            },
            key=f"wiki.suggestion.conflict:{clause_id}:{passage.number}",
            queue="slow",
        )
    return passed


def _carry(passage: _Passage, suggestion: Suggestion, base: str) -> int | None:
    """Carry one suggestion from the clause's wording `base`; return the clause it is for now, None where it collides.

    To take a clause out and to write it anew collide; a new clause beside it or another place for it does not mind.
    A new clause beside one that was merged away is for the heir, and comes back when the merge is undone.
    """
    clause_id = suggestion.clause_id
    row = passage.after.get(clause_id)
    if suggestion.kind == Kind.CHANGE:
        family = passage.family_of(suggestion)
        if family is not None:
            return _pass(passage, suggestion, family)
        if row is None:
            return None
        result = merge(base, suggestion.carried_text, row.text)
        if not result.clean:
            return None
        suggestion.carried_text = result.text
        suggestion.same_sentence = suggestion.same_sentence or result.same_sentence
        return clause_id
    if suggestion.kind == Kind.DELETE:
        return clause_id if row is not None and row.text == base else None
    if suggestion.kind == Kind.ADD:
        origin = suggestion.origin_id
        if origin in passage.after and origin not in passage.before:
            return origin
        return clause_id if row is not None else passage.merged_into(clause_id)
    return clause_id if row is not None else None


def _pass(passage: _Passage, suggestion: Suggestion, family: Family) -> int | None:
    clause_id = suggestion.clause_id
    which = family.clauses.index(clause_id)
    written_on = suggestion.origin_id or clause_id
    home: int | None = which
    if passage.was_split(clause_id):
        home = None
    elif written_on in family.clauses:
        home = family.clauses.index(written_on)
    found = pass_on(family.old, family.new, which, suggestion.carried_text, home=home)
    if found is None:
        return None
    suggestion.carried_text = found.text
    suggestion.same_sentence = suggestion.same_sentence or found.same_sentence
    return family.clauses[found.which]


def _texts(rows: Rows, clauses: Iterable[int]) -> list[str]:
    return [rows[one].text if one in rows else "" for one in clauses]


def _ends(links: Iterable[Lineage]) -> set[int]:
    return {end for link in links for end in (link.ancestor_id, link.descendant_id)}


def _tell_of_passing(passage: _Passage, passed: Sequence[tuple[int, Suggestion]]) -> None:
    """Bring the ledger's lines and the groups along, write it down, and tell the site, by each way words went."""
    ways: dict[tuple[int, int], list[Suggestion]] = {}
    for source, suggestion in passed:
        ways.setdefault((source, suggestion.clause_id), []).append(suggestion)
    for (source, target), suggestions in ways.items():
        pks = [one.pk for one in suggestions]
        for start in range(0, len(pks), BATCH):
            some = pks[start : start + BATCH]
            Opinion.objects.filter(suggestion_id__in=some).update(clause_id=target)
            # Who is not for the same clause any more is in no group with them.
            Suggestion.objects.filter(Q(pk__in=some) | Q(alike_id__in=some)).exclude(alike=None).exclude(
                clause_id=F("alike__clause_id")
            ).update(alike=None, placed_by_hand=False)
        Event.objects.bulk_create(
            [
                Event(
                    document=passage.document,
                    clause_id=target,
                    suggestion=one,
                    action="suggestion.passed",
                    data={"from": source, "version": passage.number},
                )
                for one in suggestions
            ],
            batch_size=BATCH,
        )
        ports.publish(
            topic="wiki.suggestion.passed",
            payload={
                "document": passage.document.pk,
                "from": source,
                "clause": target,
                "version": passage.number,
                "suggestions": pks,
            },
            key=f"wiki.suggestion.passed:{source}:{target}:{passage.number}",
            queue="slow",
        )


def save_all(suggestions: list[Suggestion], *fields: str) -> None:
    """Store the named fields of rows that exist, by one statement prepared once: bulk_update takes ten times as long."""
    if not suggestions:
        return
    columns: list[Any] = [Suggestion._meta.get_field(name) for name in fields]
    connection = connections[router.db_for_write(Suggestion)]
    quote = connection.ops.quote_name
    assigned = ", ".join(f"{quote(column.column)} = %s" for column in columns)
    statement = f"UPDATE {quote(Suggestion._meta.db_table)} SET {assigned} WHERE {quote('id')} = %s"
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [
                    *(
                        column.get_db_prep_save(getattr(one, column.attname), connection)
                        for column in columns
                    ),
                    one.pk,
                ]
                for one in suggestions
            ],
        )
