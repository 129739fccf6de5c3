"""The state tables and the permission matrix: every state, every action, every role."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from wiki import policies
from wiki.models import Document, Suggestion
from wiki.workflow import (
    DECIDING_STAGES,
    STATUSES,
    UNDECIDED,
    Action,
    Stage,
    StageAction,
    Status,
    next_stage,
    next_status,
    stage_actions,
    takes_suggestions,
)

NOW = timezone.now()


@given(st.sampled_from(Stage), st.sampled_from(StageAction))
def test_every_step_of_a_document_is_in_the_table_or_refused(stage, action):
    following = next_stage(stage, action)
    assert (following is None) == (action not in stage_actions(stage))
    assert following != Stage.DRAFT  # what was public once never hides again


@given(st.lists(st.sampled_from(StageAction), max_size=30))
def test_any_walk_ends_in_the_archive_or_before(actions):
    stage = Stage.DRAFT
    for action in actions:
        stage = next_stage(stage, action) or stage
    assert stage == Stage.ARCHIVED or stage_actions(stage)


@given(st.sampled_from(Status), st.sampled_from(Action))
def test_a_decision_is_final(status, action):
    following = next_status(status, action)
    if status not in UNDECIDED:
        assert following is None
    assert (following is not None) == ((status, action) in STATUSES)


def test_a_conflict_is_never_accepted_without_a_wording():
    assert next_status(Status.CONFLICT, Action.ACCEPT) is None
    assert next_status(Status.CONFLICT, Action.REWORD) == Status.ACCEPTED


@given(
    st.sampled_from(Stage),
    st.one_of(st.none(), st.integers(-100, 100)),
    st.one_of(st.none(), st.integers(-100, 100)),
)
def test_suggestions_are_taken_only_inside_stage_and_dates(stage, opens, closes):
    opens_at = None if opens is None else NOW + timedelta(hours=opens)
    closes_at = None if closes is None else NOW + timedelta(hours=closes)
    taken = takes_suggestions(stage, opens_at, closes_at, NOW)
    assert taken == (stage == Stage.OPEN and (opens is None or opens <= 0) and (closes is None or closes > 0))


@dataclass
class Someone:
    permissions: frozenset[str] = field(default_factory=frozenset)
    is_active: bool = True
    is_authenticated: bool = True
    pk: int = 1

    def has_perm(self, permission):
        return self.is_active and permission in self.permissions


PEOPLE = {
    "visitor": AnonymousUser(),
    "citizen": Someone(),
    "suspended": Someone(is_active=False),
    "moderator": Someone(frozenset({policies.MODERATE})),
    "manager": Someone(frozenset({policies.MANAGE})),
}
SIGNED_IN = {"citizen", "moderator", "manager"}
STAFF = {"moderator", "manager"}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("who", PEOPLE)
def test_permission_matrix_of_documents(who, stage):
    person, document = PEOPLE[who], Document(stage=stage)
    assert policies.can_view(person, document) == (stage != Stage.DRAFT or who in STAFF)
    assert policies.can_suggest(person, document, NOW) == (stage == Stage.OPEN and who in SIGNED_IN)
    assert policies.can_manage(person) == (who == "manager")
    assert policies.can_moderate(person) == (who == "moderator")


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("who", PEOPLE)
def test_permission_matrix_of_decisions(who, status, stage):
    suggestion = Suggestion(document=Document(stage=stage), status=status)
    allowed = who == "moderator" and status in UNDECIDED and stage in DECIDING_STAGES
    assert policies.can_decide(PEOPLE[who], suggestion) == allowed
