"""What a person has chosen about being seen."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Contributor(models.Model):
    """Whether what a person has contributed is gathered on a public page; without a row it is not.

    Single suggestions are public with their answers, as in every consultation. All of them under one name are a
    picture of somebody's opinions: the law on personal information asks for consent, so nothing is shown before.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="wiki_contributor"
    )
    shown = models.BooleanField(_("公开我的参与记录"), default=False)
    changed_at = models.DateTimeField(_("更改时间"), auto_now=True)

    class Meta:
        verbose_name = _("参与者")
        verbose_name_plural = _("参与者")

    def __str__(self) -> str:
        return f"{self.user_id}"
