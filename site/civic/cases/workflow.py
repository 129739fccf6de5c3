"""The seven steps as one table: in which state which action leads where, and who may take it. Pure.

Besides the roles of the desk two parties act: the person who reported, and the platform itself when time runs out.
"""

from typing import NamedTuple

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Step

REPORTER = "reporter"
PLATFORM = "platform"
Outcome = Case.Outcome
Kind = CaseEvent.Kind


class State(NamedTuple):
    """What the table asks of a case."""

    step: str
    outcome: str = ""
    paused: bool = False


class Transition(NamedTuple):
    """One row of the table; `roles` are the roles of which one is needed, `needs_reason` asks for a sentence.

    `outcomes` are the outcomes that a closed case must have had, `paused` whether the clock must be stopped
    (None: either). A row whose target is its source leaves the step as it is.
    """

    action: str
    label: str
    source: str
    target: str
    roles: frozenset[str]
    needs_reason: bool = False
    outcome: str = ""
    kind: str = Kind.STEP
    outcomes: frozenset[str] = frozenset()
    paused: bool | None = None

    def fits(self, state: State) -> bool:
        """Whether the row applies to a case in this state."""
        return (
            self.source == state.step
            and (self.paused is None or self.paused == state.paused)
            and (not self.outcomes or state.outcome in self.outcomes)
        )


def _roles(*names: str) -> frozenset[str]:
    return frozenset(names)


CLERK = _roles(Role.CASE_CLERK)
HANDLER = _roles(Role.DEPARTMENT_HANDLER)
SUPERVISOR = _roles(Role.SUPERVISOR)
VERIFIER = _roles(Role.CASE_CLERK, Role.SUPERVISOR)
SEND_BACK = frozenset({"return", "recall"})  # afterwards no department has the case
OPEN = tuple(step for step in Step if step != Step.CLOSED)

TABLE: tuple[Transition, ...] = (
    Transition("file", "立案", Step.INTAKE, Step.FILING, CLERK),
    Transition("decline", "不予立案", Step.INTAKE, Step.CLOSED, CLERK, True, Outcome.DECLINED),
    Transition("refer", "转其他部门", Step.INTAKE, Step.CLOSED, CLERK, True, Outcome.REFERRED),
    Transition("refer", "转其他部门", Step.FILING, Step.CLOSED, CLERK, True, Outcome.REFERRED),
    Transition("dispatch", "派遣", Step.FILING, Step.DISPATCH, CLERK),
    Transition("return", "退回", Step.DISPATCH, Step.FILING, HANDLER, True),
    # A wrong dispatch, or a department that never answers: whoever dispatched takes the case back.
    Transition("recall", "撤回派遣", Step.DISPATCH, Step.FILING, VERIFIER, True),
    Transition("recall", "撤回派遣", Step.HANDLING, Step.FILING, SUPERVISOR, True),
    Transition("accept", "接单处置", Step.DISPATCH, Step.HANDLING, HANDLER),
    # Taken on by mistake: it goes back to the clerk, who sends it elsewhere.
    Transition("return", "退回", Step.HANDLING, Step.FILING, HANDLER, True),
    Transition("answer", "反馈结果", Step.HANDLING, Step.FEEDBACK, HANDLER, True),
    Transition("verify", "转核查", Step.FEEDBACK, Step.VERIFICATION, VERIFIER),
    Transition("redo", "退回重办", Step.VERIFICATION, Step.HANDLING, VERIFIER, True),
    Transition("close", "结案", Step.VERIFICATION, Step.CLOSED, VERIFIER, outcome=Outcome.RESOLVED),
    # The loop closes with the person who reported, or by time when that person says nothing.
    Transition("confirm", "确认已解决", Step.VERIFICATION, Step.CLOSED, _roles(REPORTER), outcome=Outcome.RESOLVED),
    Transition("dispute", "反映未解决", Step.VERIFICATION, Step.HANDLING, _roles(REPORTER), True),
    Transition("lapse", "逾期未评价结案", Step.VERIFICATION, Step.CLOSED, _roles(PLATFORM), outcome=Outcome.RESOLVED),
    Transition(
        "reopen", "重开", Step.CLOSED, Step.DISPATCH, VERIFIER | {REPORTER}, True, outcomes=_roles(Outcome.RESOLVED)
    ),
    Transition(
        "appeal", "申请重新受理", Step.CLOSED, Step.INTAKE, CLERK | {REPORTER}, True,
        outcomes=_roles(Outcome.DECLINED, Outcome.REFERRED),
    ),
    *(
        row
        for step in OPEN
        for row in (
            Transition("urge", "催办", step, step, CLERK | {REPORTER}, kind=Kind.URGED),
            Transition("supervise", "督办", step, step, SUPERVISOR, True, kind=Kind.SUPERVISED),
        )
    ),
    *(
        row
        for step in (Step.INTAKE, Step.FILING, Step.DISPATCH, Step.HANDLING)
        for row in (
            Transition("ask", "请反映人补充", step, step, CLERK | HANDLER, True, kind=Kind.PAUSED, paused=False),
            Transition("resume", "恢复计时", step, step, CLERK | HANDLER, kind=Kind.RESUMED, paused=True),
            Transition("overdue_resume", "逾期未补充，恢复计时", step, step, _roles(PLATFORM), kind=Kind.RESUMED, paused=True),
            Transition("add", "补充说明", step, step, _roles(REPORTER), True, kind=Kind.ADDED),
        )
    ),
)  # fmt: skip


def state_of(case: Case) -> State:
    """Return what the table asks of a case."""
    return State(case.step, case.outcome, case.paused_at is not None)


def find(state: State, action: str) -> Transition | None:
    """Return the row for an action in a state, or None when the table has none."""
    return next((row for row in TABLE if row.action == action and row.fits(state)), None)


def available(state: State, roles: frozenset[str]) -> list[Transition]:
    """Return the rows that someone with these roles may take in a state, in the table's order."""
    return [row for row in TABLE if row.roles & roles and row.fits(state)]


def exists(action: str) -> bool:
    """Whether the table knows an action at all, in whatever state."""
    return any(row.action == action for row in TABLE)
