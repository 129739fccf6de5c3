"""Web and worker killed with -9 at random under load: what was acknowledged is there, once, and whole."""

import http.client
import json
import os
import random
import threading
import time
import urllib.request
import uuid

import pytest

from tests.e2e.system import RunningSystem

ROUNDS = 20 if os.environ.get("TEST_DEPTH") == "long" else 4
PEOPLE = 3
TEXTS = (
    "路口的井盖翘起来了，骑车差点摔倒",
    "工地半夜还在打桩，孩子睡不着",
    "垃圾桶满了三天没人清运，味道很大",
)

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::ResourceWarning")]


class Person(threading.Thread):
    """Someone who repeats a report with the same key until it is acknowledged, then goes on to the next."""

    def __init__(self, system: RunningSystem, stop: threading.Event, seed: int) -> None:
        super().__init__(daemon=True)
        self.system, self.stop, self.random = system, stop, random.Random(seed)
        self.acknowledged: dict[str, str] = {}
        self.failed_calls = 0

    def run(self) -> None:
        while not self.stop.is_set():
            key, text = uuid.uuid4().hex, self.random.choice(TEXTS)
            while not self.stop.is_set():
                if number := self.report(key, text):
                    self.acknowledged[key] = number
                    break

    def report(self, key: str, text: str) -> str | None:
        body = json.dumps({"text": text, "lon": 116.45, "lat": 39.9}).encode()
        request = urllib.request.Request(
            f"{self.system.url}/api/v1/public/reports/",
            data=body,
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)["number"]
        except (
            OSError,
            http.client.HTTPException,
            ValueError,
        ):  # killed before, or in the middle of, its answer
            self.failed_calls += 1
            self.stop.wait(0.1)
            return None


def test_nothing_acknowledged_is_lost(system: RunningSystem) -> None:
    chosen = random.Random(20)
    stop = threading.Event()
    people = [Person(system, stop, seed) for seed in range(PEOPLE)]
    for person in people:
        person.start()

    def acknowledged() -> int:
        return sum(len(person.acknowledged) for person in people)

    for _ in range(ROUNDS):
        before = acknowledged()
        system.wait_for(
            lambda before=before: acknowledged() >= before + 6, seconds=120, what="reports going in again"
        )
        stop.wait(chosen.random() / 4)  # kill at a random moment of the work, not right after an answer
        victim = chosen.choice([r"gunicorn", r"manage\.py worker"])
        assert system.kill(victim), f"{victim} was not running"
    stop.set()
    for person in people:
        person.join(timeout=40)

    system.wait_for(lambda: system.health().get("checks"), seconds=60, what="the site to answer again")
    system.wait_for(lambda: still_open(system) == 0, seconds=180, what="the outbox to be empty")
    kept = {key: number for person in people for key, number in person.acknowledged.items()}
    stored = dict(
        system.rows(
            "SELECT k.key, r.number FROM cases_idempotencykey k JOIN cases_report r ON r.id = k.report_id"
        )
    )
    assert {key: stored.get(key) for key in kept} == kept
    assert len(set(kept.values())) == len(kept)
    assert half_states(system) == []
    print(
        f"{len(kept)} acknowledged through {ROUNDS} kills, {sum(person.failed_calls for person in people)} calls failed"
    )


def still_open(system: RunningSystem) -> int:
    try:
        return system.rows("SELECT count(*) FROM core_outboxevent WHERE state IN ('pending', 'leased')")[0][0]
    except OSError:
        time.sleep(0.2)
        return 1


def half_states(system: RunningSystem) -> list[tuple]:
    """Reports without their event, outbox row, analysis or place in the index."""
    return system.rows(
        "SELECT r.number FROM cases_report r WHERE NOT EXISTS "
        "(SELECT 1 FROM cases_caseevent e WHERE e.report_id = r.id AND e.kind = 'received') OR NOT EXISTS "
        "(SELECT 1 FROM core_outboxevent o WHERE o.key = 'submitted:' || r.id AND o.state = 'done') OR NOT EXISTS "
        "(SELECT 1 FROM cases_reportanalysis a WHERE a.report_id = r.id) OR "
        "(SELECT count(*) FROM opinion_document d WHERE d.source = 'report' AND d.source_id = r.number) <> 1"
    )
