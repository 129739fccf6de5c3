"""The seven steps as one table: from which step which action leads where, and who may take it. Pure."""

from typing import NamedTuple

from civic.accounts.roles import Role
from civic.cases.models import Step


class Transition(NamedTuple):
    """One row of the table; `roles` are the roles of which one is needed, `needs_reason` asks for a sentence."""

    action: str
    label: str
    source: str
    target: str
    roles: frozenset[str]
    needs_reason: bool = False
    outcome: str = ""


def _roles(*names: str) -> frozenset[str]:
    return frozenset(names)


CLERK = _roles(Role.CASE_CLERK)
HANDLER = _roles(Role.DEPARTMENT_HANDLER)
VERIFIER = _roles(Role.CASE_CLERK, Role.SUPERVISOR)

TABLE: tuple[Transition, ...] = (
    Transition("file", "立案", Step.INTAKE, Step.FILING, CLERK),
    Transition("decline", "不予立案", Step.INTAKE, Step.CLOSED, CLERK, needs_reason=True, outcome="declined"),
    Transition("dispatch", "派遣", Step.FILING, Step.DISPATCH, CLERK),
    Transition("return", "退回", Step.DISPATCH, Step.FILING, HANDLER, needs_reason=True),
    Transition("accept", "接单处置", Step.DISPATCH, Step.HANDLING, HANDLER),
    Transition("answer", "反馈结果", Step.HANDLING, Step.FEEDBACK, HANDLER, needs_reason=True),
    Transition("verify", "转核查", Step.FEEDBACK, Step.VERIFICATION, VERIFIER),
    Transition("redo", "退回重办", Step.VERIFICATION, Step.HANDLING, VERIFIER, needs_reason=True),
    Transition("close", "结案", Step.VERIFICATION, Step.CLOSED, VERIFIER, outcome="resolved"),
)
_BY_STATE = {(row.source, row.action): row for row in TABLE}


def find(step: str, action: str) -> Transition | None:
    """Return the row for an action at a step, or None when the table has none."""
    return _BY_STATE.get((step, action))


def available(step: str, roles: frozenset[str]) -> list[Transition]:
    """Return the rows that someone with these roles may take at a step, in the table's order."""
    return [row for row in TABLE if row.source == step and row.roles & roles]
