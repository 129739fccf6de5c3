"""Suggesting: one form for all kinds, as a page or, for the editor in place, as a fragment of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from wiki import ports
from wiki.errors import InvalidText, StaleBase, WikiError
from wiki.forms import SuggestionForm
from wiki.models import Clause, ClauseVersion, Draft, Suggestion
from wiki.pages.clauses import clause_or_404
from wiki.pages.editor import Change, draft_context, form_context, kinds_for
from wiki.policies import takes_unsigned
from wiki.presenters import parts
from wiki.selectors.naming import full_name
from wiki.services import submit_suggestion
from wiki.services.drafts import drop_draft
from wiki.text.cleaning import CLAUSE_LIMIT, REASON_LIMIT, tidy
from wiki.text.merge import merge
from wiki.workflow import UNDECIDED

DRAFT_KEY = "wiki_draft"
TRAP = "website"


@require_http_methods(["GET", "POST"])
def suggest(request: HttpRequest, slug: str, clause_id: int) -> HttpResponse:
    """Take what a person wants done with a clause; nothing typed is ever lost on the way."""
    found, current = clause_or_404(request, slug, clause_id)
    sent = SuggestionForm.given(request.POST) if request.method == "POST" else request.GET
    kind = _kind(sent.get("kind", ""), current)
    signed = request.user.is_authenticated
    if not signed and not takes_unsigned():
        if request.method == "POST":
            _keep(request, clause_id, kind, sent)
        return _to_login(request, slug, clause_id, kind)
    context: dict[str, Any] = {
        "document": found, "current": current, "name": full_name(current), "kind": kind, "status": 200,
        "unsigned": not signed,
    }  # fmt: skip
    if request.method == "GET":
        return _answer(request, context, _opened(request, context))
    form = SuggestionForm(sent)
    if not form.is_valid():
        form.add_error(None, "页面缺少版本号或选项不对，请刷新后再试。")
        context["status"] = 400
        return _answer(request, context, form)
    given = form.cleaned_data
    action = request.POST.get("action")
    if action == "preview":
        context["preview"] = parts.diff_html(current.text, tidy(given["text"])[:CLAUSE_LIMIT])
    elif action == "refresh":
        form = _bring_up_to_date(context, given)
    else:
        try:
            suggestion = _submit(request, context, given)
        except StaleBase as error:
            context["status"] = error.status
            form = _bring_up_to_date(context, given)
        except WikiError as error:
            context["status"] = error.status
            form.add_refusal(error)
        else:
            return _received(request, context, suggestion)
    return _answer(request, context, form)


def _submit(request: HttpRequest, context: dict[str, Any], given: dict[str, Any]) -> Suggestion:
    document, current = context["document"], context["current"]
    if context["unsigned"]:
        if request.POST.get(TRAP):
            raise InvalidText("没有提交：请把“网址”一栏留空。")
        ports.limit(request, scope="suggest")
    to = Clause.objects.filter(document=document, pk=given["to"]).first() if given["to"] else None
    replaces = _own(request, given["replaces"], current.clause_id)
    if given["replaces"] and replaces is None:
        raise InvalidText("原来的建议已经有结果，不能再修改；可以另提一条。")
    return submit_suggestion(
        author=None if context["unsigned"] else request.user,
        clause=Clause(pk=current.clause_id, document_id=document.pk),
        kind=context["kind"],
        text=given["text"],
        reason=given["reason"],
        base_version=given["base_version"],
        to=to,
        inside=bool(given["inside"]),
        replaces=replaces,
    )


def _received(request: HttpRequest, context: dict[str, Any], suggestion: Suggestion) -> HttpResponse:
    current, kind = context["current"], context["kind"]
    request.session.pop(DRAFT_KEY, None)
    if not context["unsigned"]:
        drop_draft(author=request.user, clause=suggestion.clause, kind=kind)
    sentence = f"已收到您的建议（第 {suggestion.pk} 号），审核结果会在这里公开。"
    if suggestion.held_by:
        sentence = f"已收到您的建议（第 {suggestion.pk} 号），由审核人员看过以后再公开。"
    url = reverse("wiki:clause", args=[context["document"].slug, current.clause_id])
    if _is_fragment(request):
        return JsonResponse({"number": suggestion.pk, "message": sentence, "url": url}, status=201)
    messages.success(request, sentence)
    return redirect(url)


def _opened(request: HttpRequest, context: dict[str, Any]) -> SuggestionForm:
    """Return the form as it opens: with what was typed before signing in, one's draft, or one's suggestion."""
    document, current, kind = context["document"], context["current"], context["kind"]
    initial: dict[str, Any] = {
        "kind": kind,
        "text": current.text if kind == Change.CHANGE else "",
        "base_version": document.version,
        "inside": "",
    }
    kept = request.session.get(DRAFT_KEY) or {}
    if kept.get("clause") == current.clause_id and kept.get("kind", Change.CHANGE) == kind:
        context["kept"] = True
        typed = initial | {name: kept[name] for name in kept if name != "clause"}
        return _from(context, typed)
    asked = request.GET.get("replaces", "")
    replaces = _own(request, _number(asked), current.clause_id)
    draft = None if context["unsigned"] else _draft(request, current.clause_id, kind)
    again = _again(request, document.pk) if kind == Change.ADD and draft is None else None
    if again is not None:
        return SuggestionForm(initial=initial | {"text": again.carried_text, "reason": again.reason})
    if replaces is not None and replaces.kind == kind:
        context["replaces"] = replaces
        return SuggestionForm(
            initial=initial
            | {
                "text": replaces.carried_text,
                "reason": replaces.reason,
                "replaces": replaces.pk,
                "to": replaces.after_id or replaces.parent_id,
                "inside": "" if replaces.after_id else "1",
            }
        )
    if draft is not None:
        context["draft"] = draft
        typed = initial | {
            "text": draft.text,
            "reason": draft.reason,
            "base_version": draft.base_version,
            "to": draft.to_id,
            "inside": "1" if draft.inside else "",
        }
        return _from(context, typed)
    return SuggestionForm(initial=initial)


def _from(context: dict[str, Any], typed: dict[str, Any]) -> SuggestionForm:
    """Return the form with what was typed earlier, brought up to date where the clause has changed since."""
    current = context["current"]
    if context["kind"] in {Change.CHANGE, Change.DELETE} and current.since > typed["base_version"]:
        return _bring_up_to_date(context, typed)
    return SuggestionForm(initial=typed)


def _bring_up_to_date(context: dict[str, Any], typed: dict[str, Any]) -> SuggestionForm:
    """Return the form against the clause's new wording: the typed change carried over where that is possible."""
    document, current = context["document"], context["current"]
    initial = {name: typed.get(name) for name in ("kind", "text", "reason", "to", "inside", "replaces")}
    seen = max(typed["base_version"], document.first_public)
    base = ClauseVersion.objects.filter(clause_id=current.clause_id).at(seen).first()
    base_text = base.text if base is not None else ""
    if base_text != current.text:
        stale = {"change": parts.diff_html(base_text, current.text), "text": current.text}
        if context["kind"] == Change.CHANGE:
            result = merge(base_text, tidy(typed["text"]), current.text)
            stale["carried"] = result.clean
            if result.clean:
                initial["text"] = result.text
        context["stale"] = stale
    return SuggestionForm(initial=initial | {"base_version": document.version})


