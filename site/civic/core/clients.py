"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the caller's address, trusting X-Forwarded-For only as far as TRUSTED_PROXIES says.

    With n trusted proxies the n-th entry from the right is what the outermost of them saw; anything left of
    it was typed by the caller.
    """
    trusted = settings.TRUSTED_PROXIES
    if trusted:
        chain = [
            part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
        ]
        if len(chain) >= trusted:
            return chain[-trusted]
    return request.META.get("REMOTE_ADDR", "")
