"""One row per conversation and per message. Message rows are the transcript: written once, then only answered."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .querysets import ConversationQuerySet, MessageQuerySet


class Channel(models.TextChoices):
    WECHAT = "wechat", _("微信")
    WEBCHAT = "webchat", _("网页对话")


class Conversation(models.Model):
    """One person on one channel; Rasa knows it by its id, never by the person's."""

    class State(models.TextChoices):
        BOT = "bot", _("机器人接待")
        HANDOVER = "handover", _("等待人工")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(_("渠道"), max_length=16, choices=Channel.choices)
    sender = models.CharField(_("对方"), max_length=128)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("账号"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="conversations",
    )
    state = models.CharField(_("状态"), max_length=16, choices=State.choices, default=State.BOT)
    handover_reason = models.CharField(_("转人工原因"), max_length=32, blank=True)
    handover_at = models.DateTimeField(_("转人工时间"), null=True, blank=True)
    # The report being told, kept here so that it outlives Rasa: text, message_id, place.
    draft = models.JSONField(_("未完成的上报"), default=dict, blank=True)
    # True when Rasa's memory of the conversation no longer matches what was said; it restarts before the next turn.
    engine_stale = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("开始时间"), auto_now_add=True)
    last_heard_at = models.DateTimeField(_("最后来信"), null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("对话")
        verbose_name_plural = _("对话")
        permissions = [("take_over_conversation", _("接手对话"))]
        constraints = [
            models.UniqueConstraint(fields=["channel", "sender"], name="bot_one_conversation_per_sender"),
            models.CheckConstraint(
                condition=Q(state="bot") | Q(handover_at__isnull=False), name="bot_handover_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "handover_at"], name="bot_conv_handover"),
            models.Index(fields=["-last_heard_at"], name="bot_conv_last_heard"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.id}"


class Message(models.Model):
    """A message in, or one of the answers to it."""

    class Direction(models.TextChoices):
        IN = "in", _("来信")
        OUT = "out", _("回复")

    class Kind(models.TextChoices):
        TEXT = "text", _("文字")
        LOCATION = "location", _("位置")
        IMAGE = "image", _("图片")
        VOICE = "voice", _("语音")
        EVENT = "event", _("事件")
        OTHER = "other", _("其他")

    class State(models.TextChoices):
        RECEIVED = "received", _("已收到")
        RUNNING = "running", _("处理中")
        ANSWERED = "answered", _("已回复")
        FAILED = "failed", _("待补答")

    class Delivery(models.TextChoices):
        INLINE = "inline", _("随请求回复")
        OWED = "owed", _("待补发")
        SENT = "sent", _("已补发")
        UNDELIVERABLE = "undeliverable", _("无法补发")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.TEXT)
    message_id = models.CharField(max_length=128, blank=True)
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    in_reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="answers"
    )
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=16, choices=State.choices, default=State.RECEIVED)
    answered_by = models.CharField(max_length=16, blank=True)
    delivery = models.CharField(max_length=16, choices=Delivery.choices, default=Delivery.INLINE)
    delivery_error = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        ordering = ["id"]
        constraints = [
            # WeChat sends a message up to three times: one row per MsgId is what makes the repeats harmless.
            models.UniqueConstraint(
                fields=["conversation", "message_id"],
                condition=Q(direction="in"),
                name="bot_one_row_per_message_id",
            ),
            models.UniqueConstraint(
                fields=["in_reply_to", "position"],
                condition=Q(direction="out"),
                name="bot_one_answer_per_place",
            ),
            models.CheckConstraint(
                condition=(Q(direction="in", in_reply_to__isnull=True) & ~Q(message_id=""))
                | Q(direction="out"),
                name="bot_inbound_has_message_id",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False), name="bot_answered_has_time"
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="bot_message_open")]

    def __str__(self) -> str:
        return f"{self.direction} {self.kind} {self.pk}"
