"""The desk of those who manage partners: keys, webhooks, what was sent, and sending it again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from civic.core.errors import DomainError, NotFound
from civic.partners.models import Delivery, EventKind, Partner, Scope, Webhook
from civic.partners.policies import can_manage
from civic.partners.querysets import deliveries, with_figures
from civic.partners.services.delivering import replay
from civic.partners.services.keys import revoke_key, switch_partner
from civic.partners.services.webhooks import add_webhook, renew_secret, secret_of, switch_webhook

app_name = "partners_desk"
ROWS = 50


def _require(request: HttpRequest) -> None:
    if not can_manage(request.user):
        raise PermissionDenied


def _state(request: HttpRequest) -> str:
    state = request.GET.get("state", "")
    return state if state in Delivery.State.values else ""


def index(request: HttpRequest) -> HttpResponse:
    """List partners with their keys and messages, and what is dead anywhere."""
    _require(request)
    return render(
        request,
        "partners/desk/index.html",
        {"partners": with_figures(), "dead": deliveries(state=Delivery.State.DEAD)[:ROWS]},
    )


def partner(request: HttpRequest, pk: int, *, given: dict[str, Any] | None = None) -> HttpResponse:
    """Show one partner: keys, webhooks with their secrets, and the last messages."""
    _require(request)
    one = get_object_or_404(with_figures(), pk=pk)
    webhooks = [{"row": row, "secret": secret_of(row), "kinds": _kinds(row)} for row in one.webhooks.all()]
    state = _state(request)
    context = {
        "partner": one,
        "scopes": [Scope(scope).label for scope in one.scopes],
        "keys": one.keys.all(),
        "webhooks": webhooks,
        "rows": deliveries(partner=one, state=state)[:ROWS],
        "state": state,
        "states": Delivery.State.choices,
        "kinds": EventKind.choices,
        "audiences": Webhook.Audience.choices,
        **(given or {"chosen_kinds": [], "url": "", "audience": Webhook.Audience.OWN, "errors": {}}),
    }
    return render(request, "partners/desk/partner.html", context, status=400 if given else 200)


def _kinds(webhook: Webhook) -> list[str]:
    return [str(EventKind(kind).label) for kind in webhook.kinds]


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a webhook; what was refused comes back with its reason and with what was typed."""
    _require(request)
    one = get_object_or_404(Partner, pk=pk)
    url, audience = request.POST.get("url", ""), request.POST.get("audience", "")
    kinds = request.POST.getlist("kinds")
    try:
        add_webhook(partner=one, url=url, audience=audience, kinds=kinds)
    except DomainError as error:
        messages.error(request, error.message)
        given = {"url": url, "audience": audience, "chosen_kinds": kinds, "errors": error.fields}
        return partner(request, pk, given=given)
    messages.success(request, "推送地址已登记。")
    return HttpResponseRedirect(reverse("partners_desk:partner", args=[pk]) + "#webhooks")


def _done(
    request: HttpRequest, change: Callable[[], object], said: str, partner_pk: int | None, part: str
) -> HttpResponse:
    """Make a change, say how it went and return to the page it was asked for on."""
    try:
        change()
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    back = (
        reverse("partners_desk:partner", args=[partner_pk]) if partner_pk else reverse("partners_desk:index")
    )
    return HttpResponseRedirect(f"{back}#{part}")


@require_POST
def switch_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a partner off or on again: its keys and its webhooks."""
    _require(request)
    active = request.POST.get("active") == "1"
    said = "合作方已启用。" if active else "合作方已停用：密钥不再有效，推送暂停。"
    return _done(request, lambda: switch_partner(partner_pk=pk, active=active), said, pk, "keys")


@require_POST
def revoke(request: HttpRequest, pk: int, key_pk: int) -> HttpResponse:
    """Make a key good for nothing."""
    _require(request)
    get_object_or_404(Partner, pk=pk, keys=key_pk)
    return _done(request, lambda: revoke_key(key_pk=key_pk), "密钥已吊销。", pk, "keys")


@require_POST
def switch(request: HttpRequest, pk: int, webhook_pk: int) -> HttpResponse:
    """Switch a webhook off or on again."""
    _require(request)
    get_object_or_404(Partner, pk=pk, webhooks=webhook_pk)
    active = request.POST.get("active") == "1"
    said = (
        "推送已启用，积压的消息会按原来的顺序发出。"
        if active
        else "推送已停用：积压的消息保留，停用期间的新变化不再记录，合作方可按更新时间补取。"
    )
    return _done(request, lambda: switch_webhook(webhook_pk=webhook_pk, active=active), said, pk, "webhooks")


@require_POST
def renew(request: HttpRequest, pk: int, webhook_pk: int) -> HttpResponse:
    """Give a webhook another signing secret."""
    _require(request)
    get_object_or_404(Partner, pk=pk, webhooks=webhook_pk)
    said = "签名密钥已更换，请把新的交给合作方。"
    return _done(request, lambda: renew_secret(webhook_pk=webhook_pk), said, pk, "webhooks")


@require_POST
def send_again(request: HttpRequest, delivery_pk: int) -> HttpResponse:
    """Send a message again."""
    _require(request)
    given = request.POST.get("partner", "")
    back = int(given) if given.isdecimal() and len(given) < 19 else None
    return _done(
        request, lambda: replay(delivery_pk=delivery_pk), "已放回队列，将重新推送。", back, "deliveries"
    )


urlpatterns = [
    path("", index, name="index"),
    path("<int:pk>/", partner, name="partner"),
    path("<int:pk>/active/", switch_off, name="active"),
    path("<int:pk>/webhooks/", add, name="add"),
    path("<int:pk>/webhooks/<int:webhook_pk>/switch/", switch, name="switch"),
    path("<int:pk>/webhooks/<int:webhook_pk>/secret/", renew, name="renew"),
    path("<int:pk>/keys/<int:key_pk>/revoke/", revoke, name="revoke"),
    path("deliveries/<int:delivery_pk>/again/", send_again, name="again"),
]
