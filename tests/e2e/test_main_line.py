"""Two hundred real messages through three channels into the really running product, while its worker is killed."""

import csv
import json
import random
import re
import statistics
import urllib.error
import urllib.parse
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from civic.places.coordinates import gcj02_from_wgs84
from tests.e2e.system import ROOT, RunningSystem
from tests.e2e.wechat_account import Caller, CustomerService

MESSAGES = ROOT.parent / "shared" / "data" / "complaints" / "replies.csv"
NUMBER = re.compile(r"BJ\d{13}")
TOTAL = 200
WAITS: list[float] = []  # seconds that WeChat waited for each answer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not MESSAGES.exists(), reason="the open complaint messages are not on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def messages() -> list[str]:
    """Return 200 real messages, drawn evenly with a fixed seed; WeChat carries at most 2,048 bytes of text."""
    with MESSAGES.open(encoding="utf-8-sig", newline="") as file:
        details = [row["detail"].strip() for row in csv.DictReader(file)]
    fitting = [text for text in dict.fromkeys(details) if 15 <= len(text) <= 600]
    return random.Random(20261121).sample(fitting, TOTAL)


def points() -> list[tuple[float, float]]:
    """Return a place for each message, from the landmarks that ship with the product."""
    with (ROOT / "content/places/landmarks.csv").open(encoding="utf-8-sig", newline="") as file:
        places = [(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)]
    chosen = random.Random(7)
    return [chosen.choice(places) for _ in range(TOTAL)]


def call(
    url: str, *, data: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict | list]:
    """Make one HTTP call and return status and JSON."""
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def by_open311(system: RunningSystem, text: str, point: tuple[float, float]) -> str:
    form = {
        "api_key": "demo-key", "service_code": "00000", "lat": point[1], "long": point[0], "description": text,
    }  # fmt: skip
    status, body = call(f"{system.url}/open311/v2/requests.json", data=urllib.parse.urlencode(form).encode())
    assert status == 201, body
    return body[0]["service_request_id"]


