"""Pages that need not be made or sent again: kept for all visitors, or known to the one who asks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag

FRAME_KEPT_FOR = 60
"""Seconds. The frame of a kept page (menus, footer, views) belongs to others and is at most so old."""


def kept_for_all(
    request: HttpRequest, name: str, state: str, make: Callable[[], HttpResponse]
) -> HttpResponse:
    """Return the page that every visitor who has not signed in sees; made anew where `state` is another.

    `name` is the page's own; there is one entry for it in the cache, and a new state takes the old one's place. Pages
    with a person's name, forms or messages differ each time and are made for that person. Visitors who have this very
    page already are told so (304).
    """
    if request.user.is_authenticated or len(get_messages(request)):
        return make()
    key, state = f"wiki:page:{name}", f"{state}:{request.scheme}:{request.get_host()}"
    kept = cache.get(key)
    if kept is not None and kept[0] == state:
        _, content, etag = kept
    else:
        content = make().content
        etag = _etag(content)
        cache.set(key, (state, content, etag), FRAME_KEPT_FOR)
    response = HttpResponse(content, headers={"ETag": etag, "Cache-Control": "no-cache"})
    patch_vary_headers(response, ["Cookie"])
    return get_conditional_response(request, etag=etag, response=response) or response


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the response with its ETag, or 304 where the caller has named that one."""
    if response.status_code != 200:
        return response
    etag = _etag(response.content)
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def lasting(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a page of the past be kept by its reader's browser, which asks each time whether it is still the same.

    What such a page says does not change, but the frame around it does. Pages of people who have signed in hold a token
    that is new in each, so that asking would be in vain.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            patch_cache_control(response, private=True, no_cache=True)
            patch_vary_headers(response, ["Cookie"])
        return response if request.user.is_authenticated else unless_known(request, response)

    return kept


def _etag(content: bytes) -> str:
    return quote_etag(hashlib.blake2b(content, digest_size=16).hexdigest())
