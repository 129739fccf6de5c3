"""What site search finds: policy texts, markets and public cases, each through its own app's visibility."""

from collections import defaultdict
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from civic.cases.models import Report
from civic.cases.presentation import public_case
from civic.markets.models import Market
from civic.opinion import searching
from civic.opinion.backends.base import Filters, Page
from civic.opinion.models import Source
from civic.opinion.snippets import snippet
from civic.search.groups import Hit, Hits, Query
from civic.search.matching import holds, score
from wiki.models import ClauseVersion, Document

CLAUSES_READ = 200


def find_documents(query: Query) -> Hits:
    """Policy documents whose title or a clause of whose present version holds the words; best first."""
    visible = Document.objects.visible_to(query.user)
    titled = list(visible.filter(holds(query.terms, ["title", "summary"])).order_by("-pk")[:CLAUSES_READ])
    clauses = (
        ClauseVersion.objects.current()
        .filter(document__in=visible.values("pk"))
        .filter(holds(query.terms, ["text"]))
        .select_related("document")
        .order_by("document_id", "order")[:CLAUSES_READ]
    )
    documents = {document.pk: document for document in titled}
    matching: dict[int, list[ClauseVersion]] = defaultdict(list)
    for clause in clauses:
        documents.setdefault(clause.document_id, clause.document)
        matching[clause.document_id].append(clause)
    ranked = sorted(
        documents.values(),
        key=lambda document: (
            -score(query.terms, document.title, [clause.text for clause in matching[document.pk]])
        ),
    )
    hits = []
    for document in ranked[: query.limit]:
        first = next(iter(matching[document.pk]), None)
        url = document.get_absolute_url()
        hits.append(
            Hit(
                title=document.title,
                url=f"{url}#{_anchor(first)}" if first else url,
                pieces=snippet(f"{first.label} {first.text}" if first else document.summary, query.terms),
                meta=[document.get_stage_display(), *([f"{len(matching[document.pk])} 处"] if first else [])],
            )
        )
    return Hits(hits, len(documents))


def _anchor(clause: ClauseVersion) -> str:
    return f"c{clause.clause_id}"  # Clause.anchor without loading the clause


def find_markets(query: Query) -> Hits:
    """Markets whose name, place or goods hold the words."""
    fields = ["name", "address", "street", "district__name", "goods"]
    found = Market.objects.visible_to(query.user).filter(holds(query.terms, fields))
    total = found.count()
    now = timezone.now()
    hits = [
        Hit(
            title=market.name,
            url=market.get_absolute_url(),
            pieces=snippet("　".join(part for part in (market.address, market.goods) if part), query.terms),
            meta=[
                f"{market.district.name}{market.street}",
                {True: "营业中", False: "已打烊", None: "营业时间未登记"}[market.is_open_at(now)],
            ],
        )
        for market in found.select_related("district")[: query.limit]
    ]
    return Hits(hits, total, f"{reverse('markets:list')}?{urlencode({'q': query.text})}" if total else "")


def find_cases(query: Query) -> Hits:
    """Public cases by number, matter and place, and by the words that a clerk has released.

    The index is asked for its public text alone, so that the number of hits tells nothing about words that are
    not public; what is shown is read again from the cases, which may have been withheld a moment ago.
    """
    found = searching.search(query.text, Filters(source=Source.REPORT, public=True), Page(size=query.limit))
    reports = Report.objects.public().with_public_parts()
    faces = {
        report.number: public_case(report)
        for report in reports.filter(number__in=[document.reference for document in found.documents])
    }
    hits = []
    for document in found.documents:
        face = faces.get(document.reference)
        if face is None:
            continue
        place = f"{face['district']}{face['street']}" or "位置待核实"
        matter = face["matter"]["name"] if face["matter"] else "待判断"
        hits.append(
            Hit(
                title=f"{matter} {face['number']}",
                url=reverse("cases:detail", args=[face["number"]]),
                pieces=snippet(face["text"] or place, query.terms),
                meta=[
                    face["step_label"],
                    f"{timezone.localtime(face['received_at']):%Y-%m-%d}",
                    *([place] if face["text"] else []),
                ],
            )
        )
    return Hits(hits, found.total)
