"""Noise readings of partners' devices: what opens a case, what does not, and what is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from civic.cases.models import Case, NoiseReading, Report
from civic.cases.noise import is_too_loud, night_of, night_of_window
from civic.cases.services import sensors
from civic.core import outbox
from civic.core.models import OutboxEvent
from civic.partners.models import Scope
from civic.partners.services.keys import issue_key, register_partner
from tests.factories import INSIDE, OUTSIDE

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/partner/sensors/noise/"
NIGHT = "2026-02-27T23:10:00+08:00"


@pytest.fixture
def key(db: None) -> str:
    return issue_key(partner=register_partner(code="noise", name="噪声监测", scopes=[Scope.SENSOR]))


def reading(**changed: Any) -> dict[str, Any]:
    row = {"device": "ZJ-07", "laeq": 73.4, "window": 600, "time": NIGHT, "lon": INSIDE[0], "lat": INSIDE[1]}
    return {name: value for name, value in {**row, **changed}.items() if value is not ...}


def post(key: str, body: Any, client: Client | None = None):
    content = body if isinstance(body, str) else json.dumps(body)
    return (client or Client()).post(
        ADDRESS, content, content_type="application/json", headers={"Authorization": f"Api-Key {key}"}
    )


def result(key: str, **changed: Any) -> dict[str, Any]:
    answer = post(key, reading(**changed))
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()["results"][0]


def test_a_loud_night_opens_one_case_that_says_in_plain_chinese_what_was_measured(key):
    answer = post(key, reading())
    assert answer.status_code == 201
    one = answer.json()["results"][0]
    assert (one["status"], one["loud"], one["opened"]) == ("stored", True, True)
    report = Report.objects.get(number=one["number"])
    case = report.case
    assert (report.channel, case.matter_code, case.code_known) == ("sensor", "08001", True)
    assert (case.district.name, case.lon) == ("朝阳区", INSIDE[0])
    for said in ("ZJ-07", "2026-02-27 23:10", "73.4 分贝", "10 分钟", "70 分贝"):
        assert said in report.text


@pytest.mark.parametrize(
    ("changed", "loud"),
    [({"laeq": 69}, False), ({"laeq": 70}, False), ({"laeq": 70.1}, True), ({"laeq": 200}, True),
     ({"time": "2026-02-27T12:00:00+08:00", "laeq": 99}, False),
     ({"time": "2026-02-27T21:59:59+08:00"}, False), ({"time": "2026-02-27T22:00:00+08:00"}, True),
     ({"time": "2026-02-28T05:59:59+08:00"}, True), ({"time": "2026-02-28T06:00:00+08:00"}, False),
     ({"time": "2026-02-27T15:10:00Z"}, True), ({"time": "2026-02-27T23:10:00"}, True)],
)  # fmt: skip
def test_only_above_seventy_and_only_at_night(key, changed, loud):
    one = result(key, **changed)
    assert (one["loud"], one["opened"], one["number"] is not None) == (loud, loud, loud)
    assert Case.objects.count() == int(loud)
    assert NoiseReading.objects.count() == 1


@pytest.mark.parametrize(
    ("ends", "window", "loud"),
    [("27T22:30", 3600, False), ("27T23:00", 3600, True), ("27T22:59", 3600, False), ("28T06:00", 3600, True),
     ("28T06:01", 3600, False), ("28T06:30", 3600, False), ("28T06:00", 28_800, True), ("28T06:00", 28_801, False),
     ("27T23:10", 86_400, False), ("28T02:00", 14_400, True), ("28T02:00", 14_401, False), ("28T22:30", 64_800, False),
     ("27T22:10", 1200, True), ("27T22:10", 1201, False)],
)  # fmt: skip
def test_an_average_is_the_nights_only_when_all_of_it_was_taken_at_night(key, ends, window, loud):
    one = result(key, time=f"2026-02-{ends}:00+08:00", window=window)
    assert (one["loud"], one["opened"]) == (loud, loud)
    assert Case.objects.count() == int(loud)


@given(st.integers(0, 366 * 86_400), st.integers(1201, 86_400))
def test_every_minute_of_a_nights_window_is_at_night(seconds, window):
    ends = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    minutes = [ends - timedelta(seconds=one) for one in range(1, window + 1, 30)] + [
        ends - timedelta(seconds=window)
    ]
    nights = {night_of(minute) for minute in minutes}
    night = night_of_window(ends, window)
    assert nights == {night} if night else len(nights) > 1 or nights == {None}


@pytest.mark.usefixtures("still_clock")
def test_an_old_reading_is_kept_and_opens_a_case_only_within_the_days_of_the_setting(key, settings):
    assert settings.NOISE_READING_DAYS >= 30
    settings.NOISE_READING_DAYS = 30
    late, old = "2026-01-30T23:10:00+08:00", "2026-01-29T23:10:00+08:00"
    one = result(key, time=old)
    assert (one["status"], one["loud"], one["opened"], one["number"]) == ("stored", True, False, None)
    assert result(key, time=old)["status"] == "repeated"
    outbox.drain()
    assert (NoiseReading.objects.count(), Case.objects.count()) == (1, 0)
    assert result(key, time=late)["opened"]


@given(st.integers(0, 10 * 366 * 86_400), st.floats(0, 200))
def test_the_night_is_that_of_the_city(seconds, laeq):
    """By hand: hours of Beijing are those of UTC plus eight, and it has had no summer time since."""
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    local = moment + timedelta(hours=8)
    night = night_of(moment)
    at_night = local.hour >= 22 or local.hour < 6
    assert (night is not None) == at_night
    if night:
        assert night == (local if local.hour >= 22 else local - timedelta(days=1)).date()
    assert is_too_loud(laeq, night) == (at_night and laeq > 70)


def test_a_repeat_is_the_same_reading_and_the_same_case(key):
    first, again = result(key), result(key)
    assert post(key, reading()).status_code == 200
    assert (again["status"], again["opened"], again["number"]) == ("repeated", False, first["number"])
    outbox.drain()
    assert (Case.objects.count(), NoiseReading.objects.count()) == (1, 1)


def test_a_night_of_a_device_is_one_case_also_over_midnight(key):
    first = result(key)
    later = result(key, time="2026-02-28T02:00:00+08:00", laeq=88)
    assert (later["status"], later["number"], later["opened"]) == ("stored", first["number"], False)
    assert result(key, time="2026-02-28T22:30:00+08:00")["opened"]  # the next night
    assert result(key, device="ZJ-08")["opened"]  # another device
    other = issue_key(partner=register_partner(code="other", name="另一家"))
    assert result(other)["opened"]  # another partner's device of the same name
    outbox.drain()
    assert Case.objects.count() == 4
    assert NoiseReading.objects.filter(report__isnull=False).count() == 4


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"laeq": -0.1}, "laeq"), ({"laeq": 200.1}, "laeq"), ({"laeq": "NaN"}, "laeq"), ({"laeq": "inf"}, "laeq"),
     ({"laeq": True}, "laeq"), ({"laeq": "很吵"}, "laeq"), ({"laeq": [70]}, "laeq"), ({"laeq": ...}, "laeq"),
     ({"laeq": 10**400}, "laeq"), ({"window": 0}, "window"), ({"window": -5}, "window"), ({"window": 1.5}, "window"),
     ({"window": 10**9}, "window"), ({"time": "昨晚"}, "time"), ({"time": 1700000000}, "time"), ({"time": ""}, "time"),
     ({"time": "2199-01-01T00:00:00Z"}, "time"), ({"time": "0001-01-01T00:00:00Z"}, "time"),
     ({"time": "2026-02-30T00:00:00Z"}, "time"), ({"lon": OUTSIDE[0], "lat": OUTSIDE[1]}, "lon"), ({"lat": None}, "lat"),
     ({"lon": "x"}, "lon"), ({"device": ""}, "device"), ({"device": "x" * 65}, "device"), ({"device": 7}, "device"),
     ({"device": "\u200b\u0000"}, "device")],
)  # fmt: skip
def test_a_bad_value_is_refused_by_name_and_nothing_is_stored(key, changed, field):
    answer = post(key, reading(**changed))
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert field in error["fields"]
    assert any("\u4e00" <= char <= "\u9fff" for char in error["message"])
    assert not NoiseReading.objects.exists()
    assert not Report.objects.exists()


def test_a_clock_a_little_fast_is_forgiven_and_one_that_is_ahead_is_not(key, still_clock):
    ahead = datetime.fromisoformat("2026-03-01T08:00:10+08:00")
    assert result(key, time=(ahead + timedelta(seconds=30)).isoformat())["status"] == "stored"
    assert post(key, reading(time=(ahead + timedelta(minutes=2)).isoformat())).status_code == 400


def test_a_batch_keeps_its_good_rows_and_names_its_bad_ones(key):
    rows = [reading(), reading(laeq=-1), "x", reading(time="2026-02-27T23:20:00+08:00"), reading()]
    answer = post(key, rows)
    assert answer.status_code == 200
    data = answer.json()
    assert (data["stored"], data["repeated"], data["refused"]) == (2, 1, 2)
    assert [one["status"] for one in data["results"]] == [
        "stored",
        "refused",
        "refused",
        "stored",
        "repeated",
    ]
    assert [one["opened"] for one in data["results"]] == [True, False, False, False, False]
    assert list(data["results"][1]["fields"]) == ["laeq"]
    assert (NoiseReading.objects.count(), Case.objects.count()) == (2, 1)


def test_a_batch_of_bad_rows_only_is_refused_with_each_rows_index(key):
    answer = post(key, [reading(laeq=-1), reading(window=0)])
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == {"0.laeq", "1.window"}


@pytest.mark.parametrize("body", ["[]", "", "{", "[NaN]", "3", "null", '"x"', json.dumps([reading()] * 501)])
def test_what_is_no_batch_is_refused(key, body):
    answer = post(key, body)
    assert answer.status_code == 400
    assert not NoiseReading.objects.exists()


def test_five_hundred_readings_are_taken_at_once_and_their_cases_follow(key):
    rows = [reading(device=f"D{n}") for n in range(25)] + [
        reading(device="D0", laeq=50, time=f"2026-02-26T12:{n // 60:02d}:{n % 60:02d}+08:00")
        for n in range(475)
    ]
    answer = post(key, rows)
    assert answer.json()["stored"] == 500
    assert sum(one["opened"] for one in answer.json()["results"]) == sensors.FILED_AT_ONCE
    outbox.drain()
    assert Case.objects.count() == 25
    assert post(key, rows[:25]).json()["results"][24]["number"] is not None


@pytest.mark.parametrize("path", ["file_reading", "_link"])
def test_a_process_that_dies_between_storing_and_filing_loses_nothing(key, monkeypatch, path):
    """It dies before the report, or before the reading names it; the outbox repairs it without the device."""

    def die(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(sensors, path, die)
        with pytest.raises(SystemExit):
            post(key, reading())
    assert NoiseReading.objects.get().report is None
    assert Report.objects.count() == (path == "_link")
    outbox.drain()
    assert NoiseReading.objects.get().report == Report.objects.get()


def test_a_repeat_repairs_as_well(key, monkeypatch):
    with monkeypatch.context() as dying:
        dying.setattr(sensors, "submit_report", lambda **_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            post(key, reading())
    OutboxEvent.objects.all().delete()
    one = result(key)
    assert (one["status"], one["opened"]) == ("repeated", True)
    assert NoiseReading.objects.get().report == Report.objects.get()


@pytest.mark.django_db(transaction=True)
def test_two_equal_readings_at_once_are_one_case():
    """Each of two processes stores, then files; here they are interleaved at every step between them."""
    partner = register_partner(code="noise", name="噪声监测").user
    rows = [reading()]
    stored = [sensors._store(partner, [sensors.parse_reading(rows[0], at=_at())], _at()) for _ in range(2)]
    first, second = (next(iter(rows.values())) for rows, _ in stored)
    assert first.pk == second.pk
    numbers = {sensors.file_reading(first)[0], sensors.file_reading(second)[0]}
    assert len(numbers) == 1
    assert Case.objects.count() == 1


def _at() -> datetime:
    return datetime.fromisoformat("2026-03-01T08:00:00+08:00")


@pytest.mark.django_db(transaction=True)
def test_many_threads_with_loud_readings_of_one_night_open_one_case():
    from concurrent.futures import ThreadPoolExecutor

    key = issue_key(partner=register_partner(code="noise", name="噪声监测"))

    def send(n: int) -> Any:
        try:
            return post(key, reading(laeq=71 + n % 2, time=f"2026-02-27T23:{10 + n % 2}:00+08:00")).json()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    numbers = {one["number"] for answer in answers for one in answer["results"]}
    assert len(numbers) == 1
    assert (Case.objects.count(), NoiseReading.objects.count()) == (1, 2)
    assert sum(one["opened"] for answer in answers for one in answer["results"]) == 1


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [({}, 401, "bad_api_key"), ({"Authorization": "Api-Key nonsense"}, 401, "bad_api_key"),
     ({"Authorization": "Token x"}, 401, "bad_api_key"), ({"Authorization": "Api-Key"}, 401, "bad_api_key")],
)  # fmt: skip
def test_without_a_good_key_nothing_is_taken(db, headers, status, code):
    answer = Client().post(ADDRESS, json.dumps(reading()), content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "Api-Key" in answer.json()["error"]["message"]
    assert answer["WWW-Authenticate"] == "Api-Key"


def test_a_key_for_something_else_is_refused(db):
    key = issue_key(partner=register_partner(code="hall", name="大厅", scopes=[Scope.REPORT, Scope.UPDATE]))
    answer = post(key, reading())
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "scope_missing")
    assert not NoiseReading.objects.exists()


@pytest.mark.usefixtures("still_clock")
def test_past_the_quota_the_answer_says_when_to_come_again(db):
    key = issue_key(partner=register_partner(code="noise", name="噪声监测", quota_minute=1))
    post(key, reading())
    answer = post(key, reading())
    assert (answer.status_code, answer["Retry-After"]) == (429, "50")
