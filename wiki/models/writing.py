"""What people have not sent yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wiki.models.clauses import Clause
from wiki.models.suggestions import Suggestion


class Draft(models.Model):
    """A suggestion that somebody is still writing, kept on the server beside the copy on the device."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wiki_drafts")
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="+")
    kind = models.CharField(_("类型"), max_length=8, choices=Suggestion.Kind.choices)
    base_version = models.PositiveIntegerField(_("针对版本"))
    text = models.TextField(_("建议文字"), blank=True)
    reason = models.TextField(_("理由"), blank=True)
    saved_at = models.DateTimeField(_("保存时间"), auto_now=True)

    class Meta:
        verbose_name = _("草稿")
        verbose_name_plural = _("草稿")
        constraints = [
            models.UniqueConstraint(fields=["author", "clause", "kind"], name="wiki_draft_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
