"""Sending a message to an address that somebody else wrote down, without being led into our own network.

The host is resolved, every answer is checked, and the connection goes to one of the very addresses that were
checked: a name that resolves to something else a moment later changes nothing. TLS still proves the name.
No redirects are followed, no proxies of the environment used, and the whole exchange has one deadline.
"""

import ipaddress
import socket
import time
from collections.abc import Iterable
from functools import lru_cache
from ssl import SSLContext
from typing import Any, NamedTuple

import httpcore
import httpx
from django.conf import settings

URL_LIMIT = 500
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class SendingFailed(Exception):
    """Nothing could be sent, or nothing understandable came back; the sentence says why."""


class ForbiddenAddress(SendingFailed):
    """The host is, or resolves to, an address that we do not send to."""


class Answer(NamedTuple):
    """What the receiver said; `retry_after` in seconds when it asked for patience."""

    status: int
    retry_after: int = 0


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, looking into IPv6 addresses that carry an IPv4 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo or ip.is_site_local or int(ip) >> 32 == 0:  # ::a.b.c.d is long out of use
            return False
    return ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local or ip.is_unspecified
    )


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host; raise SendingFailed when it has none and ForbiddenAddress for one of ours."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendingFailed("找不到这个主机名。") from error
    addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not addresses:
        raise SendingFailed("找不到这个主机名。")
    if not settings.WEBHOOK_ALLOW_PRIVATE and not all(is_public(address) for address in addresses):
        raise ForbiddenAddress("不能向本机、内网或保留地址推送。")
    return addresses


def checked_url(text: str) -> httpx.URL:
    """Return an address in its normal form; SendingFailed with a sentence when we would not send there."""
    url = _parsed(text)
    resolve(url.raw_host.decode("ascii"), _port(url))
    return url


def _parsed(text: str) -> httpx.URL:
    text = text.strip()
    schemes = ("https", "http") if settings.WEBHOOK_ALLOW_HTTP else ("https",)
    try:
        if len(text) > URL_LIMIT or not text.isprintable() or "\\" in text or " " in text:
            raise ValueError
        url = httpx.URL(text)
        port_is_good = url.port is None or 1 <= url.port <= 65535
    except (ValueError, TypeError, httpx.InvalidURL) as error:
        raise SendingFailed("网址格式不对。") from error
    if url.scheme not in schemes:
        raise SendingFailed(f"网址应以 {' 或 '.join(f'{scheme}://' for scheme in schemes)} 开头。")
    if not url.raw_host or not port_is_good:
        raise SendingFailed("网址里没有主机名，或端口不对。")
    if url.userinfo or url.fragment:
        raise SendingFailed("网址里不能有账号口令或 # 片段。")
    if len(str(url)) > URL_LIMIT:
        raise SendingFailed("网址格式不对。")
    return url


def post(address: str, *, body: bytes, headers: dict[str, str]) -> Answer:
    """Send a JSON body to an address and return the answer; raise SendingFailed when there is none."""
    url = _parsed(address)
    deadline = time.monotonic() + settings.WEBHOOK_TIMEOUT_SECONDS
    fields: list[tuple[bytes | str, bytes | str]] = [
        ("Host", url.netloc),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("User-Agent", "woaibeijing-webhooks/1"),
        ("Connection", "close"),
        *headers.items(),
    ]
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_tls(), http2=False, network_backend=_CheckedNetwork(deadline)
            ) as pool,
            pool.stream(
                "POST",
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=_port(url), target=url.raw_path),
                headers=fields,
                content=body,
            ) as response,
        ):
            return Answer(response.status, _retry_after(response.headers))
    except httpcore.TimeoutException as error:
        raise SendingFailed(f"对方 {settings.WEBHOOK_TIMEOUT_SECONDS:g} 秒内没有应答。") from error
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
        OSError,
        ValueError,
    ) as error:
        raise SendingFailed("连接不上对方，或对方的应答无法识别。") from error


@lru_cache(maxsize=1)
def _tls() -> SSLContext:
    return httpcore.default_ssl_context()


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> int:
    for name, value in headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) < 7:
            return int(value)
    return 0


class _TimedStream(httpcore.NetworkStream):
    """A connection that ends at the deadline, also when the other side sends a byte now and then."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that were checked when the host was resolved, and to nothing else."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception | None = None
        for address in resolve(host, port)[:4]:
            left = self._deadline - time.monotonic()
            if left <= 0:
                break
            try:
                stream = self._network.connect_tcp(address, port, left, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failed or httpcore.ConnectTimeout()

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("no such way")
