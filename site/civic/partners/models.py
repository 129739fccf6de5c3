"""A partner system, its keys, its webhooks and what was sent to them."""

import json

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.accounts.models import Department


class Scope(models.TextChoices):
    """What a partner's key may be used for."""

    REPORT = "report", _("提交诉求")
    UPDATE = "update", _("办理与回传状态")
    SENSOR = "sensor", _("上报监测读数")


class EventKind(models.TextChoices):
    """What a webhook can hear of."""

    RECEIVED = "case.received", _("受理了一件诉求")
    STEP = "case.step_changed", _("步骤变化")
    UPDATED = "case.updated", _("更正、补充、催办、评价等其他变化")
    RELEASED = "case.released", _("原文放行公开")


def every_scope() -> list[str]:
    """Return what a new partner may do: all, until an administrator takes some away."""
    return list(Scope.values)


class Partner(models.Model):
    """Another system: the account under which it acts, what it may do and how often."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="partner", verbose_name=_("账号")
    )
    name = models.CharField(_("名称"), max_length=60)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="partners",
        verbose_name=_("代办部门"),
        help_text=_("派给这个部门的案件由该系统接单、退回、反馈；空为不承办"),
    )
    scopes = models.JSONField(_("可用接口"), default=every_scope)
    quota_minute = models.PositiveIntegerField(
        _("每分钟上限"), null=True, blank=True, help_text=_("空为默认值，0 为不限")
    )
    quota_day = models.PositiveIntegerField(
        _("每日上限"), null=True, blank=True, help_text=_("空为默认值，0 为不限")
    )
    active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now)

    class Meta:
        verbose_name = _("合作方")
        verbose_name_plural = _("合作方")
        ordering = ["name", "pk"]
        default_permissions = ()
        permissions = [("manage_partner", _("管理合作方、密钥与推送"))]

    def __str__(self) -> str:
        return self.name


class PartnerKey(models.Model):
    """A key that was given to a partner; only its digest is kept."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="keys", verbose_name=_("合作方"))
    prefix = models.CharField(_("开头"), max_length=12, unique=True)
    digest = models.CharField(_("散列"), max_length=64)
    created_at = models.DateTimeField(_("签发时间"), default=timezone.now)
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)
    used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        verbose_name = _("密钥")
        verbose_name_plural = _("密钥")
        ordering = ["-created_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.prefix}…"


class Webhook(models.Model):
    """An address of a partner that is told what happens to cases."""

    class Audience(models.TextChoices):
        OWN = "own", _("该合作方提交或承办的案件")
        PUBLIC = "public", _("该合作方的案件，以及所有公开案件的公开变化")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="webhooks", verbose_name=_("合作方"))
    url = models.CharField(_("地址"), max_length=500)
    salt = models.CharField(_("密钥种子"), max_length=32, help_text=_("签名密钥由它派生，不存原文"))
    audience = models.CharField(_("范围"), max_length=6, choices=Audience.choices, default=Audience.OWN)
    kinds = models.JSONField(_("事件"), default=list, help_text=_("空为全部"))
    active = models.BooleanField(_("启用"), default=True)
    failures = models.PositiveIntegerField(_("连续失败次数"), default=0)
    wait_until = models.DateTimeField(_("对方不通，暂停到"), null=True, blank=True)
    busy_until = models.DateTimeField(_("推送中，占用到"), null=True, blank=True)
    disabled_at = models.DateTimeField(_("自动停用时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now)

    class Meta:
        verbose_name = _("推送地址")
        verbose_name_plural = _("推送地址")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["partner", "url"], name="webhook_once")]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One message to one webhook: what is sent, and how sending it went."""

    class State(models.TextChoices):
        PENDING = "pending", _("待推送")
        DELIVERED = "delivered", _("已送达")
        DEAD = "dead", _("死信")

    webhook = models.ForeignKey(
        Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("推送地址")
    )
    event_id = models.CharField(_("事件"), max_length=64)
    kind = models.CharField(_("类别"), max_length=32, choices=EventKind.choices)
    payload = models.JSONField(_("内容"))
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    replays = models.PositiveSmallIntegerField(_("重发次数"), default=0)
    next_at = models.DateTimeField(_("下次时间"), default=timezone.now)
    status = models.PositiveSmallIntegerField(_("最近状态码"), null=True, blank=True)
    error = models.CharField(_("最近错误"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    tried_at = models.DateTimeField(_("最近尝试"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("送达时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("推送")
        verbose_name_plural = _("推送")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event_id"], name="delivery_once"),
            models.CheckConstraint(
                condition=models.Q(state="delivered", delivered_at__isnull=False)
                | (~models.Q(state="delivered") & models.Q(delivered_at__isnull=True)),
                name="delivery_delivered_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "next_at"],
                name="delivery_pending",
                condition=models.Q(state="pending"),
            ),
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.state}"

    @property
    def payload_text(self) -> str:
        """The message as it is sent, with line breaks for reading."""
        return json.dumps(self.payload, ensure_ascii=False, indent=2)
