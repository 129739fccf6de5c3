"""Who follows what, what they were told and how, and the ledger of points."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The way a person is told."""

    EMAIL = "email", _("邮件")
    WECHAT = "wechat", _("微信")
    SITE = "site", _("站内")


class Subscription(models.Model):
    """One person's wish to hear of one subject.

    A subject is a name that lower layers need not understand, such as "report:BJ…": a report's number survives
    every merge. The address is an e-mail address, or the id of a conversation; it is erased when nobody needs it.
    """

    subject = models.CharField(_("主题"), max_length=60)
    title = models.CharField(_("名称"), max_length=120)
    url = models.CharField(_("网址"), max_length=300)
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel.choices)
    address = models.CharField(_("地址"), max_length=254, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("账号"),
    )
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    asked_at = models.DateTimeField(_("确认邮件"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("退订时间"), null=True, blank=True)
    forget_at = models.DateTimeField(_("地址保留到"), null=True, blank=True)

    class Meta:
        verbose_name = _("订阅")
        verbose_name_plural = _("订阅")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "channel", "address"], condition=~Q(address=""), name="subscription_once"
            ),
            models.UniqueConstraint(
                fields=["subject", "user"],
                condition=Q(channel="site", ended_at__isnull=True),
                name="subscription_once_on_site",
            ),
            models.CheckConstraint(
                condition=~Q(channel="site") | Q(user__isnull=False), name="subscription_on_site_has_user"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(address=""), name="subscription_ended_has_no_address"
            ),
        ]
        indexes = [
            models.Index(fields=["address", "-created_at"], name="subscription_by_address"),
            models.Index(
                fields=["forget_at"], name="subscription_to_forget", condition=Q(forget_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.channel}"

    @property
    def by_letter(self) -> bool:
        """Whether this is the address from which the subject was written: it was never asked whether it wants to."""
        return self.channel == Channel.EMAIL and self.confirmed_at is not None and self.asked_at is None


class Notice(models.Model):
    """Something to tell one subscriber, what was tried, and how it got there in the end."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        KEPT = "kept", _("留到下次来访")
        SHOWN = "shown", _("已在来访时告知")
        DROPPED = "dropped", _("已退订，不再发送")

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="notices", verbose_name=_("订阅")
    )
    key = models.CharField(_("键"), max_length=80, help_text=_("同一件事对同一订阅只通知一次"))
    kind = models.CharField(_("类别"), max_length=20)
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("内容"))
    url = models.CharField(_("网址"), max_length=300)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    channel = models.CharField(_("送达方式"), max_length=20, blank=True)
    tried = models.JSONField(_("尝试"), default=list, blank=True)
    created_at = models.DateTimeField(_("时间"), default=timezone.now)
    sent_at = models.DateTimeField(_("送达时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        default_permissions = ("view",)
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "key"], name="notice_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "shown"]) | Q(sent_at__isnull=False),
                name="notice_sent_has_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="notice_by_state")]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.kind} {self.state}"


class Point(models.Model):
    """One line of the ledger of points. Lines are only ever added; the database refuses to change them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="points", verbose_name=_("账号")
    )
    amount = models.IntegerField(_("分值"))
    reason = models.CharField(_("事由"), max_length=40)
    subject = models.CharField(_("主题"), max_length=60, blank=True)
    key = models.CharField(_("键"), max_length=120, unique=True)
    takes_back = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="taken_back_by", verbose_name=_("收回")
    )
    created_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("积分")
        verbose_name_plural = _("积分")
        default_permissions = ("view",)
        constraints = [
            # Given or taken back: so no sum of lines can fall below nothing.
            models.CheckConstraint(
                condition=Q(takes_back__isnull=True, amount__gt=0)
                | Q(takes_back__isnull=False, amount__lt=0),
                name="point_given_or_taken_back",
            ),
        ]
        indexes = [models.Index(fields=["user", "-created_at"], name="point_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.amount:+d} {self.reason}"
