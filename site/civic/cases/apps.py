"""Cases app configuration: which of its own events it works on later."""

from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings


class CasesConfig(AppConfig):
    name = "civic.cases"
    label = "cases"
    verbose_name = "诉求与案件"

    def ready(self) -> None:
        from civic.core import health, outbox, schedule

        outbox.subscribe("cases.report_submitted", "civic.cases.tasks.complete_analyses", many=True)
        for handler in ("following.tell_followers", "rewards.reward_reports"):
            outbox.subscribe("cases.report_changed", f"civic.cases.services.{handler}", many=True)
        outbox.subscribe("cases.report_submitted", "civic.cases.services.telling.tell_of_reports", many=True)
        outbox.subscribe("cases.case_event", "civic.cases.services.telling.tell_of_events", many=True)
        outbox.subscribe("cases.loud_night", "civic.cases.services.sensors.file_promised")
        outbox.subscribe("cases.report_released", "civic.cases.tasks.publish_photos")
        outbox.subscribe("cases.results_released", "civic.cases.tasks.publish_results")
        outbox.subscribe("cases.report_withdrawn", "civic.cases.tasks.withhold_photos")
        outbox.subscribe("cases.results_withdrawn", "civic.cases.tasks.withhold_results")
        outbox.subscribe("cases.deadline", "civic.cases.services.paging.send_deadline")
        outbox.subscribe("cases.urgent", "civic.cases.services.paging.send_page")
        health.register("paging", "civic.cases.services.paging.check")
        outbox.subscribe("cases.import_slice", "civic.cases.imports.jobs.import_slice")
        schedule.every(timedelta(days=1), "cases.sweep_imports", "civic.cases.imports.stored.sweep_imports")
        again = "civic.cases.imports.jobs.take_up_again"
        schedule.every(timedelta(minutes=5), "cases.take_up_imports", again)
        outbox.subscribe("cases.mail_answer", "civic.cases.mail.answers.send_answer")
        outbox.subscribe("cases.fetch_mail", "civic.cases.mail.fetching.fetch_by_schedule")
        if settings.CASE_MAIL_HOST:
            period = timedelta(minutes=max(1, settings.CASE_MAIL_MINUTES))
            schedule.every(period, "cases.fetch_mail", "civic.cases.mail.fetching.schedule_fetch")
        for name in ("watch_deadlines", "lapse_verifications", "end_pauses"):
            job = f"civic.cases.services.timekeeping.{name}"
            schedule.every(timedelta(minutes=5), f"cases.{name}", job)
        schedule.every(
            timedelta(days=1), "cases.forget_keys", "civic.cases.services.intake.forget_idempotency_keys"
        )
        schedule.every(timedelta(days=1), "cases.sweep_photos", "civic.cases.services.photos.sweep_orphans")
