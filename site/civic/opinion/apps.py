"""Opinion app configuration: whose events it indexes, and its health check."""

from datetime import timedelta

from django.apps import AppConfig


class OpinionConfig(AppConfig):
    name = "civic.opinion"
    label = "opinion"
    verbose_name = "舆情"

    def ready(self) -> None:
        from civic.core import health, outbox, schedule

        outbox.subscribe("cases.report_submitted", "civic.opinion.tasks.index_reports", many=True)
        outbox.subscribe("cases.report_changed", "civic.opinion.tasks.index_reports", many=True)
        outbox.subscribe("wiki.suggestion.submitted", "civic.opinion.tasks.index_suggestions", many=True)
        schedule.every(timedelta(minutes=1), "opinion.index_stale", "civic.opinion.tasks.index_stale")
        health.register("search", "civic.opinion.health.check")
