"""Engagement app configuration: the work it does later."""

from datetime import timedelta

from django.apps import AppConfig


class EngagementConfig(AppConfig):
    name = "civic.engagement"
    label = "engagement"
    verbose_name = "订阅与积分"

    def ready(self) -> None:
        from civic.core import outbox, schedule

        outbox.subscribe("engagement.confirmation", "civic.engagement.sending.send_confirmation")
        outbox.subscribe("engagement.notice", "civic.engagement.sending.send_notice")
        job = "civic.engagement.services.subscriptions.forget_addresses"
        schedule.every(timedelta(days=1), "engagement.forget_addresses", job)
