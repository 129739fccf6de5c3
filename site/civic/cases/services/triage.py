"""A person's decision on a code that nlp was not certain of: once per case, the first one counts."""

from django.db import transaction

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.models import Case
from civic.cases.services.steps import correct_code, lock_on_desk
from civic.core.errors import Conflict, NotAllowed


@transaction.atomic
def decide_code(*, case_pk: int, code: str, actor: User) -> Case:
    """Accept nlp's code or set another one; Conflict when somebody else has decided meanwhile."""
    case = lock_on_desk(case_pk, actor)
    if not policies.can_correct_code(actor):
        raise NotAllowed("您的角色不能更正事项代码。")
    if not Case.objects.awaiting_a_person().filter(pk=case.pk).exists():
        raise Conflict("这一件已经有人确认过了，请看下一件。", code="already_decided")
    return correct_code(case_pk=case.pk, code=code, actor=actor)
