"""What other systems and devices say about cases: their own ticket numbers, and noise readings."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.cases.models.case import Case
from civic.cases.models.report import Report


class ExternalTicket(models.Model):
    """A case's number in a partner's system."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="tickets", verbose_name=_("案件"))
    partner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("合作方")
    )
    ref = models.CharField(_("对方编号"), max_length=80)
    created_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("外部工单号")
        verbose_name_plural = _("外部工单号")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["partner", "ref"], name="ticket_ref_once"),
            models.UniqueConstraint(fields=["partner", "case"], name="ticket_case_once"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}:{self.ref}"


class NoiseReading(models.Model):
    """One equivalent level measured by a device over a window; a loud night's first reading opens a case."""

    partner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("合作方")
    )
    device = models.CharField(_("设备"), max_length=64)
    measured_at = models.DateTimeField(_("窗口结束时刻"))
    window = models.PositiveIntegerField(_("窗口秒数"))
    laeq = models.FloatField(_("等效声级"), help_text=_("dB(A)"))
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    night = models.DateField(_("所属夜晚"), null=True, blank=True, help_text=_("22 点开始的那一天；白天为空"))
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("诉求")
    )
    received_at = models.DateTimeField(_("收到时间"), default=timezone.now)

    class Meta:
        verbose_name = _("噪声读数")
        verbose_name_plural = _("噪声读数")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["partner", "device", "measured_at"], name="reading_once"),
            models.UniqueConstraint(
                fields=["partner", "device", "night"],
                condition=models.Q(report__isnull=False),
                name="reading_one_case_a_night",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.measured_at:%Y-%m-%d %H:%M} {self.laeq} dB"
