"""One step for several cases: each in a transaction of its own, and a report of what happened to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction

from civic.accounts.models import Department, User
from civic.accounts.roles import Role
from civic.cases.models import Case, Report
from civic.cases.services.steps import correct_code, lock_on_desk, take_action
from civic.core.errors import Conflict, DomainError, InvalidInput

BULK_LIMIT = 100


@dataclass(frozen=True)
class BulkAction:
    """What may be done to several cases at once, and what it needs."""

    action: str
    label: str
    roles: frozenset[str]
    needs_department: bool = False
    needs_reason: bool = False


CLERK = frozenset({Role.CASE_CLERK})
BULK_ACTIONS = (
    BulkAction("confirm", "确认代码", CLERK),
    BulkAction("file", "立案", CLERK),
    BulkAction("dispatch", "派遣", CLERK, needs_department=True),
    BulkAction("refer", "转其他部门", CLERK, needs_reason=True),
    BulkAction("accept", "接单处置", frozenset({Role.DEPARTMENT_HANDLER})),
    BulkAction("verify", "转核查", frozenset({Role.CASE_CLERK, Role.SUPERVISOR})),
)


@dataclass(frozen=True)
class Done:
    """What happened to one case: nothing with a `refusal`, else all of the step."""

    case_pk: int
    number: str
    refusal: str = ""


def take_together(
    *, case_pks: Sequence[int], action: str, actor: User, department: Department | None = None,
    reason: str = "", referred_to: str = "", at: datetime | None = None,
) -> list[Done]:  # fmt: skip
    """Take one step for each case, in the order given, and say for each what happened; dispatch may go by rule.

    A refusal of one case leaves that case as it is and the others alone. Raises InvalidInput, with nothing done,
    for no cases, more than BULK_LIMIT, or a step that is not taken for several cases.
    """
    wanted = list(dict.fromkeys(case_pks))
    if not wanted:
        raise InvalidInput("请先勾选案件。", fields={"cases": "请先勾选案件。"})
    if len(wanted) > BULK_LIMIT:
        raise InvalidInput(f"一次最多办 {BULK_LIMIT} 件。", fields={"cases": f"一次最多 {BULK_LIMIT} 件。"})
    if action not in {item.action for item in BULK_ACTIONS}:
        raise InvalidInput("这个动作不能成批办理。", fields={"action": "这个动作不能成批办理。"})
    numbers = _numbers(wanted, actor)
    return [
        Done(pk, numbers.get(pk, f"案件 {pk}"), _one(pk, action, actor, department, reason, referred_to, at))
        for pk in wanted
    ]


def _numbers(pks: list[int], actor: User) -> dict[int, str]:
    """Return the number of each case's first report; a case of another desk has none."""
    mine = Case.objects.on_desk_of(actor).filter(pk__in=pks).values("pk")
    rows = Report.objects.filter(case__in=mine).order_by("-received_at").values_list("case_id", "number")
    return dict(rows)


def _one(
    pk: int, action: str, actor: User, department: Department | None, reason: str, referred_to: str,
    at: datetime | None,
) -> str:  # fmt: skip
    """Take the step for one case; return why not, "" when it was taken."""
    try:
        if action == "confirm":
            confirm_code(case_pk=pk, actor=actor)
        else:
            take_action(
                case_pk=pk, action=action, actor=actor, department=department, reason=reason,
                referred_to=referred_to, at=at,
            )  # fmt: skip
    except DomainError as error:
        return error.message
    except DatabaseError:
        return "系统忙，这一件没有办成，请再试一次。"
    return ""


@transaction.atomic
def confirm_code(*, case_pk: int, actor: User) -> Case:
    """Confirm the code that a case has; Conflict when there is none, or a person gave it already."""
    case = lock_on_desk(case_pk, actor)
    if not case.matter_code:
        raise Conflict("还没有自动判断的代码，不能确认。", code="no_code")
    if case.code_source == Case.CodeSource.CLERK:
        raise Conflict("代码已由人工确认过。", code="already_confirmed")
    return correct_code(case_pk=case_pk, code=case.matter_code, actor=actor)
