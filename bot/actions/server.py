"""The web application that serves the actions over rasa_sdk's executor: /webhook, /actions, /health.

rasa_sdk's own application answers an error with the whole request, so that citizens' words end in Rasa's log, and warns on
every call that Rasa 3.6 and rasa_sdk 3.21 differ; they are run together in the tests. Hence a small one of ours.
"""

from __future__ import annotations

import logging

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

PACKAGE = "bot.actions"

logger = logging.getLogger(__name__)


def build_app() -> Sanic:
    """Returns the application with every action of this package registered."""
    executor = ActionExecutor()
    executor.register_package(PACKAGE)
    app = Sanic("bot_actions", configure_logging=False)

    @app.get("/health")
    async def health(_request: Request) -> HTTPResponse:
        return json({"status": "ok"})

    @app.get("/actions")
    async def actions(_request: Request) -> HTTPResponse:
        return json([{"name": name} for name in sorted(executor.actions)])

    @app.post("/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        call = request.json
        name = call.get("next_action", "") if isinstance(call, dict) else ""
        try:
            result = await executor.run(call)
        except ActionExecutionRejection as error:
            return json({"error": error.message, "action_name": error.action_name}, status=400)
        except ActionNotFoundException as error:
            return json({"error": error.message, "action_name": error.action_name}, status=404)
        except Exception as error:
            logger.exception("an action failed", extra={"action": name})
            return json({"error": type(error).__name__, "action_name": name}, status=500)
        return json(result.model_dump() if result else None)

    return app
