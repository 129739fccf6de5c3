"""POST /api/v1/public/chat/: one message in, its answers out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from . import conf, dialogue, replies, services, turns
from .models import Channel, Message


class LocationSerializer(serializers.Serializer[dict[str, float]]):
    lon = serializers.FloatField(min_value=-180, max_value=180)
    lat = serializers.FloatField(min_value=-90, max_value=90)


class ChatSerializer(serializers.Serializer[dict[str, Any]]):
    """``text`` or ``location``; ``message_id`` makes a repeat of the same message harmless."""

    sender = serializers.RegexField(r"^[\w.:@-]+$", min_length=1, max_length=128)
    text = serializers.CharField(required=False, trim_whitespace=True)
    location = LocationSerializer(required=False)
    message_id = serializers.RegexField(r"^[\w.:@-]+$", required=False, max_length=128)

    def validate_text(self, value: str) -> str:
        limit = conf.get("BOT_MESSAGE_MAX")
        if len(value) > limit:
            raise serializers.ValidationError(replies.too_long(limit).text, code="text_too_long")
        cleaned = dialogue.clean(value)
        if not cleaned:
            raise serializers.ValidationError(_("请说点什么。"), code="blank")
        return cleaned

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("text" in attrs) == ("location" in attrs):
            raise serializers.ValidationError(
                _("text 和 location 要且只要给出一个。"), code="text_or_location"
            )
        return attrs


class ReplySerializer(serializers.Serializer[dict[str, Any]]):
    text = serializers.CharField()
    suggestions = serializers.ListField(child=serializers.CharField())


class AnswerSerializer(serializers.Serializer[dict[str, Any]]):
    """``pending`` is true when the answer is not ready: send the same message_id again to fetch it."""

    replies = ReplySerializer(many=True)
    message_id = serializers.CharField()
    pending = serializers.BooleanField()


class ErrorSerializer(serializers.Serializer[dict[str, Any]]):
    error = serializers.DictField()


class ChatThrottle(SimpleRateThrottle):
    """Limits one address; which header to believe follows the site's number of trusted proxies."""

    scope = "bot_chat"

    def get_rate(self) -> str:
        return str(conf.get("BOT_CHAT_RATE"))

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        address = self._address(request)
        if address in getattr(settings, "INTAKE_RATE_EXEMPT", ()):
            return None
        return self.cache_format % {"scope": self.scope, "ident": address}

    @staticmethod
    def _address(request: Request) -> str:
        proxies = int(getattr(settings, "TRUSTED_PROXIES", 0))
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if proxies and len(hops) >= proxies:
            return str(hops[-proxies])
        return str(request.META.get("REMOTE_ADDR", ""))


class ChatView(APIView):
    """Says one thing to the assistant."""

    throttle_classes = [ChatThrottle]

    @extend_schema(
        operation_id="public_chat",
        request=ChatSerializer,
        responses={
            200: AnswerSerializer,
            400: OpenApiResponse(ErrorSerializer),
            409: OpenApiResponse(ErrorSerializer),
            413: OpenApiResponse(ErrorSerializer),
            415: OpenApiResponse(ErrorSerializer),
            429: OpenApiResponse(ErrorSerializer),
        },
    )
    def post(self, request: Request) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > conf.get("BOT_BODY_MAX"):
            return _error(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too_large", _("提交的内容太大。"))
        form = ChatSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        location = said.get("location")
        try:
            message, _created = services.receive_message(
                channel=Channel.WEBCHAT,
                sender=said["sender"],
                message_id=said.get("message_id"),
                kind=Message.Kind.LOCATION if location else Message.Kind.TEXT,
                text=said.get("text", ""),
                payload={"lon": location["lon"], "lat": location["lat"]} if location else {},
                user=request.user,
            )
        except services.MessageIdReusedError:
            return _error(
                status.HTTP_409_CONFLICT, "message_id_reused", _("这个 message_id 已经用于另一条消息。")
            )
        outcome = turns.answer_within(message=message, seconds=float(conf.get("BOT_WEB_REPLY_SECONDS")))
        if outcome.failed:
            found, pending = [replies.degraded_failed()], True
        elif outcome.replies is None:
            found, pending = [replies.still_working()], True
        else:
            found, pending = outcome.replies, False
            if message.delivery == Message.Delivery.OWED:
                services.record_delivery(message=message, delivered=True)
        return Response(
            {
                "replies": [reply.as_dict() for reply in found],
                "message_id": message.message_id,
                "pending": pending,
            }
        )


def _error(code: int, name: str, message: str) -> Response:
    return Response({"error": {"code": name, "message": message, "fields": {}}}, status=code)


urlpatterns_public = [path("chat/", ChatView.as_view(), name="chat")]
urlpatterns_staff: list[Any] = []
