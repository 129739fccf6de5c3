"""Core app configuration, and the outbox's own housekeeping."""

from datetime import timedelta

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "civic.core"
    label = "core"
    verbose_name = "平台基础"

    def ready(self) -> None:
        from civic.core import catalogues, schedule

        catalogues.fold()
        schedule.every(timedelta(days=1), "core.forget_done", "civic.core.outbox.forget_done")
        schedule.every(timedelta(days=1), "core.optimize", "civic.core.sqlite3.care.optimize")
