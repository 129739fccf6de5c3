"""What the platform's own sources tell the index: reports and wiki suggestions."""

from django.urls import reverse

from civic.cases.models import Report
from civic.cases.presentation import public_case
from civic.opinion.models import Source
from civic.opinion.services import Draft
from civic.places.cells import cell_of
from civic.places.snapping import snap
from wiki.models import ClauseVersion, Suggestion


def draft_of_report(report: Report) -> Draft:
    """Return a report loaded with `with_public_parts()` as a draft.

    The public finds a report by its number, matter and place; by its words only after a clerk has released them.
    """
    case, face = report.case, public_case(report)
    matter = face["matter"]["name"] if face["matter"] else ""
    public = [face["number"], matter, face["district"], face["street"], face["text"] or ""]
    is_public = not case.withheld
    analysis, release = getattr(report, "analysis", None), getattr(report, "release", None)
    states = [
        report.received_at,
        case.updated_at,
        analysis.analysed_at if analysis else None,
        release.released_at if release else None,
    ]
    return Draft(
        source=Source.REPORT,
        source_id=report.number,
        reference=report.number,
        title=matter,
        text=report.text,
        public_text="\n".join(part for part in public if part) if is_public else "",
        district_id=case.district_id,
        street=case.street,
        code=case.matter_code if case.matter_code.isdigit() else "",
        cell=_block(case.lon, case.lat),
        occurred_at=report.received_at,
        public_url=reverse("cases:detail", args=[report.number]) if is_public else "",
        is_public=is_public,
        as_of=max(state for state in states if state is not None),
    )


def _block(lon: float | None, lat: float | None) -> int | None:
    """Return the cell of the 100 m square around a point: monitoring watches places, not homes."""
    return None if lon is None or lat is None else cell_of(*snap(lon, lat))


def draft_of_suggestion(suggestion: Suggestion) -> Draft:
    """Return a suggestion as a draft: its reason and wording; the clause is what it is about."""
    document = suggestion.document
    clause = ClauseVersion.objects.current().filter(clause=suggestion.clause_id).first()
    about = f"{document.title} {clause.label if clause else ''}".strip()
    return Draft(
        source=Source.SUGGESTION,
        source_id=str(suggestion.pk),
        title=f"对《{about}》的修改建议",
        text="\n".join(part for part in (suggestion.reason, suggestion.text) if part),
        occurred_at=suggestion.submitted_at,
        public_url=document.get_absolute_url(),
        as_of=suggestion.submitted_at,
    )
