"""Where a document can live: one rule for every door, and no place that the wiki's own pages have."""

from functools import lru_cache

from django.urls import get_resolver

from wiki.errors import InvalidText, SlugTaken
from wiki.models import Document
from wiki.text.slugs import is_slug


def check_slug(slug: str) -> None:
    """Raise InvalidText where this is no slug, SlugTaken where a document or a page of ours has it."""
    if not is_slug(slug):
        message = "地址只用小写字母、数字和短横，最多 80 个字，例如 market-2026。"
        raise InvalidText(message, fields={"slug": message})
    if slug in reserved_slugs() or Document.objects.filter(slug=slug).exists():
        raise slug_taken(slug)


def slug_taken(slug: str) -> SlugTaken:
    message = f"已有地址为“{slug}”的页面，请换一个。"
    return SlugTaken(message, fields={"slug": message})


@lru_cache(maxsize=1)
def reserved_slugs() -> frozenset[str]:
    """Return the first part of every address that the wiki's public pages have beside the documents'."""
    _prefix, resolver = get_resolver().namespace_dict["wiki"]
    firsts = {str(one.pattern).split("/")[0] for one in resolver.url_patterns}
    return frozenset(first for first in firsts if first and not first.startswith("<"))
