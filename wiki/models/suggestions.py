"""Suggestions: what somebody wants a clause to say, and how it has been carried to newer versions."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wiki.models.clauses import Clause
from wiki.models.documents import Document
from wiki.querysets import SuggestionQuerySet
from wiki.workflow import Status

if TYPE_CHECKING:
    from wiki.models.opinions import Decision


class Suggestion(models.Model):
    """What somebody wants done with one clause: another wording, a new clause beside it, no clause, another place.

    A new clause hangs on the clause that it is to follow or, as its first child, to stand in; `parent` and `after`
    say where a new or moved clause is to stand (`after` None: first). `text` and `base_version` stay as written;
    `carried_text` and `carried_version` are the same change carried to the latest version of the clause that it
    could be merged with, or that its author worded it anew for. Where those words pass to another clause, by a split
    or a merge, `clause` goes along and `origin` keeps the clause that it was written on.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", _("修改")
        ADD = "add", _("增加")
        DELETE = "delete", _("删除")
        MOVE = "move", _("移动")

    document = models.ForeignKey(Document, models.PROTECT, related_name="suggestions")
    kind = models.CharField(_("类型"), max_length=8, choices=Kind.choices, default=Kind.CHANGE)
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="suggestions")
    # The clause it was written on, where its words have passed to another one by a split or a merge.
    origin = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("原条款")
    )
    parent = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("放在其下")
    )
    after = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("放在其后")
    )
    # Empty where the site takes suggestions of people who have not signed in.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="wiki_suggestions",
        verbose_name=_("建议人"),
    )
    base_version = models.PositiveIntegerField(_("针对版本"))
    text = models.TextField(_("建议文字"), blank=True)
    reason = models.TextField(_("理由"))
    carried_version = models.PositiveIntegerField(_("已转到版本"))
    carried_text = models.TextField(_("转到新版本后的文字"), blank=True)
    same_sentence = models.BooleanField(_("与已采纳的修改落在同一句"), default=False)
    # The author's earlier suggestion that this one takes the place of; that one is withdrawn.
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("取代")
    )
    # Whose decision it shares: the group's suggestions say nearly the same of the same clause.
    alike = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="likes", verbose_name=_("与之相近")
    )
    # A moderator has put it in its group, or alone: the rule leaves it there.
    placed_by_hand = models.BooleanField(_("由人归组"), default=False)
    # The rule that holds it back from the public until a person has looked; empty where none does.
    held_by = models.CharField(_("拦下的规则"), max_length=40, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=Status.choices, default=Status.PENDING)
    submitted_at = models.DateTimeField(_("提交时间"), auto_now_add=True)

    base_text: str | None
    """The clause's wording the author started from; there after `with_base_text()`."""

    carried_base: str | None
    """The clause's wording of `carried_version`; there after `with_carried_base()`."""

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("修改建议")
        verbose_name_plural = _("修改建议")
        permissions = [("moderate_suggestion", _("审核修改建议"))]
        indexes = [
            models.Index(fields=["clause", "status"], name="wiki_sugg_clause_status"),
            models.Index(fields=["document", "status", "submitted_at"], name="wiki_sugg_doc_status"),
            models.Index(fields=["author", "submitted_at"], name="wiki_sugg_author"),
            # All that the desk's queue reads, so that ten thousand rows are counted without being looked up.
            models.Index(
                fields=["status", "held_by", "document", "clause", "submitted_at"], name="wiki_sugg_queue"
            ),
            # Every figure beside a document or its clauses is counted in the index alone.
            models.Index(fields=["document", "held_by", "status", "clause"], name="wiki_sugg_figures"),
            models.Index(fields=["author", "clause"], name="wiki_sugg_author_clause"),
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

    @property
    def decision(self) -> "Decision | None":
        """The answer to it, or None; load `opinion__decision` beside the suggestion."""
        return getattr(self.opinion, "decision", None)
