"""WeChat's own format: signatures, safe XML, both encryption modes, GCJ-02 points. Turns a request into an Incoming.

Refuses first and parses later: nothing of a body is read before its signature holds, and a DTD or an entity never
reaches wechatpy's parser.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import TextReply
from wechatpy.utils import WeChatSigner

from . import conf
from .models import Message
from .replies import Reply

# A passive text answer may hold 2,048 bytes.
REPLY_BYTES = 2040


class WeChatError(Exception):
    """The base of what can be wrong with a request."""


class ForbiddenError(WeChatError):
    """The signature does not hold."""


class MalformedError(WeChatError):
    """The body is no message: broken XML, a DTD, entities, missing fields."""


@dataclass(frozen=True)
class Incoming:
    """One message in, in our own terms; points are WGS-84."""

    sender: str
    account: str
    message_id: str
    kind: str
    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


def check_signature(query: Mapping[str, str]) -> None:
    """Raises ForbiddenError unless sha1(sort(token, timestamp, nonce)) is the given signature.

    Without a configured token nothing holds: an empty token could be signed by anybody.
    """
    token = conf.get("WECHAT_TOKEN")
    signer = WeChatSigner()
    signer.add_data(token, query.get("timestamp", ""), query.get("nonce", ""))
    given = query.get("signature", "")
    if not token or not hmac.compare_digest(signer.signature.encode(), given.encode("utf-8", "replace")):
        raise ForbiddenError("signature")


def is_encrypted(query: Mapping[str, str]) -> bool:
    return query.get("encrypt_type") == "aes"


def read(body: bytes, query: Mapping[str, str]) -> Incoming:
    """Returns the message in a request whose signature has been checked. Raises ForbiddenError or MalformedError."""
    text = safe_xml(body)
    if is_encrypted(query):
        text = safe_xml(_decrypt(text, query).encode())
    try:
        return _incoming(parse_message(text))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedError("not a message") from error


def write(reply: str, incoming: Incoming, query: Mapping[str, str]) -> str:
    """Returns the passive answer's XML, encrypted when the request was."""
    answer = TextReply(content=reply)
    answer.source = incoming.account
    answer.target = incoming.sender
    xml = answer.render()
    if not is_encrypted(query):
        return xml
    return crypto().encrypt_message(xml, query.get("nonce", ""), query.get("timestamp", ""))


def crypto() -> WeChatCrypto:
    """Returns the cipher of safe mode. Raises ForbiddenError where it is not configured."""
    key = conf.get("WECHAT_ENCODING_AES_KEY")
    if not key:
        raise ForbiddenError("no AES key")
    return WeChatCrypto(conf.get("WECHAT_TOKEN"), key, conf.get("WECHAT_APP_ID"))


def safe_xml(body: bytes) -> str:
    """Returns the XML as text when it has no DTD and no entities. Raises MalformedError."""
    try:
        fromstring(body, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        return body.decode("utf-8")
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise MalformedError(type(error).__name__) from error


def _decrypt(text: str, query: Mapping[str, str]) -> str:
    try:
        return crypto().decrypt_message(
            text, query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", "")
        )
    except (InvalidSignatureException, InvalidAppIdException) as error:
        raise ForbiddenError("message signature") from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise MalformedError("not encrypted for us") from error
    except Exception as error:
        # struct.error and the cipher's own: whatever breaks on a forged ciphertext is a bad message.
        raise MalformedError("cannot decrypt") from error


def _incoming(message: Any) -> Incoming:
    data: Mapping[str, Any] = message._data
    sender, account = str(data["FromUserName"]), str(data.get("ToUserName") or "")
    if not sender:
        raise ValueError("no sender")
    msg_id = str(data.get("MsgId") or "")
    # Events carry no MsgId: the sender and the second are what WeChat says to dedupe by.
    message_id = msg_id or f"{sender}:{data['CreateTime']}:{data.get('Event', '')}"
    base: dict[str, Any] = {"sender": sender, "account": account, "message_id": message_id[:128]}
    match message.type:
        case "text":
            return Incoming(**base, kind=Message.Kind.TEXT, text=str(data.get("Content") or ""))
        case "voice":
            return Incoming(
                **base,
                kind=Message.Kind.VOICE,
                text=str(data.get("Recognition") or ""),
                payload={"media_id": str(data.get("MediaId") or "")},
            )
        case "image":
            return Incoming(
                **base,
                kind=Message.Kind.IMAGE,
                payload={"media_id": str(data.get("MediaId") or ""), "url": str(data.get("PicUrl") or "")},
            )
        case "location":
            lat, lon = float(data["Location_X"]), float(data["Location_Y"])
            if not (math.isfinite(lat) and math.isfinite(lon)):
                raise ValueError("not a point")
            lon, lat = gcj02_to_wgs84(lon, lat)
            return Incoming(
                **base,
                kind=Message.Kind.LOCATION,
                payload={
                    "lon": round(lon, 6),
                    "lat": round(lat, 6),
                    "label": str(data.get("Label") or "")[:200],
                },
            )
        case _ if "Event" in data:
            return Incoming(**base, kind=Message.Kind.EVENT, payload={"event": str(data["Event"]).lower()})
        case _:
            return Incoming(**base, kind=Message.Kind.OTHER, payload={"type": str(data.get("MsgType") or "")})


def compose(said: Sequence[Reply]) -> str:
    """Joins the answers into the one text that a passive answer may hold."""
    parts = []
    for reply in said:
        text = reply.text
        if reply.suggestions:
            text += "\n（可回复：" + " / ".join(reply.suggestions) + "）"
        parts.append(text)
    whole = "\n\n".join(parts)
    cut = whole.encode()[: REPLY_BYTES - 3].decode("utf-8", "ignore")
    return whole if len(whole.encode()) <= REPLY_BYTES else cut + "…"


# ---- coordinates: WeChat sends GCJ-02, everything here is WGS-84

_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Returns the point in GCJ-02; outside China's box, where the offset is not defined, unchanged."""
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    pi, sin, root = math.pi, math.sin, math.sqrt(abs(x))
    wave = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    radians = lat / 180.0 * pi
    magic = 1.0 - _ECCENTRICITY * sin(radians) ** 2
    north = north * 180.0 / ((_AXIS * (1.0 - _ECCENTRICITY)) / (magic * math.sqrt(magic)) * pi)
    east = east * 180.0 / (_AXIS / math.sqrt(magic) * math.cos(radians) * pi)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Returns the WGS-84 point whose GCJ-02 form is the given one, to about a centimetre, by fixed-point steps."""
    guess_lon, guess_lat = lon, lat
    for _ in range(6):
        made_lon, made_lat = wgs84_to_gcj02(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - made_lon, guess_lat + lat - made_lat
    return guess_lon, guess_lat
