"""Saying yes or no by a press of a button; a second press takes it back."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from wiki.errors import WikiError
from wiki.models import Clause, Comment, Document, Suggestion
from wiki.services.votes import Target, vote


@require_POST
def cast(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a vote on a clause, a suggestion or a comment; a script is answered in JSON, a form goes back to its page."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    by_script = "application/json" in request.headers.get("Accept", "")
    back = _back(request, found)
    if not request.user.is_authenticated:
        if by_script:
            return JsonResponse({"message": "登录后才能表态。"}, status=401)
        return redirect_to_login(back)
    target = _target(request, found)
    try:
        tally = vote(voter=request.user, target=target, value=_value(request))
    except WikiError as error:
        if by_script:
            return JsonResponse({"message": error.message}, status=error.status)
        messages.error(request, error.message)
        return redirect(back)
    if by_script:
        return JsonResponse({"ups": tally.ups, "downs": tally.downs, "mine": tally.mine})
    return redirect(back)


def _value(request: HttpRequest) -> int:
    """Return the vote sent; anything else is none that the service takes."""
    return {"1": 1, "-1": -1, "0": 0}.get(request.POST.get("value", ""), 2)


def _target(request: HttpRequest, document: Document) -> Target:
    """Return what is voted on: a row of this document that this person has on their page."""
    number = request.POST.get("id", "")
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    kind = request.POST.get("on", "")
    if kind == "clause":
        return get_object_or_404(Clause.objects.filter(document=document), pk=pk)
    if kind == "suggestion":
        return get_object_or_404(Suggestion.objects.filter(document=document).shown_to(request.user), pk=pk)
    if kind == "comment":
        return get_object_or_404(Comment.objects.filter(document=document).said(), pk=pk)
    raise Http404


def _back(request: HttpRequest, document: Document) -> str:
    """Return the page the button was on: an address of this site and no other."""
    back = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if back.startswith("/") and here else document.get_absolute_url()
