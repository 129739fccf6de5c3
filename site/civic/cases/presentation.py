"""What the public may see of a report, as data: the page, both APIs, map and feeds show no more than this."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from django.conf import settings
from django.urls import reverse

from civic.cases.matters import matter_name
from civic.cases.models import Case, Report, Step
from civic.cases.policies import may_be_released

UNCONFIRMED = "初步判断，待人工确认"


class PublicMatter(TypedDict):
    """What a report is about; `note` says to people what `certain` says to programs, "" where it is more than a guess."""

    code: str
    name: str
    certain: bool
    confirmed: bool
    note: str


class StepState(TypedDict):
    """One of the seven steps on a progress bar."""

    step: str
    label: str
    state: str  # "done", "current" or "waiting"
    at: datetime | None


class PublicCase(TypedDict):
    """A report's public face."""

    number: str
    step: str
    step_label: str
    outcome: str
    outcome_label: str
    matter: PublicMatter | None
    analysis: str
    district: str
    street: str
    lon: float | None
    lat: float | None
    received_at: datetime
    updated_at: datetime
    text: str | None
    photos: list[str]
    result_photos: list[str]
    steps: list[StepState]
    status_url: str


def status_url(number: str) -> str:
    """Return the absolute address of a report's progress page."""
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse("cases:detail", args=[number])


def public_matter(case: Case) -> PublicMatter | None:
    """Return a case's matter, and whether it is more than nlp's guess; None while it has none."""
    if not case.matter_code:
        return None
    return PublicMatter(
        code=case.matter_code,
        name=matter_name(case.matter_code),
        certain=case.code_known,
        confirmed=case.code_confirmed,
        note="" if case.code_known else UNCONFIRMED,
    )


def matter_words(case: Case) -> str:
    """Return a case's matter for a sentence, a guess marked as one."""
    name = matter_name(case.matter_code)
    return name if not case.matter_code or case.code_known else f"{name}（{UNCONFIRMED}）"


def analysis_state(report: Report) -> str:
    """Return "done" for a report that has been read, else "pending"."""
    return "done" if hasattr(report, "analysis") else "pending"


def steps_of(case: Case, reached: dict[str, datetime]) -> list[StepState]:
    """Return the seven steps with the time each was reached; a declined case skips to its end."""
    order = [choice.value for choice in Step]
    position = order.index(case.step)
    return [
        StepState(
            step=step,
            label=str(Step(step).label),
            state="current"
            if index == position and step != Step.CLOSED
            else "done"
            if index <= position
            else "waiting",
            # What was reached before the case went back is to be reached again.
            at=reached.get(step) if index <= position else None,
        )
        for index, step in enumerate(order)
        if not (case.outcome == Case.Outcome.DECLINED and step not in {Step.INTAKE, Step.CLOSED})
    ]


def public_case(
    report: Report, reached: dict[str, datetime] | None = None, results: Sequence[str] = ()
) -> PublicCase:
    """Return the public face of a report loaded with `with_public_parts()`.

    `reached` is `steps_reached()` and `results` is `public_results()` of its case, for a page of one report.
    """
    case = report.case
    release = getattr(report, "release", None)
    if release is not None and not may_be_released(report):
        release = None
    shows_photos = release is not None and release.with_photos
    return PublicCase(
        number=report.number,
        step=case.step,
        step_label=str(Step(case.step).label),
        outcome=case.outcome,
        outcome_label=str(Case.Outcome(case.outcome).label),
        matter=public_matter(case),
        analysis=analysis_state(report),
        district=case.district.name if case.district else "",
        street=case.street,
        lon=case.public_lon,
        lat=case.public_lat,
        received_at=report.received_at,
        updated_at=case.updated_at,
        text=release.text if release else None,
        photos=[
            reverse("cases:photo", args=[photo.pk])
            for photo in report.photos.all()
            if photo.public_copy and photo.event_id is None
        ]
        if shows_photos
        else [],
        result_photos=list(results),
        steps=steps_of(case, reached or {Step.INTAKE: report.received_at}),
        status_url=status_url(report.number),
    )


def steps_reached(case: Case) -> dict[str, datetime]:
    """Return when the case last reached each step."""
    return dict(
        case.events.exclude(to_step="").order_by("created_at", "id").values_list("to_step", "created_at")
    )
