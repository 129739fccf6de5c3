"""Intake: from what a person said to a stored, numbered report with its case, first event and outbox row."""

import hashlib
import json
import logging
import math
import unicodedata
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import deadlines
from civic.cases.matters import UNSORTED, is_matter
from civic.cases.models import Case, CaseEvent, IdempotencyKey, PointSource, Report
from civic.cases.numbers import new_number
from civic.cases.services.analysis import (
    Understanding,
    fill_case,
    finish_within_budget,
    ready,
    record_analysis,
    start_understanding,
)
from civic.cases.services.photos import CheckedPhoto, check_photos, discard, store_photos
from civic.cases.services.placing import Placement, place_by_point, place_by_text, set_place
from civic.core import outbox
from civic.core.errors import InvalidInput

logger = logging.getLogger("civic.cases")
NUMBER_TRIES = 8
KEPT_CONTROLS = "\n\t"


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
    """The stored report; `repeated` when an earlier call with the same key had stored it."""

    report: Report
    repeated: bool = False


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
) -> Receipt:
    """Store a report and return its receipt; once this returns, the report is never lost.

    Coordinates are WGS-84. Raises InvalidInput (a field's sentence in Chinese), OutsideCity, TooLarge,
    KeyReused. One transaction stores report, case, event and outbox row. The text is read beside it: what is
    understood by then is stored with it, else applied within ANALYSIS_BUDGET_SECONDS, else by the outbox.
    `received_at` is for imports of what was said earlier.
    """
    if idempotency is not None and (earlier := _earlier(idempotency)) is not None:
        return earlier
    checked_text = check_text(text)
    point = check_point(lon, lat)
    checked_address = check_line(address, name="address", limit=200)
    # What a person wrote as an address is looked up now; places inside the text wait for the analysis.
    placement = (
        place_by_point(point, point_source) if point else place_by_text(checked_address, PointSource.ADDRESS)
    )
    intake = _Intake(
        text=checked_text,
        channel=channel,
        lon=point[0] if point else None,
        lat=point[1] if point else None,
        address=checked_address,
        citizen_code=check_code(citizen_code),
        contact=_check_contact(contact or Contact()),
        reporter=reporter,
        partner=partner,
        sender=sender,
        placement=placement,
        photos=check_photos(photos),
        received_at=received_at or timezone.now(),
    )
    reading = start_understanding(intake.text, placed=placement.lon is not None)
    stored = store_photos(intake.photos)
    try:
        report, understood = _store_with_fresh_number(intake, stored, idempotency, reading)
    except BaseException as error:
        discard(stored)
        if isinstance(error, IntegrityError) and idempotency is not None:
            # Another request with the same key was faster; its report is the answer to both.
            earlier = _earlier(idempotency)
            if earlier is not None:
                return earlier
        raise
    if not understood:
        finish_within_budget(report, reading)
    return Receipt(report)


def _store_with_fresh_number(
    intake: _Intake,
    stored: list[tuple[CheckedPhoto, str]],
    idempotency: Idempotency | None,
    reading: Future[Understanding],
) -> tuple[Report, bool]:
    """Store under a number of its own; return the report and whether it was stored understood."""
    for attempt in range(NUMBER_TRIES):
        number = new_number(intake.received_at)
        if Report.objects.filter(number=number).exists():
            continue
        understanding = ready(reading)
        try:
            return _store(intake, stored, idempotency, number, understanding), understanding is not None
        except IntegrityError:
            # Either the number was taken between check and insert, or the key was: the caller tells which.
            taken = Report.objects.filter(number=number).exists()
            if not taken or attempt == NUMBER_TRIES - 1:
                raise
        except Exception as error:
            if understanding is None:
                raise
            # Whatever is wrong with what was understood, it may not cost the report.
            logger.warning("analysis not storable", extra={"number": number}, exc_info=error)
            return _store(intake, stored, idempotency, number, None), False
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
        Photo.objects.bulk_create(
            Photo(
                report=report,
                original=name,
                media_type=photo.media_type,
                width=photo.width,
                height=photo.height,
                sha256=photo.sha256,
            )
            for photo, name in stored
        )
    CaseEvent(
        case=case,
        report=report,
        kind=CaseEvent.Kind.RECEIVED,
        to_step=case.step,
        actor=intake.reporter or intake.partner,
        data={"channel": intake.channel},
        created_at=now,
    ).save(force_insert=True)
    if understanding is not None:
        record_analysis(report, case, understanding.analysis, at=now)
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


