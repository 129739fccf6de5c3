"""Opinions that came by chat or report: a person reads each and lists it as an opinion on a clause, or does not."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from wiki.desk.document_links import crumbs_of
from wiki.desk.frame import desk_page, require
from wiki.errors import WikiError
from wiki.models import ClauseVersion, Comment, Document, Offer
from wiki.outline import arrange
from wiki.policies import can_moderate
from wiki.selectors.naming import full_names
from wiki.services.evidence import dismiss_offer, take_offer

PER_PAGE = 20
CHOICES = 400
"""Clauses offered in the select beside the one proposed."""


@require_GET
def offers(request: HttpRequest, pk: int) -> HttpResponse:
    """List what may be opinions on a document, the likeliest first; or what was decided on them."""
    document = _document(request, pk)
    return _offers_page(request, document, request.GET)


def _offers_page(
    request: HttpRequest,
    document: Document,
    asked: Any,
    *,
    refused: Offer | None = None,
    typed: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    chosen = asked.get("status", Offer.Status.WAITING)
    chosen = chosen if chosen in Offer.Status.values else Offer.Status.WAITING
    rows = document.offers.filter(status=chosen).select_related("decided_by")
    clause_id = asked.get("clause", "")
    if clause_id.isdecimal() and len(clause_id) < 19:
        rows = rows.filter(clause_id=int(clause_id))
    page = Paginator(rows.order_by("-score", "pk"), PER_PAGE).get_page(asked.get("page"))
    lines = arrange(ClauseVersion.objects.filter(document=document).current())
    rows_now = {line.row.clause_id: line.row for line in lines}
    names = full_names(rows_now.values())
    choices = {
        line.row.clause_id: f"{names[line.row.clause_id]} {line.row.text}"[:40] for line in lines[:CHOICES]
    }
    items = [
        {
            "offer": offer,
            "row": rows_now.get(offer.clause_id),
            "name": names.get(offer.clause_id, ""),
            "listed": offer.clause_id in choices,
            "percent": round(100 * offer.score),
            "channel": _channel(offer.channel),
            "text": typed if refused is not None and refused.pk == offer.pk else offer.text,
            "error": error if refused is not None and refused.pk == offer.pk else "",
        }
        for offer in page
    ]
    context = {
        "document": document,
        "page": page,
        "items": items,
        "status": chosen,
        "statuses": Offer.Status.choices,
        "clauses": list(choices.items()),
        "stances": [("", "没有说明"), *Comment.Stance.choices],
        "query": f"status={chosen}&" + (f"clause={clause_id}&" if clause_id else ""),
        "part": "offers",
    }
    return desk_page(request, "wiki/desk/offers.html", "待确认的意见", crumbs_of(document), context, status)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """List an offer as an opinion, in the words as they were edited, or put it aside."""
    require(can_moderate(request.user))
    offer = get_object_or_404(Offer.objects.select_related("document"), pk=pk)
    text = request.POST.get("text", "")
    clause_id = request.POST.get("clause", "")
    try:
        if request.POST.get("decision") == "take":
            chosen = int(clause_id) if clause_id.isdecimal() and len(clause_id) < 19 else offer.clause_id
            stance = request.POST.get("stance", "")
            opinion = take_offer(actor=request.user, offer=offer, text=text, clause_id=chosen, stance=stance)
            messages.success(request, f"已列为第 {opinion.pk} 号意见，会和其他意见一样得到答复。")
        else:
            dismiss_offer(actor=request.user, offer=offer)
            messages.success(request, "已记下：这不是对这份文件的意见，不会再提示。")
    except WikiError as error:
        return _offers_page(
            request,
            offer.document,
            {},
            refused=offer,
            typed=text,
            error=error.message,
            status=error.status,
        )
    return redirect("wiki_desk:offers", offer.document_id)


def _document(request: HttpRequest, pk: int) -> Document:
    require(can_moderate(request.user))
    return get_object_or_404(Document.objects.visible_to(request.user), pk=pk)


def _channel(value: str) -> str:
    from wiki.models import Opinion

    return str(dict(Opinion.Channel.choices).get(value, value))
