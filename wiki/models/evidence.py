"""What the site knows that concerns a clause: cases as evidence, and words offered as opinions."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wiki.models.clauses import Clause
from wiki.models.documents import Document


class Evidence(models.Model):
    """Something outside the document that concerns a clause, as the site's port has found it; replaced each time."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="evidence")
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="evidence")
    reference = models.CharField(_("编号"), max_length=100)
    title = models.CharField(_("内容"), max_length=200)
    url = models.CharField(_("链接"), max_length=255, blank=True)
    score = models.FloatField(_("相关程度"))
    why = models.CharField(_("依据"), max_length=200, blank=True)
    happened_at = models.DateTimeField(_("时间"), null=True, blank=True)
    found_at = models.DateTimeField(_("找到的时间"))

    class Meta:
        verbose_name = _("相关反映")
        verbose_name_plural = _("相关反映")
        constraints = [
            models.UniqueConstraint(fields=["clause", "reference"], name="wiki_evidence_once"),
        ]

    def __str__(self) -> str:
        return self.reference


class ClauseReading(models.Model):
    """What workers last made of a clause for its writer, or (without a clause) of what is said of the whole document.

    `opinions` and `latest` say of which opinions the groups were made; `months` counts the evidence by month,
    [["2026-03", 4], …], as far as the port looked back.
    """

    document = models.ForeignKey(Document, models.CASCADE, related_name="readings")
    clause = models.OneToOneField(Clause, models.CASCADE, null=True, blank=True, related_name="reading")
    opinions = models.PositiveIntegerField(_("已分组的意见"), default=0)
    latest = models.PositiveBigIntegerField(_("最新的意见"), default=0)
    grouped_at = models.DateTimeField(_("分组时间"), null=True, blank=True)
    evidence_since = models.PositiveIntegerField(_("依据的条款版本"), default=0)
    evidence_at = models.DateTimeField(_("查找时间"), null=True, blank=True)
    evidence_count = models.PositiveIntegerField(_("相关反映数"), default=0)
    months = models.JSONField(_("各月的相关反映"), default=list, blank=True)

    class Meta:
        verbose_name = _("条款的意见整理")
        verbose_name_plural = _("条款的意见整理")
        constraints = [
            models.UniqueConstraint(
                fields=["document"], condition=models.Q(clause=None), name="wiki_reading_of_whole_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} #{self.clause_id}"


class Offer(models.Model):
    """Words from a chat or a report that may be an opinion on a clause; a person says whether they are."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("待确认")
        TAKEN = "taken", _("已列为意见")
        DISMISSED = "dismissed", _("不是意见")

    document = models.ForeignKey(Document, models.PROTECT, related_name="offers")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="offers")
    channel = models.CharField(_("渠道"), max_length=8)
    source_ref = models.CharField(_("来源编号"), max_length=100)
    text = models.TextField(_("原话（已隐去个人信息）"))
    score = models.FloatField(_("相关程度"))
    why = models.CharField(_("依据"), max_length=200, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=Status.choices, default=Status.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    said_at = models.DateTimeField(_("说的时间"))

    class Meta:
        verbose_name = _("可能的意见")
        verbose_name_plural = _("可能的意见")
        indexes = [models.Index(fields=["document", "status"], name="wiki_offer_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "channel", "source_ref"], name="wiki_offer_source_once"
            ),
        ]

    def __str__(self) -> str:
        return self.source_ref
