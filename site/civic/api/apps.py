"""API app configuration; the highest app also connects the conversation, which may not know the site, to it."""

from datetime import timedelta

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "civic.api"
    label = "api"
    verbose_name = "接口"

    def ready(self) -> None:
        """Connect the bot's outbox topics, its health check and its sweep."""
        import bot.tasks
        from civic.core import health, outbox, schedule

        for topic, handler in bot.tasks.SUBSCRIPTIONS.items():
            outbox.subscribe(topic, handler)
        health.register("bot", "bot.health.check")
        schedule.every(timedelta(minutes=1), "bot.sweep_open_turns", "bot.tasks.sweep_open_turns")
