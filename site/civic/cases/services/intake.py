"""Intake: from what a person said to a stored, numbered report with its case, first event and outbox row."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import deadlines
from civic.cases.attributes import check_attributes
from civic.cases.models import Case, CaseEvent, IdempotencyKey, PointSource, Report
from civic.cases.numbers import new_number
from civic.cases.services.analysis import (
    Understanding,
    fill_case,
    record_analysis,
    understand_within_budget,
)
from civic.cases.services.checking import check_address, check_code, check_line, check_point, check_text
from civic.cases.services.photo_place import (
    PHOTO,
    PlaceQuestion,
    place_by_photos,
    point_of_choice,
    positions_of,
    question_about,
)
from civic.cases.services.photos import CheckedPhoto, check_photos, discard, row_of, store_photos
from civic.cases.services.placing import NOWHERE, Placement, place_by_point, place_by_text, set_place
from civic.core import outbox
from civic.core.errors import InvalidInput

logger = logging.getLogger("civic.cases")
NUMBER_TRIES = 8
REF_LIMIT = 80


class KeyReused(InvalidInput):
    """An Idempotency-Key came again with another content."""

    status = 422
    default_code = "idempotency_key_reused"


@dataclass(frozen=True)
class Contact:
    """How to reach the person; never public, never indexed."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Idempotency:
    """Two calls with the same scope and key are one. `fingerprint` "" means that the content is not compared."""

    scope: str
    key: str
    fingerprint: str = ""


@dataclass(frozen=True)
class Receipt:
    """The stored report; `repeated` when an earlier call with the same key had stored it.

    `question` is what to ask the person when the photos were taken far from the pin.
    """

    report: Report
    repeated: bool = False
    question: PlaceQuestion | None = None


@dataclass(frozen=True)
class _Intake:
    """Checked input, ready to be stored."""

    text: str
    channel: str
    lon: float | None
    lat: float | None
    address: str
    citizen_code: str
    contact: Contact
    reporter: User | None
    partner: User | None
    sender: str
    placement: Placement
    received_at: datetime
    photos: Sequence[CheckedPhoto] = field(default_factory=tuple)
    source_ref: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    place_choice: str = ""


def submit_report(
    *,
    text: str,
    channel: str,
    lon: float | None = None,
    lat: float | None = None,
    point_source: str = PointSource.PIN,
    address: str = "",
    citizen_code: str = "",
    photos: Sequence[UploadedFile] = (),
    contact: Contact | None = None,
    reporter: User | None = None,
    partner: User | None = None,
    sender: str = "",
    idempotency: Idempotency | None = None,
    received_at: datetime | None = None,
    source_ref: str = "",
    attributes: Mapping[str, Any] | None = None,
    place_choice: str = "",
) -> Receipt:
    """Store a report and return its receipt; once this returns, the report is never lost.

    Coordinates are WGS-84. Raises InvalidInput (a field's sentence in Chinese), OutsideCity, TooLarge,
    KeyReused. The text is read first, within ANALYSIS_BUDGET_SECONDS; one transaction stores report, case, events,
    what was understood and the outbox row, which finishes what was late.
    `received_at` is for imports of what was said earlier, `source_ref` the report's number in the partner's
    system (once per partner), `attributes` what was answered to the questions of its code (`attributes.py`).
    `place_choice` says whether the pin or the photo shows the place; without pin and address the photo does.
    """
    if idempotency is not None and (earlier := _earlier(idempotency)) is not None:
        return earlier
    checked_text = check_text(text)
    ref = check_line(source_ref, name="source_ref", limit=REF_LIMIT)
    if (known := _known_by_ref(partner, ref, checked_text)) is not None:
        return known
    pin = check_point(lon, lat)
    checked_address = check_line(address, name="address", limit=200)
    checked_photos = check_photos(photos)
    positions = positions_of(checked_photos)
    point = point_of_choice(place_choice, positions, pin)
    if place_choice == PHOTO:
        point_source = PointSource.GPS
    # What a person wrote as an address is looked up now; places inside the text wait for the analysis.
    placement = (
        place_by_point(point, point_source) if point else place_by_text(checked_address, PointSource.ADDRESS)
    )
    if placement is NOWHERE:
        placement = place_by_photos(positions)
    intake = _Intake(
        text=checked_text,
        channel=channel,
        lon=point[0] if point else None,
        lat=point[1] if point else None,
        address=checked_address,
        citizen_code=check_code(citizen_code),
        contact=check_contact(contact or Contact()),
        reporter=reporter,
        partner=partner,
        sender=sender,
        placement=placement,
        photos=checked_photos,
        received_at=received_at or timezone.now(),
        source_ref=ref,
        attributes=check_attributes(citizen_code, attributes or {}),
        place_choice=place_choice,
    )
    understanding = understand_within_budget(intake.text, placed=placement.lon is not None)
    stored = store_photos(intake.photos)
    try:
        report = _store_with_fresh_number(intake, stored, idempotency, understanding)
    except BaseException as error:
        discard(stored)
        if isinstance(error, IntegrityError) and idempotency is not None:
            # Another request with the same key was faster; its report is the answer to both.
            earlier = _earlier(idempotency)
            if earlier is not None:
                return earlier
        if (
            isinstance(error, IntegrityError)
            and (known := _known_by_ref(partner, ref, checked_text)) is not None
        ):
            return known
        raise
    if understanding is None:
        logger.info("analysis pending", extra={"number": report.number})
    return Receipt(report, question=None if place_choice else question_about(positions, pin))


