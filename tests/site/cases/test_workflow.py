"""The seven steps as a table: every step, action and role."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.accounts.roles import Role
from civic.cases import workflow
from civic.cases.models import Case, Step

ACTIONS = sorted({row.action for row in workflow.TABLE})
STEPS, ROLES = st.sampled_from(Step.values), st.frozensets(st.sampled_from(Role.values))
ANY_ACTION = st.one_of(st.sampled_from(ACTIONS), st.text(max_size=20))


@given(step=STEPS, action=ANY_ACTION, roles=ROLES)
def test_what_is_offered_is_what_the_table_allows(step: str, action: str, roles: frozenset[str]) -> None:
    row = workflow.find(step, action)
    offered = workflow.available(step, roles)
    assert (row in offered) == (row is not None and bool(row.roles & roles))
    if row is not None:
        assert (row.source, row.action) == (step, action)
        assert row.target in Step.values
        assert row.target != step


@given(step=STEPS, some=ROLES, more=ROLES)
def test_more_roles_never_allow_less(step: str, some: frozenset[str], more: frozenset[str]) -> None:
    assert set(workflow.available(step, some)) <= set(workflow.available(step, some | more))


@given(step=STEPS, roles=ROLES)
def test_only_the_four_case_roles_move_a_case(step: str, roles: frozenset[str]) -> None:
    movers = {Role.CASE_CLERK, Role.SUPERVISOR, Role.DEPARTMENT_HANDLER}
    if not roles & movers:
        assert workflow.available(step, roles) == []


def test_a_step_has_an_action_once() -> None:
    keys = [(row.source, row.action) for row in workflow.TABLE]
    assert len(keys) == len(set(keys))


def reachable(start: Iterable[str]) -> set[str]:
    found = set(start)
    while new := {row.target for row in workflow.TABLE if row.source in found} - found:
        found |= new
    return found


def test_every_step_is_reached_from_intake_and_the_end_from_every_step() -> None:
    assert reachable([Step.INTAKE]) == set(Step.values)
    for step in Step.values:
        assert Step.CLOSED in reachable([step])


def test_what_is_closed_stays_closed_and_has_an_outcome() -> None:
    assert not any(row.source == Step.CLOSED for row in workflow.TABLE)
    for row in workflow.TABLE:
        assert (row.target == Step.CLOSED) == bool(row.outcome)
        assert row.outcome in Case.Outcome.values


def test_no_step_of_the_main_line_is_skipped() -> None:
    order = list(Step.values)
    for row in workflow.TABLE:
        forward = order.index(row.target) - order.index(row.source)
        assert forward <= 1 or row.action == "decline"


@pytest.mark.parametrize("action", ["decline", "return", "answer", "redo"])
def test_whoever_says_no_or_done_says_why(action: str) -> None:
    assert all(row.needs_reason for row in workflow.TABLE if row.action == action)
