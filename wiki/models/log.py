"""The log: what happened to a document, line by line."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wiki.models.clauses import Clause
from wiki.models.documents import Document
from wiki.models.opinions import Opinion
from wiki.models.suggestions import Suggestion
from wiki.querysets import EventQuerySet


class Event(models.Model):
    """One line of the log: what happened to a document. Rows are only ever added; no citizen's words in `data`."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="events")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="+")
    suggestion = models.ForeignKey(Suggestion, models.PROTECT, null=True, blank=True, related_name="events")
    opinion = models.ForeignKey(Opinion, models.PROTECT, null=True, blank=True, related_name="+")
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
        indexes = [
            models.Index(fields=["document", "id"], name="wiki_event_document"),
            # A document's course is a handful of lines among many thousand suggestions.
            models.Index(fields=["action", "document", "id"], name="wiki_event_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} @{self.at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("the log is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("the log is append-only")
