"""The one rule of what stands for a document in addresses: lower-case letters, digits, single hyphens. Pure."""

import re

from django.utils.text import slugify

SLUG_LIMIT = 80
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def is_slug(text: str) -> bool:
    return len(text) <= SLUG_LIMIT and _SLUG.fullmatch(text) is not None


def make_slug(text: str) -> str:
    """Return the nearest slug to a name; "" where nothing of it can be in one, as of a Chinese name."""
    words = re.sub(r"[-_]+", "-", slugify(text)).strip("-")
    return words[:SLUG_LIMIT].strip("-")
