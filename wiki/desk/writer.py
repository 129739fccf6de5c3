"""For the policy writer: which clauses draw opinion, and one clause with its opinions in groups, dissent beside."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from wiki import ports
from wiki.desk.document_links import crumbs_of
from wiki.desk.frame import desk_page, require
from wiki.errors import WikiError
from wiki.findings import ReadEvidence
from wiki.models import ClauseReading, ClauseVersion, Document, Evidence, Offer, Opinion, OpinionGroup
from wiki.presenters import parts
from wiki.presenters.charts import Chart, month_chart, trend_chart
from wiki.selectors import voices
from wiki.selectors.heat import SORTS, rows_of, sort_rows
from wiki.selectors.naming import full_name
from wiki.services.opinion_groups import may_arrange, move_opinion, rename_group

PER_PAGE = 40
GROUPS = 12
EVIDENCE = 5
WORDS = 220


@require_GET
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a document's clauses by what they draw: opinion, dissent, evidence, what is unanswered."""
    document = _document(request, pk)
    rows = rows_of(document)
    by = request.GET.get("sort", "")
    by = by if by in SORTS else "most"
    touched = [row for row in rows if row.total or row.evidence]
    page = Paginator(sort_rows(touched, by), PER_PAGE).get_page(request.GET.get("page"))
    whole = Opinion.objects.due().filter(document=document, clause=None)
    context = {
        "document": document,
        "rows": rows,
        "page": page,
        "sort": by,
        "sorts": [(key, label) for key, label in SORTS.items()],
        "figures": {
            "opinions": sum(row.total for row in rows),
            "clauses": sum(1 for row in rows if row.total),
            "silent": sum(1 for row in rows if not row.total and not row.gone),
            "unanswered": sum(row.unanswered for row in rows),
            "evidence": sum(row.evidence for row in rows),
        },
        "whole_count": whole.count(),
        "standings": voices.STANDINGS,
        "query": f"sort={by}&",
        "part": "writer",
    }
    return desk_page(request, "wiki/desk/writer.html", "意见总览", crumbs_of(document), context)


@require_GET
def clause(request: HttpRequest, clause_id: int) -> HttpResponse:
    """Show one clause with all that is said of it."""
    current = _wording(request, clause_id)
    return _said_page(request, current.document, current)


