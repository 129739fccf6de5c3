"""What in a letter its writer wrote: without the letter it answers and without the signature. Line by line.

A few rules for what Chinese and common foreign mail programs write; where they would leave nothing, all stays.
"""

import re

DIVIDER = re.compile(
    r"[-_—=*]{2,}\s*(?:原始邮件|原邮件|原始信息|转发邮件|转发的邮件|回复的原邮件|"
    r"original message|original|forwarded message|replied message|begin forwarded message)\s*[-_—=*:：]*",
    re.IGNORECASE,
)
ATTRIBUTION = re.compile(r".{0,390}(?:写道|来信|wrote|書いた) ?[:：]", re.IGNORECASE)
WRAPPED = re.compile(r"(?:on|at|在|于)\s?(?=\S)", re.IGNORECASE)  # how one begins that goes on below
DATED = re.compile(r"\d{4}|@|\d{1,2}月")
FROM = re.compile(r"\s*\**(?:发件人|寄件人|寄件者|发送人|from)\**\s*[:：]", re.IGNORECASE)
OTHER_HEADER = re.compile(
    r"\s*\**(?:发送时间|发送日期|日期|时间|收件人|主题|sent|date|to|subject)\**\s*[:：]", re.IGNORECASE
)
SENT_FROM = re.compile(
    r"\s*(?:发自我的|发自|从我的.{1,20}发送|来自我的|来自.{1,20}邮箱|sent from (?:my )?|获取 ?outlook|get outlook)",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"--\s*|—{1,3}\s*")
LONGEST = 200_000  # characters that are looked at: what nobody wrote by hand ends long before
SIGNATURE_LINES, SENT_FROM_LINES, LOOK_AHEAD = 12, 6, 6
REPLY = re.compile(r"\s*(?:re|aw|回复|答复|回覆|回信)\s*(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE)
PREFIX = re.compile(
    r"\s*(?:re|aw|fw|fwd|回复|答复|回覆|回信|转发|轉寄)\s*(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE
)


def own_words(text: str, *, reply: bool) -> str:
    """Return what the writer of a letter wrote; only of a `reply` is the quoted letter taken away."""
    lines = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if reply:
        lines = _without_quote(lines)
    return "\n".join(_without_signature(lines)).strip() or text.strip()


def _without_quote(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines):
        if DIVIDER.fullmatch(line.strip()[:200]) or _opens_headers(lines, index):
            above = _unquoted(lines[:index])
            return above if any(one.strip() for one in above) else lines
        length = _attribution(lines, index)
        if length:
            above = _unquoted(lines[:index])
            if any(one.strip() for one in above):
                return above
            return _unquoted(lines[index + length :])  # the answer stands below what it answers
    return _unquoted(lines)


def _unquoted(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.lstrip().startswith((">", "＞"))]


def _opens_headers(lines: list[str], index: int) -> bool:
    """Whether the headers of another letter begin here: who it is from, and close below at least two more."""
    if not FROM.match(lines[index][:200]):
        return False
    below = [line for line in lines[index + 1 : index + 1 + LOOK_AHEAD] if line.strip()]
    return sum(bool(OTHER_HEADER.match(line[:200])) for line in below) >= 2


def _attribution(lines: list[str], index: int) -> int:
    """Return how many lines say here who wrote what follows: one, two where it was wrapped, 0 for none."""
    for length in (1, 2):
        joined = " ".join(" ".join(lines[index : index + length])[:400].split()).lstrip("> ")
        begins = length == 1 or (WRAPPED.match(joined) and DATED.search(lines[index]))
        if begins and ATTRIBUTION.fullmatch(joined) and DATED.search(joined):
            return length
    return 0


def _without_signature(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    lines = lines[:end]
    for index in range(max(0, len(lines) - SIGNATURE_LINES), len(lines)):
        tail = len(lines) - index
        if SIGNATURE.fullmatch(lines[index][:20]) or (
            tail <= SENT_FROM_LINES and SENT_FROM.match(lines[index][:80])
        ):
            return lines[:index] if any(line.strip() for line in lines[:index]) else lines
    return lines


def is_reply_subject(subject: str) -> bool:
    """Whether a subject says that the letter answers another."""
    return REPLY.match(subject) is not None


def plain_subject(subject: str) -> str:
    """Return a subject without "Re:", "回复：" and the like."""
    while found := PREFIX.match(subject):
        subject = subject[found.end() :]
    return subject.strip()
