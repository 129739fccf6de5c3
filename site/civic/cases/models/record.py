"""The append-only record of a case."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.cases.models.case import Case, Step
from civic.cases.models.report import Report


class CaseEvent(models.Model):
    """One entry of a case's record. Entries are only ever added; the database refuses to change them."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("收到诉求")
        ANALYSED = "analysed", _("自动判断")
        STEP = "step", _("步骤变化")
        RECODED = "recoded", _("更正代码")
        PLACED = "placed", _("补充位置")
        RELEASED = "released", _("放行公开")
        WITHDRAWN = "withdrawn", _("撤回公开")
        URGENCY = "urgency", _("更正紧急程度")
        URGED = "urged", _("催办")
        SUPERVISED = "supervised", _("督办")
        PAUSED = "paused", _("等待反映人补充")
        RESUMED = "resumed", _("恢复计时")
        ADDED = "added", _("反映人补充")
        WARNED = "warned", _("临期提醒")
        ESCALATED = "escalated", _("超期升级")
        PAGED = "paged", _("通知值班员")
        SUPPORTED = "supported", _("同感")
        MERGED = "merged", _("并入")
        UNMERGED = "unmerged", _("拆分")
        RATED = "rated", _("评价")
        EXTERNAL = "external", _("外部系统更新")

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name=_("案件"))
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("诉求")
    )
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    action = models.CharField(_("动作"), max_length=20, blank=True)
    from_step = models.CharField(_("原步骤"), max_length=12, choices=Step.choices, blank=True)
    to_step = models.CharField(_("新步骤"), max_length=12, choices=Step.choices, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("经手人"),
    )
    reason = models.TextField(_("说明"), blank=True)
    data = models.JSONField(_("细节"), default=dict, blank=True)
    created_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("案件记录")
        verbose_name_plural = _("案件记录")
        default_permissions = ("view",)
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["case", "created_at", "id"], name="event_by_case"),
            models.Index(fields=["created_at", "id"], name="event_steps", condition=models.Q(kind="step")),
            models.Index(
                fields=["created_at", "id"], name="event_recoded", condition=models.Q(kind="recoded")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.created_at:%Y-%m-%d %H:%M}"
