"""Noise readings: stored once each; the first loud one of a device in a night opens a case, if it is not too old.

The reading and the promise to file it are stored in one transaction; filing comes after, by the caller and by the
outbox, and whoever comes second finds it done: the report carries device and night as the partner's own number,
which is there once. A process that dies between the two leaves the outbox's row, and a repeat of the reading files
as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases.models import Channel, NoiseReading, PointSource, Report
from civic.cases.noise import CODE, Reading, is_timely, is_too_loud, parse_reading, words_of
from civic.cases.services.intake import KeyReused, submit_report
from civic.core import outbox
from civic.core.errors import InvalidInput

MOST_ROWS = 500
FILED_AT_ONCE = 20  # cases that one call files itself; the outbox files the others
Key = tuple[str, datetime]


@dataclass(frozen=True)
class Outcome:
    """What became of one row: its reading (None when refused), and the number of its night's case if it is loud."""

    index: int
    reading: NoiseReading | None = None
    repeated: bool = False
    loud: bool = False
    number: str = ""
    opened: bool = False
    refusal: InvalidInput | None = None


def take_readings(*, partner: User, rows: Sequence[Any], at: datetime | None = None) -> list[Outcome]:
    """Store the good rows, file what is loud and return the outcome of each row; a bad row refuses only itself.

    Raises InvalidInput for no rows or too many.
    """
    at = at or timezone.now()
    if not 1 <= len(rows) <= MOST_ROWS:
        raise InvalidInput(f"一次 1 到 {MOST_ROWS} 条读数。", code="bad_batch")
    readings: dict[int, Reading] = {}
    refused: dict[int, InvalidInput] = {}
    for index, row in enumerate(rows):
        try:
            readings[index] = parse_reading(row, at=at)
        except InvalidInput as error:
            refused[index] = error
    stored, known = _store(partner, list(readings.values()), at)
    numbers = _numbers_of_nights(partner, stored.values())
    left = FILED_AT_ONCE
    outcomes = []
    for index in range(len(rows)):
        if index in refused:
            outcomes.append(Outcome(index, refusal=refused[index]))
            continue
        key = (readings[index].device, readings[index].measured_at)
        row = stored[key]
        loud, opened = is_too_loud(row.laeq, row.night), False
        if opens_case(row) and ref_of(row) not in numbers and left:
            left -= 1
            numbers[ref_of(row)], opened = file_reading(row, at=at)
        number = numbers.get(ref_of(row), "") if loud else ""
        outcomes.append(Outcome(index, row, key in known, loud, number, opened))
        known.add(key)
    return outcomes


def ref_of(reading: NoiseReading) -> str:
    """Return the partner's own number of a device's night: its report has it, and it is there once."""
    return f"noise:{reading.device}@{reading.night:%y%m%d}" if reading.night else ""


def opens_case(reading: NoiseReading) -> bool:
    """Whether there must be a case for a reading's night: it is too loud, and came while somebody can go and look."""
    return is_too_loud(reading.laeq, reading.night) and is_timely(reading.measured_at, reading.received_at)


def _numbers_of_nights(partner: User, readings: Iterable[NoiseReading]) -> dict[str, str]:
    """Return the numbers of the reports that the readings' nights have already."""
    refs = {ref_of(row) for row in readings if is_too_loud(row.laeq, row.night)}
    known = Report.objects.filter(partner=partner, source_ref__in=refs)
    return dict(known.values_list("source_ref", "number")) if refs else {}


@transaction.atomic
def _store(
    partner: User, readings: Sequence[Reading], at: datetime
) -> tuple[dict[Key, NoiseReading], set[Key]]:
    """Store readings that are new, with the promise to file what is loud; return all by key, and the known keys."""
    own = NoiseReading.objects.filter(
        partner=partner,
        device__in={one.device for one in readings},
        measured_at__in={one.measured_at for one in readings},
    )
    known = {(row.device, row.measured_at) for row in own}
    NoiseReading.objects.bulk_create(
        (
            NoiseReading(
                partner=partner, device=one.device, measured_at=one.measured_at, window=one.window,
                laeq=one.laeq, lon=one.lon, lat=one.lat, night=one.night, received_at=at,
            )
            for one in readings
            if (one.device, one.measured_at) not in known
        ),
        ignore_conflicts=True,  # another call may be storing the same
    )  # fmt: skip
    stored = {(row.device, row.measured_at): row for row in own.all()}
    filed = NoiseReading.objects.filter(
        partner=partner,
        device__in={one.device for one in readings},
        night__in={one.night for one in readings if one.night},
        report__isnull=False,
    )
    promised = set(filed.values_list("device", "night"))
    for row in sorted(stored.values(), key=lambda row: row.measured_at):
        night = (row.device, row.night)
        if opens_case(row) and row.report_id is None and night not in promised:
            promised.add(night)
            outbox.publish(topic="cases.loud_night", payload={"reading": row.pk}, key=f"loud:{row.pk}")
    return stored, known


def file_reading(reading: NoiseReading, at: datetime | None = None) -> tuple[str, bool]:
    """Have a case for a loud reading's device and night; return its number and whether it is new."""
    ref, opened = ref_of(reading), False
    if not ref:
        raise ValueError("a reading by day opens no case")
    report = Report.objects.filter(partner_id=reading.partner_id, source_ref=ref).first()
    if report is None:
        try:
            receipt = submit_report(
                text=words_of(reading.device, reading.laeq, reading.window, reading.measured_at),
                channel=Channel.SENSOR,
                lon=reading.lon,
                lat=reading.lat,
                point_source=PointSource.PARTNER,
                citizen_code=CODE,
                partner=reading.partner,
                source_ref=ref,
                received_at=at,
            )
        except KeyReused:  # another reading of this night was faster
            report = Report.objects.get(partner_id=reading.partner_id, source_ref=ref)
        else:
            report, opened = receipt.report, not receipt.repeated
    if reading.report_id is None:
        _link(reading, report)
    return report.number, opened


def _link(reading: NoiseReading, report: Report) -> None:
    """Name the report in the reading that opened it; of two at once the first stands."""
    try:
        with transaction.atomic():
            unlinked = NoiseReading.objects.filter(pk=reading.pk, report=None)
            if not NoiseReading.objects.filter(report=report).exists():
                unlinked.update(report=report)
    except IntegrityError:
        return


def file_promised(payload: dict[str, Any]) -> None:
    """Outbox handler: file a loud reading if nobody has; a second time finds it done."""
    file_reading(NoiseReading.objects.select_related("partner").get(pk=payload["reading"]))
