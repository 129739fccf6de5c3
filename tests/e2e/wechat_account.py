"""WeChat's side of the official account: signed webhook calls, plain and AES, and its customer-service interface."""

import hashlib
import json
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from wechatpy.crypto import WeChatCrypto

TOKEN, APP_ID, SECRET = "e2e-token", "wx0123456789abcdef", "e2e-secret"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_e2e"


class Caller:
    """One WeChat user writing to the account; `aes` chooses the safe mode, `waits` holds the seconds of each answer."""

    def __init__(self, base_url: str, openid: str, *, aes: bool) -> None:
        self.base_url, self.openid, self.aes = base_url, openid, aes
        self.waits: list[float] = []
        self.crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)

    def text(self, content: str) -> str:
        """Return the message XML of a text."""
        return self._xml("text", f"<Content><![CDATA[{content.replace(']]>', ']] >')}]]></Content>")

    def location(self, lon: float, lat: float, label: str = "") -> str:
        """Return the message XML of a location; Location_X is the latitude, coordinates are GCJ-02."""
        return self._xml(
            "location",
            f"<Location_X>{lat:.6f}</Location_X><Location_Y>{lon:.6f}</Location_Y><Scale>15</Scale>"
            f"<Label><![CDATA[{escape(label)}]]></Label>",
        )

    def _xml(self, kind: str, body: str) -> str:
        return (
            f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{self.openid}]]></FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{body}"
            f"<MsgId>{secrets.randbelow(10**16) + 10**16}</MsgId></xml>"
        )

    def post(self, xml: str) -> str:
        """Deliver one message once, as WeChat does, and return the text of the passive reply ("" when none)."""
        timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
        signature = hashlib.sha1("".join(sorted([TOKEN, timestamp, nonce])).encode()).hexdigest()
        query = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "openid": self.openid}
        if self.aes:
            envelope = ElementTree.fromstring(self.crypto.encrypt_message(xml, nonce, timestamp))
            query |= {"encrypt_type": "aes", "msg_signature": envelope.findtext("MsgSignature") or ""}
            xml = (
                f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
                f"<Encrypt><![CDATA[{envelope.findtext('Encrypt')}]]></Encrypt></xml>"
            )
        request = urllib.request.Request(
            f"{self.base_url}/wechat/?{urllib.parse.urlencode(query)}",
            data=xml.encode(),
            headers={"Content-Type": "text/xml"},
        )
        start = time.monotonic()
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read().decode()
        self.waits.append(time.monotonic() - start)
        if not body.strip() or body.strip() == "success":
            return ""
        if self.aes:
            sealed = ElementTree.fromstring(body)
            body = self.crypto.decrypt_message(
                body, sealed.findtext("MsgSignature"), sealed.findtext("TimeStamp"), sealed.findtext("Nonce")
            )
        return ElementTree.fromstring(body).findtext("Content") or ""


class CustomerService:
    """WeChat's own server: gives access tokens and keeps the customer-service messages it is sent."""

    def __init__(self) -> None:
        self.sent: list[dict] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                """Keep the test's output quiet."""

            def _answer(self, data: dict) -> None:
                body = json.dumps(data).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json; encoding=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                if (
                    "/token" in self.path
                    and query.get("appid") == [APP_ID]
                    and query.get("secret") == [SECRET]
                ):
                    self._answer({"access_token": "e2e-access", "expires_in": 7200})
                else:
                    self._answer({"errcode": 40013, "errmsg": "invalid appid"})

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                if "/stable_token" in self.path:
                    self._answer({"access_token": "e2e-access", "expires_in": 7200})
                elif query.get("access_token") != ["e2e-access"]:
                    self._answer({"errcode": 40001, "errmsg": "invalid credential"})
                elif "/message/custom/send" in self.path:
                    outer.sent.append(json.loads(raw))
                    self._answer({"errcode": 0, "errmsg": "ok"})
                else:
                    self._answer({"errcode": 48001, "errmsg": "api unauthorized"})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}/cgi-bin/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def texts_to(self, openid: str) -> list[str]:
        """Return the texts sent to one user."""
        return [message["text"]["content"] for message in list(self.sent) if message.get("touser") == openid]

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
