"""Editing a document's text: every act is shown with what follows from it before it makes a new version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wiki.desk.document_links import crumbs_of
from wiki.desk.editing_forms import (
    ActForm,
    AddForm,
    MoveForm,
    RevertForm,
    SplitForm,
    WordsForm,
    split_place,
)
from wiki.desk.frame import desk_page, require
from wiki.errors import InvalidText, StaleBase, WikiError
from wiki.kinds import CONTAINERS, ROWS, Kind
from wiki.models import ClauseVersion, Document, DocumentVersion
from wiki.outline import Line, arrange, name_of
from wiki.policies import can_manage
from wiki.presenters import parts
from wiki.presenters.change_cards import cards_of, summary_of
from wiki.selectors.history import LARGEST_NUMBER, rows_at
from wiki.selectors.naming import full_name
from wiki.services import editing
from wiki.services.rehearsing import Rehearsal, rehearse
from wiki.services.reverting import restore_clause, revert_document
from wiki.workflow import EDITING_STAGES

PREVIEWED = 30
Act = Callable[[], object]


@require_GET
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the text as a list of clauses to change, each with how many suggestions wait for it."""
    document = _document(request, pk)
    waiting = document.suggestions.undecided().counts_by_clause()
    lines = arrange(rows_at(document, document.version))
    newest = list(DocumentVersion.objects.filter(document=document).newest_first()[:6])
    context = {
        "document": document,
        "lines": [
            {"row": line.row, "depth": min(line.depth, 4), "waiting": waiting.get(line.row.clause_id, 0)}
            for line in lines
        ],
        "editable": document.stage in EDITING_STAGES,
        "earlier": newest[1:],
        "part": "text",
    }
    return desk_page(request, "wiki/desk/text.html", "编辑文字", crumbs_of(document), context)


