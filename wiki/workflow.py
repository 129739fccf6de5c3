"""The two state tables, of a document's stages and of a suggestion's statuses: pure, no database, no clock."""

from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stage(TextChoices):
    DRAFT = "draft", _("起草中")
    OPEN = "open", _("征求意见中")
    CLOSED = "closed", _("意见整理中")
    ANSWERED = "answered", _("意见已答复")
    PUBLISHED = "published", _("已发布")
    ARCHIVED = "archived", _("已归档")


class StageAction(TextChoices):
    OPEN = "open", _("开始征求意见")
    CLOSE = "close", _("结束征求意见")
    REOPEN = "reopen", _("重新征求意见")
    ANSWER = "answer", _("公布采纳情况")
    PUBLISH = "publish", _("正式发布")
    ARCHIVE = "archive", _("归档")


STAGES: dict[tuple[Stage, StageAction], Stage] = {
    (Stage.DRAFT, StageAction.OPEN): Stage.OPEN,
    (Stage.OPEN, StageAction.CLOSE): Stage.CLOSED,
    (Stage.CLOSED, StageAction.REOPEN): Stage.OPEN,
    (Stage.CLOSED, StageAction.ANSWER): Stage.ANSWERED,
    (Stage.ANSWERED, StageAction.PUBLISH): Stage.PUBLISHED,
    (Stage.PUBLISHED, StageAction.ARCHIVE): Stage.ARCHIVED,
}

PUBLIC_STAGES = frozenset(Stage) - {Stage.DRAFT}
# Opinions that came in time are still decided after the closing day, until the answers are public.
DECIDING_STAGES = frozenset({Stage.OPEN, Stage.CLOSED})

# Those who manage a document change its words until it is published.
EDITING_STAGES = frozenset({Stage.DRAFT, Stage.OPEN, Stage.CLOSED, Stage.ANSWERED})

# Opinions that are no suggestions are answered until the document is published.
ANSWERING_STAGES = frozenset({Stage.OPEN, Stage.CLOSED, Stage.ANSWERED})


class Status(TextChoices):
    PENDING = "pending", _("待审核")
    CONFLICT = "conflict", _("与新版本冲突")
    ACCEPTED = "accepted", _("已采纳")
    REJECTED = "rejected", _("未采纳")
    WITHDRAWN = "withdrawn", _("已撤回")


class Action(TextChoices):
    CARRY = "carry", _("转到新版本")
    COLLIDE = "collide", _("与新版本冲突")
    ACCEPT = "accept", _("采纳")
    REWORD = "reword", _("修改后采纳")
    REJECT = "reject", _("不采纳")
    REBASE = "rebase", _("改写到新版本")
    WITHDRAW = "withdraw", _("撤回")


STATUSES: dict[tuple[Status, Action], Status] = {
    (Status.PENDING, Action.CARRY): Status.PENDING,
    (Status.PENDING, Action.COLLIDE): Status.CONFLICT,
    (Status.PENDING, Action.ACCEPT): Status.ACCEPTED,
    (Status.PENDING, Action.REWORD): Status.ACCEPTED,
    (Status.PENDING, Action.REJECT): Status.REJECTED,
    (Status.PENDING, Action.WITHDRAW): Status.WITHDRAWN,
    # A later version may undo what stood in the way, so a conflict can dissolve by itself.
    (Status.CONFLICT, Action.CARRY): Status.PENDING,
    (Status.CONFLICT, Action.COLLIDE): Status.CONFLICT,
    (Status.CONFLICT, Action.REWORD): Status.ACCEPTED,
    (Status.CONFLICT, Action.REJECT): Status.REJECTED,
    # Only where there is a conflict does the author word the same suggestion anew, on the text of now.
    (Status.CONFLICT, Action.REBASE): Status.PENDING,
    (Status.CONFLICT, Action.WITHDRAW): Status.WITHDRAWN,
}

UNDECIDED = frozenset({Status.PENDING, Status.CONFLICT})
DECIDED = frozenset({Status.ACCEPTED, Status.REJECTED})
"""What has an answer; a suggestion that its author took back has none and is owed none."""


def next_stage(stage: str, action: str) -> Stage | None:
    """Return the stage after `action`, or None where the table has no such step."""
    return STAGES.get((Stage(stage), StageAction(action)))


def stage_actions(stage: str) -> tuple[StageAction, ...]:
    """Return the steps that a document in `stage` can take."""
    return tuple(action for (start, action) in STAGES if start == stage)


def next_status(status: str, action: str) -> Status | None:
    """Return the status after `action`, or None where the table has no such step."""
    return STATUSES.get((Status(status), Action(action)))


def takes_suggestions(
    stage: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime
) -> bool:
    """Return whether a document takes suggestions: open by stage, and inside its dates where it has them."""
    if stage != Stage.OPEN:
        return False
    return (opens_at is None or opens_at <= now) and (closes_at is None or now < closes_at)
