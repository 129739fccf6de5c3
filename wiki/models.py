"""Documents as trees of clauses with identities, their versions, suggestions, decisions and the log.

A document's text at version n is the set of clause versions with since <= n < until. Nothing is overwritten:
an edit closes one clause version and opens the next. Reading is in querysets, writing in services.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wiki.kinds import Kind
from wiki.querysets import (
    ClauseQuerySet,
    ClauseVersionQuerySet,
    DocumentQuerySet,
    DocumentVersionQuerySet,
    EventQuerySet,
    SuggestionQuerySet,
)
from wiki.workflow import Stage, Status


class Document(models.Model):
    """One policy text on its way from draft to publication."""

    slug = models.SlugField(_("地址"), max_length=80, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    summary = models.TextField(_("说明"), blank=True)
    category = models.CharField(_("分类"), max_length=40, default="官方发布")
    issuer = models.CharField(_("起草单位"), max_length=100, blank=True)
    stage = models.CharField(_("阶段"), max_length=12, choices=Stage.choices, default=Stage.DRAFT)
    opens_at = models.DateTimeField(_("开始征求意见"), null=True, blank=True)
    closes_at = models.DateTimeField(_("截止时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("当前版本"), default=1)
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


class Clause(models.Model):
    """The lasting identity of one piece of a document; all that people say hangs on it."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="clauses")
    since = models.PositiveIntegerField(_("始于版本"))

    objects = ClauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("条款")
        verbose_name_plural = _("条款")

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def anchor(self) -> str:
        return f"c{self.pk}"


class ClauseVersion(models.Model):
    """A clause's wording and place from version `since` until, not including, version `until`."""

    # The document is repeated here so that any version is one indexed query.
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="versions")
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    label = models.CharField(_("序号"), max_length=40, blank=True)
    text = models.TextField(_("文字"), blank=True)
    parent = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="+")
    order = models.BigIntegerField(_("次序"))
    since = models.PositiveIntegerField(_("始于版本"))
    until = models.PositiveIntegerField(_("止于版本"), null=True, blank=True)

    objects = ClauseVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("条款版本")
        verbose_name_plural = _("条款版本")
        indexes = [
            models.Index(fields=["document", "until"], name="wiki_clausever_doc_until"),
            models.Index(fields=["document", "since"], name="wiki_clausever_doc_since"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["clause", "since"], name="wiki_clause_one_start"),
            models.UniqueConstraint(
                fields=["clause"], condition=Q(until=None), name="wiki_clause_one_current"
            ),
            models.CheckConstraint(
                condition=Q(since__gte=1) & (Q(until=None) | Q(until__gt=F("since"))), name="wiki_clause_span"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("clause")), name="wiki_clause_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.text}"[:60].strip()


class SourceClause(models.Model):
    """What the last imported file says of a clause, so that the next file's own changes can be told from ours."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="source_clauses")
    clause = models.OneToOneField(Clause, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(_("位置"))
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    label = models.CharField(_("序号"), max_length=40, blank=True)
    text = models.TextField(_("文字"), blank=True)

    class Meta:
        verbose_name = _("来源文件中的条款")
        verbose_name_plural = _("来源文件中的条款")
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="wiki_source_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.text}"[:60].strip()


class Suggestion(models.Model):
    """A citizen's wording for one clause.

    `text` and `base_version` stay as written; `carried_text` and `carried_version` are the same change carried
    to the latest version of the clause that it could be merged with.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="suggestions")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="suggestions")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="wiki_suggestions", verbose_name=_("建议人")
    )
    base_version = models.PositiveIntegerField(_("针对版本"))
    text = models.TextField(_("建议文字"), blank=True)
    reason = models.TextField(_("理由"))
    carried_version = models.PositiveIntegerField(_("已转到版本"))
    carried_text = models.TextField(_("转到新版本后的文字"), blank=True)
    same_sentence = models.BooleanField(_("与已采纳的修改落在同一句"), default=False)
    status = models.CharField(_("状态"), max_length=10, choices=Status.choices, default=Status.PENDING)
    submitted_at = models.DateTimeField(_("提交时间"), auto_now_add=True)

    base_text: str | None
    """The clause's wording the author started from; there after `with_base_text()`."""

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("修改建议")
        verbose_name_plural = _("修改建议")
        permissions = [("moderate_suggestion", _("审核修改建议"))]
        indexes = [
            models.Index(fields=["clause", "status"], name="wiki_sugg_clause_status"),
            models.Index(fields=["document", "status", "submitted_at"], name="wiki_sugg_doc_status"),
            models.Index(fields=["author", "submitted_at"], name="wiki_sugg_author"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="wiki_suggestion_status_known"
            ),
            models.CheckConstraint(
                condition=Q(base_version__gte=1, carried_version__gte=F("base_version")),
                name="wiki_suggestion_carried_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Decision(models.Model):
    """The one answer to a suggestion, public with its reason."""

    class Outcome(models.TextChoices):
        ADOPTED = "adopted", _("采纳")
        PARTLY = "partly", _("部分采纳")
        REJECTED = "rejected", _("不采纳")

    suggestion = models.OneToOneField(Suggestion, models.PROTECT, related_name="decision")
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome.choices)
    reason = models.TextField(_("理由"), blank=True)
    wording = models.TextField(_("采用的文字"), blank=True)
    replaced = models.TextField(_("被替换的文字"), blank=True)
    version = models.PositiveIntegerField(_("形成的版本"), null=True, blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("审核人")
    )
    made_at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("审核决定")
        verbose_name_plural = _("审核决定")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="rejected", version=None)
                | (~Q(outcome="rejected") & Q(version__isnull=False)),
                name="wiki_decision_version_iff_adopted",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="rejected") | ~Q(reason=""), name="wiki_decision_rejection_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.suggestion_id}: {self.outcome}"


class Event(models.Model):
    """One line of the log: what happened to a document. Rows are only ever added; no citizen's words in `data`."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="events")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="+")
    suggestion = models.ForeignKey(Suggestion, models.PROTECT, null=True, blank=True, related_name="events")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    action = models.CharField(_("事项"), max_length=40)
    data = models.JSONField(_("数据"), default=dict, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("记录")
        verbose_name_plural = _("记录")
        indexes = [models.Index(fields=["document", "id"], name="wiki_event_document")]

    def __str__(self) -> str:
        return f"{self.action} @{self.at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("the log is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("the log is append-only")
