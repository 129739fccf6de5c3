"""A line of the ledger as people read it: the opinion, its clause, its answer, where its words stand now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.cache import cache
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from nlp import redact
from wiki.kinds import Kind
from wiki.models import ClauseVersion, Decision, Document, Opinion, Suggestion
from wiki.outline import Line as TextLine
from wiki.outline import arrange, name_of
from wiki.policies import Person
from wiki.presenters.parts import public_name
from wiki.presenters.suggested import change_html, place_names, place_sentence

KEPT_SECONDS = 3600
ASKS = {
    Suggestion.Kind.CHANGE: "建议修改",
    Suggestion.Kind.ADD: "建议增加",
    Suggestion.Kind.DELETE: "建议删去",
    Suggestion.Kind.MOVE: "建议移动",
}


@dataclass(frozen=True)
class Place:
    """A clause's name and where it stands in reading order; a clause taken out comes after all that stand."""

    clause_id: int
    name: str
    position: int
    gone: bool = False


@dataclass
class Line:
    """One opinion with its answer; all words are plain text, masked unless the reader may see them raw."""

    opinion: Opinion
    asks: str
    words: str
    author: str
    place: Place | None
    reason: str = ""
    where: str = ""
    change: SafeString = field(default_factory=lambda: SafeString(""))
    decision: Decision | None = None
    stands: Place | None = None
    version_url: str = ""
    final_url: str = ""
    mine: bool = False

    @property
    def number(self) -> int:
        return self.opinion.pk

    @property
    def submitted_at(self) -> datetime:
        return self.opinion.submitted_at

    @property
    def state(self) -> str:
        """The answer in a word, or why there is none."""
        if self.decision is not None:
            return self.decision.told
        if self.opinion.withdrawn_at is not None:
            return "已撤回"
        return "未公开" if self.opinion.held_by else "尚未答复"


def with_all(opinions: QuerySet[Opinion]) -> QuerySet[Opinion]:
    """Load what a line shows, in a fixed number of queries."""
    return opinions.select_related(
        "author", "comment", "suggestion", "group", "decision__moderator"
    ).prefetch_related("decision__corrections")


def places(document: Document) -> dict[int, Place]:
    """Return clause id → place for the text that is valid now; kept until there is a new version."""
    key = f"wiki-places:{document.pk}:{document.version}"
    found: dict[int, Place] | None = cache.get(key)
    if found is None:
        lines = arrange(ClauseVersion.objects.filter(document=document).current().defer("authorship"))
        found = {
            line.row.clause_id: Place(line.row.clause_id, _called(line), position)
            for position, line in enumerate(lines)
        }
        cache.set(key, found, KEPT_SECONDS)
    return found


def _called(line: TextLine) -> str:
    """Return a clause's name; an item is told from those of other clauses by what it stands under."""
    name = name_of(line.row)
    alone = line.row.kind in {Kind.HEADING, Kind.ARTICLE} or not line.path
    return name if alone else f"{line.path[-1]} {name}"


def lines_of(
    document: Document,
    opinions: Iterable[Opinion],
    person: Person,
    *,
    raw: bool = False,
    changes: bool = True,
) -> list[Line]:
    """Return the lines of opinions loaded by `with_all`, in their order and in a fixed number of queries.

    `raw` leaves personal data unmasked, for those who answer; without `changes` no text is compared.
    """
    listed = list(opinions)
    suggestions = _suggestions({one.suggestion_id for one in listed if one.suggestion_id is not None})
    current = _latest({one.clause_id for one in suggestions.values()})
    standing = places(document)
    wanted = {one.clause_id for one in listed} | {
        decision.clause_id for one in listed if (decision := getattr(one, "decision", None)) is not None
    }
    named = standing | _gone({pk for pk in wanted if pk is not None and pk not in standing})
    names = place_names(list(suggestions.values()), current)
    shown = str if raw else redact
    lines = []
    for opinion in listed:
        line = Line(
            opinion=opinion,
            asks="评论" if opinion.comment_id else "意见",
            words=shown(opinion.comment.text if opinion.comment is not None else opinion.text),
            author=_author(opinion, raw=raw),
            place=named.get(opinion.clause_id or 0),
            mine=bool(person.is_authenticated and opinion.author_id == person.pk),
        )
        suggestion = suggestions.get(opinion.suggestion_id or 0)
        if suggestion is not None:
            line.asks = ASKS[Suggestion.Kind(suggestion.kind)]
            line.words = shown(suggestion.text)
            line.reason = shown(suggestion.reason)
            line.where = place_sentence(suggestion, names)
            if changes:
                line.change = change_html(suggestion, current[suggestion.clause_id])
        _answer(line, document, named)
        lines.append(line)
    return lines


def _answer(line: Line, document: Document, named: dict[int, Place]) -> None:
    """Follow an answered opinion to the version that says so and to the clause of today."""
    decision: Decision | None = getattr(line.opinion, "decision", None)
    line.decision = decision
    if decision is None or decision.version is None:
        return
    line.stands = named.get(decision.clause_id or line.opinion.clause_id or 0)
    line.version_url = reverse("wiki:version", args=[document.slug, decision.version])
    if line.stands is not None:
        line.version_url += f"#c{line.stands.clause_id}"
        line.final_url = (
            reverse("wiki:clause", args=[document.slug, line.stands.clause_id])
            if line.stands.gone
            else f"{document.get_absolute_url()}#c{line.stands.clause_id}"
        )


def _author(opinion: Opinion, *, raw: bool) -> str:
    """Return who says it: a letter's writer is named to those who answer it alone."""
    if opinion.author is not None:
        return public_name(opinion.author)
    if opinion.suggestion_id is not None:
        return "未登录的访客"
    if raw and opinion.name:
        return opinion.name
    return "来信" if opinion.channel == Opinion.Channel.IMPORT else str(opinion.get_channel_display())


def _suggestions(ids: set[int]) -> dict[int, Suggestion]:
    if not ids:
        return {}
    found = Suggestion.objects.filter(pk__in=ids).with_base_text().with_carried_base()
    return {one.pk: one for one in found.select_related("author", "opinion__decision")}


def _latest(ids: set[int]) -> dict[int, ClauseVersion]:
    """Return clause id → its latest wording, also of clauses that are gone."""
    if not ids:
        return {}
    found = {row.clause_id: row for row in ClauseVersion.objects.filter(clause_id__in=ids).current()}
    for clause_id in ids - found.keys():
        found[clause_id] = ClauseVersion.objects.filter(clause_id=clause_id).order_by("-since")[0]
    return found


def _gone(ids: set[int]) -> dict[int, Place]:
    if not ids:
        return {}
    rows = ClauseVersion.objects.filter(clause_id__in=ids).order_by("clause_id", "since")
    return {row.clause_id: Place(row.clause_id, name_of(row), 10**9, gone=True) for row in rows}
