"""Cases app configuration: which of its own events it works on later."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "civic.cases"
    label = "cases"
    verbose_name = "诉求与案件"

    def ready(self) -> None:
        from civic.core import outbox

        outbox.subscribe("cases.report_submitted", "civic.cases.tasks.complete_analysis")
        outbox.subscribe("cases.report_released", "civic.cases.tasks.publish_photos")
