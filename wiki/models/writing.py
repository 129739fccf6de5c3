"""What people have not sent yet, and that they are writing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wiki.models.clauses import Clause
from wiki.models.documents import Document
from wiki.models.suggestions import Suggestion
from wiki.querysets import PresenceQuerySet


class Draft(models.Model):
    """A suggestion that somebody is still writing, kept on the server beside the copy on the device.

    What is saved last is the draft; `other` keeps the words that were written in another place at the same time and
    that it took the place of: {"text", "reason", "base_version", "saved_at"}, or nothing.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wiki_drafts")
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="+")
    kind = models.CharField(_("类型"), max_length=8, choices=Suggestion.Kind.choices)
    base_version = models.PositiveIntegerField(_("针对版本"))
    text = models.TextField(_("建议文字"), blank=True)
    reason = models.TextField(_("理由"), blank=True)
    to = models.ForeignKey(
        Clause, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("移到")
    )
    inside = models.BooleanField(_("放在其下"), default=False)
    other = models.JSONField(_("另一处写的"), default=dict, blank=True)
    saved_at = models.DateTimeField(_("保存时间"), auto_now=True)

    class Meta:
        verbose_name = _("草稿")
        verbose_name_plural = _("草稿")
        constraints = [
            models.UniqueConstraint(fields=["author", "clause", "kind"], name="wiki_draft_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Presence(models.Model):
    """Somebody is changing a clause now. `editor` is a keyed hash for this clause alone and leads to no person."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="+")
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="+")
    editor = models.CharField(_("编辑者"), max_length=32)
    seen_at = models.DateTimeField(_("最近一次"))

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("正在修改")
        verbose_name_plural = _("正在修改")
        indexes = [models.Index(fields=["document", "seen_at"], name="wiki_presence_document")]
        constraints = [
            models.UniqueConstraint(fields=["clause", "editor"], name="wiki_presence_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.clause_id}"
