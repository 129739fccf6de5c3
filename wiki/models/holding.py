"""What a rule has held back, and what people decided about that."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wiki.models.comments import Comment
from wiki.models.documents import Document
from wiki.models.suggestions import Suggestion
from wiki.querysets import HoldingQuerySet
from wiki.text.screening import rule_name


def rule_label(rule: str) -> str:
    """Return the Chinese name of what words are held back for: a rule of the screening, or one a moderator named."""
    if rule in Comment.HiddenFor.values:
        return str(Comment.HiddenFor(rule).label)
    return rule_name(rule)


class Holding(models.Model):
    """One suggestion or comment that a rule holds back until a moderator has looked, or a comment that one has hidden.

    Released it is public like any other. Kept back it counts in no figure and is owed no answer; its author is told
    the rule and the reason, and may object once, which puts it before a moderator again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待查看")
        RELEASED = "released", _("已放行")
        KEPT = "kept", _("已拦下")

    document = models.ForeignKey(Document, models.PROTECT, related_name="holdings")
    suggestion = models.OneToOneField(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="holding"
    )
    comment = models.OneToOneField(Comment, models.PROTECT, null=True, blank=True, related_name="holding")
    rule = models.CharField(_("规则"), max_length=40)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.TextField(_("理由"), blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    objection = models.TextField(_("申诉"), blank=True)
    objected_at = models.DateTimeField(_("申诉时间"), null=True, blank=True)
    held_at = models.DateTimeField(_("拦下时间"), auto_now_add=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("拦下的内容")
        verbose_name_plural = _("拦下的内容")
        indexes = [models.Index(fields=["state", "held_at"], name="wiki_holding_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(suggestion__isnull=False, comment=None)
                | Q(suggestion=None, comment__isnull=False),
                name="wiki_holding_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(decided_at__isnull=False, moderator__isnull=False),
                name="wiki_holding_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="kept") | ~Q(reason=""), name="wiki_holding_kept_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.rule}"

    @property
    def rule_label(self) -> str:
        """What it is held back for, as people read it."""
        return rule_label(self.rule)

    @property
    def said(self) -> Suggestion | Comment:
        """The suggestion or comment that is held back."""
        said = self.suggestion or self.comment
        assert said is not None  # the database keeps it so
        return said
