"""The permission matrix written out: role × stage × right, every cell, and that the rest of the app agrees with it."""

from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from wiki import policies, workflow
from wiki.models import Document, Suggestion
from wiki.policies import MATRIX, Right, Role, may, roles_of
from wiki.workflow import Stage, Status

ROLES = (Role.ANONYMOUS, Role.CITIZEN, Role.MODERATOR, Role.WRITER, Role.ADMIN)
STAGES = (Stage.DRAFT, Stage.OPEN, Stage.CLOSED, Stage.ANSWERED, Stage.PUBLISHED, Stage.ARCHIVED)
# a visitor, c citizen, m moderator, w writer, x administrator; one column for each stage above
WRITTEN_OUT = """
read          mwx    acmwx  acmwx  acmwx  acmwx  acmwx
suggest       -      cmwx   -      -      -      -
comment       -      cmwx   -      -      -      -
vote          -      cmwx   -      -      -      -
decide        -      mx     mx     -      -      -
answer        -      mx     mx     mx     -      -
edit_text     wx     wx     wx     wx     -      -
edit_facts    wx     wx     wx     wx     wx     x
change_stage  wx     wx     wx     wx     wx     -
import        wx     wx     wx     wx     -      -
export        mwx    acmwx  acmwx  acmwx  acmwx  acmwx
"""
LETTERS = dict(zip("acmwx", ROLES, strict=True))
CELLS = [
    (Right(line.split()[0]), stage, role, letter in column)
    for line in WRITTEN_OUT.strip().splitlines()
    for stage, column in zip(STAGES, line.split()[1:], strict=True)
    for letter, role in LETTERS.items()
]


@dataclass
class Someone:
    permissions: frozenset[str] = field(default_factory=frozenset)
    is_superuser: bool = False
    is_active: bool = True
    is_authenticated: bool = True
    pk: int = 1

    def has_perm(self, permission):
        return self.is_active and (self.is_superuser or permission in self.permissions)


PEOPLE = {
    Role.ANONYMOUS: AnonymousUser(),
    Role.CITIZEN: Someone(),
    Role.MODERATOR: Someone(frozenset({policies.MODERATE})),
    Role.WRITER: Someone(frozenset({policies.MANAGE})),
    Role.ADMIN: Someone(is_superuser=True),
}
NOW = timezone.now()
ASKED = {
    Right.READ: lambda person, document: policies.can_view(person, document),
    Right.SUGGEST: lambda person, document: policies.can_suggest(person, document, NOW),
    Right.COMMENT: lambda person, document: policies.can_comment(person, document, NOW),
    Right.VOTE: lambda person, document: policies.can_vote(person, document, NOW),
    Right.DECIDE: lambda person, document: policies.can_decide(
        person, Suggestion(document=document, status=Status.PENDING)
    ),
    Right.ANSWER: policies.can_answer,
    Right.EDIT_TEXT: policies.can_edit_text,
    Right.EDIT_FACTS: policies.can_edit_facts,
    Right.CHANGE_STAGE: policies.can_change_stage,
    Right.IMPORT: policies.can_import,
    Right.EXPORT: policies.can_export,
}


def test_the_matrix_is_written_out_whole():
    assert len(CELLS) == len(Right) * len(Stage) * len(Role) == len({cell[:3] for cell in CELLS})
    assert set(MATRIX) == set(Right)
    assert set(ASKED) == set(Right)


@pytest.mark.parametrize(("right", "stage", "role", "allowed"), CELLS)
def test_every_cell(right, stage, role, allowed):
    assert may(role, right, stage) == allowed
    assert ASKED[right](PEOPLE[role], Document(stage=stage)) == allowed


@pytest.mark.parametrize("stage", STAGES)
def test_unsigned_suggestions_are_the_only_thing_the_setting_opens(settings, stage):
    for right in Right:
        opened = right == Right.SUGGEST and stage == Stage.OPEN
        assert may(Role.ANONYMOUS, right, stage, unsigned=True) == (
            opened or may(Role.ANONYMOUS, right, stage)
        )
    settings.WIKI_UNSIGNED_SUGGESTIONS = True
    assert policies.can_suggest(None, Document(stage=stage), NOW) == (stage == Stage.OPEN)
    assert not policies.can_suggest(AnonymousUser(), Document(stage=stage), NOW)
    settings.WIKI_UNSIGNED_SUGGESTIONS = False
    assert not policies.can_suggest(None, Document(stage=stage), NOW)


def test_a_suspended_account_is_a_visitor_whatever_it_was():
    suspended = Someone(frozenset({policies.MODERATE, policies.MANAGE}), is_superuser=True, is_active=False)
    assert roles_of(suspended) == {Role.ANONYMOUS} == roles_of(None)


def test_a_moderator_who_writes_has_the_rights_of_both():
    both = Someone(frozenset({policies.MODERATE, policies.MANAGE}))
    document = Document(stage=Stage.OPEN)
    assert policies.can_answer(both, document)
    assert policies.can_edit_text(both, document)


def test_the_sets_of_stages_that_queries_use_say_the_same():
    def stages(right, role):
        return {stage for stage in Stage if may(role, right, stage)}

    assert stages(Right.READ, Role.ANONYMOUS) == workflow.PUBLIC_STAGES
    assert stages(Right.DECIDE, Role.MODERATOR) == workflow.DECIDING_STAGES
    assert stages(Right.ANSWER, Role.MODERATOR) == workflow.ANSWERING_STAGES
    assert (
        workflow.EDITING_STAGES == stages(Right.EDIT_TEXT, Role.WRITER) == stages(Right.IMPORT, Role.WRITER)
    )
    assert {Stage.OPEN} == stages(Right.SUGGEST, Role.CITIZEN) == stages(Right.VOTE, Role.CITIZEN)
    moving = {stage for stage in Stage if workflow.stage_actions(stage)}
    assert moving == stages(Right.CHANGE_STAGE, Role.WRITER)
