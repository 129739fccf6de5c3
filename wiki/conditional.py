"""Answers that a reader has already: an ETag of what is sent, and 304 where it is the same again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the response with its ETag, or 304 where the caller has named that one."""
    if response.status_code != 200:
        return response
    etag = quote_etag(hashlib.blake2b(response.content, digest_size=16).hexdigest())
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
