"""Where messages may go: nowhere inside, also not when a name changes its mind between two looks."""

import socket
import threading

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from civic.partners import sending
from civic.partners.sending import ForbiddenAddress, SendingFailed, checked_url, is_public, post
from tests.site.partners.receiver import receiving

INSIDE = [
    "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
    "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "114.114.114.114", "2606:2800:220:1::1", "::ffff:93.184.216.34"]
OPEN = {"WEBHOOK_ALLOW_HTTP": True, "WEBHOOK_ALLOW_PRIVATE": True}


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[tuple[str, int]]:
    """Let every host resolve to these addresses, one answer a look, the last for ever; return the looks."""
    looks: list[tuple[str, int]] = []

    def resolver(host, port, *args, **kwargs):
        if host.replace(".", "").isdigit():  # an address is itself
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        looks.append((host, port))
        found = answers[min(len(looks), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(sending.socket, "getaddrinfo", resolver)
    return looks


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_our_own_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv6_address_that_carries_an_ipv4_one_is_judged_by_it(address):
    for carrier in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(carrier) == is_public(str(address))


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://example.org/", "http://example.org/", "https://", "https:///x", "https://u:p@example.org/",
     "https://example.org/#a", "https://example.org:99999/", "https://exa mple.org/", "https://a\\@b/", "https://[::1",
     "javascript:alert(1)", "file:///etc/passwd", "https://e.org/" + "x" * 500, "https://\x00.org/", "https://xn--a/"],
)  # fmt: skip
def test_what_is_no_address_to_send_to(url, monkeypatch):
    names(monkeypatch, ["93.184.216.34"])
    if url == "https://xn--a/":  # a name that no rule of names allows
        monkeypatch.setattr(sending.socket, "getaddrinfo", _no_name)
    with pytest.raises(SendingFailed):
        checked_url(url)


def _no_name(*args, **kwargs):
    raise socket.gaierror("unknown")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "127.1", "0x7f000001", "2130706433", "[::ffff:7f00:1]"]
)
def test_the_many_names_of_this_machine_are_refused(host):
    with pytest.raises(SendingFailed):
        checked_url(f"https://{host}/hook")


def test_one_bad_address_among_good_ones_is_enough(monkeypatch):
    names(monkeypatch, ["93.184.216.34", "10.0.0.8"])
    with pytest.raises(ForbiddenAddress):
        checked_url("https://partner.example.org/")


@override_settings(WEBHOOK_ALLOW_HTTP=True)
def test_a_name_that_changes_after_the_check_leads_nowhere(monkeypatch):
    """The name is public when the address is stored, and ours when the message is sent: nothing reaches us."""
    with receiving() as receiver:
        names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
        url = receiver.url.replace("127.0.0.1", "rebind.example.org")
        checked_url(url)
        with pytest.raises(ForbiddenAddress):
            post(url, body=b"{}", headers={})
        assert receiver.got == []


@override_settings(**OPEN)
def test_the_connection_goes_to_the_very_address_that_was_checked(monkeypatch):
    """The name is looked up once; what is connected to is the address it gave then, and TLS and Host keep the name."""
    with receiving() as receiver:
        looks = names(monkeypatch, ["127.0.0.1"], ["10.0.0.8"])
        connected: list[str] = []
        connect = socket.create_connection

        def connecting(address, *args, **kwargs):
            connected.append(address[0])
            return connect(address, *args, **kwargs)

        monkeypatch.setattr(socket, "create_connection", connecting)
        url = receiver.url.replace("127.0.0.1", "partner.example.org")
        assert post(url, body=b"{}", headers={}).status == 200
        assert connected == ["127.0.0.1"]
        assert [host for host, _ in looks] == ["partner.example.org"]
        assert receiver.got[0][0]["host"] == url.split("/")[2]


@override_settings(**OPEN)
def test_no_redirect_is_followed():
    with receiving() as receiver, receiving() as other:
        receiver.answers, receiver.headers = [302], {"Location": other.url}
        assert post(receiver.url, body=b"{}", headers={}).status == 302
        assert other.got == []


@override_settings(**OPEN, WEBHOOK_TIMEOUT_SECONDS=0.3)
def test_a_receiver_that_says_a_byte_now_and_then_is_left():
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            for _ in range(200):
                try:
                    connection.send(b"H")
                except OSError:
                    return
                if stop.wait(0.05):
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(SendingFailed):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/", body=b"{}", headers={})
    finally:
        stop.set()
        thread.join()
        listening.close()


@override_settings(**OPEN)
def test_nobody_there_and_nonsense_are_failures():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(SendingFailed):
        post(f"http://127.0.0.1:{port}/", body=b"{}", headers={})
