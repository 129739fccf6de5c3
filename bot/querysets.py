"""All reading of conversations and messages."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from .policies import can_view_transcripts

if TYPE_CHECKING:
    from .models import Conversation, Message  # noqa: F401


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: Any) -> ConversationQuerySet:
        """Staff with the permission see all conversations; nobody else sees any here."""
        return self.all() if can_view_transcripts(user) else self.none()

    def waiting_for_a_person(self) -> ConversationQuerySet:
        """The hand-over queue, longest wait first."""
        return self.filter(state="handover").order_by("handover_at")

    def recent(self) -> ConversationQuerySet:
        return self.filter(last_heard_at__isnull=False).order_by("-last_heard_at")


class MessageQuerySet(models.QuerySet["Message"]):
    def inbound(self) -> MessageQuerySet:
        return self.filter(direction="in")

    def answers_to(self, message: Message) -> MessageQuerySet:
        return self.filter(direction="out", in_reply_to=message).order_by("position")

    def unanswered(self, *, now: datetime) -> MessageQuerySet:
        """Messages in that nobody is answering: received, failed, or left behind by a dead process."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        return self.inbound().exclude(state="answered").filter(free)

    def running(self, *, now: datetime) -> MessageQuerySet:
        return self.inbound().filter(state="running", lease_until__gte=now)
