"""Who gets which case, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from civic.accounts.models import Department, District


class DispatchRule(models.Model):
    """Cases of these codes, at this place and time, go to that department; empty fields fit everything.

    A part's owner is asked before the place where it stands, a matter's place before an owner (GB/T practice).
    """

    class Basis(models.TextChoices):
        OWNER = "owner", _("权属单位")
        PLACE = "place", _("属地")

    class Days(models.TextChoices):
        ANY = "any", _("每天")
        WORKING = "working", _("工作日")
        RESTING = "resting", _("休息日")

    basis = models.CharField(_("依据"), max_length=5, choices=Basis.choices, default=Basis.PLACE)
    code_prefix = models.CharField(
        _("事项代码"), max_length=5, blank=True, help_text=_("空为全部；两位为大类，五位为一个事项")
    )
    district = models.ForeignKey(District, models.CASCADE, null=True, blank=True, verbose_name=_("区"))
    street = models.CharField(_("街道"), max_length=40, blank=True)
    days = models.CharField(_("日子"), max_length=7, choices=Days.choices, default=Days.ANY)
    starts = models.TimeField(_("开始时刻"), null=True, blank=True)
    ends = models.TimeField(
        _("结束时刻"), null=True, blank=True, help_text=_("早于开始时刻即到次日；两者都空为全天")
    )
    department = models.ForeignKey(
        Department, models.CASCADE, related_name="dispatch_rules", verbose_name=_("承办部门")
    )
    priority = models.PositiveSmallIntegerField(_("顺位"), default=100, help_text=_("同样具体时小的先用"))
    active = models.BooleanField(_("启用"), default=True)
    note = models.CharField(_("说明"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("派遣规则")
        verbose_name_plural = _("派遣规则")
        ordering = ["priority", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts__isnull=True, ends__isnull=True)
                | models.Q(starts__isnull=False, ends__isnull=False),
                name="dispatch_hours_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(street="") | models.Q(district__isnull=False),
                name="dispatch_street_in_district",
            ),
        ]

    def __str__(self) -> str:
        return f"规则 {self.pk}：{self.code_prefix or '全部代码'}"