def by_native_api(system: RunningSystem, text: str, point: tuple[float, float]) -> str:
    body = json.dumps({"text": text, "lon": point[0], "lat": point[1]}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    status, first = call(f"{system.url}/api/v1/public/reports/", data=body, headers=headers)
    assert status == 201, first
    again, second = call(f"{system.url}/api/v1/public/reports/", data=body, headers=headers)
    assert (again, second["number"]) == (200, first["number"])
    assert first["district"]
    return first["number"]


def by_wechat(
    system: RunningSystem, server: CustomerService, text: str, point, *, aes: bool, index: int
) -> str:
    """Hold one person's whole conversation; WeChat sends every message three times at once."""
    caller = Caller(system.url, f"openid-{index:04d}-{uuid.uuid4().hex[:12]}", aes=aes)

    def say(xml: str) -> str:
        with ThreadPoolExecutor(3) as threes:
            replies = list(threes.map(caller.post, [xml] * 3))
        return " ".join(dict.fromkeys(filter(None, replies)))

    heard = say(caller.text("我要反映一个问题")) + say(caller.text(text))
    # The place is sent in any case: the bot asks for it, or, having filed without Rasa, takes it as the case's place.
    heard += say(caller.location(*gcj02_from_wgs84(*point)))
    for _ in range(3):
        if NUMBER.search(heard):
            break
        heard += say(caller.text("确认"))
    if not NUMBER.search(heard):
        system.wait_for(
            lambda: NUMBER.search(" ".join(server.texts_to(caller.openid))),
            seconds=60,
            what=f"a number for {index}: {heard}",
        )
        heard += " ".join(server.texts_to(caller.openid))
    WAITS.extend(caller.waits)
    numbers = set(NUMBER.findall(heard))
    assert len(numbers) == 1, heard
    return numbers.pop()


def test_every_message_becomes_one_case(system: RunningSystem, wechat_server: CustomerService) -> None:
    before = {row[0] for row in system.rows("SELECT number FROM cases_report")}
    texts, places = messages(), points()
    jobs = list(enumerate(zip(texts, places, strict=True)))

    def send(job: tuple[int, tuple[str, tuple[float, float]]]) -> tuple[str, str]:
        index, (text, point) = job
        match index % 3:
            case 0:
                return by_open311(system, text, point), text
            case 1:
                return by_native_api(system, text, point), text
            case _:
                return by_wechat(system, wechat_server, text, point, aes=index % 2 == 0, index=index), text

    with ThreadPoolExecutor(6) as people:
        first = list(people.map(send, islice(jobs, 0, TOTAL // 2)))
        killed = system.kill(r"manage\.py worker")
        assert killed, "there was no worker to kill"
        second = list(people.map(send, islice(jobs, TOTAL // 2, None)))
    sent = first + second
    numbers = [number for number, _ in sent]
    assert len(set(numbers)) == TOTAL

    def settled() -> bool:
        health = system.health()
        pending = system.rows("SELECT count(*) FROM core_outboxevent WHERE state IN ('pending', 'leased')")[
            0
        ][0]
        return health.get("checks", {}).get("tasks", {}).get("status") == "ok" and pending == 0

    system.wait_for(settled, seconds=180, what="the outbox to be empty")
    assert system.rows("SELECT count(*) FROM core_outboxevent WHERE state = 'dead'") == [(0,)]

    stored = dict(
        system.rows(
            "SELECT r.number, c.matter_code || '/' || (SELECT count(*) FROM cases_caseevent e WHERE e.report_id = r.id "
            "AND e.kind = 'received') FROM cases_report r JOIN cases_case c ON c.id = r.case_id"
        )
    )
    stored = {number: value for number, value in stored.items() if number not in before}
    assert set(stored) == set(numbers), "a report too many or too few"
    for number in numbers:
        code, received = stored[number].split("/")
        assert code
        assert received == "1"

    withheld = {row[0] for row in system.rows(
        "SELECT r.number FROM cases_report r JOIN cases_case c ON c.id = r.case_id WHERE c.withheld")}  # fmt: skip
    shown = [number for number in numbers if number not in withheld]
    assert len(shown) >= TOTAL * 0.97
    check_map(system, shown)
    check_index(system, sent)
    late = sum(wait > 5 for wait in WAITS)
    print(
        f"{len(WAITS)} WeChat calls: median {statistics.median(WAITS):.2f} s, longest {max(WAITS):.2f} s, {late} over 5 s"
    )


def check_map(system: RunningSystem, numbers: list[str]) -> None:
    """The map returns each report at its public point.

    A message that the bot had to file without Rasa, before it could ask where, has no point; few may be so.
    """
    seen: set[str] = set()
    placed: set[str] = set()
    for number in numbers:
        status, face = call(f"{system.url}/api/v1/public/cases/{number}/")
        assert status == 200
        assert face["text"] is None
        lon, lat = face["lon"], face["lat"]
        if lon is None:
            continue
        placed.add(number)
        box = f"{lon - 0.0005},{lat - 0.0005},{lon + 0.0005},{lat + 0.0005}"
        _, view = call(f"{system.url}/api/v1/public/map/cases?bbox={box}&zoom=17")
        seen |= {feature["properties"]["number"] for feature in view["features"]}
    assert placed <= seen
    print(f"{len(placed)} of {len(numbers)} reports have a point and are on the map")
    assert len(placed) >= TOTAL * 0.9
    _, city = call(f"{system.url}/api/v1/public/map/cases?bbox=115,39,118,42&zoom=9")
    assert sum(feature["properties"].get("count", 1) for feature in city["features"]) >= len(placed)


def check_index(system: RunningSystem, sent: list[tuple[str, str]]) -> None:
    """The opinion index finds each report by two-character words of its own text."""
    token = system.manage("staff_token", officer(ROOT / "content/demo/people.csv"))
    chosen = random.Random(3)
    for number, text in chosen.sample(sent, 60):
        pairs = re.findall(r"[\u4e00-\u9fff]{2}", re.sub(r"[\dA-Za-z]\S?", " ", text))
        words = chosen.sample(pairs, min(4, len(pairs)))
        query = urllib.parse.urlencode({"q": " ".join(words)})
        status, found = call(
            f"{system.url}/api/v1/staff/opinion/search/?{query}", headers={"Authorization": f"Token {token}"}
        )
        assert status == 200, found
        assert number in json.dumps(found, ensure_ascii=False), (words, found.get("total"))


def officer(people: Path) -> str:
    """Return the demo's duty officer."""
    with people.open(encoding="utf-8-sig", newline="") as file:
        return next(
            "demo-" + row["username"] for row in csv.DictReader(file) if row["role"] == "duty_officer"
        )
