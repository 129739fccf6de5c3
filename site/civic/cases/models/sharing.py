"""One event, many people: support for a case, and the merging of cases that tell of the same event."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.cases.models.case import Case


class Support(models.Model):
    """Somebody met the same problem and said so instead of reporting it again; once per person and case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="support_rows", verbose_name=_("案件"))
    person = models.CharField(
        _("何人"), max_length=64, help_text=_("账号、对话方或浏览器的带密钥散列，不是身份本身")
    )
    created_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("同感")
        verbose_name_plural = _("同感")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="support_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.created_at:%Y-%m-%d}"


class Merge(models.Model):
    """A case was put into another one: what was moved, so that it can be taken apart again."""

    source = models.ForeignKey(
        Case, models.PROTECT, related_name="merges_out", verbose_name=_("被并入的案件")
    )
    target = models.ForeignKey(Case, models.PROTECT, related_name="merges_in", verbose_name=_("并入的案件"))
    reports = models.JSONField(_("移过来的诉求"), default=list)
    supports = models.JSONField(_("移过来的同感"), default=list)
    source_state = models.JSONField(_("被并入案件原来的状态"), default=dict)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("合并人")
    )
    merged_at = models.DateTimeField(_("合并时间"), default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("拆分人"),
    )
    undone_at = models.DateTimeField(_("拆分时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("合并")
        verbose_name_plural = _("合并")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(undone_at__isnull=True), name="merge_once_at_a_time"
            ),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"
