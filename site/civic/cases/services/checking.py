"""What of a caller's input may be stored: each check returns the cleaned value or raises a sentence for the caller."""

import hashlib
import json
import math
import unicodedata
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email

from civic.cases.matters import UNSORTED, is_matter
from civic.core.errors import InvalidInput

KEPT_CONTROLS = "\n\t"
REASON_LIMIT = 2000


def fingerprint_of(fields: dict[str, Any], photos: Sequence[UploadedFile] = ()) -> str:
    """Return a digest of a request's content, for comparing repeats of an Idempotency-Key."""
    digest = hashlib.sha256(
        json.dumps(fields, sort_keys=True, ensure_ascii=False, default=str).encode("utf-8", "replace")
    )
    for photo in photos:
        photo.seek(0)
        for chunk in photo.chunks():
            digest.update(chunk)
        photo.seek(0)
    return digest.hexdigest()


def check_text(text: str) -> str:
    """Return the text in NFC without control characters; InvalidInput when nothing or too much is left."""
    if not isinstance(text, str):
        raise InvalidInput("请用文字写下您要反映的问题。", fields={"text": "请用文字写下您要反映的问题。"})
    cleaned = clean(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not says_something(cleaned):
        message = "请写一句话说明哪里有什么问题。"
        raise InvalidInput(message, code="empty_text", fields={"text": message})
    if len(cleaned) > settings.REPORT_TEXT_LIMIT:
        message = (
            f"内容太长了：最多 {settings.REPORT_TEXT_LIMIT} 字，现在有 {len(cleaned)} 字。请删减后再提交。"
        )
        raise InvalidInput(message, code="text_too_long", fields={"text": message})
    return cleaned


def says_something(text: str) -> bool:
    """Whether there is a letter, digit, mark or symbol: what is only spaces and zero-width marks says nothing."""
    return any(unicodedata.category(char)[0] in "LNPS" for char in text)


def clean(text: str) -> str:
    """Return the text in NFC without what no database column should hold: control codes and lone surrogates."""
    kept = (char for char in text if char in KEPT_CONTROLS or unicodedata.category(char) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", "".join(kept))


def check_line(text: str, *, name: str, limit: int) -> str:
    """Return one cleaned line; InvalidInput when it is longer than `limit` characters."""
    cleaned = " ".join(clean(text).split())
    if len(cleaned) > limit:
        message = f"太长了，最多 {limit} 字。"
        raise InvalidInput(message, fields={name: message})
    return cleaned


def check_address(text: str, *, name: str, limit: int) -> str:
    """Return a mail address or ""; InvalidInput for what is none: nobody could be answered there."""
    address = check_line(text, name=name, limit=limit)
    try:
        if address:
            validate_email(address)
    except ValidationError as error:
        message = "不是有效的邮箱地址，例如 name@example.cn；不想留邮箱可以不填。"
        raise InvalidInput(message, code="bad_email", fields={name: message}) from error
    return address


def check_reason(reason: str, *, what: str, needed: bool = True) -> str:
    """Return the cleaned reason for `what`; InvalidInput when it is missing, holds nothing to read, or is too long."""
    reason = clean(reason).strip()
    if not says_something(reason):
        reason = ""
    message = f"“{what}”需要写明理由。" if needed and not reason else ""
    if len(reason) > REASON_LIMIT:
        message = f"理由最多 {REASON_LIMIT} 字。"
    if message:
        raise InvalidInput(message, fields={"reason": message})
    return reason


def check_point(lon: float | None, lat: float | None) -> tuple[float, float] | None:
    """Return the point or None; InvalidInput for half a point or something that is no number."""
    if lon is None and lat is None:
        return None
    message = "位置不完整：经度和纬度要一起给出，并且是数字。"
    if lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
        raise InvalidInput(message, code="bad_point", fields={"lon": message})
    return lon, lat


def check_code(code: str) -> str:
    """Return a code the citizen chose, "" for none or 00000; InvalidInput for an unknown one."""
    code = code.strip()
    if code in {"", UNSORTED}:
        return ""
    if not is_matter(code):
        message = f"没有这个事项代码：{code[:20]}"
        raise InvalidInput(message, code="unknown_matter", fields={"matter": message})
    return code
