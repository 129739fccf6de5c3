"""What staff keep beside the cases: internal notes, answer templates, saved filters."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.accounts.models import Department
from civic.cases.models.case import Case


class CaseNote(models.Model):
    """A note among staff; never public."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes", verbose_name=_("案件"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("作者")
    )
    text = models.TextField(_("内容"))
    created_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("内部备注")
        verbose_name_plural = _("内部备注")
        default_permissions = ()
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.created_at:%Y-%m-%d %H:%M}"


class AnswerTemplate(models.Model):
    """A text that handlers start their answer from; one without a code serves every matter."""

    title = models.CharField(_("标题"), max_length=60)
    text = models.TextField(_("内容"))
    matter_code = models.CharField(_("事项代码"), max_length=5, blank=True)
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, verbose_name=_("只给这个部门用")
    )

    class Meta:
        verbose_name = _("答复模板")
        verbose_name_plural = _("答复模板")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class SavedFilter(models.Model):
    """A narrowed queue that somebody comes back to."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters", verbose_name=_("所有者")
    )
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("条件"), max_length=500)

    class Meta:
        verbose_name = _("保存的筛选")
        verbose_name_plural = _("保存的筛选")
        default_permissions = ()
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_once")]

    def __str__(self) -> str:
        return self.name