@require_http_methods(["GET", "POST"])
def clause(request: HttpRequest, pk: int, clause_id: int) -> HttpResponse:
    """Change one clause: its words, its place, apart, together, out, back."""
    document = _document(request, pk)
    row = ClauseVersion.objects.filter(document=document, clause_id=clause_id).order_by("-since").first()
    if row is None:
        raise Http404
    lines = arrange(rows_at(document, document.version))
    given = request.POST.get("act", "") if request.method == "POST" else ""
    forms = _forms(document, row, lines, request, given)
    status, outcome, stale = 200, None, None
    if given:
        form = forms.get(given)
        if form is None:
            raise Http404
        status = 400
        if form.is_valid():
            seen = form.cleaned_data["seen_version"]
            try:
                act = _act(request, document, row, given, form.cleaned_data)
                if request.POST.get("step") == "save":
                    act()
                    return _saved(request, document, clause_id)
                outcome, status = rehearse(document=document, act=act), 200
            except StaleBase as error:
                stale, status = _stale(document, row, seen, error), error.status
                form.add_refusal(error)
                form.data = {**dict(form.data.items()), "seen_version": document.version}
            except WikiError as error:
                status = error.status
                form.add_refusal(error)
    name = full_name(row)
    sibling = _next(lines, row) if row.until is None else None
    context = {
        "document": document,
        "row": row,
        "name": name,
        "html": parts.marked(row.text),
        "forms": forms,
        "open": given or ("restore" if row.until else "words"),
        "sibling": sibling,
        "sibling_name": name_of(sibling) if sibling is not None else "",
        "waiting": document.suggestions.undecided().filter(clause_id=clause_id).count(),
        "editable": document.stage in EDITING_STAGES,
        "stale": stale,
        "below": sum(1 for line in lines if line.row.parent_id == clause_id),
        **_outcome(outcome),
    }
    crumbs = [*crumbs_of(document), (reverse("wiki_desk:text", args=[pk]), "编辑文字")]
    return desk_page(request, "wiki/desk/edit_clause.html", f"编辑：{name}", crumbs, context, status)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a new clause at a place: `place` in the address or the form says where."""
    document = _document(request, pk)
    lines = arrange(rows_at(document, document.version))
    rows = {line.row.clause_id: line.row for line in lines}
    place = request.POST.get("place", "") or request.GET.get("place", "") or "top"
    if place not in dict(_places(lines, None)):
        raise Http404
    parent_id, after_id = _spot(rows, place)
    like = (
        rows.get(after_id) if after_id is not None else rows.get(parent_id) if parent_id is not None else None
    )
    kind = Kind.PARAGRAPH
    if like is not None:
        kind = Kind.ROW if like.kind in (*ROWS, Kind.TABLE) else Kind(like.kind)
    initial = {"seen_version": document.version, "kind": kind}
    form = AddForm(request.POST or None, initial=initial, auto_id="add_%s")
    status, outcome = 200, None
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = form.cleaned_data

            def act() -> object:
                return editing.add_clause(
                    actor=request.user,
                    document=document,
                    kind=given["kind"],
                    label=given["label"],
                    text=given["text"],
                    parent_id=parent_id,
                    after_id=after_id,
                    reason=given["reason"],
                )

            try:
                if request.POST.get("step") == "save":
                    made = editing.add_clause(
                        actor=request.user, document=document, kind=given["kind"], label=given["label"],
                        text=given["text"], parent_id=parent_id, after_id=after_id, reason=given["reason"],
                    )  # fmt: skip
                    return _saved(request, document, made.clause_id)
                outcome, status = rehearse(document=document, act=act), 200
            except WikiError as error:
                status = error.status
                form.add_refusal(error)
    context = {
        "document": document,
        "form": form,
        "place": place,
        "where": dict(_places(lines, None))[place],
        "editable": document.stage in EDITING_STAGES,
        **_outcome(outcome),
    }
    crumbs = [*crumbs_of(document), (reverse("wiki_desk:text", args=[pk]), "编辑文字")]
    return desk_page(request, "wiki/desk/edit_add.html", "加一条", crumbs, context, status)


@require_http_methods(["GET", "POST"])
def revert(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring the whole text of an earlier version back, after showing what that undoes."""
    document = _document(request, pk)
    number = request.POST.get("to_version") or request.GET.get("to_version") or ""
    asked = request.method == "POST" or bool(number)
    data = (
        request.POST if request.method == "POST" else {"to_version": number, "seen_version": document.version}
    )
    form = RevertForm(
        data if asked else None, initial={"seen_version": document.version}, auto_id="revert_%s"
    )
    status, outcome = 200, None
    if asked:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            # Looking needs no reason yet; saving does.
            saves = request.method == "POST" and request.POST.get("step") == "save"

            def act() -> int:
                return revert_document(
                    actor=request.user,
                    document=document,
                    to_version=given["to_version"],
                    reason=given["reason"] if saves else "预览",
                    seen_version=given["seen_version"],
                )

            try:
                if saves:
                    act()
                    messages.success(request, f"全文已恢复为第 {given['to_version']} 版的文字。")
                    return redirect("wiki_desk:text", pk)
                outcome, status = rehearse(document=document, act=act), 200
            except WikiError as error:
                status = error.status
                form.add_refusal(error)
                form.data = {**dict(form.data.items()), "seen_version": document.version}
    context = {
        "document": document,
        "form": form,
        "editable": document.stage in EDITING_STAGES,
        **_outcome(outcome),
    }
    crumbs = [*crumbs_of(document), (reverse("wiki_desk:text", args=[pk]), "编辑文字")]
    return desk_page(request, "wiki/desk/revert.html", "恢复到较早的版本", crumbs, context, status)


def _document(request: HttpRequest, pk: int) -> Document:
    require(can_manage(request.user))
    return get_object_or_404(Document.objects.visible_to(request.user), pk=pk)


def _saved(request: HttpRequest, document: Document, clause_id: int) -> HttpResponse:
    number = Document.objects.values_list("version", flat=True).get(pk=document.pk)
    messages.success(request, f"已保存为第 {number} 版。")
    return redirect(f"{reverse('wiki_desk:text', args=[document.pk])}#c{clause_id}")


def _forms(
    document: Document, row: ClauseVersion, lines: list[Line], request: HttpRequest, given: str
) -> dict[str, ActForm]:
    """Return the forms of the acts that this clause can take; the one that was sent holds what was typed."""
    version = {"seen_version": document.version}

    def data(act: str) -> Any:
        return request.POST if act == given else None

    if row.until is not None:
        return {"restore": ActForm(data("restore"), initial=version, auto_id="restore_%s")}
    forms: dict[str, ActForm] = {}
    if row.kind != Kind.TABLE:
        words = {**version, "text": row.text, "label": row.label, "kind": row.kind}
        forms["words"] = WordsForm(data("words"), initial=words, auto_id="words_%s")
        if row.kind in ROWS:
            del forms["words"].fields["kind"], forms["words"].fields["label"]
        else:
            forms["split"] = SplitForm(
                data("split"), initial={**version, "text": row.text}, auto_id="split_%s"
            )
            if _next(lines, row) is not None:
                forms["merge"] = ActForm(data("merge"), initial=version, auto_id="merge_%s")
    places = _places(lines, row)
    forms["move"] = MoveForm(data("move"), places=places, initial=version, auto_id="move_%s")
    if row.since > 1 or ClauseVersion.objects.filter(clause_id=row.clause_id).count() > 1:
        forms["revert"] = RevertForm(data("revert"), initial=version, auto_id="revert_%s")
    forms["remove"] = ActForm(data("remove"), initial=version, auto_id="remove_%s")
    return forms


