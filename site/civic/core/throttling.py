"""How often one address may do one thing, counted in the cache."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from civic.core.clients import client_address
from civic.core.errors import TooMany

PERIODS = {"s": 1, "min": 60, "hour": 3600, "day": 86_400}


def check_rate(request: HttpRequest, *, scope: str, rate: str) -> None:
    """Count this call and raise TooMany past `rate` ("20/min") for the caller's address.

    A fixed window in the shared cache; addresses in INTAKE_RATE_EXEMPT are not counted.
    """
    address = client_address(request)
    if address in settings.INTAKE_RATE_EXEMPT:
        return
    limit, _, period = rate.partition("/")
    seconds = PERIODS[period]
    window = int(time.time() // seconds)
    key = f"rate:{scope}:{address}:{window}"
    cache.add(key, 0, timeout=seconds * 2)
    try:
        count = cache.incr(key)
    except ValueError:  # evicted between add and incr
        cache.set(key, 1, timeout=seconds * 2)
        count = 1
    if count > int(limit):
        raise TooMany(
            "提交得太频繁了，请过一会儿再试。紧急情况请直接拨打 110、119 或 120。",
            code="rate_limited",
            retry_after=seconds - int(time.time()) % seconds,
        )
