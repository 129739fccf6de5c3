"""Names for downloads: Chinese ones for browsers that read RFC 5987, an ASCII one for the others. Pure."""

import re
from urllib.parse import quote

_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|\u202a-\u202e\u2066-\u2069]+')
_LONGEST = 80


def file_name(title: str, *, version: int, since: int | None, suffix: str) -> str:
    """Return a name that every file system takes: the title, the version, what it is compared with."""
    stem = _UNSAFE.sub(" ", title).strip(" .")[:_LONGEST].strip(" .") or "文件"
    compared = f"（对照第{since}版）" if since else ""
    return f"{stem} 第{version}版{compared}.{suffix}"


def disposition(name: str, *, fallback: str) -> str:
    """Return the Content-Disposition of a download; `fallback` is its name in ASCII."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", fallback)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
