"""Understanding never holds up a receipt; what is sent twice is stored once; the record cannot be rewritten."""

import threading
from typing import Any

import pytest
from django.db import connections

from civic.cases.models import (
    Case,
    CaseEvent,
    IdempotencyKey,
    Photo,
    Report,
    ReportAnalysis,
)
from civic.cases.services import Idempotency, submit_report
from civic.cases.services.intake import KeyReused, forget_idempotency_keys
from civic.core import outbox
from civic.core.errors import InvalidInput
from civic.core.models import OutboxEvent
from tests.factories import WASTE, UserFactory, make_analysis, make_photo, make_report
from tests.site.cases.submitting import LAT, LON, SENTENCE, private_files, submit

pytestmark = pytest.mark.django_db


# --- understanding ----------------------------------------------------------------------------


def test_late_analysis_does_not_hold_up_the_receipt_and_the_outbox_finishes_it(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.ANALYSIS_BUDGET_SECONDS = 0.01
    release = threading.Event()

    def slow(text: str) -> Any:
        release.wait(timeout=30)
        return make_analysis(text)

    monkeypatch.setattr("nlp.analyze", slow)
    report = submit()
    assert not ReportAnalysis.objects.exists()
    assert (report.case.matter_code, report.case.request_type) == ("", "")
    release.set()
    assert outbox.drain() >= 1
    report = Report.objects.get(pk=report.pk)
    assert report.analysis.matter_code == report.case.matter_code == WASTE
    assert [event.kind for event in report.case.events.all()] == ["received", "analysed"]


def test_what_is_understood_in_time_is_stored_with_the_report(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.ANALYSIS_BUDGET_SECONDS = 30
    monkeypatch.setattr("nlp.analyze", make_analysis)
    report = submit()
    assert report.analysis.matter_code == report.case.matter_code == WASTE
    assert [event.kind for event in report.case.events.all()] == ["received", "analysed"]


def test_an_analysis_that_cannot_be_stored_does_not_cost_the_report(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from civic.cases.services import intake

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ValueError("not storable")

    settings.ANALYSIS_BUDGET_SECONDS = 30
    monkeypatch.setattr(intake, "record_analysis", refuse)
    report = submit()
    assert Report.objects.filter(pk=report.pk).exists()
    assert not ReportAnalysis.objects.exists()
    monkeypatch.undo()
    outbox.drain()
    assert ReportAnalysis.objects.filter(report=report).exists()


def test_failed_analysis_is_tried_again_by_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise ValueError(text)

    monkeypatch.setattr("nlp.analyze", fail)
    report = submit()
    outbox.drain()
    event = OutboxEvent.objects.get(topic="cases.report_submitted")
    assert (event.state, event.error) == ("pending", "ValueError")
    monkeypatch.setattr("nlp.analyze", make_analysis)
    OutboxEvent.objects.update(next_at=event.created_at)
    outbox.drain()
    report.refresh_from_db()
    assert report.analysis.matter_code == WASTE
    assert OutboxEvent.objects.get(pk=event.pk).state == "done"


def test_analysis_is_applied_once() -> None:
    report = submit()
    outbox.drain()
    outbox.drain()
    assert ReportAnalysis.objects.count() == 1
    assert report.case.events.filter(kind="analysed").count() == 1


def test_late_analysis_does_not_overwrite_what_a_person_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    from civic.cases.services import analyse_report, correct_code

    def fail(text: str) -> None:
        raise ValueError

    monkeypatch.setattr("nlp.analyze", fail)
    report = submit()
    correct_code(case_pk=report.case_id, code="06011", actor=UserFactory(roles=["case_clerk"]))
    monkeypatch.setattr("nlp.analyze", make_analysis)
    analyse_report(report=Report.objects.select_related("case").get(pk=report.pk))
    case = Case.objects.get()
    assert (case.matter_code, case.code_source) == ("06011", "clerk")
    assert report.analysis.matter_code == WASTE


# --- once ------------------------------------------------------------------------------------


def test_the_same_key_is_the_same_report() -> None:
    key = Idempotency("scope", "key", "same")
    first = submit_report(text=SENTENCE, channel="api", idempotency=key)
    again = submit_report(text=SENTENCE, channel="api", idempotency=key)
    assert not first.repeated
    assert again.repeated
    assert again.report == first.report
    assert Report.objects.count() == Case.objects.count() == 1


def test_the_same_key_with_another_body_is_refused() -> None:
    submit(idempotency=Idempotency("scope", "key", "one"))
    with pytest.raises(KeyReused) as refused:
        submit("另一件", idempotency=Idempotency("scope", "key", "other"))
    assert (refused.value.status, refused.value.code) == (422, "idempotency_key_reused")
    assert Report.objects.count() == 1


def test_scopes_are_apart() -> None:
    submit(idempotency=Idempotency("one", "key", "a"))
    submit("另一件", idempotency=Idempotency("other", "key", "b"))
    assert Report.objects.count() == 2


def test_a_refused_report_leaves_its_key_free() -> None:
    key = Idempotency("scope", "key")
    with pytest.raises(InvalidInput):
        submit("", idempotency=key)
    assert submit(idempotency=key).text == SENTENCE


def test_old_keys_are_forgotten_but_not_those_of_conversations() -> None:
    from datetime import timedelta

    from django.utils import timezone

    submit(idempotency=Idempotency("web", "a"))
    submit(idempotency=Idempotency("bot", "b"))
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=3))
    submit(idempotency=Idempotency("web", "c"))
    assert forget_idempotency_keys() == 1
    assert set(IdempotencyKey.objects.values_list("key", flat=True)) == {"b", "c"}


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment_is_one_report() -> None:
    barrier, receipts, failures = threading.Barrier(4), [], []
    before = private_files()

    def send() -> None:
        try:
            barrier.wait(timeout=10)
            receipts.append(
                submit_report(
                    text=SENTENCE,
                    channel="api",
                    lon=LON,
                    lat=LAT,
                    photos=[make_photo()],
                    idempotency=Idempotency("scope", "key", "same"),
                )
            )
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert len({receipt.report.pk for receipt in receipts}) == 1
    assert [receipt.repeated for receipt in receipts].count(False) == 1
    assert Report.objects.count() == Case.objects.count() == Photo.objects.count() == 1
    assert len(private_files() - before) == 1
    assert OutboxEvent.objects.filter(topic="cases.report_submitted").count() == 1


# --- the record -------------------------------------------------------------------------------


def test_the_database_refuses_to_change_an_entry_of_the_record() -> None:
    from django.db import DatabaseError, transaction

    report = make_report()
    event = report.case.events.first()
    assert event is not None
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CaseEvent.objects.filter(pk=event.pk).update(reason="改写历史")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.delete()
    event.refresh_from_db()
    assert event.reason == ""