@require_GET
def whole(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is said of the document as a whole."""
    return _said_page(request, _document(request, pk), None)


def _said_page(request: HttpRequest, document: Document, current: ClauseVersion | None) -> HttpResponse:
    clause_id: Any = current.clause_id if current is not None else None
    opinions = Opinion.objects.due().filter(document=document, clause_id=clause_id)
    counts = voices.counts(opinions)
    reading = ClauseReading.objects.filter(document=document, clause_id=clause_id).first()
    groups = (
        OpinionGroup.objects.filter(document=document, clause_id=clause_id)
        .annotate(
            size=Count("opinions", filter=Q(opinions__held_by="", opinions__withdrawn_at=None)),
            waiting=Count(
                "opinions",
                filter=Q(opinions__held_by="", opinions__withdrawn_at=None, opinions__answered_at=None),
            ),
        )
        .filter(size__gt=0)
        .order_by("-size", "pk")
    )
    page = Paginator(groups, GROUPS).get_page(request.GET.get("page"))
    major, minor = voices.sides(counts)
    pro, contra = (voices.best_of(opinions, side) for side in (voices.SUPPORT, voices.OPPOSE))
    evidence = list(Evidence.objects.filter(clause_id=clause_id).order_by("-score", "pk")[:EVIDENCE])
    alone = opinions.filter(group=None).count()
    context = {
        "document": document,
        "current": current,
        "html": parts.marked(current.text) if current is not None else "",
        "reading": reading,
        "total": sum(counts.values()),
        "unanswered": opinions.filter(answered_at=None).count(),
        "counts": _chips(counts),
        "sides": _two_sides(counts, major, minor, pro, contra),
        "trend": trend_chart(voices.trend(opinions)),
        "groups": _groups(opinions, list(page), counts),
        "page": page,
        "alone": alone,
        "grouped": sum(counts.values()) - alone,
        "here": _here(document, current),
        "list_url": _list_url(document, clause_id),
        "evidence": _evidence(request, evidence),
        "months": month_chart(reading.months) if reading is not None else Chart(),
        "offer_count": Offer.objects.filter(
            document=document, clause_id=clause_id, status=Offer.Status.WAITING
        ).count()
        if clause_id
        else 0,
    }
    title = full_name(current) if current is not None else "对整份文件的意见"
    return desk_page(request, "wiki/desk/writer_clause.html", title, _crumbs(document), context)


@require_GET
def opinions(request: HttpRequest, pk: int) -> HttpResponse:
    """List the opinions that a count counts: of a clause, a group, a standing, answered or not."""
    document = _document(request, pk)
    chosen = Opinion.objects.due().filter(document=document)
    asked = request.GET
    clause_id, group_id = asked.get("clause", ""), asked.get("group", "")
    current: ClauseVersion | None = None
    if clause_id.isdecimal() and len(clause_id) < 19:
        current = _wording(request, int(clause_id))
        chosen = chosen.filter(clause_id=current.clause_id)
    elif clause_id == "whole":
        chosen = chosen.filter(clause=None)
    group: OpinionGroup | None = None
    if group_id.isdecimal() and len(group_id) < 19:
        group = get_object_or_404(OpinionGroup, pk=int(group_id), document=document)
        chosen = chosen.filter(group=group)
    elif group_id == "alone":
        chosen = chosen.filter(group=None)
    found = voices.with_words(voices.voices(chosen))
    standing = asked.get("standing")
    if standing is not None and standing in voices.STANDINGS:
        found = found.filter(standing=standing)
    if asked.get("unanswered"):
        found = found.filter(answered_at=None)
    page = Paginator(found.order_by("-score", "-pk"), PER_PAGE).get_page(asked.get("page"))
    kept = asked.copy()
    kept.pop("page", None)
    movable = OpinionGroup.objects.none()
    if current is not None or clause_id == "whole" or group is not None:
        of: Any = current.clause_id if current is not None else group.clause_id if group is not None else None
        movable = OpinionGroup.objects.filter(document=document, clause_id=of).order_by("name")[:100]
    context = {
        "document": document,
        "current": current,
        "group": group,
        "standing": voices.STANDINGS.get(standing) if standing is not None else None,
        "only_unanswered": bool(asked.get("unanswered")),
        "page": page,
        "items": [_quoted(opinion) for opinion in page],
        "movable": list(movable),
        "query": f"{kept.urlencode()}&" if kept else "",
        "back": request.get_full_path(),
    }
    crumbs = _crumbs(document)
    if current is not None:
        crumbs.append((reverse("wiki_desk:writer_clause", args=[current.clause_id]), full_name(current)))
    return desk_page(request, "wiki/desk/writer_opinions.html", "意见列表", crumbs, context)


@require_GET
def evidence(request: HttpRequest, clause_id: int) -> HttpResponse:
    """List all that is kept of what concerns a clause."""
    current = _wording(request, clause_id)
    rows = Evidence.objects.filter(clause_id=clause_id).order_by("-score", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    reading = ClauseReading.objects.filter(clause_id=clause_id).first()
    context = {
        "current": current,
        "html": parts.marked(current.text),
        "page": page,
        "evidence": _evidence(request, list(page)),
        "reading": reading,
        "months": month_chart(reading.months) if reading is not None else Chart(),
    }
    crumbs = [
        *_crumbs(current.document),
        (reverse("wiki_desk:writer_clause", args=[clause_id]), full_name(current)),
    ]
    return desk_page(request, "wiki/desk/writer_evidence.html", "市民反映", crumbs, context)


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a group the name that a person has chosen."""
    require(may_arrange(request.user))
    group = get_object_or_404(OpinionGroup.objects.select_related("document"), pk=pk)
    try:
        group = rename_group(actor=request.user, group=group, name=request.POST.get("name", ""))
    except WikiError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"这组意见现在叫“{group.name}”，以后不会再自动改名或拆开。")
    return redirect(_back(request, group.document, group.clause_id))


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an opinion into another group of its clause, or by itself."""
    require(may_arrange(request.user))
    opinion = get_object_or_404(Opinion.objects.select_related("document"), pk=pk)
    wanted = request.POST.get("group", "")
    group = None
    if wanted:
        if not wanted.isdecimal() or len(wanted) > 18:
            raise Http404
        group = get_object_or_404(OpinionGroup, pk=int(wanted), document_id=opinion.document_id)
    try:
        move_opinion(actor=request.user, opinion=opinion, group=group)
    except WikiError as error:
        messages.error(request, error.message)
    else:
        where = f"“{group.name}”" if group is not None else "单独一条"
        messages.success(request, f"第 {opinion.pk} 号意见已移到{where}。")
    return redirect(_back(request, opinion.document, opinion.clause_id))


def _document(request: HttpRequest, pk: int) -> Document:
    require(may_arrange(request.user))
    return get_object_or_404(Document.objects.visible_to(request.user), pk=pk)


def _wording(request: HttpRequest, clause_id: int) -> ClauseVersion:
    require(may_arrange(request.user))
    rows = ClauseVersion.objects.filter(clause_id=clause_id).select_related("document").order_by("-since")
    return get_object_or_404(rows[:1])


def _back(request: HttpRequest, document: Document, clause_id: int | None) -> str:
    """Return the page the form was on, else the clause's."""
    given = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(given, allowed_hosts={request.get_host()}):
        return given
    if clause_id is None:
        return reverse("wiki_desk:writer_whole", args=[document.pk])
    return reverse("wiki_desk:writer_clause", args=[clause_id])


