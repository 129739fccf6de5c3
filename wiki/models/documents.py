"""Documents and their numbered versions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wiki.querysets import DocumentQuerySet, DocumentVersionQuerySet
from wiki.workflow import Stage


class Document(models.Model):
    """One policy text on its way from draft to publication."""

    slug = models.SlugField(_("地址"), max_length=80, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    summary = models.TextField(_("说明"), blank=True)
    category = models.CharField(_("分类"), max_length=40, default="官方发布")
    issuer = models.CharField(_("起草单位"), max_length=100, blank=True)
    stage = models.CharField(_("阶段"), max_length=12, choices=Stage.choices, default=Stage.DRAFT)
    scope = models.TextField(_("征求意见的对象和范围"), blank=True)
    opens_at = models.DateTimeField(_("开始征求意见"), null=True, blank=True)
    closes_at = models.DateTimeField(_("截止时间"), null=True, blank=True)
    short_reason = models.TextField(_("期限不足三十日的理由"), blank=True)
    version = models.PositiveIntegerField(_("当前版本"), default=1)
    # Counted in batches beside the request, so that reading writes nothing.
    views = models.PositiveBigIntegerField(_("浏览次数"), default=0)
    source = models.CharField(_("来源文件"), max_length=255, blank=True)
    source_digest = models.CharField(_("来源摘要"), max_length=64, blank=True, db_index=True)
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("创建者"),
    )
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策文件")
        verbose_name_plural = _("政策文件")
        permissions = [("manage_document", _("管理政策文件"))]
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="wiki_document_version_positive"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="wiki_document_stage_known"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="wiki_document_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("wiki:document", args=[self.slug])


class DocumentVersion(models.Model):
    """One numbered state of a document: when, by whom, and through what it came about."""

    class Origin(models.TextChoices):
        IMPORT = "import", _("导入文件")
        SUGGESTION = "suggestion", _("采纳修改建议")
        EDIT = "edit", _("编辑直接修改")
        REVERT = "revert", _("恢复先前的文字")

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本号"))
    origin = models.CharField(_("由来"), max_length=12, choices=Origin.choices)
    summary = models.CharField(_("说明"), max_length=200, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    suggestion = models.ForeignKey("Suggestion", models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(_("时间"), auto_now_add=True)

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("文件版本")
        verbose_name_plural = _("文件版本")
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="wiki_version_number_once"),
            models.CheckConstraint(
                condition=~Q(origin="suggestion") | Q(suggestion__isnull=False),
                name="wiki_version_names_its_suggestion",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("wiki:version", args=[self.document.slug, self.number])
