"""Consultation app configuration: which of the wiki's events the site answers, and its periodic work."""

from datetime import timedelta

from django.apps import AppConfig


class ConsultationConfig(AppConfig):
    name = "civic.consultation"
    label = "consultation"
    verbose_name = "征求意见"

    def ready(self) -> None:
        from civic.core import outbox, schedule

        here = "civic.consultation"
        outbox.subscribe("wiki.suggestion.submitted", f"{here}.telling.follow_suggestions", many=True)
        outbox.subscribe("wiki.comment.submitted", f"{here}.telling.follow_comments", many=True)
        outbox.subscribe("wiki.suggestion.decided", f"{here}.telling.tell_decisions", many=True)
        outbox.subscribe("wiki.suggestion.decided", f"{here}.rewards.reward_suggestions", many=True)
        outbox.subscribe("wiki.opinion.answered", f"{here}.telling.tell_answers", many=True)
        outbox.subscribe("wiki.opinion.corrected", f"{here}.telling.tell_correction")
        outbox.subscribe("wiki.comment.replied", f"{here}.telling.tell_reply")
        outbox.subscribe("wiki.comment.hidden", f"{here}.telling.tell_hidden")
        outbox.subscribe("wiki.suggestion.conflict", f"{here}.telling.tell_collisions")
        outbox.subscribe("wiki.suggestion.passed", f"{here}.telling.tell_passings")
        outbox.subscribe("wiki.document.changed", f"{here}.rewards.follow_reverts")
        outbox.subscribe("wiki.document.revised", f"{here}.rewards.follow_reverts")
        outbox.subscribe("wiki.document.changed", f"{here}.taken_out.tell_of_words_taken_out")
        outbox.subscribe("wiki.document.revised", f"{here}.taken_out.tell_of_words_taken_out")
        review = "civic.consultation.review"
        outbox.subscribe("wiki.suggestion.submitted", f"{review}.group_new", many=True)
        outbox.subscribe("wiki.document.changed", f"{review}.group_changed", many=True)
        outbox.subscribe("wiki.document.revised", f"{review}.group_changed", many=True)
        outbox.subscribe("wiki.suggestions.late", f"{review}.warn_moderators")
        outbox.subscribe("wiki.holding.kept", f"{review}.tell_of_holding")
        outbox.subscribe("wiki.holding.released", f"{review}.tell_of_holding")
        schedule.every(timedelta(hours=1), "wiki.check_waiting", f"{review}.check_waiting")
        schedule.every(timedelta(hours=1), "wiki.forget_absent", "wiki.services.presence.forget_absent")
        schedule.every(timedelta(minutes=1), "wiki.keep_dates", f"{here}.timekeeping.keep_dates")

        tasks = "civic.consultation.tasks"
        schedule.every(timedelta(minutes=1), "wiki.group_opinions", f"{tasks}.group_opinions")
        schedule.every(timedelta(minutes=5), "wiki.draw_landscapes", f"{tasks}.draw_landscapes")
        schedule.every(timedelta(hours=1), "wiki.find_evidence", f"{tasks}.find_evidence")
        schedule.every(timedelta(hours=1), "wiki.offer_opinions", "civic.consultation.offers.offer_opinions")
