"""The channel between the gateway and Rasa: like Rasa's REST channel, without citizens' words in the log.

Rasa's own writes the text of a message that timed out or failed into its log and answers 200 with whatever was said so far.
Here a failure is an HTTP error, and a turn whose caller has given up runs to its end, so that the tracker is always whole.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)


class GatewayInput(InputChannel):
    """POST /webhooks/gateway/webhook {"sender", "message", "metadata"} → the list of answers."""

    @classmethod
    def name(cls) -> str:
        return "gateway"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        webhook = Blueprint("gateway_webhook", "gateway_webhook")
        running: set[asyncio.Task[Any]] = set()

        @webhook.route("/", methods=["GET"])
        async def health(_request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            body = request.json
            said = CollectingOutputChannel()
            message = UserMessage(
                body["message"],
                said,
                body["sender"],
                input_channel=self.name(),
                metadata=body.get("metadata"),
            )
            turn = asyncio.ensure_future(on_new_message(message))
            running.add(turn)
            turn.add_done_callback(running.discard)
            try:
                await asyncio.shield(turn)
            except Exception as error:
                logger.error("a turn failed: %s", type(error).__name__)
                return response.json({"error": type(error).__name__}, status=500)
            return response.json(said.messages)

        return webhook
