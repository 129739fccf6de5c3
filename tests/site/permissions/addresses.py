"""Every URL pattern of the site as one string, and the address that a pattern and its values make."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)")


class Address(NamedTuple):
    """A pattern, and the module whose view it leads to."""

    pattern: str
    module: str


def every_address(resolver: URLResolver | None = None, before: str = "") -> Iterator[Address]:
    """Walk the whole table of addresses."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from every_address(entry, pattern)
        else:
            assert isinstance(entry, URLPattern)
            yield Address(pattern, entry.callback.__module__)


def fill_in(pattern: str, values: Mapping[str, Any]) -> str:
    """Return the path that a pattern makes with these values; a value that is missing is an error of the table."""
    path = PART.sub(lambda found: quote(str(values[found[1] or found[2]])), pattern)
    return "/" + re.sub(r"[\^$\\]", "", path)
