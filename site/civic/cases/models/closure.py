"""Closing the loop: what the person who reported thinks of the result."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.cases.models.report import Report


class Rating(models.Model):
    """The reporter's judgement of one round of handling; after a reopening there may be another."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="ratings", verbose_name=_("诉求"))
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=0)
    solved = models.BooleanField(_("问题解决了"))
    stars = models.PositiveSmallIntegerField(_("满意度"), help_text=_("1–5，5 为很满意"))
    comment = models.CharField(_("意见"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("评价")
        verbose_name_plural = _("评价")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["report", "round"], name="rating_once_a_round"),
            models.CheckConstraint(condition=models.Q(stars__range=(1, 5)), name="rating_stars_range"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.stars}"