def _crumbs(document: Document) -> list[tuple[str, str]]:
    return [*crumbs_of(document), (reverse("wiki_desk:writer", args=[document.pk]), "意见总览")]


def _here(document: Document, current: ClauseVersion | None) -> str:
    if current is None:
        return reverse("wiki_desk:writer_whole", args=[document.pk])
    return reverse("wiki_desk:writer_clause", args=[current.clause_id])


def _list_url(document: Document, clause_id: int | None) -> str:
    return f"{reverse('wiki_desk:writer_opinions', args=[document.pk])}?clause={clause_id or 'whole'}"


def _chips(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"standing": standing, "label": label, "count": counts[standing]}
        for standing, label in voices.STANDINGS.items()
        if counts.get(standing)
    ]


def _two_sides(counts: dict[str, int], major: str, minor: str, pro: Any, contra: Any) -> list[dict[str, Any]]:
    """Return the majority and the dissent beside it; nothing where nobody is for or against."""
    best = {voices.SUPPORT: pro, voices.OPPOSE: contra}
    out = []
    for place, side in (("多数", major), ("少数", minor)):
        found = best.get(side)
        if side and found is not None:
            out.append(
                {
                    "place": place,
                    "standing": side,
                    "label": voices.STANDINGS[side],
                    "count": counts[side],
                    "quoted": _quoted(found),
                }
            )
    return out


def _groups(opinions: Any, groups: list[Any], of_clause: dict[str, int]) -> list[dict[str, Any]]:
    """Return the groups of a page: counts, the typical opinion, and the dissent within each with its best vote."""
    ids = [group.pk for group in groups]
    counted = voices.counts_by_group(opinions.filter(group__in=ids))
    best = voices.best_by_group_and_standing(opinions, ids)
    wanted = {group.typical_id for group in groups} | set(best.values())
    rows = {row.pk: row for row in voices.with_words(voices.voices(opinions)).filter(pk__in=wanted - {None})}
    major_of_clause, _ = voices.sides(of_clause)
    out = []
    for group in groups:
        counts = counted.get(group.pk, {})
        major, minor = voices.sides(counts)
        typical = rows.get(group.typical_id) or next(
            (rows[pk] for (of, _), pk in best.items() if of == group.pk and pk in rows), None
        )
        against = rows.get(best.get((group.pk, minor), 0)) if minor else None
        if typical is not None and against is not None and against.pk == typical.pk:
            # The medoid itself dissents: the best voice of the majority stands first then.
            typical = rows.get(best.get((group.pk, major), 0), typical)
        out.append(
            {
                "group": group,
                "chips": _chips(counts),
                "typical": _quoted(typical) if typical is not None else None,
                "dissent": _quoted(against) if against is not None else None,
                "dissent_count": counts.get(minor, 0) if minor else 0,
                "against_clause": bool(major and major_of_clause and major != major_of_clause),
            }
        )
    return out


def _quoted(opinion: Any) -> dict[str, Any]:
    """Return an opinion as the writer reads it: masked, short, with where it stands and where it is from."""
    decided = opinion.answered_at is not None and hasattr(opinion, "decision")
    desk_url = ""
    if opinion.suggestion_id is not None:
        words = opinion.suggestion.reason
        # What waits for a decision may not be public yet; those who decide read it at the desk.
        url = (
            reverse("wiki:suggestion", args=[opinion.document.slug, opinion.suggestion_id]) if decided else ""
        )
        desk_url = reverse("wiki_desk:suggestion", args=[opinion.suggestion_id])
        name = parts.public_name(opinion.suggestion.author)
        source = f"{opinion.suggestion.get_kind_display()}建议"
    elif opinion.comment_id is not None:
        words = opinion.comment.text
        url = reverse("wiki:comment", args=[opinion.document.slug, opinion.comment_id])
        name, source = parts.public_name(opinion.comment.author), "评论"
    else:
        words, url, source = opinion.text, "", opinion.get_channel_display()
        name = parts.public_text(opinion.name) if opinion.name else ""
    return {
        "opinion": opinion,
        "words": parts.public_text(words[:WORDS] + ("…" if len(words) > WORDS else "")),
        "url": url,
        "desk_url": desk_url,
        "name": name,
        "source": source,
        "standing": opinion.standing,
        "label": voices.STANDINGS[opinion.standing],
        "guessed": bool(opinion.guessed),
        "outcome": opinion.decision.told if decided else "",
    }


def _evidence(request: HttpRequest, rows: list[Evidence]) -> list[dict[str, Any]]:
    """Return evidence with what this person may read of it beyond the public line."""
    read: ReadEvidence | None = ports.port("evidence_words")
    more = read(user=request.user, references=[row.reference for row in rows]) if read and rows else {}
    out = []
    for row in rows:
        words, url = more.get(row.reference, ("", ""))
        out.append({"row": row, "percent": round(100 * row.score), "words": words, "desk_url": url})
    return out
