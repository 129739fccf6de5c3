"""The chat page and WeChat's webhook: parse, call the services, answer."""

from __future__ import annotations

import logging
import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods

from . import conf, replies, services, turns, wechat
from .models import Channel, Message
from .replies import Reply

logger = logging.getLogger(__name__)

PLAIN = "text/plain; charset=utf-8"


@require_GET
@ensure_csrf_cookie
def chat(request: HttpRequest) -> HttpResponse:
    """The conversation on the web; everything in it happens through the chat API."""
    return render(
        request,
        "bot/chat.html",
        {
            "greeting": replies.greeting(),
            "bot_name": conf.get("BOT_NAME"),
            "endpoint": conf.get("BOT_CHAT_API"),
            "message_max": conf.get("BOT_MESSAGE_MAX"),
        },
    )


@csrf_exempt
@require_http_methods(["GET", "POST"])
def wechat_webhook(request: HttpRequest) -> HttpResponse:
    """WeChat's door: GET proves that the address is ours, POST brings a message."""
    started = time.monotonic()
    query = request.GET.dict()
    try:
        wechat.check_signature(query)
        if request.method == "GET":
            return HttpResponse(query.get("echostr", ""), content_type=PLAIN)
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > conf.get("BOT_BODY_MAX"):
            return HttpResponse("too large", status=413, content_type=PLAIN)
        incoming = wechat.read(request.body, query)
    except wechat.ForbiddenError:
        return HttpResponse("forbidden", status=403, content_type=PLAIN)
    except (wechat.MalformedError, ValueError):
        return HttpResponse("bad request", status=400, content_type=PLAIN)
    said = _answer(incoming, started)
    if not said:
        return HttpResponse("success", content_type=PLAIN)
    xml = wechat.write(wechat.compose(said), incoming, query)
    return HttpResponse(xml, content_type="application/xml; charset=utf-8")


def _answer(incoming: wechat.Incoming, started: float) -> list[Reply]:
    """Returns what to say now; empty when nothing is to be said or the answer follows later."""
    try:
        message, _created = services.receive_message(
            channel=Channel.WECHAT,
            sender=incoming.sender,
            message_id=incoming.message_id,
            kind=incoming.kind,
            text=incoming.text,
            payload=incoming.payload,
        )
    except services.MessageIdReusedError:
        # WeChat never reuses a MsgId; whoever does is not answered.
        logger.warning("a MsgId came again with other content")
        return []
    if message.state == Message.State.ANSWERED and message.delivery == Message.Delivery.SENT:
        return []
    left = float(conf.get("BOT_REPLY_SECONDS")) - (time.monotonic() - started) - 0.2
    outcome = turns.answer_within(message=message, seconds=left)
    if outcome.failed:
        return [replies.degraded_failed()]
    if outcome.replies and message.delivery == Message.Delivery.OWED:
        services.record_delivery(message=message, delivered=True)
    return outcome.replies or []
