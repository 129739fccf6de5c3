"""What the city does about one problem: a case, its step, its place."""

from datetime import UTC, datetime

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.accounts.models import Department, District
from civic.cases.querysets import CaseQuerySet
from civic.places.models import GridCell

MANY = 5  # people who said "me too": their case comes before the others
URGENT_RANK = 1  # of `rank`: this and below is urgent
NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)
QUEUE = ("rank", "pressing_at", "received_at", "id")
OPEN = models.Q(closed_at__isnull=True)


class Step(models.TextChoices):
    """The seven steps of a case, in order."""

    INTAKE = "intake", _("受理")
    FILING = "filing", _("立案")
    DISPATCH = "dispatch", _("派遣")
    HANDLING = "handling", _("处置")
    FEEDBACK = "feedback", _("反馈")
    VERIFICATION = "verification", _("核查")
    CLOSED = "closed", _("结案")


class RequestType(models.TextChoices):
    """What the person wants; the labels are those that nlp answers with."""

    COMPLAINT = "complaint", _("投诉")
    ACCUSATION = "accusation", _("举报")
    HELP = "help", _("求助")
    SUGGESTION = "suggestion", _("建议")
    INQUIRY = "inquiry", _("咨询")
    PRAISE = "praise", _("表扬")


class PointSource(models.TextChoices):
    """How a case came by its place."""

    PIN = "pin", _("地图选点")
    GPS = "gps", _("定位")
    PARTNER = "partner", _("合作方坐标")
    ADDRESS = "address", _("地址文字")
    TEXT = "text", _("正文中的地名")
    NONE = "none", _("未定位")


