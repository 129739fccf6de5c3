"""Sentences that moderators answer with again and again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wiki.models.opinions import Decision


class AnswerTemplate(models.Model):
    """A named reason to start an answer from; empty `outcome`: it fits every answer."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    text = models.TextField(_("文字"))
    outcome = models.CharField(_("用于"), max_length=10, choices=Decision.Outcome.choices, blank=True)
    changed_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("答复模板")
        verbose_name_plural = _("答复模板")
        ordering = ["outcome", "name"]

    def __str__(self) -> str:
        return self.name
