"""Looking through what an imported text left uncertain."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wiki.desk.document_links import crumbs_of
from wiki.desk.frame import desk_page, require
from wiki.kinds import ROWS, Kind
from wiki.models import ClauseVersion, Document, Doubt
from wiki.policies import can_manage
from wiki.selectors.naming import full_names
from wiki.services.doubts import settle_doubt

PER_PAGE = 30
WORDS = 16
_RULES = {
    "gap": _("序号不连续"),
    "repeat": _("序号重复"),
    "depth": _("层级跳跃"),
    "label": _("序号残缺"),
    "joined": _("接起的断行"),
    "cut": _("句子没有写完"),
    "table": _("按空格分的表格"),
    "place": _("别处的地名"),
    "tail": _("文末的材料"),
    "leftover": _("版面文字"),
    "long": _("过长的段落"),
}


@require_GET
def doubts(request: HttpRequest, pk: int) -> HttpResponse:
    """List what in a document's text is uncertain, what waits first; `?settled=1` lists what has been seen to."""
    require(can_manage(request.user))
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    found = Doubt.objects.filter(document=document)
    counts = found.aggregate(
        waiting=Count("pk", filter=Q(settled_at=None)), done=Count("pk", filter=~Q(settled_at=None))
    )
    settled = request.GET.get("settled") == "1"
    chosen = (
        found.filter(settled_at__isnull=not settled).select_related("settled_by").order_by("clause_id", "pk")
    )
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    wordings = {
        row.clause_id: row
        for row in ClauseVersion.objects.filter(clause__in=[doubt.clause_id for doubt in page]).order_by(
            "since"
        )
    }
    names = full_names(wordings.values())
    context = {
        "document": document,
        "page": page,
        "settled": settled,
        "part": "doubts",
        **counts,
        "items": [
            {
                "doubt": doubt,
                "rule": _RULES.get(doubt.rule, doubt.rule),
                "row": wordings[doubt.clause_id],
                "name": _called(wordings[doubt.clause_id], names[doubt.clause_id]),
            }
            for doubt in page
        ],
    }
    return desk_page(request, "wiki/desk/doubts.html", "存疑之处", crumbs_of(document), context)


def _called(row: ClauseVersion, name: str) -> str:
    """Return a clause's name and, where that is no more than a number, its first words."""
    if row.kind in {Kind.HEADING, Kind.TABLE, *ROWS} or not row.label or not row.text:
        return name
    return f"{name} {row.text[:WORDS]}{'…' if len(row.text) > WORDS else ''}"


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a doubt as seen to, or take that back."""
    require(can_manage(request.user))
    doubt = get_object_or_404(Doubt, pk=pk)
    settle_doubt(actor=request.user, doubt=doubt, settled=request.POST.get("settled") != "0")
    back = reverse("wiki_desk:doubts", args=[doubt.document_id])
    page = request.POST.get("page", "")
    kept = "settled=1&" if request.POST.get("settled") == "0" else ""
    return redirect(f"{back}?{kept}page={page if page.isdecimal() and len(page) < 6 else 1}")