def _own(request: HttpRequest, pk: int | None, clause_id: int) -> Suggestion | None:
    """Return one's own undecided suggestion for the clause."""
    if pk is None or pk >= 2**63 or not request.user.is_authenticated:
        return None
    mine = Suggestion.objects.filter(author=request.user, clause_id=clause_id, status__in=UNDECIDED)
    return mine.filter(pk=pk).first()


def _again(request: HttpRequest, document_id: int) -> Suggestion | None:
    """Return one's own suggestion for a clause that has gone, which is to be said again beside another one."""
    pk = _number(request.GET.get("again", ""))
    if pk is None or not request.user.is_authenticated:
        return None
    return Suggestion.objects.filter(pk=pk, author=request.user, document_id=document_id).undecided().first()


def _draft(request: HttpRequest, clause_id: int, kind: str) -> Draft | None:
    return Draft.objects.filter(author=request.user.pk, clause_id=clause_id, kind=kind).first()


def _keep(request: HttpRequest, clause_id: int, kind: str, sent: QueryDict) -> None:
    """Keep what someone typed whose sign-in has run out: the session survives the login."""
    request.session[DRAFT_KEY] = {
        "clause": clause_id,
        "kind": kind,
        "text": sent.get("text", "")[:CLAUSE_LIMIT],
        "reason": sent.get("reason", "")[:REASON_LIMIT],
        "base_version": _number(sent.get("base_version", "")) or 1,
        "to": _number(sent.get("to", "")),
        "inside": "1" if sent.get("inside") else "",
    }


def _number(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _kind(asked: str, current: ClauseVersion) -> str:
    """Return the kind that was asked for, or the first one that this clause takes."""
    kinds = kinds_for(current)
    return asked if asked in kinds else kinds[0]


def _is_fragment(request: HttpRequest) -> bool:
    return "X-Fragment" in request.headers


def _to_login(request: HttpRequest, slug: str, clause_id: int, kind: str) -> HttpResponse:
    path = reverse("wiki:suggest", args=[slug, clause_id])
    if kind != Change.CHANGE:
        path += f"?kind={kind}"
    answer = redirect_to_login(path)
    if _is_fragment(request):
        return JsonResponse({"login": answer["Location"]}, status=401)
    return answer


def _answer(request: HttpRequest, context: dict[str, Any], form: SuggestionForm) -> HttpResponse:
    status = context.pop("status")
    context |= form_context(context["document"], context["current"], context["kind"], form, timezone.now())
    context |= draft_context(context)
    template = "wiki/includes/suggest_form.html" if _is_fragment(request) else "wiki/suggest.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["X-Fragment", "Cookie"])
    return response
