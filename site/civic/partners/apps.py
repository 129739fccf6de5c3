"""Partners app configuration."""

from datetime import timedelta

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "civic.partners"
    label = "partners"
    verbose_name = "合作方"

    def ready(self) -> None:
        from civic.core import outbox, schedule

        outbox.subscribe("partners.webhook_due", "civic.partners.services.delivering.deliver_due")
        outbox.subscribe("partners.webhook_disabled", "civic.partners.services.delivering.tell_staff")
        schedule.every(
            timedelta(seconds=15), "partners.wake_due", "civic.partners.services.delivering.wake_due"
        )
        schedule.every(
            timedelta(days=1), "partners.forget", "civic.partners.services.delivering.forget_delivered"
        )
