"""The wiki's port for evidence: the public cases of the last year that concern a clause, and what staff may read of them.

What is kept in the wiki is what the public may know of a case: its number, matter, street, time, and its words once a
clerk has released them. Withheld cases are never looked at. Who works with a case reads its words here as on its desk.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from civic.cases.matters import matter_name
from civic.cases.models import Case, Report
from civic.cases.presentation import public_case
from civic.consultation.clause_matching import Words, codes_of
from civic.opinion.backends.base import Filters, Page, SearchUnavailable
from civic.opinion.models import Source
from civic.opinion.searching import search
from nlp.keywords import keywords
from nlp.normalization import normalize
from wiki.findings import Concern, Found, Topic
from wiki.models import Document

LOOK_BACK = timedelta(days=365)
OF_A_CODE = 300
OF_A_WORD = 50
WORDS = 4
LEAST = 0.4
"""The score below which a case is no evidence: on the demo's 160 cases most of what is left concerns its clause."""
BEST = 30


def find_evidence(*, document: int, topics: Sequence[Topic]) -> Mapping[int, Found]:
    """Return for each clause the public cases of the last year that concern it, the best first. For workers."""
    since = timezone.now() - LOOK_BACK
    scope = codes_of(Document.objects.get(pk=document).title)
    codes = {topic.clause: codes_of(topic.text) for topic in topics}
    wanted = {code for found in (scope, *codes.values()) for code in found}
    reports = _candidates(wanted, topics, since)
    words = Words([report.text for report in reports], topics, scope)
    of_reports = [report.case.matter_code for report in reports]
    return {
        topic.clause: _found(reports, words.fits(topic, codes[topic.clause], of_reports)) for topic in topics
    }


def _candidates(codes: Iterable[str], topics: Sequence[Topic], since: Any) -> list[Report]:
    """Return the first reports of public cases that have one of the matters, or one of a clause's key words."""
    numbers: set[str] = set()
    public = Report.objects.public().filter(received_at__gte=since)
    for code in sorted(codes):
        newest = public.filter(case__matter_code=code).newest_first()
        numbers.update(newest.values_list("number", flat=True)[:OF_A_CODE])
    for word in sorted({word for topic in topics for word in _key_words(topic)}):
        try:
            hits = search(word, Filters(source=Source.REPORT, since=since), Page(size=OF_A_WORD))
        except SearchUnavailable:  # the matters are enough until the index is back
            break
        numbers.update(hit.reference for hit in hits.documents)
    rows = public.filter(number__in=sorted(numbers)).with_public_parts().order_by("received_at", "pk")
    first: dict[int, Report] = {}
    for report in rows:
        first.setdefault(report.case_id, report)
    return list(first.values())


def _key_words(topic: Topic) -> list[str]:
    found = keywords(normalize(topic.text), 2 * WORDS)
    return [word for word in found if not word.startswith("第")][:WORDS]


def _found(reports: Sequence[Report], fits: Sequence[Any]) -> Found:
    fitting = sorted(
        ((fit, report) for fit, report in zip(fits, reports, strict=True) if fit.score >= LEAST),
        key=lambda pair: (-pair[0].score, -pair[1].pk),
    )
    months = Counter(f"{timezone.localtime(report.received_at):%Y-%m}" for _, report in fitting)
    best = [
        Concern(
            reference=report.number,
            title=_public_line(report),
            url=reverse("cases:detail", args=[report.number]),
            score=fit.score,
            why=fit.why,
            happened_at=report.received_at,
        )
        for fit, report in fitting[:BEST]
    ]
    return Found(best=best, total=len(fitting), months=sorted(months.items()))


def _public_line(report: Report) -> str:
    face = public_case(report)
    about = matter_name(report.case.matter_code) or "待定事项"
    where = f"（{face['district']}{face['street']}）" if face["district"] else ""
    return f"{about}{where}" + (f"：{face['text']}" if face["text"] else "")


def read_evidence(*, user: Any, references: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Return the words and the desk's address of those reports whose case this person works with."""
    mine = Case.objects.on_desk_of(user).values("pk")
    rows = Report.objects.filter(number__in=list(references), case__in=mine)
    desk: dict[str, tuple[str, str]] = defaultdict(lambda: ("", ""))
    for number, text, case_id in rows.values_list("number", "text", "case_id"):
        desk[number] = (text, reverse("cases_desk:detail", args=[case_id]))
    return dict(desk)
