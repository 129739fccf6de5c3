"""What one person said, once, with its photos, its analysis and its release to the public."""

import hashlib
import hmac
import uuid
from base64 import b32encode

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.cases.models.case import Case, RequestType
from civic.cases.querysets import ReportQuerySet


class Channel(models.TextChoices):
    """The way a report came."""

    WEB = "web", _("网页")
    API = "api", _("接口")
    OPEN311 = "open311", "Open311"
    WECHAT = "wechat", _("微信")
    WEBCHAT = "webchat", _("网页对话")
    HOTLINE = "hotline", _("热线")
    EMAIL = "email", _("邮件")
    SENSOR = "sensor", _("监测设备")
    DEMO = "demo", _("演示")


class Report(models.Model):
    """What one person said, once. Its text, place and number never change; only `case` may, by merging."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="reports", verbose_name=_("案件"))
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel.choices)
    text = models.TextField(_("原文"))
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    citizen_code = models.CharField(_("市民选择的代码"), max_length=5, blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("反映人"),
    )
    partner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("合作方"),
    )
    source_ref = models.CharField(
        _("对方编号"), max_length=80, blank=True, help_text=_("诉求在合作方系统里的编号")
    )
    attributes = models.JSONField(
        _("附加信息"),
        default=dict,
        blank=True,
        help_text=_("事项要求的附加属性：代码 → 所答"),
    )
    sender = models.CharField(
        _("对话方"), max_length=64, blank=True, help_text=_("渠道内身份的散列，不是身份本身")
    )
    contact_name = models.CharField(_("称呼"), max_length=40, blank=True)
    contact_phone = models.CharField(_("电话"), max_length=30, blank=True)
    contact_email = models.CharField(_("邮箱"), max_length=120, blank=True)
    received_at = models.DateTimeField(_("收到时间"), default=timezone.now)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("诉求")
        verbose_name_plural = _("诉求")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="report_newest"),
            models.Index(fields=["case", "received_at"], name="report_by_case"),
            models.Index(fields=["case", "channel"], name="report_case_channel"),
            models.Index(
                fields=["sender", "-received_at"], name="report_by_sender", condition=~models.Q(sender="")
            ),
            models.Index(fields=["partner", "-received_at"], name="report_by_partner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "source_ref"],
                condition=~models.Q(source_ref=""),
                name="report_source_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def secret(self) -> str:
        """The receipt's ten characters: with the number they show the report to whoever holds both.

        Derived, not stored: a copy of the database does not open anybody's report.
        """
        digest = hmac.new(
            settings.SECRET_KEY.encode(), f"report:{self.number}".encode(), hashlib.sha256
        ).digest()
        return b32encode(digest).decode()[:10]


class ReportAnalysis(models.Model):
    """What nlp made of a report, as it was at that time; a clerk's correction changes the case, never this."""

    report = models.OneToOneField(Report, models.CASCADE, related_name="analysis", verbose_name=_("诉求"))
    matter_code = models.CharField(_("事项代码"), max_length=5)
    confidence = models.FloatField(_("置信度"))
    candidates = models.JSONField(_("候选"), default=list)
    because = models.JSONField(_("依据"), default=list)
    request_type = models.CharField(_("诉求类型"), max_length=10, choices=RequestType.choices)
    request_confidence = models.FloatField(_("类型置信度"))
    urgent = models.BooleanField(_("紧急"), default=False)
    self_harm = models.BooleanField(_("自伤风险"), default=False)
    model_version = models.CharField(_("模型版本"), max_length=64)
    analysed_at = models.DateTimeField(_("分析时间"), default=timezone.now)

    class Meta:
        verbose_name = _("语言分析")
        verbose_name_plural = _("语言分析")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confidence__range=(0, 1)), name="analysis_confidence_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.matter_code} {self.confidence:.2f}"


class ReportRelease(models.Model):
    """A clerk's decision that the public may read a report's words, in this masked form, and see its photos."""

    report = models.OneToOneField(Report, models.CASCADE, related_name="release", verbose_name=_("诉求"))
    text = models.TextField(_("公开的文字"))
    with_photos = models.BooleanField(_("包括照片"), default=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("放行人")
    )
    released_at = models.DateTimeField(_("放行时间"), default=timezone.now)

    class Meta:
        verbose_name = _("放行")
        verbose_name_plural = _("放行")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.report_id} @ {self.released_at:%Y-%m-%d}"


def private_storage() -> Storage:
    """Return the storage that no web server serves."""
    return storages["private"]


class Photo(models.Model):
    """A photo of a report: the original as it came, and a re-encoded copy without metadata for the public.

    One that came later names its entry of the record: what the person added, or what the handler shows as done.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, models.CASCADE, related_name="photos", verbose_name=_("诉求"))
    event = models.ForeignKey(
        "cases.CaseEvent",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="photos",
        verbose_name=_("案件记录"),
    )
    original = models.FileField(_("原图"), storage=private_storage, max_length=200)
    public_copy = models.FileField(_("公开副本"), storage=private_storage, max_length=200, blank=True)
    media_type = models.CharField(_("类型"), max_length=20)
    width = models.PositiveIntegerField(_("宽"))
    height = models.PositiveIntegerField(_("高"))
    sha256 = models.CharField(_("校验和"), max_length=64)
    taken_lon = models.FloatField(_("拍摄经度"), null=True, blank=True)
    taken_lat = models.FloatField(_("拍摄纬度"), null=True, blank=True)
    created_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        default_permissions = ("view",)
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.report_id} {self.width}×{self.height}"


class IdempotencyKey(models.Model):
    """A caller's promise that two requests are one: the same scope and key give the same report."""

    scope = models.CharField(_("范围"), max_length=40)
    key = models.CharField(_("键"), max_length=200)
    fingerprint = models.CharField(_("内容指纹"), max_length=64, blank=True)
    report = models.ForeignKey(Report, models.CASCADE, related_name="+", verbose_name=_("诉求"))
    created_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("幂等键")
        verbose_name_plural = _("幂等键")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.scope}:{self.key[:12]}"
