"""The seven steps as a table: every state, action, role and party."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.accounts.roles import Role
from civic.cases import workflow
from civic.cases.models import Case, CaseEvent, Step
from civic.cases.workflow import OPEN, PLATFORM, REPORTER, State

ACTIONS = sorted({row.action for row in workflow.TABLE})
PARTIES = [*Role.values, REPORTER, PLATFORM]
ROLES = st.frozensets(st.sampled_from(PARTIES))
ANY_ACTION = st.one_of(st.sampled_from(ACTIONS), st.text(max_size=20))
STATES = st.one_of(
    st.builds(State, st.sampled_from([step.value for step in OPEN]), st.just(""), st.booleans()),
    st.builds(
        State, st.just(Step.CLOSED.value), st.sampled_from([one for one in Case.Outcome.values if one])
    ),
)


@given(state=STATES, action=ANY_ACTION, roles=ROLES)
def test_what_is_offered_is_what_the_table_allows(state: State, action: str, roles: frozenset[str]) -> None:
    row = workflow.find(state, action)
    offered = workflow.available(state, roles)
    assert (row in offered) == (row is not None and bool(row.roles & roles))
    assert workflow.exists(action) == (action in ACTIONS)
    if row is not None:
        assert (row.source, row.action) == (state.step, action)
        assert row.target in Step.values
        assert (row.target == row.source) == (row.kind != CaseEvent.Kind.STEP)


@given(state=STATES, some=ROLES, more=ROLES)
def test_more_roles_never_allow_less(state: State, some: frozenset[str], more: frozenset[str]) -> None:
    assert set(workflow.available(state, some)) <= set(workflow.available(state, some | more))


@given(state=STATES, roles=ROLES)
def test_only_the_case_roles_and_the_two_parties_act(state: State, roles: frozenset[str]) -> None:
    movers = {Role.CASE_CLERK, Role.SUPERVISOR, Role.DEPARTMENT_HANDLER, REPORTER, PLATFORM}
    if not roles & movers:
        assert workflow.available(state, roles) == []


@given(state=STATES, action=st.sampled_from(ACTIONS))
def test_at_most_one_row_fits_a_state(state: State, action: str) -> None:
    assert sum(row.action == action and row.fits(state) for row in workflow.TABLE) <= 1


def reachable(start: Iterable[str]) -> set[str]:
    found = set(start)
    while new := {row.target for row in workflow.TABLE if row.source in found} - found:
        found |= new
    return found


def test_every_step_is_reached_from_intake_and_the_end_from_every_step() -> None:
    assert reachable([Step.INTAKE]) == set(Step.values)
    for step in Step.values:
        assert Step.CLOSED in reachable([step])


def test_whatever_is_closed_has_an_outcome_and_whatever_leaves_the_end_says_from_which() -> None:
    for row in workflow.TABLE:
        assert (row.target == Step.CLOSED) == bool(row.outcome)
        assert row.outcome in Case.Outcome.values
        assert (row.source == Step.CLOSED) == bool(row.outcomes)
    # What was merged goes on in the other case; only taking the merge apart brings it back.
    assert workflow.available(State(Step.CLOSED, Case.Outcome.MERGED), frozenset(PARTIES)) == []


def test_no_step_of_the_main_line_is_skipped() -> None:
    order = list(Step.values)
    for row in workflow.TABLE:
        forward = order.index(row.target) - order.index(row.source)
        assert forward <= 1 or row.action in {"decline", "refer"}


@given(state=STATES)
def test_the_clock_is_stopped_once_and_started_once(state: State) -> None:
    everyone = {row.action for row in workflow.available(state, frozenset(PARTIES))}
    assert not {"ask", "resume"} <= everyone
    assert ("overdue_resume" in everyone) == ("resume" in everyone)
    assert ("resume" in everyone) == (
        state.paused and state.step in {"intake", "filing", "dispatch", "handling"}
    )


NEEDS_A_REASON = (
    "decline",
    "refer",
    "return",
    "recall",
    "answer",
    "redo",
    "dispute",
    "reopen",
    "appeal",
    "supervise",
    "ask",
)


@pytest.mark.parametrize("action", NEEDS_A_REASON)
def test_whoever_says_no_or_done_or_again_says_why(action: str) -> None:
    assert all(row.needs_reason for row in workflow.TABLE if row.action == action)


@given(state=STATES)
def test_a_department_gives_a_case_back_to_the_clerk_until_it_has_answered(state: State) -> None:
    row = workflow.find(state, "return")
    assert (row is not None) == (state.step in {Step.DISPATCH, Step.HANDLING})
    if row is not None:
        assert (row.target, row.roles) == (Step.FILING, {Role.DEPARTMENT_HANDLER})


@given(state=STATES)
def test_whoever_dispatched_takes_a_case_back_until_it_is_answered(state: State) -> None:
    row = workflow.find(state, "recall")
    assert (row is not None) == (state.step in {Step.DISPATCH, Step.HANDLING})
    if row is not None:
        clerks = {Role.CASE_CLERK} if state.step == Step.DISPATCH else set()
        assert (row.target, row.roles) == (Step.FILING, {Role.SUPERVISOR} | clerks)


def test_only_the_reporter_judges_and_only_the_platform_lets_a_judgement_lapse() -> None:
    for row in workflow.TABLE:
        if row.action in {"confirm", "dispute", "add"}:
            assert row.roles == {REPORTER}
        if row.action in {"lapse", "overdue_resume"}:
            assert row.roles == {PLATFORM}


@given(state=STATES, roles=st.frozensets(st.sampled_from([one for one in PARTIES if one != PLATFORM])))
def test_what_time_does_nobody_else_may_do(state: State, roles: frozenset[str]) -> None:
    """And it leaves the step as it is: waiting in vain for an answer loses nothing that was done."""
    assert not {row.action for row in workflow.available(state, roles)} & {"lapse", "overdue_resume"}
    row = workflow.find(state, "overdue_resume")
    assert (row is not None) == (
        workflow.find(state, "ask") is None and workflow.find(state, "add") is not None
    )
    assert row is None or (row.target, row.outcome) == (state.step, "")
