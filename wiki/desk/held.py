"""What rules hold back: the list with the rule of each, letting go and keeping back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from wiki.desk.forms import HoldingForm
from wiki.desk.frame import desk_page, require
from wiki.desk.queue import OVERDUE, latest_wordings, page_number
from wiki.errors import WikiError
from wiki.models import Holding
from wiki.policies import can_moderate
from wiki.selectors.naming import full_names
from wiki.services.holding import keep_back, release

PER_PAGE = 30


@require_GET
def held(request: HttpRequest) -> HttpResponse:
    """List what is held back, the oldest first; `?state=kept` what people have kept back, the newest first."""
    require(can_moderate(request.user))
    return _page(request)


def _page(
    request: HttpRequest,
    *,
    refused: int = 0,
    form: HoldingForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    number, kept = page_number(request.GET.get("page", "")), request.GET.get("state") == "kept"
    order = ("-decided_at", "-pk") if kept else ("held_at", "pk")
    listed = Holding.objects.filter(state=Holding.State.KEPT) if kept else Holding.objects.waiting()
    rows = listed.select_related("document", "suggestion__author", "comment__author", "moderator")
    start = (number - 1) * PER_PAGE
    found = list(rows.order_by(*order)[start : start + PER_PAGE + 1])
    more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    wordings = latest_wordings([one.said.clause_id for one in found])
    names, now = full_names(wordings.values()), timezone.now()
    context = {
        "items": [
            {
                "holding": one,
                "said": one.said,
                "rule": one.rule_label,
                "clause": names[one.said.clause_id],
                "overdue": not kept and now - (one.objected_at or one.held_at) > OVERDUE,
                "form": form
                if form is not None and one.pk == refused
                else HoldingForm(auto_id=f"h{one.pk}_%s"),
                "refusal": refusal if one.pk == refused else "",
            }
            for one in found
        ],
        "kept": kept,
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if more else None,
        "tab": "held",
    }
    return desk_page(request, "wiki/desk/held.html", "拦下的", [], context, status)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Let held words go or keep them back."""
    require(can_moderate(request.user))
    holding = get_object_or_404(Holding, pk=pk)
    form = HoldingForm(request.POST, auto_id=f"h{pk}_%s")
    if not form.is_valid():
        return _page(request, refused=pk, form=form, refusal="请选择放行或拦下。", status=400)
    reason = form.cleaned_data["reason"]
    try:
        if form.cleaned_data["decision"] == "release":
            release(moderator=request.user, holding=holding, reason=reason)
            messages.success(request, "已放行，现在和其他意见一样公开、统计、答复。")
        else:
            keep_back(moderator=request.user, holding=holding, reason=reason)
            messages.success(request, "已拦下，会把规则和理由告诉提交的人。")
    except WikiError as error:
        form.add_refusal(error)
        return _page(request, refused=pk, form=form, refusal=error.message, status=error.status)
    return redirect(reverse("wiki_desk:held"))
