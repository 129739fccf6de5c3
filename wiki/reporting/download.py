"""Names and types of files that are sent."""

import re

from django.utils.http import content_disposition_header

NAME_LIMIT = 80
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def named(name: str) -> str:
    """Return the Content-Disposition of a file to keep, its name free of what file systems refuse (RFC 6266)."""
    stem, dot, extension = name.rpartition(".")
    safe = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*\s]+', " ", stem).strip(" .")[:NAME_LIMIT]
    return content_disposition_header(True, f"{safe or '文件'}{dot}{extension}") or "attachment"
