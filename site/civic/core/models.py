"""The outbox, the periodic schedule and the workers' heartbeat: the truth about work still to do."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutboxEvent(models.Model):
    """One thing that happened and that others must hear of; see `civic.core.outbox`.

    `handled` lists the handlers that have finished, so that a retry repeats only those that have not.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("待办")
        LEASED = "leased", _("处理中")
        DONE = "done", _("完成")
        DEAD = "dead", _("死信")

    class Queue(models.TextChoices):
        URGENT = "urgent", _("紧急")
        SLOW = "slow", _("缓办")
        OUTBOUND = "outbound", _("外发")

    topic = models.CharField(_("主题"), max_length=64)
    key = models.CharField(_("幂等键"), max_length=128, null=True, blank=True, unique=True)
    payload = models.JSONField(_("内容"), default=dict)
    queue = models.CharField(_("队列"), max_length=8, choices=Queue.choices, default=Queue.URGENT)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    handled = models.JSONField(_("已完成的处理者"), default=list)
    next_at = models.DateTimeField(_("下次时间"), default=timezone.now)
    lease_until = models.DateTimeField(_("租约到期"), null=True, blank=True)
    leased_by = models.CharField(_("租约持有者"), max_length=64, blank=True)
    error = models.TextField(_("错误"), blank=True)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("待办")
        verbose_name_plural = _("待办")
        indexes = [
            models.Index(
                fields=["queue", "next_at", "id"], name="outbox_ready", condition=models.Q(state="pending")
            ),
            models.Index(fields=["lease_until"], name="outbox_leased", condition=models.Q(state="leased")),
            models.Index(fields=["state", "-created_at"], name="outbox_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk} {self.state}"


class PeriodicRun(models.Model):
    """When a periodic job last fired; the row is the lock that makes one scheduler fire it once."""

    name = models.CharField(_("名称"), max_length=64, primary_key=True)
    last_at = models.DateTimeField(_("上次时间"))

    class Meta:
        verbose_name = _("周期任务")
        verbose_name_plural = _("周期任务")

    def __str__(self) -> str:
        return self.name


class WorkerBeat(models.Model):
    """A living worker's last sign of life."""

    worker = models.CharField(_("工作进程"), max_length=64, primary_key=True)
    beaten_at = models.DateTimeField(_("最近时间"))

    class Meta:
        verbose_name = _("工作进程心跳")
        verbose_name_plural = _("工作进程心跳")

    def __str__(self) -> str:
        return self.worker
