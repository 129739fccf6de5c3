"""Logs carry what an operator needs and never what a citizen wrote."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

import nlp
from civic.core import logs
from tests.factories import INSIDE

MARKER = "只有反映人知道的暗号"
PHONE = "13800138000"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger writes, in the shape of production."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.SafeJsonFormatter())
    handler.addFilter(logs.RequestIdFilter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def submit(client: Client, **data: Any) -> Any:
    body = {"text": f"{MARKER}，电话{PHONE}", "lon": INSIDE[0], "lat": INSIDE[1], **data}
    return client.post("/api/v1/public/reports/", body, content_type="application/json")


def nothing_personal(stream: io.StringIO) -> None:
    written = stream.getvalue()
    assert written
    for secret in (MARKER, PHONE, MARKER.encode("unicode_escape").decode()):
        assert secret not in written


@pytest.mark.django_db
def test_a_report_leaves_its_number_but_not_its_words(client: Client, log: io.StringIO) -> None:
    number = submit(client).json()["number"]
    client.get(f"/cases/{number}/")
    client.get("/cases/", {"q": f"{MARKER}{PHONE}"})
    nothing_personal(log)
    access = [line for line in lines(log) if line["logger"] == "civic.access"]
    assert [line["status"] for line in access] == [201, 200, 200]
    assert access[1]["route"] == "cases/<str:number>/"
    assert access[0].keys() >= {"timestamp", "level", "request_id", "method", "ms"}


@pytest.mark.django_db
def test_failed_analysis_is_logged_without_the_text_it_failed_on(
    client: Client, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(text: str) -> None:
        raise ValueError(f"cannot read {text}")

    monkeypatch.setattr(nlp, "analyze", fail)
    assert submit(client).json()["analysis"] == "pending"
    nothing_personal(log)
    (line,) = [line for line in lines(log) if line["message"] == "analysis failed"]
    assert line["exception"].startswith("ValueError at ")
    (pending,) = [line for line in lines(log) if line["message"] == "analysis pending"]
    assert pending["number"].startswith("BJ")


@pytest.mark.django_db
@override_settings(DEBUG_PROPAGATE_EXCEPTIONS=False)
def test_a_crash_is_logged_by_place_and_type_only(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(**kwargs: Any) -> None:
        raise RuntimeError(kwargs["text"])

    monkeypatch.setattr("civic.cases.api_v1.public.submit_report", crash)
    response = submit(Client(raise_request_exception=False))
    assert response.status_code == 500
    assert MARKER not in response.content.decode()
    nothing_personal(log)
    (line,) = [line for line in lines(log) if line["logger"] == "django.request"]
    assert line["status"] == 500
    assert "RuntimeError at" in line["exception"]
    assert "crash" in line["exception"]


@pytest.mark.django_db
def test_an_address_that_holds_words_is_not_repeated(client: Client, log: io.StringIO) -> None:
    client.get(f"/cases/{MARKER}{PHONE}/")
    client.get(f"/{MARKER}/{PHONE}")
    client.get("/", headers={"host": f"{PHONE}.example"})
    nothing_personal(log)


@pytest.mark.django_db
def test_failed_handlers_are_logged_without_their_payload(log: io.StringIO) -> None:
    from django.db import transaction

    from civic.core import outbox
    from tests.site.core import outbox_handlers

    outbox_handlers.failing.add("first")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "_subscribers", {})
        outbox.subscribe("test.topic", "tests.site.core.outbox_handlers.first")
        with transaction.atomic():
            outbox.publish(topic="test.topic", payload={"text": MARKER})
        outbox.drain()
    outbox_handlers.reset()
    nothing_personal(log)
    (line,) = [line for line in lines(log) if line["message"] == "handler failed"]
    assert (line["topic"], line["error_type"]) == ("test.topic", "ValueError")
    assert "quote what a citizen wrote" not in log.getvalue()


def test_fields_that_are_not_on_the_list_are_dropped(log: io.StringIO) -> None:
    logging.getLogger("some.library").warning("done", extra={"body": MARKER, "number": "BJ1", "sql": PHONE})
    (line,) = lines(log)
    assert line["number"] == "BJ1"
    nothing_personal(log)


def test_loggers_that_quote_are_silenced_to_their_status(log: io.StringIO) -> None:
    logging.getLogger("django.db.backends").warning("(%.3f) %s; args=%s", 0.1, "INSERT", MARKER)
    logging.getLogger("django.security.DisallowedHost").error("Invalid HTTP_HOST header: %r", PHONE)
    nothing_personal(log)
    assert [line["message"] for line in lines(log)] == ["request refused or failed"] * 2


@pytest.mark.django_db
def test_a_request_id_is_made_kept_when_well_formed_and_given_back(client: Client, log: io.StringIO) -> None:
    made = client.get("/health")["X-Request-ID"]
    assert len(made) == 32
    assert client.get("/health")["X-Request-ID"] != made
    kept = client.get("/health", headers={"X-Request-ID": "trace-0001.abc"})["X-Request-ID"]
    assert kept == "trace-0001.abc"
    for odd in ("short", "x" * 65, 'a"b\\nc-injected', "编号一二三四五六七八"):
        assert client.get("/health", headers={"X-Request-ID": odd})["X-Request-ID"] != odd
    access = [line["request_id"] for line in lines(log) if line["logger"] == "civic.access"]
    assert access[0] == made
    assert access[2] == "trace-0001.abc"
    assert logs.request_id.get() == "-"
