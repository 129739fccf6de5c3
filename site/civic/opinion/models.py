"""One thing that someone said, masked; the full-text index beside it can be rebuilt from these rows."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.accounts.models import District
from civic.opinion.querysets import OpinionDocumentQuerySet


class Source(models.TextChoices):
    """Sources of the platform itself; an outside source carries the name its file gives."""

    REPORT = "report", _("市民诉求")
    SUGGESTION = "suggestion", _("政策修改建议")


class Document(models.Model):
    """A masked text of one source.

    `text` is for staff; `public_text` is all that the public may search and read of it. `as_of` is the state of
    the source that the row shows: a handler that comes late with an older state changes nothing.
    """

    source = models.CharField(_("来源"), max_length=40)
    source_id = models.CharField(_("来源编号"), max_length=120)
    reference = models.CharField(_("编号"), max_length=60, blank=True)
    title = models.CharField(_("标题"), max_length=200, blank=True)
    text = models.TextField(_("文字（已脱敏）"))
    public_text = models.TextField(_("可公开的文字"), blank=True)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("区"))
    street = models.CharField(_("街道"), max_length=40, blank=True)
    code = models.CharField(_("事项代码"), max_length=5, blank=True)
    cell = models.BigIntegerField(_("网格"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("时间"))
    public_url = models.CharField(_("公开网址"), max_length=300, blank=True)
    is_public = models.BooleanField(_("公开"), default=False)
    as_of = models.DateTimeField(_("来源状态的时间"), default=timezone.now)
    stored_at = models.DateTimeField(_("入库时间"), default=timezone.now)
    terms_version = models.CharField(_("索引词典版本"), max_length=64, blank=True)

    objects = OpinionDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("舆情文本")
        verbose_name_plural = _("舆情文本")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="opinion_once_per_source"),
            models.CheckConstraint(
                condition=models.Q(public_text="") | models.Q(is_public=True),
                name="opinion_public_text_is_public",
            ),
        ]
        indexes = [
            models.Index(fields=["-occurred_at", "-id"], name="opinion_newest"),
            models.Index(fields=["district", "-occurred_at"], name="opinion_by_district"),
            models.Index(fields=["source", "-occurred_at"], name="opinion_by_source"),
            models.Index(fields=["code", "-occurred_at"], name="opinion_by_code"),
            models.Index(fields=["terms_version"], name="opinion_by_terms"),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.source_id}"
