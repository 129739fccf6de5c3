"""Statements that people agree or disagree with, and what their answers together look like."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wiki.models.clauses import Clause
from wiki.models.documents import Document
from wiki.models.opinions import Opinion
from wiki.querysets import StatementQuerySet


class Statement(models.Model):
    """One short sentence to agree or disagree with; nobody sees another person's answers to it."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="statements")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="statements")
    opinion = models.ForeignKey(Opinion, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(_("陈述"), max_length=140)
    shown = models.BooleanField(_("公开"), default=False)
    # Why a moderator does not show it; empty while it is shown or waits for one.
    refusal = models.CharField(_("不公开的理由"), max_length=200, blank=True)
    # Counted with each answer, so that the next statement to ask is found without counting them all.
    agree_count = models.PositiveIntegerField(_("同意"), default=0)
    disagree_count = models.PositiveIntegerField(_("不同意"), default=0)
    pass_count = models.PositiveIntegerField(_("不好说"), default=0)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(_("时间"), auto_now_add=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("陈述")
        verbose_name_plural = _("陈述")
        indexes = [models.Index(fields=["document", "shown"], name="wiki_statement_shown")]
        constraints = [
            models.UniqueConstraint(fields=["document", "text"], name="wiki_statement_once"),
            models.CheckConstraint(
                condition=Q(shown=False) | Q(refusal=""), name="wiki_statement_shown_or_refused"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def answer_count(self) -> int:
        return self.agree_count + self.disagree_count + self.pass_count


class StatementVote(models.Model):
    """One person's answer to a statement: agree 1, disagree -1, pass 0."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="votes")
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    value = models.SmallIntegerField(_("回答"), choices=[(1, _("同意")), (-1, _("不同意")), (0, _("不好说"))])
    voted_at = models.DateTimeField(_("时间"), auto_now=True)

    class Meta:
        verbose_name = _("对陈述的回答")
        verbose_name_plural = _("对陈述的回答")
        indexes = [models.Index(fields=["voted_at"], name="wiki_statement_vote_time")]
        constraints = [
            models.UniqueConstraint(fields=["statement", "voter"], name="wiki_statement_vote_once"),
            models.CheckConstraint(condition=Q(value__in=[-1, 0, 1]), name="wiki_statement_vote_known"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.value}"


class Landscape(models.Model):
    """The last computed picture of who agrees with whom on a document's statements; counts, never persons."""

    document = models.OneToOneField(Document, models.CASCADE, related_name="landscape")
    data = models.JSONField(_("结果"), default=dict)
    made_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = _("意见分布")
        verbose_name_plural = _("意见分布")

    def __str__(self) -> str:
        return f"{self.document_id} @{self.made_at:%Y-%m-%d %H:%M}"
