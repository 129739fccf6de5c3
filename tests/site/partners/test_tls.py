"""Over TLS the name of the address is proven, although the connection goes to an address that was looked up."""

import datetime
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from civic.partners import sending
from civic.partners.sending import SendingFailed, post

HOST = "partner.example.org"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of the host, signed by itself, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "host.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server(certificate: Path, settings, monkeypatch: pytest.MonkeyPatch):
    """A receiver that speaks TLS on this machine, where every name leads; yields its port and the names asked for."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    asked: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address) -> None:
            pass  # a caller that does not trust us hangs up

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda connection, name, context: asked.append(name)
    running = Server(("127.0.0.1", 0), Handler)
    running.socket = context.wrap_socket(running.socket, server_side=True, do_handshake_on_connect=False)
    real = socket.getaddrinfo
    monkeypatch.setattr(
        sending.socket, "getaddrinfo", lambda host, port, *a, **k: real("127.0.0.1", port, *a, **k)
    )
    thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield running.server_port, asked
    running.shutdown()
    running.server_close()
    thread.join()


def trust(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(sending, "_tls", lambda: context)


def test_the_name_is_asked_for_and_proven(server, certificate, monkeypatch):
    trust(monkeypatch, certificate)
    port, asked = server
    assert post(f"https://{HOST}:{port}/hook", body=b"{}", headers={}).status == 200
    assert asked == [HOST]


def test_another_name_at_the_same_address_is_not_believed(server, certificate, monkeypatch):
    trust(monkeypatch, certificate)
    with pytest.raises(SendingFailed):
        post(f"https://other.example.org:{server[0]}/hook", body=b"{}", headers={})


def test_a_certificate_that_nobody_vouches_for_is_not_believed(server):
    with pytest.raises(SendingFailed):
        post(f"https://{HOST}:{server[0]}/hook", body=b"{}", headers={})
