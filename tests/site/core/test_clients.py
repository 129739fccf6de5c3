"""Where a request comes from cannot be typed by the caller, and the throttle counts by it."""

from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from civic.core.clients import client_address
from civic.core.errors import TooMany
from civic.core.throttling import check_rate

PEER = "203.0.113.9"


def address(forwarded: str | None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=PEER, headers=headers))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.1", PEER),
        (0, None, PEER),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1, 198.51.100.1", "198.51.100.1"),  # the left entry was typed by the caller
        (2, "10.0.0.1, 198.51.100.1, 192.0.2.7", "198.51.100.1"),
        (2, "198.51.100.1", PEER),  # fewer entries than proxies: not through them
        (1, None, PEER),
        (1, "", PEER),
        (1, " , ,", PEER),
    ],
)
def test_only_what_trusted_proxies_wrote_counts(
    settings: Any, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address(forwarded) == expected


@given(spoofed=st.lists(st.from_regex(r"[0-9a-f.:]{1,20}", fullmatch=True), max_size=5))
def test_no_prefix_changes_the_address_that_the_proxy_saw(spoofed: list[str]) -> None:
    from django.test import override_settings

    with override_settings(TRUSTED_PROXIES=1):
        assert address(", ".join([*spoofed, "198.51.100.1"])) == "198.51.100.1"


def call(remote: str = PEER, scope: str = "intake", rate: str = "2/min") -> None:
    check_rate(RequestFactory().get("/", REMOTE_ADDR=remote), scope=scope, rate=rate)


def test_past_the_rate_a_caller_is_refused_and_told_for_how_long(still_clock: Any) -> None:
    call()
    call()
    with pytest.raises(TooMany) as refusal:
        call()
    assert refusal.value.status == 429
    assert refusal.value.code == "rate_limited"
    assert refusal.value.retry_after == 50


def test_addresses_and_scopes_are_counted_apart(still_clock: Any) -> None:
    for scope in ("intake", "login"):
        for remote in (PEER, "203.0.113.10"):
            call(remote, scope)
            call(remote, scope)


def test_the_next_window_counts_anew(still_clock: Any) -> None:
    call()
    call()
    still_clock.shift(60)
    call()


def test_exempt_addresses_are_not_counted(still_clock: Any, settings: Any) -> None:
    settings.INTAKE_RATE_EXEMPT = [PEER]
    for _ in range(10):
        call()
