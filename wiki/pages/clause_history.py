"""One clause through all its wordings: what changed each time, where it came from, any two of them compared."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wiki.models import ClauseVersion, Document, DocumentVersion, Lineage
from wiki.outline import name_of
from wiki.pages.clauses import clause_or_404
from wiki.policies import first_version
from wiki.presenters import parts
from wiki.presenters.change_cards import folded, notes_of
from wiki.selectors.comparing import Change, Sort
from wiki.selectors.history import as_read, page_number, wordings
from wiki.selectors.naming import full_name
from wiki.text.diff import diff_spans

PER_PAGE = 20
LINEAGES_SHOWN = 100


@require_GET
def clause_history(request: HttpRequest, slug: str, clause_id: int) -> HttpResponse:
    """Show a clause's wordings, newest first; `before` pages by version, `from` and `to` compare two of them."""
    found, current = clause_or_404(request, slug, clause_id)
    first = first_version(request.user, found)
    rows = wordings(found, clause_id, first)
    before = page_number(request.GET.get("before"))
    listed = list((rows if before is None else rows.filter(since__lt=before))[: PER_PAGE + 1])
    more = len(listed) > PER_PAGE
    shown = listed[:PER_PAGE]
    numbers = [row.seen_since for row in shown]
    if current.until is not None:
        numbers.append(current.until)
    made = {
        version.number: version
        for version in DocumentVersion.objects.newest_first().filter(document=found, number__in=numbers)
    }
    as_read(made.values(), first)
    context: dict[str, Any] = {
        "document": found,
        "current": current,
        "name": full_name(current),
        "steps": [
            _step(row, listed[index + 1] if index + 1 < len(listed) else None, made.get(row.seen_since))
            for index, row in enumerate(shown)
        ],
        "ended": made.get(current.until) if current.until is not None and before is None else None,
        "older": shown[-1].seen_since if more else None,
        "paged": before is not None,
        **_lineage(found, clause_id, first),
    }
    status = 200
    asked = [request.GET.get(name, "").strip() for name in ("from", "to")]
    if any(asked):
        status, context["compared"], context["refusal"] = _compared(rows, asked, first)
    context["asked_from"], context["asked_to"] = asked
    return render(request, "wiki/clause_history.html", context, status=status)


def _step(row: ClauseVersion, older: ClauseVersion | None, version: DocumentVersion | None) -> dict[str, Any]:
    """Return one wording with its difference to the one before."""
    if older is None or older.until != row.since:
        # The first, or one that came back after it had been taken out: the whole wording is new.
        again = older is not None
        return {"row": row, "version": version, "first": not again, "again": again, "notes": []}
    sort: Sort = "changed" if older.text != row.text else "moved"
    moved = older.parent_id != row.parent_id or (older.order != row.order and sort == "moved")
    change = Change(row.clause_id, older, row, sort, moved=moved)
    return {
        "row": row,
        "version": version,
        "first": False,
        "again": False,
        "notes": notes_of(change, {}),
        "diff": parts.spans_html(folded(change.spans)) if sort == "changed" else "",
        "figures": change.figures if sort == "changed" else None,
    }


def _compared(rows: Any, asked: list[str], first: int) -> tuple[int, dict[str, Any] | None, str]:
    """Return (status, what to show of two versions' wordings, refusal)."""
    numbers = [page_number(one) for one in asked]
    picked: list[ClauseVersion] = []
    for number in numbers:
        row = rows.filter(since__lte=number).first() if number and number >= first else None
        if row is None or number is None or (row.until is not None and row.until <= number):
            return 404, None, "请填两个版本号，这一条在那两版里都要有。"
        picked.append(row)
    old, new = picked
    spans = diff_spans(old.text, new.text)
    return (
        200,
        {
            "from": numbers[0],
            "to": numbers[1],
            "same": old.text == new.text and old.label == new.label,
            "labels": (old.label, new.label) if old.label != new.label else None,
            "diff": parts.spans_html(spans),
        },
        "",
    )


def _lineage(document: Document, clause_id: int, first: int) -> dict[str, Any]:
    """Return where a clause came from and what came out of it, with the names the others have or had last."""
    lineages = Lineage.objects.filter(document=document)
    if first > 1:
        lineages = lineages.filter(version__gt=first)
    came = list(lineages.filter(descendant=clause_id)[:LINEAGES_SHOWN])
    went = list(lineages.filter(ancestor=clause_id)[:LINEAGES_SHOWN])
    others = {line.ancestor_id for line in came} | {line.descendant_id for line in went}
    names: dict[int, str] = {}
    if others:
        last = ClauseVersion.objects.filter(document=document, clause_id__in=others).order_by("since")
        names = {row.clause_id: name_of(row) for row in last}
    sentences = {
        ("split", True): "由它拆出",
        ("split", False): "从这里拆出",
        ("merge", True): "并入了这一条",
        ("merge", False): "这一条并入了它",
    }
    lines = [(line, line.ancestor_id, True) for line in came] + [
        (line, line.descendant_id, False) for line in went
    ]
    lines.sort(key=lambda item: item[0].version)
    return {
        "lineage": [
            {
                "version": line.version,
                "clause_id": other,
                "name": names.get(other) or "另一条",
                "what": sentences[line.kind, inward],
            }
            for line, other, inward in lines
        ]
    }