def _store_with_fresh_number(
    intake: _Intake,
    stored: list[tuple[CheckedPhoto, str]],
    idempotency: Idempotency | None,
    understanding: Understanding | None,
) -> Report:
    """Store under a number of its own, which the database's constraint sees to."""
    for attempt in range(NUMBER_TRIES):
        number = new_number(intake.received_at)
        try:
            return _store(intake, stored, idempotency, number, understanding)
        except IntegrityError:
            # Either the number was taken, or the key was: the caller tells which.
            taken = Report.objects.filter(number=number).exists()
            if not taken or attempt == NUMBER_TRIES - 1:
                raise
        except Exception as error:
            if understanding is None:
                raise
            # Whatever is wrong with what was understood, it may not cost the report.
            logger.warning("analysis not storable", extra={"number": number}, exc_info=error)
            understanding = None
    raise RuntimeError("no free report number found")


@transaction.atomic
def _store(
    intake: _Intake,
    stored: list[tuple[CheckedPhoto, str]],
    idempotency: Idempotency | None,
    number: str,
    understanding: Understanding | None,
) -> Report:
    from civic.cases.models import Photo

    now = intake.received_at
    case = Case(received_at=now, updated_at=now)
    deadlines.enter_step(case, now)
    if intake.citizen_code:
        case.matter_code, case.code_source = intake.citizen_code, Case.CodeSource.CITIZEN
    set_place(case, intake.placement)
    if understanding is not None:
        fill_case(case, understanding)
    case.save(force_insert=True)
    report = Report(
        number=number,
        case=case,
        channel=intake.channel,
        text=intake.text,
        lon=intake.lon,
        lat=intake.lat,
        address=intake.address,
        citizen_code=intake.citizen_code,
        reporter=intake.reporter,
        partner=intake.partner,
        sender=intake.sender,
        source_ref=intake.source_ref,
        attributes=intake.attributes,
        contact_name=intake.contact.name,
        contact_phone=intake.contact.phone,
        contact_email=intake.contact.email,
        received_at=now,
    )
    report.save(force_insert=True)
    if idempotency is not None:
        IdempotencyKey(
            scope=idempotency.scope, key=idempotency.key, fingerprint=idempotency.fingerprint, report=report
        ).save(force_insert=True)
    if stored:
        Photo.objects.bulk_create(row_of(photo, name, report=report) for photo, name in stored)
    received = CaseEvent(
        case=case,
        report=report,
        kind=CaseEvent.Kind.RECEIVED,
        to_step=case.step,
        actor=intake.reporter or intake.partner,
        data={"channel": intake.channel, **({"choice": intake.place_choice} if intake.place_choice else {})},
        created_at=now,
    )
    events = [received]
    if understanding is not None:
        events.append(record_analysis(report, understanding.analysis, at=now))
    CaseEvent.objects.bulk_create(events)
    outbox.publish(
        topic="cases.report_submitted", payload={"report": report.pk}, key=f"submitted:{report.pk}"
    )
    return report


def _earlier(idempotency: Idempotency) -> Receipt | None:
    known = (
        IdempotencyKey.objects.select_related("report__case__district", "report__analysis")
        .filter(scope=idempotency.scope, key=idempotency.key)
        .first()
    )
    if known is None:
        return None
    if known.fingerprint and idempotency.fingerprint and known.fingerprint != idempotency.fingerprint:
        raise KeyReused("这个 Idempotency-Key 已经用于另一份内容，请换一个新的。")
    return Receipt(known.report, repeated=True)


def _known_by_ref(partner: User | None, ref: str, text: str) -> Receipt | None:
    """Return the receipt of what the partner sent under this number before; KeyReused for other words."""
    if partner is None or not ref:
        return None
    own = Report.objects.filter(partner=partner, source_ref=ref)
    if not own.exists():  # the usual answer, and cheaper than building the whole reading
        return None
    report = own.select_related("case__district", "analysis").get()
    if report.text != text:
        message = f"编号 {ref} 已经用于另一件诉求（{report.number}）。"
        raise KeyReused(message, code="source_ref_reused", fields={"source_ref": message})
    return Receipt(report, repeated=True)


def forget_idempotency_keys() -> int:
    """Delete web and API keys older than two days; those of what may come late stay: chats, letters, updates, the demo."""
    old = timezone.now() - timedelta(days=2)
    kept = (
        Q(scope__in=("bot", "mail", "demo")) | Q(scope__startswith="update:") | Q(scope__startswith="added:")
    )
    return IdempotencyKey.objects.filter(created_at__lt=old).exclude(kept).delete()[0]


def check_contact(contact: Contact) -> Contact:
    """Return the contact with each part cleaned; InvalidInput for one that is too long or no address."""
    return Contact(
        name=check_line(contact.name, name="contact_name", limit=40),
        phone=check_line(contact.phone, name="contact_phone", limit=30),
        email=check_address(contact.email, name="contact_email", limit=120),
    )