def _act(
    request: HttpRequest, document: Document, row: ClauseVersion, name: str, given: dict[str, Any]
) -> Act:
    """Return the act that a form asks for; raises InvalidText where the form alone shows that it cannot be."""
    common = {"actor": request.user, "document": document, "reason": given["reason"]}
    seen = {"seen_version": given["seen_version"]}
    key = row.clause_id
    if name == "words":
        label, kind = given.get("label"), given.get("kind") or None
        return lambda: editing.edit_clause(
            clause_id=key, text=given["text"], label=label, kind=kind, **seen, **common
        )
    if name == "split":
        at = split_place(row.text, given["text"])
        if at is None:
            message = "请在要拆开的地方插入一个空行，不要改动别的字。"
            raise InvalidText(message, fields={"text": message})
        return lambda: editing.split_clause(clause_id=key, at=at, label=given["label"], **seen, **common)
    if name == "merge":
        second = _next(arrange(rows_at(document, document.version)), row)
        if second is None:
            raise InvalidText("后面没有可以合并的同类条款。")
        return lambda: editing.merge_clauses(first_id=key, second_id=second.clause_id, **seen, **common)
    if name == "move":
        rows = {one.clause_id: one for one in rows_at(document, document.version)}
        parent_id, after_id = _spot(rows, given["place"])
        return lambda: editing.move_clause(clause_id=key, parent_id=parent_id, after_id=after_id, **common)
    if name == "revert":
        return lambda: editing.revert_clause(clause_id=key, to_version=given["to_version"], **seen, **common)
    if name == "restore":
        return lambda: restore_clause(clause_id=key, **common)
    return lambda: editing.remove_clause(clause_id=key, **seen, **common)


def _next(lines: list[Line], row: ClauseVersion) -> ClauseVersion | None:
    """Return the sibling right after a clause that it can be put together with."""
    siblings = [line.row for line in lines if line.row.parent_id == row.parent_id]
    places = [one.clause_id for one in siblings]
    if row.clause_id not in places:
        return None
    after = siblings[places.index(row.clause_id) + 1 :][:1]
    return after[0] if after and after[0].kind == row.kind else None


def _places(lines: list[Line], moved: ClauseVersion | None) -> list[tuple[str, str]]:
    """Return (place, what it is called) for every place that a clause can be moved to or written at."""
    places = [("top", "全文最前面")]
    inside: set[int] = set()
    for line in lines:
        row = line.row
        if moved is not None and (row.clause_id == moved.clause_id or row.parent_id in inside):
            inside.add(row.clause_id)
            continue
        name = "　" * min(line.depth, 4) + (name_of(row) or "（空）")[:24]
        rows_only = moved is not None and moved.kind in ROWS
        if moved is None or rows_only == (row.kind in ROWS):
            places.append((f"after:{row.clause_id}", f"{name} 之后"))
        if row.kind in CONTAINERS and (moved is None or rows_only == (row.kind == Kind.TABLE)):
            places.append((f"in:{row.clause_id}", f"{name} 里面最前"))
    return places[1:] if moved is not None and moved.kind in ROWS else places


def _spot(rows: dict[int, ClauseVersion], place: str) -> tuple[int | None, int | None]:
    """Return (parent, sibling before) of a place."""
    how, _, given = place.partition(":")
    if how == "top" or not given.isdigit() or int(given) > LARGEST_NUMBER:
        return None, None
    if how == "in":
        return int(given), None
    row = rows.get(int(given))
    return (row.parent_id if row is not None else None), int(given)


def _stale(document: Document, row: ClauseVersion, seen: int, error: StaleBase) -> dict[str, Any]:
    then = ClauseVersion.objects.filter(document=document, clause_id=row.clause_id).at(seen).first()
    return {
        "message": error.message,
        "diff": parts.diff_html(then.text if then is not None else "", error.current_text),
    }


def _outcome(outcome: Rehearsal | None) -> dict[str, Any]:
    if outcome is None:
        return {"outcome": None}
    shown = cards_of(outcome.comparison, size=PREVIEWED)
    return {
        "outcome": outcome,
        "cards": shown.cards,
        "more": max(0, len(outcome.comparison.changes) - PREVIEWED),
        "counts": summary_of(outcome.comparison),
    }