class Case(models.Model):
    """What the city does about one problem; one or more reports belong to it."""

    class CodeSource(models.TextChoices):
        NLP = "nlp", _("自动判断")
        CITIZEN = "citizen", _("市民选择")
        CLERK = "clerk", _("人工确认")

    class Outcome(models.TextChoices):
        OPEN = "", _("办理中")
        RESOLVED = "resolved", _("已解决")
        DECLINED = "declined", _("不予立案")
        REFERRED = "referred", _("已转其他部门")
        MERGED = "merged", _("已并入同一案件")

    step = models.CharField(_("步骤"), max_length=12, choices=Step.choices, default=Step.INTAKE)
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome.choices, default="", blank=True)
    matter_code = models.CharField(_("事项代码"), max_length=5, blank=True)
    code_source = models.CharField(_("代码来源"), max_length=8, choices=CodeSource.choices, blank=True)
    code_certain = models.BooleanField(
        _("自动判断有把握"), default=False, help_text=_("自动判断的置信度达到了模型的门槛")
    )
    request_type = models.CharField(_("诉求类型"), max_length=10, choices=RequestType.choices, blank=True)
    urgent = models.BooleanField(_("紧急"), default=False)
    withheld = models.BooleanField(
        _("不上公开地图"), default=False, help_text=_("涉及自伤等个人安危，只在工作台可见")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("承办部门")
    )
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("区"))
    street = models.CharField(_("街道"), max_length=40, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    point_source = models.CharField(
        _("位置来源"), max_length=8, choices=PointSource.choices, default=PointSource.NONE
    )
    public_lon = models.FloatField(_("公开经度"), null=True, blank=True)
    public_lat = models.FloatField(_("公开纬度"), null=True, blank=True)
    public_cell = models.BigIntegerField(_("公开网格"), null=True, blank=True)
    grid_cell = models.ForeignKey(
        GridCell, models.SET_NULL, null=True, blank=True, verbose_name=_("责任网格")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_cases", verbose_name=_("并入")
    )
    referred_to = models.CharField(_("转往"), max_length=60, blank=True)
    step_at = models.DateTimeField(_("进入本步骤"), default=timezone.now)
    due_at = models.DateTimeField(
        _("本步骤期限"), null=True, blank=True, help_text=_("没有期限或暂停计时时为空")
    )
    left_seconds = models.PositiveIntegerField(
        _("暂停时剩余的工作秒数"), null=True, blank=True, help_text=_("等待反映人补充时停止计时")
    )
    paused_at = models.DateTimeField(_("暂停计时"), null=True, blank=True)
    warned_at = models.DateTimeField(_("已提醒临期"), null=True, blank=True)
    escalation = models.PositiveSmallIntegerField(_("超期升级"), default=0)
    supervised_at = models.DateTimeField(_("督办"), null=True, blank=True)
    urged = models.PositiveIntegerField(_("催办次数"), default=0)
    supports = models.PositiveIntegerField(_("同感人数"), default=0)
    reopened = models.PositiveIntegerField(_("重开次数"), default=0)
    # A desk reads its queue in this order. Stored, so that an index holds it: a million cases are not sorted.
    rank = models.GeneratedField(
        verbose_name=_("缓急"),
        expression=models.Case(
            models.When(urgent=True, supports__gte=MANY, then=models.Value(0)),
            models.When(urgent=True, then=models.Value(1)),
            models.When(supports__gte=MANY, then=models.Value(2)),
            default=models.Value(3),
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    pressing_at = models.GeneratedField(
        verbose_name=_("排队时刻"),
        expression=Coalesce("due_at", models.Value(NO_DEADLINE)),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    received_at = models.DateTimeField(_("受理时间"), default=timezone.now)
    updated_at = models.DateTimeField(_("更新时间"), default=timezone.now)
    closed_at = models.DateTimeField(_("结案时间"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("案件")
        verbose_name_plural = _("案件")
        default_permissions = ("view",)
        permissions = [
            ("file_case", _("立案或不予立案")),
            ("dispatch_case", _("派遣")),
            ("handle_case", _("处置与反馈")),
            ("verify_case", _("核查与结案")),
            ("supervise_case", _("督办")),
            ("merge_case", _("合并与拆分")),
            ("place_case", _("补充与更正位置")),
            ("release_report", _("放行原文与照片")),
            ("view_contact", _("查看联系方式")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lon__isnull=True, lat__isnull=True)
                | models.Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="case_point_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(step="closed", closed_at__isnull=False)
                | (~models.Q(step="closed") & models.Q(closed_at__isnull=True)),
                name="case_closed_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="merged", merged_into__isnull=False)
                | (~models.Q(outcome="merged") & models.Q(merged_into__isnull=True)),
                name="case_merged_into_one",
            ),
            models.CheckConstraint(
                condition=models.Q(paused_at__isnull=True) | models.Q(due_at__isnull=True),
                name="case_paused_has_no_deadline",
            ),
        ]
        indexes = [
            models.Index(fields=["public_cell"], name="case_cell", condition=models.Q(withheld=False)),
            models.Index(fields=["-received_at", "-id"], name="case_newest"),
            models.Index(fields=["step", "-received_at"], name="case_by_step"),
            models.Index(fields=["district", "-received_at"], name="case_by_district"),
            models.Index(fields=["matter_code", "-received_at"], name="case_by_code"),
            models.Index(fields=["street", "-received_at"], name="case_by_street"),
            models.Index(
                fields=["due_at"], name="case_by_deadline", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(
                fields=["paused_at"], name="case_paused", condition=models.Q(paused_at__isnull=False)
            ),
            models.Index(fields=["updated_at", "id"], name="case_by_change"),
            models.Index(fields=["department", "step", "-received_at"], name="case_by_department"),
            models.Index(fields=QUEUE, name="case_queue", condition=OPEN),
            models.Index(fields=["district", *QUEUE], name="case_queue_district", condition=OPEN),
            models.Index(fields=["department", *QUEUE], name="case_queue_department", condition=OPEN),
            models.Index(fields=["step", *QUEUE], name="case_queue_step", condition=OPEN),
            models.Index(fields=["matter_code", *QUEUE], name="case_queue_code", condition=OPEN),
            models.Index(
                fields=QUEUE,
                name="case_queue_supervised",
                condition=OPEN & models.Q(supervised_at__isnull=False),
            ),
            models.Index(fields=QUEUE, name="case_queue_urged", condition=OPEN & models.Q(urged__gt=0)),
            models.Index(
                fields=QUEUE,
                name="case_queue_unconfirmed",
                condition=OPEN & models.Q(code_source="nlp", code_certain=False),
            ),
            models.Index(
                fields=["-urgent", "received_at", "id"],
                name="case_triage",
                condition=OPEN & models.Q(code_source="nlp", code_certain=False),
            ),
        ]

    def __str__(self) -> str:
        return f"案件 {self.pk} {self.get_step_display()}"

    @property
    def code_confirmed(self) -> bool:
        """Whether a person gave the code."""
        return self.code_source in {self.CodeSource.CITIZEN, self.CodeSource.CLERK}

    @property
    def code_known(self) -> bool:
        """Whether the code is more than a guess: a person gave it, or nlp was certain of it."""
        return self.code_certain or self.code_confirmed
