"""Clauses: lasting identities, their wordings by version, where they came from, what the last file said of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wiki.intervals import OPEN
from wiki.kinds import Kind
from wiki.models.documents import Document
from wiki.querysets import ClauseQuerySet, ClauseVersionQuerySet


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
    # Who wrote which words: [[number of characters, version that brought them], …] in the order of `text`.
    authorship = models.JSONField(_("文字出处"), default=list, blank=True)
    since = models.PositiveIntegerField(_("始于版本"))
    until = models.PositiveIntegerField(_("止于版本"), null=True, blank=True)
    # Where since..until is filed (wiki.intervals), so that a version long past is found as fast as today's.
    fork = models.PositiveIntegerField(_("归档结点"), default=OPEN, editable=False)

    objects = ClauseVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("条款版本")
        verbose_name_plural = _("条款版本")
        indexes = [
            models.Index(fields=["document", "until"], name="wiki_clausever_doc_until"),
            models.Index(fields=["document", "since"], name="wiki_clausever_doc_since"),
            models.Index(fields=["document", "fork", "since", "until"], name="wiki_clausever_doc_fork"),
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
                condition=Q(until=None, fork=OPEN)
                | Q(until__isnull=False, fork__gte=F("since"), fork__lt=F("until")),
                name="wiki_clause_filed_within_its_span",
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


class Lineage(models.Model):
    """A clause that came out of another one: a split leaves both, a merge ends the ancestor."""

    class Kind(models.TextChoices):
        SPLIT = "split", _("拆分")
        MERGE = "merge", _("合并")

    document = models.ForeignKey(Document, models.PROTECT, related_name="lineages")
    kind = models.CharField(_("类型"), max_length=8, choices=Kind.choices)
    ancestor = models.ForeignKey(Clause, models.PROTECT, related_name="descendants")
    descendant = models.ForeignKey(Clause, models.PROTECT, related_name="ancestors")
    version = models.PositiveIntegerField(_("形成的版本"))

    class Meta:
        verbose_name = _("条款沿革")
        verbose_name_plural = _("条款沿革")
        indexes = [models.Index(fields=["document", "version"], name="wiki_lineage_version")]
        constraints = [
            models.UniqueConstraint(fields=["ancestor", "descendant", "version"], name="wiki_lineage_once"),
            models.CheckConstraint(
                condition=~Q(ancestor=F("descendant")), name="wiki_lineage_of_two_clauses"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.ancestor_id} → #{self.descendant_id}"


class Doubt(models.Model):
    """Something in an imported file that the reader of its structure was not sure of, for the editor to look at."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="doubts")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="doubts")
    rule = models.CharField(_("规则"), max_length=40)
    message = models.CharField(_("说明"), max_length=200)
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("存疑之处")
        verbose_name_plural = _("存疑之处")
        indexes = [models.Index(fields=["document", "settled_at"], name="wiki_doubt_open")]
        constraints = [models.UniqueConstraint(fields=["clause", "rule"], name="wiki_doubt_once")]

    def __str__(self) -> str:
        return self.message
