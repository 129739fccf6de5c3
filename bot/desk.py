"""The staff's views of conversations inside Wagtail's shell: the hand-over queue, the list, one transcript. Words are masked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from . import services
from .models import Conversation, Message
from .policies import can_close_handover, can_view_transcripts

PER_PAGE = 30
SHOWN = 200


def _masked(text: str) -> str:
    from nlp import redact

    return redact(text)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The people who wait, then the latest conversations."""
    if not can_view_transcripts(request.user):
        raise PermissionDenied
    visible = Conversation.objects.visible_to(request.user)
    latest = Prefetch(
        "messages", queryset=Message.objects.inbound().order_by("-id")[:1], to_attr="latest_messages"
    )
    waiting = list(visible.waiting_for_a_person().prefetch_related(latest)[:SHOWN])
    page = Paginator(visible.recent().prefetch_related(latest), PER_PAGE).get_page(request.GET.get("p"))
    return render(
        request,
        "bot/desk/index.html",
        {"waiting": [_row(each) for each in waiting], "rows": [_row(each) for each in page], "page": page},
    )


def _row(conversation: Conversation) -> dict[str, Any]:
    latest: list[Message] = getattr(conversation, "latest_messages", [])
    return {"conversation": conversation, "last": _masked(latest[0].text)[:60] if latest else ""}


@require_GET
def transcript(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One conversation, oldest first, the last two hundred messages."""
    conversation = get_object_or_404(Conversation.objects.visible_to(request.user), pk=pk)
    messages = list(conversation.messages.order_by("-id")[:SHOWN])[::-1]
    return render(
        request,
        "bot/desk/transcript.html",
        {
            "conversation": conversation,
            "turns": [{"message": each, "text": _masked(each.text)} for each in messages],
            "can_close": can_close_handover(request.user, conversation),
        },
    )


@require_POST
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Gives a conversation back to the assistant."""
    conversation = get_object_or_404(Conversation.objects.visible_to(request.user), pk=pk)
    try:
        services.close_handover(conversation=conversation, user=request.user)
    except services.NotAllowedError as error:
        raise PermissionDenied from error
    return redirect("bot_desk:index")


urls = (
    [
        path("", index, name="index"),
        path("<uuid:pk>/", transcript, name="transcript"),
        path("<uuid:pk>/close/", close, name="close"),
    ],
    "bot_desk",
)
