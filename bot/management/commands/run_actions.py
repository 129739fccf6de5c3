"""Serves Rasa's custom actions with Django set up: ``manage.py run_actions --port 5055``."""

from __future__ import annotations

import os
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Serves Rasa's custom actions on the loopback address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("BOT_ACTIONS_PORT", "5055")))
        # rasa_sdk would listen on every address of the machine: actions are for the Rasa beside us.
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        from bot import turns
        from bot.actions.server import build_app

        app = build_app()
        threading.Thread(target=turns.warm_up, name="bot-warm-up", daemon=True).start()
        self.stdout.write(f"actions on http://{options['host']}:{options['port']}")
        # One process, no worker manager: spawned workers would start without Django.
        app.run(
            host=options["host"],
            port=options["port"],
            single_process=True,
            access_log=False,
            motd=False,
            debug=False,
        )
