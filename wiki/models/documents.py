"""Documents and their numbered versions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wiki.querysets import DocumentQuerySet, DocumentVersionQuerySet
from wiki.workflow import Stage


class Category(models.Model):
    """What a city sorts its documents by; documents hold the name, so that a file may bring one of its own."""

    name = models.CharField(_("分类"), max_length=40, unique=True)
    order = models.PositiveSmallIntegerField(_("顺序"), default=100)

    class Meta:
        verbose_name = _("分类")
        verbose_name_plural = _("分类")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """One policy text on its way from draft to publication."""

    slug = models.SlugField(_("地址"), max_length=80, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    summary = models.TextField(_("说明"), blank=True)
    category = models.CharField(_("分类"), max_length=40, default="官方发布")
    issuer = models.CharField(_("起草单位"), max_length=100, blank=True)
    contact = models.CharField(_("联系方式"), max_length=200, blank=True)
    stage = models.CharField(_("阶段"), max_length=12, choices=Stage.choices, default=Stage.DRAFT)
    scope = models.TextField(_("征求意见的对象和范围"), blank=True)
    opens_at = models.DateTimeField(_("开始征求意见"), null=True, blank=True)
    closes_at = models.DateTimeField(_("截止时间"), null=True, blank=True)
    short_reason = models.TextField(_("期限不足三十日的理由"), blank=True)
    # A draft that opens by itself when its opening time comes.
    scheduled = models.BooleanField(_("到时间自动开始"), default=False)
    version = models.PositiveIntegerField(_("当前版本"), default=1)
    # The version that was opened to the public, once and for good; none while nothing has been.
    opened_version = models.PositiveIntegerField(
        _("开始征求意见的版本"), null=True, blank=True, editable=False
    )
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
        indexes = [
            models.Index(fields=["stage", "closes_at"], name="wiki_document_stage"),
            models.Index(fields=["opens_at"], name="wiki_document_due", condition=Q(scheduled=True)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="wiki_document_version_positive"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="wiki_document_stage_known"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="wiki_document_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(scheduled=False) | Q(stage="draft", opens_at__isnull=False),
                name="wiki_document_scheduled_draft",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("wiki:document", args=[self.slug])

    @property
    def first_public(self) -> int:
        """Return the version that the public history starts at; what came before is a draft and stays with staff."""
        return self.opened_version or 1


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

    opening = False
    """Set by wiki.selectors.history where the version is shown as the text that was opened, and no more."""

    class Meta:
        verbose_name = _("文件版本")
        verbose_name_plural = _("文件版本")
        indexes = [
            models.Index(fields=["document", "origin", "number"], name="wiki_version_origin"),
            models.Index(fields=["document", "made_at"], name="wiki_version_made_at"),
        ]
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
