"""Letting the public see the photos that a handler shows as done: an action of its own, with its own record."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.models import CaseEvent
from civic.cases.results import is_released, latest_answer
from civic.cases.services.photos import RELEASE_RESULTS
from civic.cases.services.steps import lock_on_desk, tell_of_change
from civic.core import outbox
from civic.core.errors import Conflict, NotAllowed


@transaction.atomic
def release_results(*, case_pk: int, actor: User, at: datetime | None = None) -> CaseEvent:
    """Let the public see the photos of a case's latest answer; return the entry that records it.

    Raises NotFound (not on this desk), NotAllowed (not a clerk, or a case whose photos are never public) and
    Conflict (the answer has none, or they are released already).
    """
    case = lock_on_desk(case_pk, actor)
    if not policies.can_release_results(actor, case):
        raise NotAllowed(
            "处理结果照片不能公开：只有受理员可以放行，举报、非城市管理事项和涉及个人安危的一律不公开。"
        )
    answer = latest_answer(case)
    photos = answer.photos.count() if answer else 0
    if answer is None or not photos:
        raise Conflict("最近一次反馈没有照片。", code="no_result_photos")
    if is_released(answer.pk):
        raise Conflict("这些照片已经放行过了。", code="already_released")
    event = CaseEvent.objects.create(
        case=case, kind=CaseEvent.Kind.RELEASED, action=RELEASE_RESULTS, actor=actor,
        data={"answer": answer.pk, "photos": photos}, created_at=at or timezone.now(),
    )  # fmt: skip
    outbox.publish(
        topic="cases.results_released",
        payload={"answer": answer.pk},
        key=f"results:{event.pk}",
        queue="slow",
    )
    tell_of_change(case)
    return event
