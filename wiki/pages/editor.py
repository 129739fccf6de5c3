"""What the suggestion form shows beside its fields: the kinds, a row's cells, the places to move to, what is below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import reverse

from wiki.forms import SuggestionForm
from wiki.kinds import CONTAINERS, ROWS, Kind
from wiki.models import ClauseVersion, Document, Suggestion
from wiki.placing import parts_below, places_for
from wiki.presenters import parts
from wiki.services.drafts import token_of
from wiki.services.suggestions import closed_sentence
from wiki.text.diff import Span
from wiki.text.tables import split_cells

Change = Suggestion.Kind
NAMES = {
    Change.CHANGE: "改文字",
    Change.ADD: "增加一条",
    Change.DELETE: "删去",
    Change.MOVE: "移动",
}
INDENT = "\u3000"


def kinds_for(row: ClauseVersion) -> list[str]:
    """Return what can be suggested for a clause, the most usual first; a table's words are changed row by row."""
    return [kind.value for kind in NAMES if kind != Change.CHANGE or row.kind != Kind.TABLE]


def form_context(
    document: Document, current: ClauseVersion, kind: str, form: SuggestionForm, now: datetime
) -> dict[str, Any]:
    """Return what the form's template needs beside the document, the clause, the kind and what happened."""
    is_open = parts.is_open(document, now)
    url = reverse("wiki:suggest", args=[document.slug, current.clause_id])
    context: dict[str, Any] = {
        "form": form,
        "is_open": is_open,
        "closed_sentence": "" if is_open else closed_sentence(document),
        "gone": current.until is not None,
        "suggest_url": url,
        "login_url": resolve_url(settings.LOGIN_URL),
        "kind_name": NAMES[Change(kind)],
        "kinds": [
            {"value": one, "name": NAMES[Change(one)], "url": f"{url}?kind={one}", "current": one == kind}
            for one in kinds_for(current)
        ],
        "is_row": current.kind in ROWS,
        "holds": current.kind in CONTAINERS,
    }
    if kind in {Change.CHANGE, Change.ADD} and (
        current.kind in ROWS or (kind == Change.ADD and current.kind == Kind.TABLE)
    ):
        context["cells"] = _cells(current, str(form["text"].value() or ""))
    if kind == Change.DELETE:
        context["struck"] = parts.spans_html([Span("del", current.text)]) if current.text else ""
        context["below"] = _below(current)
    if kind == Change.MOVE:
        _offer_places(form, current)
    return context


def draft_context(context: dict[str, Any]) -> dict[str, Any]:
    """Return what the template shows of the draft on the server."""
    draft = context.get("draft")
    return {"draft_token": token_of(draft), "other": draft.other if draft is not None else {}}


def _cells(current: ClauseVersion, text: str) -> list[dict[str, str]]:
    """Return a row's cells with the names of their columns; for a new row in a table, its columns' empty cells."""
    table_id = current.clause_id if current.kind == Kind.TABLE else current.parent_id
    rows = ClauseVersion.objects.filter(parent_id=table_id).current().order_by("order", "clause_id")
    first = rows.first()
    names = split_cells(first.text) if first is not None and first.kind == Kind.HEADER_ROW else []
    like = current.text if current.kind in ROWS else first.text if first is not None else ""
    values = split_cells(text) if text else []
    count = max(len(split_cells(like)), len(values))
    is_header = current.kind == Kind.HEADER_ROW and first is not None and first.pk == current.pk
    return [
        {
            "name": names[index]
            if index < len(names) and names[index] and not is_header
            else f"第 {index + 1} 格",
            "value": values[index] if index < len(values) else "",
        }
        for index in range(count)
    ]


def _below(current: ClauseVersion) -> int:
    """Return how many clauses go along with one that is taken out."""
    if current.kind not in CONTAINERS:
        return 0
    rows = ClauseVersion.objects.filter(document_id=current.document_id).current()
    return parts_below(rows.values_list("clause_id", "parent_id"), current.clause_id)


def _offer_places(form: SuggestionForm, current: ClauseVersion) -> None:
    """Put the clauses beside or in which this one can stand into the form's list."""
    rows = ClauseVersion.objects.filter(document_id=current.document_id).current().defer("authorship")
    places = places_for(rows, current)
    choices = [(place.clause_id, f"{INDENT * place.depth}{place.name}") for place in places]
    form.fields["to"].widget = forms.Select(
        choices=[("", "请选择一条"), *choices], attrs={"data-places": True}
    )
