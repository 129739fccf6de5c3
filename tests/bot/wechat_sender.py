"""Speaks as WeChat's server does: signs, encrypts, posts, and reads the answer back."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

import defusedxml.ElementTree as ElementTree
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

_ids = count(24_000_000_000_000_001)
TIMESTAMP, NONCE = "1763700000", "n0nce"


def sign(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


@dataclass
class WeChatSender:
    """One official account's server; ``aes_key`` makes it speak safe mode."""

    client: Any
    token: str
    app_id: str
    aes_key: str = ""
    openid: str = "oAbCdEfGhIjKlMnOpQrStUvWxYz1"
    url: str = "/wechat/"
    last_xml: str = field(default="", init=False)

    def query(self, **extra: str) -> dict[str, str]:
        return {
            "signature": sign(self.token, TIMESTAMP, NONCE),
            "timestamp": TIMESTAMP,
            "nonce": NONCE,
            **extra,
        }

    def xml(self, kind: str, fields: dict[str, Any], *, msg_id: int | None = None, openid: str = "") -> str:
        inner = {"ToUserName": "gh_city", "FromUserName": openid or self.openid, "CreateTime": 1763700000}
        inner["MsgType"] = kind
        inner.update(fields)
        if kind != "event":
            inner["MsgId"] = msg_id or next(_ids)
        body = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in inner.items())
        return f"<xml>{body}</xml>"

    def post(self, xml: str, **query: str) -> Any:
        self.last_xml = xml
        params = self.query(**query)
        body = xml
        if self.aes_key:
            crypto = WeChatCrypto(self.token, self.aes_key, self.app_id)
            outer = ElementTree.fromstring(crypto.encrypt_message(xml, NONCE, TIMESTAMP))
            body = (
                f"<xml><ToUserName>gh_city</ToUserName><Encrypt>{outer.findtext('Encrypt')}</Encrypt></xml>"
            )
            params |= {"encrypt_type": "aes", "msg_signature": outer.findtext("MsgSignature")}
        return self.client.post(self.url, data=body.encode(), content_type="text/xml", query_params=params)

    def read(self, response: Any) -> str:
        """Returns the words of a passive answer; "success" where there is none."""
        text = response.content.decode()
        if text == "success":
            return text
        if self.aes_key:
            outer = ElementTree.fromstring(text)
            text = WeChatCrypto(self.token, self.aes_key, self.app_id).decrypt_message(
                text, outer.findtext("MsgSignature"), outer.findtext("TimeStamp"), outer.findtext("Nonce")
            )
        return ElementTree.fromstring(text).findtext("Content") or ""

    def say(self, text: str, *, msg_id: int | None = None, openid: str = "") -> str:
        response = self.post(self.xml("text", {"Content": text}, msg_id=msg_id, openid=openid))
        assert response.status_code == 200, response.content
        return self.read(response)

    def share(self, lat: float, lon: float, label: str = "") -> str:
        """Sends a location message; the point is GCJ-02, latitude first, as WeChat has it."""
        fields = {"Location_X": lat, "Location_Y": lon, "Scale": 15, "Label": label}
        response = self.post(self.xml("location", fields))
        assert response.status_code == 200, response.content
        return self.read(response)
