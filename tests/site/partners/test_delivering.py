"""Messages to webhooks: signed, in order, tried again, dead in the end, sent again by a person."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError
from time_machine import Traveller

from civic.core import outbox
from civic.core.errors import Conflict, DomainError, InvalidInput, NotFound
from civic.partners.models import Delivery, EventKind, Partner, Webhook
from civic.partners.services.delivering import (
    LONGEST_WAIT,
    Message,
    enqueue,
    forget_delivered,
    replay,
    wait_after,
    wake_due,
)
from civic.partners.services.webhooks import add_webhook, secret_of, switch_webhook
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2026-03-01T08:00:10+08:00")


def tell(hook: Webhook, *events: str) -> None:
    enqueue([Message(hook.pk, event, EventKind.STEP, {"type": "case.step_changed", "data": {"n": event}})
             for event in events])  # fmt: skip
    outbox.drain(queue="outbound")


def later(clock: Traveller, **by: float) -> None:
    """Let time pass, and the worker do what it does then."""
    clock.shift(timedelta(**by))
    wake_due()
    outbox.drain()


def states() -> list[tuple[str, str, int]]:
    return list(Delivery.objects.order_by("pk").values_list("event_id", "state", "attempts"))


def test_a_message_arrives_once_with_a_signature_that_the_standards_own_library_accepts(hook, receiver):
    tell(hook, "a")
    tell(hook, "a")
    assert receiver.verified(secret_of(hook)) == [{"type": "case.step_changed", "data": {"n": "a"}}]
    headers, body = receiver.got[0]
    assert headers["content-type"] == "application/json"
    for changed in (body + b" ", body.replace(b"a", b"b")):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret_of(hook)).verify(changed, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(secret_of(hook)).verify(body, {**headers, "webhook-timestamp": "1700000000"})
    row = Delivery.objects.get()
    assert (row.state, row.status, row.attempts) == ("delivered", 200, 1)


@given(st.text(), st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_whatever_is_said_the_signature_is_that_of_the_standard(salt, data):
    import base64
    import hashlib
    import hmac
    import json

    from civic.partners.services.delivering import _utc

    hook = Webhook(salt=salt.encode("utf-8", "replace").hex()[:32])
    body = json.dumps(data)
    ours = Verifier(secret_of(hook)).sign("msg_1", _utc(START), body)
    key = base64.b64decode(secret_of(hook).removeprefix("whsec_"))
    signed = f"msg_1.{int(START.timestamp())}.{body}".encode()
    assert ours == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_secrets_differ_and_are_in_no_column(hook):
    other = add_webhook(partner=hook.partner, url=hook.url + "/other")
    assert secret_of(hook) != secret_of(other)
    assert secret_of(hook) not in str(Webhook.objects.filter(pk=hook.pk).values())


def test_messages_keep_their_order_while_the_receiver_is_away(hook, receiver, still_clock):
    receiver.answers = [503, 500]
    tell(hook, "a", "b", "c")
    assert states() == [("a", "pending", 1), ("b", "pending", 0), ("c", "pending", 0)]
    later(still_clock, seconds=7)
    assert len(receiver.got) == 1  # too early
    later(still_clock, seconds=6)
    assert states()[0] == ("a", "pending", 2)
    later(still_clock, seconds=30)
    assert len(receiver.got) == 2
    later(still_clock, seconds=20)
    assert [state for _, state, _ in states()] == ["delivered"] * 3
    assert [one["data"]["n"] for one in map(eval_body, receiver.got)] == ["a", "a", "a", "b", "c"]
    assert receiver.ids[0] == receiver.ids[2] != receiver.ids[3]
    hook.refresh_from_db()
    assert (hook.failures, hook.wait_until, hook.busy_until) == (0, None, None)


def eval_body(got):
    import json

    return json.loads(got[1])


def test_a_message_that_is_refused_waits_alone(hook, receiver, still_clock):
    receiver.answers = [422]
    tell(hook, "a", "b")
    assert states() == [("a", "pending", 1), ("b", "delivered", 1)]
    later(still_clock, seconds=13)
    assert states()[0] == ("a", "delivered", 2)


def test_a_receiver_that_refuses_everything_is_not_flooded(hook, receiver):
    receiver.answers = [404] * 50
    tell(hook, *(f"e{n}" for n in range(20)))
    assert len(receiver.got) == 3


def test_a_receiver_that_asks_for_patience_gets_it(hook, receiver, still_clock):
    receiver.answers, receiver.headers = [429], {"Retry-After": "600"}
    tell(hook, "a")
    later(still_clock, seconds=590)
    assert len(receiver.got) == 1
    later(still_clock, seconds=20)
    assert len(receiver.got) == 2


@given(st.integers(1, 10_000))
def test_waits_grow_and_end_at_six_hours(failures):
    wait = wait_after(failures)
    assert timedelta(seconds=8) <= wait <= LONGEST_WAIT * 1.2
    assert wait_after(failures + 2) > wait or wait > LONGEST_WAIT / 2


def test_the_tries_go_on_for_more_than_a_day(settings):
    total = sum((wait_after(n) for n in range(1, settings.WEBHOOK_MAX_ATTEMPTS)), timedelta())
    assert timedelta(hours=20) < total < timedelta(days=3)


def test_after_its_tries_a_message_is_dead_and_a_person_sends_it_again(hook, receiver, settings, still_clock):
    settings.WEBHOOK_MAX_ATTEMPTS = 3
    receiver.answers = [500] * 3
    tell(hook, "a")
    for _ in range(5):
        later(still_clock, hours=8)
    assert states() == [("a", "dead", 3)]
    assert len(receiver.got) == 3
    row = Delivery.objects.get()
    assert (row.status, row.error) == (500, "对方应答 500")
    replay(delivery_pk=row.pk)
    outbox.drain()
    assert states() == [("a", "delivered", 1)]
    assert len(set(receiver.ids)) == 1  # the receiver can tell that it is the same message
    with pytest.raises(NotFound):
        replay(delivery_pk=row.pk + 1)


def test_what_is_still_waiting_or_has_nowhere_to_go_is_not_sent_again(hook, receiver):
    receiver.answers = [500]
    tell(hook, "a")
    with pytest.raises(Conflict):
        replay(delivery_pk=Delivery.objects.get().pk)
    Delivery.objects.update(state="dead")
    switch_webhook(webhook_pk=hook.pk, active=False)
    with pytest.raises(Conflict):
        replay(delivery_pk=Delivery.objects.get().pk)


@pytest.mark.parametrize(("answers", "tries"), [([500] * 20, 4), ([410], 1)])
def test_an_address_that_never_answers_is_switched_off_and_staff_hear_of_it(
    hook, receiver, settings, still_clock, answers, tries
):
    settings.WEBHOOK_DISABLE_AFTER = 4
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    UserFactory(is_superuser=True, email="admin@example.org")
    UserFactory(email="citizen@example.org")
    receiver.answers = answers
    tell(hook, "a", "b")
    for _ in range(8):
        later(still_clock, hours=8)
    hook.refresh_from_db()
    assert (hook.active, len(receiver.got)) == (False, tries)
    assert hook.disabled_at is not None
    assert [(one.bcc, "水务热线" in one.subject) for one in mail.outbox] == [(["admin@example.org"], True)]
    receiver.answers = []
    switch_webhook(webhook_pk=hook.pk, active=True)
    outbox.drain()
    later(still_clock, hours=8)
    assert [state for _, state, _ in states()] == ["delivered"] * 2


def test_a_worker_that_died_while_sending_costs_a_wait_and_nothing_else(hook, receiver, still_clock):
    enqueue([Message(hook.pk, "a", EventKind.STEP, {})])
    Webhook.objects.update(busy_until=timezone.now() + timedelta(seconds=70))
    outbox.drain(queue="outbound")
    assert receiver.got == []  # somebody else serves this address
    later(still_clock, seconds=75)
    assert len(receiver.got) == 1


def test_a_message_that_takes_its_worker_down_each_time_is_dead_in_the_end(hook, receiver, settings):
    enqueue([Message(hook.pk, "a", EventKind.STEP, {}), Message(hook.pk, "b", EventKind.STEP, {})])
    Delivery.objects.filter(event_id="a").update(attempts=settings.WEBHOOK_MAX_ATTEMPTS)
    outbox.drain()
    assert [(event, state) for event, state, _ in states()] == [("a", "dead"), ("b", "delivered")]


def test_one_address_that_is_away_does_not_stop_another(hook, receiver):
    other = add_webhook(partner=hook.partner, url=receiver.url + "/other")
    receiver.answers = [503]
    tell(hook, "a")
    tell(other, "a")
    assert sorted(state for _, state, _ in states()) == ["delivered", "pending"]


def test_messages_have_a_queue_of_their_own(hook):
    enqueue([Message(hook.pk, "a", EventKind.STEP, {})])
    assert outbox.claim(worker="w", queue="urgent") == outbox.claim(worker="w", queue="slow") == []


def test_nothing_goes_to_a_partner_that_is_switched_off(hook, receiver):
    Partner.objects.update(active=False)
    tell(hook, "a")
    assert receiver.got == []


def test_what_arrived_long_ago_is_forgotten(hook, receiver, still_clock):
    receiver.answers = [200, 422]
    tell(hook, "a", "b")
    Delivery.objects.filter(event_id="b").update(state="dead")
    later(still_clock, days=31)
    forget_delivered()
    assert [event for event, _, _ in states()] == ["b"]


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "nonsense"]
)  # fmt: skip
def test_an_address_inside_is_refused_when_it_is_stored(hook, settings, url):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    with pytest.raises(InvalidInput) as raised:
        add_webhook(partner=hook.partner, url=url)
    assert raised.value.code == "bad_webhook_url"
    assert Webhook.objects.count() == 1


def test_an_address_inside_is_refused_when_it_is_sent_to(hook, receiver, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    tell(hook, "a")
    assert receiver.got == []
    assert "内网" in Delivery.objects.get().error


@pytest.mark.parametrize("given", [{"audience": "all"}, {"kinds": ["case.x"]}, {"url": "same"}])
def test_bad_or_known_addresses_are_refused(hook, given):
    if given.get("url"):
        given = {"url": hook.url}
    with pytest.raises(DomainError):
        add_webhook(partner=hook.partner, **{"url": hook.url + "/x", **given})


def test_a_partner_has_ten_addresses_at_most(hook):
    for n in range(9):
        add_webhook(partner=hook.partner, url=f"{hook.url}/{n}")
    with pytest.raises(InvalidInput):
        add_webhook(partner=hook.partner, url=f"{hook.url}/more")


@time_machine.travel(START, tick=False)
def test_the_clock_of_the_signature_is_the_time_of_the_attempt(hook, receiver):
    tell(hook, "a")
    assert receiver.got[0][0]["webhook-timestamp"] == str(int(START.timestamp()))