def forget_idempotency_keys() -> int:
    """Delete web and API keys older than two days; those of conversations stay, a chat may be resumed late."""
    old = timezone.now() - timedelta(days=2)
    return IdempotencyKey.objects.filter(created_at__lt=old).exclude(scope="bot").delete()[0]


def fingerprint_of(fields: dict[str, Any], photos: Sequence[UploadedFile] = ()) -> str:
    """Return a digest of a request's content, for comparing repeats of an Idempotency-Key."""
    digest = hashlib.sha256(
        json.dumps(fields, sort_keys=True, ensure_ascii=False, default=str).encode("utf-8", "replace")
    )
    for photo in photos:
        photo.seek(0)
        for chunk in photo.chunks():
            digest.update(chunk)
        photo.seek(0)
    return digest.hexdigest()


def check_text(text: str) -> str:
    """Return the text in NFC without control characters; InvalidInput when nothing or too much is left."""
    if not isinstance(text, str):
        raise InvalidInput("请用文字写下您要反映的问题。", fields={"text": "请用文字写下您要反映的问题。"})
    cleaned = clean(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    # Letters, digits, punctuation or a symbol: what is only spaces and zero-width marks says nothing.
    if not any(unicodedata.category(char)[0] in "LNPS" for char in cleaned):
        message = "请写一句话说明哪里有什么问题。"
        raise InvalidInput(message, code="empty_text", fields={"text": message})
    if len(cleaned) > settings.REPORT_TEXT_LIMIT:
        message = (
            f"内容太长了：最多 {settings.REPORT_TEXT_LIMIT} 字，现在有 {len(cleaned)} 字。请删减后再提交。"
        )
        raise InvalidInput(message, code="text_too_long", fields={"text": message})
    return cleaned


def clean(text: str) -> str:
    """Return the text in NFC without what no database column should hold: control codes and lone surrogates."""
    kept = (char for char in text if char in KEPT_CONTROLS or unicodedata.category(char) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", "".join(kept))


def check_line(text: str, *, name: str, limit: int) -> str:
    """Return one cleaned line; InvalidInput when it is longer than `limit` characters."""
    cleaned = " ".join(clean(text).split())
    if len(cleaned) > limit:
        message = f"太长了，最多 {limit} 字。"
        raise InvalidInput(message, fields={name: message})
    return cleaned


def check_point(lon: float | None, lat: float | None) -> tuple[float, float] | None:
    """Return the point or None; InvalidInput for half a point or something that is no number."""
    if lon is None and lat is None:
        return None
    message = "位置不完整：经度和纬度要一起给出，并且是数字。"
    if lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
        raise InvalidInput(message, code="bad_point", fields={"lon": message})
    return lon, lat


def check_code(code: str) -> str:
    """Return a code the citizen chose, "" for none or 00000; InvalidInput for an unknown one."""
    code = code.strip()
    if code in {"", UNSORTED}:
        return ""
    if not is_matter(code):
        message = f"没有这个事项代码：{code[:20]}"
        raise InvalidInput(message, code="unknown_matter", fields={"matter": message})
    return code


def _check_contact(contact: Contact) -> Contact:
    return Contact(
        name=check_line(contact.name, name="contact_name", limit=40),
        phone=check_line(contact.phone, name="contact_phone", limit=30),
        email=check_line(contact.email, name="contact_email", limit=120),
    )
