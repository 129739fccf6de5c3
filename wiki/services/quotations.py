"""Quotations and what hangs on them: placed when a comment comes in, followed through every new version.

Words may pass from one clause to another, when a clause is split, when two become one, or when either is undone. The
comments on them go along; `origin` keeps the clause that a comment was written on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from wiki.errors import ClauseGone, InvalidText
from wiki.models import Clause, ClauseVersion, Comment, Document, Lineage, Opinion
from wiki.text.anchors import Range, around, follow_among, locate, without_marks
from wiki.text.cleaning import tidy

BATCH = 500
QUOTE_LIMIT = 500
Anchor = Comment.Anchor
Rows = Mapping[int, ClauseVersion]


def place_quotation(
    document: Document, clause: Clause, quote: str, start: int, prefix: str, suffix: str, base_version: int
) -> dict[str, object]:
    """Return a new comment's anchor fields: where its quotation stood in the version read, and where it stands now.

    Raises ClauseGone, or InvalidText where the clause of that version has no such words.
    """
    rows = ClauseVersion.objects.filter(document=document, clause=clause)
    then, now = rows.at(base_version).first(), rows.current().first()
    if now is None or then is None:
        raise ClauseGone("这一条已经不在现行文本里，不能再评论。")
    quote = tidy(quote[: QUOTE_LIMIT * 4])
    if not quote:
        return {"quote": "", "anchor": Anchor.CLAUSE, "anchored_version": document.version}
    if len(quote) > QUOTE_LIMIT:
        message = f"引用的文字最多 {QUOTE_LIMIT} 个字；要评论更长的文字，请评论整条。"
        raise InvalidText(message, fields={"quote": message})
    place = _locate(then.text, quote, start, prefix, suffix)
    if place is None:
        message = "引用的文字不在这一条里，请照原文选择或抄写。"
        raise InvalidText(message, fields={"quote": message})
    quote = place.of(then.text)
    before, after = around(then.text, place)
    found = follow_among([then.text], [now.text], 0, place, quote=quote)
    standing = found[1] if found else place
    return {
        "quote": quote,
        "prefix": before,
        "suffix": after,
        "start": place.start,
        "anchor": Anchor.QUOTE if found else Anchor.EARLIER,
        "anchored_version": document.version if found else base_version,
        "at": standing.start,
        "length": standing.end - standing.start,
    }


def _locate(text: str, quote: str, start: int, prefix: str, suffix: str) -> Range | None:
    """Return where a quotation stands; what was selected on a page has no marks for bold in it."""
    place = locate(text, quote, near=start, prefix=prefix, suffix=suffix)
    if place is not None:
        return place
    plain, places = without_marks(text)
    found = locate(plain, without_marks(quote)[0], near=start, prefix=prefix, suffix=suffix)
    return Range(places[found.start], places[found.end - 1] + 1) if found else None


def follow_quotations(*, document: Document, before: Rows, after: Rows, number: int) -> None:
    """Bring the comments on changed clauses to version `number`, in the transaction that made it.

    A comment whose words are gone belongs to the earlier wording for good: the same words coming back by chance are
    other words. A clause that was merged into another one takes all that was said of it there, and gets back what was
    said of it as a whole when the merge is undone.
    """
    changed = {
        clause_id
        for clause_id in before.keys() | after.keys()
        if clause_id not in before
        or clause_id not in after
        or before[clause_id].text != after[clause_id].text
    }
    gone, born = before.keys() - after.keys(), after.keys() - before.keys()
    links = list(_links(document, changed)) if len(changed) > 1 else []
    moved = _follow(families_of(changed, links), before, after, number)
    merged = {
        link.ancestor_id: link.descendant_id
        for link in links
        if link.kind == Lineage.Kind.MERGE and link.version == number and link.ancestor_id in gone
    }
    moved += _take_along(merged)
    moved += _give_back(born)
    if moved:
        _keep_beside(moved)


def _links(document: Document, changed: Collection[int]) -> Iterable[Lineage]:
    return Lineage.objects.filter(
        document=document, ancestor_id__in=changed, descendant_id__in=changed
    ).order_by("pk")


def families_of(changed: Collection[int], links: Iterable[Lineage]) -> dict[int, list[int]]:
    """Return clause → the clauses that its words may have come from or gone to, in the order of their words."""
    families = {clause_id: [clause_id] for clause_id in changed}
    for link in links:
        first, second = link.ancestor_id, link.descendant_id
        if link.kind == Lineage.Kind.MERGE:  # the survivor's words come first
            first, second = second, first
        if families[first] is families[second]:
            continue
        ours, theirs = families[first], families[second]
        place = ours.index(first) + 1
        ours[place:place] = theirs
        for clause_id in theirs:
            families[clause_id] = ours
    return families


def _follow(families: Mapping[int, list[int]], before: Rows, after: Rows, number: int) -> list[Comment]:
    """Follow every quotation in changed clauses; return the comments that passed to another clause."""
    quoting = list(
        Comment.objects.select_for_update(of=("self",))
        .filter(clause_id__in=[one for one in families if one in before], anchor=Anchor.QUOTE)
        .order_by("pk")
    )
    moved: list[Comment] = []
    for comment in quoting:
        family = families[comment.clause_id]
        found = follow_among(
            [_words(before, one) for one in family],
            [_words(after, one) for one in family],
            family.index(comment.clause_id),
            Range(comment.at, comment.at + comment.length),
            quote=comment.quote,
        )
        if found is None:
            comment.anchor = Anchor.EARLIER
            continue
        which, place = found
        comment.at, comment.length = place.start, place.end - place.start
        comment.anchored_version = number
        if family[which] != comment.clause_id:
            _pass_to(comment, family[which])
            moved.append(comment)
    _save(quoting, "anchor", "at", "length", "anchored_version", "clause", "origin")
    return moved


def _words(rows: Rows, clause_id: int) -> str:
    return rows[clause_id].text if clause_id in rows else ""


def _take_along(merged: Mapping[int, int]) -> list[Comment]:
    """Bring what is left at merged-away clauses to the clauses that have their words now."""
    left = list(
        Comment.objects.select_for_update(of=("self",))
        .filter(clause_id__in=list(merged), thread=None)
        .order_by("pk")
    )
    for comment in left:
        _pass_to(comment, merged[comment.clause_id])
    _save(left, "clause", "origin")
    return left


def _give_back(born: Collection[int]) -> list[Comment]:
    """Bring what was said of a clause as a whole back to it, where it stands in the text again."""
    if not born:
        return []
    away = list(
        Comment.objects.select_for_update(of=("self",))
        .filter(origin_id__in=list(born), thread=None)
        .exclude(anchor=Anchor.QUOTE)
        .order_by("pk")
    )
    for comment in away:
        assert comment.origin_id is not None
        _pass_to(comment, comment.origin_id)
    _save(away, "clause", "origin")
    return away


def _pass_to(comment: Comment, clause_id: int) -> None:
    written_on = comment.origin_id or comment.clause_id
    comment.clause_id = clause_id
    comment.origin_id = None if written_on == clause_id else written_on


def _keep_beside(moved: list[Comment]) -> None:
    """Bring the replies and the ledger's lines of comments to the clauses where the comments are now."""
    by_clause: dict[int, list[int]] = {}
    for comment in moved:
        by_clause.setdefault(comment.clause_id, []).append(comment.pk)
    for clause_id, comments in by_clause.items():
        Comment.objects.filter(thread_id__in=comments).update(clause_id=clause_id)
        Opinion.objects.filter(comment_id__in=comments).update(clause_id=clause_id)


def _save(comments: list[Comment], *fields: str) -> None:
    """Store the named fields of rows that exist: an upsert, because bulk_update's CASE takes five times as long."""
    Comment.objects.bulk_create(
        comments, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )
