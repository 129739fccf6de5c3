"""What a noise reading means: which night it belongs to, whether it is too loud, and how that is said. Pure."""

import math
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from civic.cases.services.checking import check_line
from civic.core.errors import DomainError, InvalidInput
from civic.places.polygons import area_of

CODE = "08001"  # 施工扰民
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(6)
NIGHT_SECONDS = 8 * 3600
SHORT = 20 * 60  # seconds: what GB 12523 measures at a time
LOUDEST = 200.0
DEVICE_LIMIT = 64
LONGEST_WINDOW = 86_400
AHEAD = timedelta(seconds=60)  # by how much a device's clock may be fast
FIELDS = ("device", "laeq", "window", "time", "lon", "lat")


class Reading(NamedTuple):
    """A checked reading."""

    device: str
    laeq: float
    window: int
    measured_at: datetime
    lon: float
    lat: float

    @property
    def night(self) -> date | None:
        """The day on which the night began that its window belongs to, None by day."""
        return night_of_window(self.measured_at, self.window)


def night_of_window(ends_at: datetime, window: int) -> date | None:
    """Return the day on which the night began that a window of so many seconds belongs to, None for no night's.

    An average belongs to the night only when all of it was taken at night: a day's traffic in it is no builder's noise.
    One of a single measurement (at most SHORT) counts where its moment lies, as devices differ by as much in what
    they call the moment.
    """
    if window <= SHORT:
        return night_of(ends_at)
    night = night_of(ends_at - timedelta(seconds=window))
    # The last moment of the window: one that ends at 06:00 sharp has been night throughout.
    whole = night is not None and night == night_of(ends_at - timedelta(microseconds=1))
    return night if whole and window <= NIGHT_SECONDS else None


def night_of(moment: datetime) -> date | None:
    """Return the day on which the night of a moment began at 22:00, None between 06:00 and 22:00."""
    local = timezone.localtime(moment)
    if local.time() >= NIGHT_BEGINS:
        return local.date()
    return local.date() - timedelta(days=1) if local.time() < NIGHT_ENDS else None


def is_too_loud(laeq: float, night: date | None) -> bool:
    """Whether a reading is an alarm: at night, above the limit (not at it)."""
    return night is not None and laeq > settings.NOISE_NIGHT_LIMIT


def is_timely(measured_at: datetime, received_at: datetime) -> bool:
    """Whether a reading came soon enough to be gone into; older ones are only kept."""
    return received_at - measured_at <= timedelta(days=settings.NOISE_READING_DAYS)


def words_of(device: str, laeq: float, window: int, measured_at: datetime) -> str:
    """Return the reading as the text of a report."""
    at = timezone.localtime(measured_at)
    span = f"{window // 60} 分钟" if window % 60 == 0 else f"{window} 秒"
    return (
        f"噪声监测设备 {device} 在 {at:%Y-%m-%d %H:%M:%S} 测得夜间噪声 {laeq:g} 分贝"
        f"（{span}等效连续 A 声级），超过夜间 {settings.NOISE_NIGHT_LIMIT:g} 分贝的限值，疑似夜间施工噪声扰民，请到现场核查。"
    )


def parse_reading(row: Any, *, at: datetime) -> Reading:
    """Return a row that a device sent as a reading; InvalidInput names each field that is wrong."""
    if not isinstance(row, dict):
        raise InvalidInput("每条读数应为一个对象。", code="bad_reading")
    wrong: dict[str, str] = {name: "必填。" for name in FIELDS if row.get(name) in (None, "")}
    device = _device(row.get("device"), wrong)
    laeq = _number(row, "laeq", wrong)
    if laeq is not None and not 0 <= laeq <= LOUDEST:
        wrong["laeq"] = f"应为 0 到 {LOUDEST:g} 之间的分贝数。"
    window = _number(row, "window", wrong)
    if window is not None and not (1 <= window <= LONGEST_WINDOW and window == int(window)):
        wrong["window"] = f"应为 1 到 {LONGEST_WINDOW} 的整数秒。"
    measured_at = _moment(row.get("time"), wrong)
    if measured_at is not None and measured_at > at + AHEAD:
        wrong["time"] = "时间在将来，请校准设备时钟。"
    lon, lat = _number(row, "lon", wrong), _number(row, "lat", wrong)
    if lon is not None and lat is not None and not {"lon", "lat"} & set(wrong):
        try:
            area_of(lon, lat)
        except DomainError as error:
            wrong["lon"] = error.message
    if wrong:
        message = "；".join(f"{name}：{said}" for name, said in wrong.items())
        raise InvalidInput(message, code="bad_reading", fields=wrong)
    # Nothing was wrong, so nothing is missing.
    return Reading(device, laeq or 0.0, int(window or 0), measured_at or at, lon or 0.0, lat or 0.0)


def _device(value: Any, wrong: dict[str, str]) -> str:
    if "device" in wrong:
        return ""
    if not isinstance(value, str):
        wrong["device"] = "应为文字。"
        return ""
    try:
        device = check_line(value, name="device", limit=DEVICE_LIMIT)
    except InvalidInput as error:
        wrong.update(error.fields)
        return ""
    if not device or not device.isprintable():
        wrong["device"] = "应为可见文字。"
    return device


def _number(row: dict[str, Any], name: str, wrong: dict[str, str]) -> float | None:
    if name in wrong:
        return None
    value = row[name]
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        number = float(value)
        if not math.isfinite(number):
            raise ValueError
    except (ValueError, OverflowError):
        wrong[name] = "应为数字。"
        return None
    return number


def _moment(value: Any, wrong: dict[str, str]) -> datetime | None:
    if "time" in wrong:
        return None
    try:
        moment = parse_datetime(value.strip()) if isinstance(value, str) else None
    except ValueError:
        moment = None
    # Years at the ends of the calendar cannot be shown in every time zone.
    if moment is None or not 1970 <= moment.year <= 2200:
        wrong["time"] = "应为 ISO 8601 时间，例如 2026-03-01T23:10:00+08:00；不带时区按北京时间。"
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
