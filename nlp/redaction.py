"""Masks what identifies a person, so that a text may be shown, logged or indexed.

What counts as identifying is personal.py's affair; the property kept here is that nothing it finds survives.
"""

import re

from nlp import personal

MASKS = {
    personal.PHONE: "〔电话〕",
    personal.ID_NUMBER: "〔证件号〕",
    personal.BANK_CARD: "〔卡号〕",
    personal.NUMBER: "〔号码〕",
    personal.PLATE: "〔车牌〕",
    personal.EMAIL: "〔邮箱〕",
    personal.WECHAT: "〔账号〕",
    personal.HOME: "〔住址〕",
    personal.NAME: "〔姓名〕",
}
_ROUNDS = 8
_ANY_MASK = re.compile("|".join(map(re.escape, MASKS.values())))


def _mask(text: str, found: list[personal.Personal]) -> str:
    """Replace each stretch of overlapping findings by the mask of its first one."""
    pieces: list[str] = []
    done = 0
    for one in found:
        if one.start >= done:
            pieces.append(text[done : one.start])
            pieces.append(MASKS[one.kind])
        done = max(done, one.end)
    pieces.append(text[done:])
    return "".join(pieces)


def redact(text: str, limit: int | None = None) -> str:
    """Return `text` with phones, ID and card numbers, plates, accounts, exact homes and names masked.

    With `limit` it is the masked form of the first `limit` characters: what the limit cuts through is known from
    what follows, and masked whole. Masking is repeated until nothing is found: a mask may bring together what
    stood apart.
    """
    if limit is not None and len(text) > limit:
        found = [one for one in personal.find_personal(text[: limit + personal.REACH]) if one.start < limit]
        inside = max([limit, *(one.end for one in found)])
        text = _mask(text[:inside], found)
    for _ in range(_ROUNDS):
        found = personal.find_personal(text)
        if not found:
            return text
        text = _mask(text, found)
    return "" if personal.find_personal(text) else text


def drop_masks(text: str) -> str:
    """Return a redacted text with blanks for masks: what is read out of it can quote nothing personal."""
    return _ANY_MASK.sub(" ", text)
