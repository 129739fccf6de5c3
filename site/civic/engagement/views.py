"""The pages behind the links in mails: saying yes, and leaving. A look changes nothing: mail scanners look too."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from civic.core.errors import NotFound
from civic.engagement.services import subscriptions


def _never_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"  # the address of this page is a key
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once more with a button; the button's POST is the yes."""
    try:
        done = request.method == "POST"
        found = subscriptions.confirm(token=token) if done else subscriptions.to_confirm(token)
    except NotFound as error:
        return _gone(request, error)
    done = done or found.confirmed_at is not None
    page = {"subscription": found, "done": done, "leave": subscriptions.end_token(found)}
    return _never_kept(render(request, "engagement/confirm.html", page))


@csrf_exempt  # RFC 8058: the mail program posts without a session; the signed token is what allows it
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """Leave: a page with a button for people, one POST for mail programs."""
    try:
        done = request.method == "POST"
        found = subscriptions.end(token=token) if done else subscriptions.to_end(token)
    except NotFound as error:
        return _gone(request, error)
    page = {"subscription": found, "done": found.ended_at is not None}
    return _never_kept(render(request, "engagement/end.html", page))


def _gone(request: HttpRequest, error: NotFound) -> HttpResponse:
    return _never_kept(
        render(request, "engagement/gone.html", {"message": error.message}, status=error.status)
    )
