"""Roles are groups that hold exactly what the table says, after every migrate."""

import pytest
from django.contrib.auth.models import Group, Permission

from civic.accounts import roles
from civic.accounts.models import Department, District, Membership
from civic.accounts.organisation import load_districts
from civic.accounts.roles import PERMISSIONS, Role, role_names
from tests.factories import DepartmentFactory, UserFactory

pytestmark = pytest.mark.django_db


def held(name: str) -> set[str]:
    permissions = Group.objects.get(name=name).permissions.select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


@pytest.mark.parametrize("role", Role.values)
def test_a_role_holds_exactly_its_permissions(role: str) -> None:
    assert held(role) == set(PERMISSIONS[role])


def test_every_role_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role.values)


def test_every_permission_of_the_table_exists() -> None:
    known = {
        f"{app}.{code}" for app, code in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert set().union(*PERMISSIONS.values()) <= known


def test_migrating_again_takes_back_what_was_added_by_hand() -> None:
    group = Group.objects.get(name=Role.CITIZEN)
    group.permissions.add(Permission.objects.get(codename="release_report"))
    roles.grant_permissions()
    assert held(Role.CITIZEN) == set()


def test_the_sixteen_districts_are_there_once() -> None:
    load_districts()
    assert District.objects.count() == 16
    assert District.objects.get(code="110101").name == "东城区"


def test_a_person_may_have_several_roles() -> None:
    user = UserFactory(roles=[Role.SUPERVISOR, Role.MODERATOR])
    assert role_names(user) == {"supervisor", "moderator"}
    assert user.has_perm("cases.supervise_case")
    assert user.has_perm("wiki.moderate_suggestion")
    assert not user.has_perm("cases.release_report")


def test_nobody_has_no_role() -> None:
    from django.contrib.auth.models import AnonymousUser

    assert role_names(AnonymousUser()) == frozenset()


@pytest.mark.parametrize("shape", ["department", "district", "both"])
def test_a_membership_is_stored_once(shape: str) -> None:
    from django.db import IntegrityError

    user = UserFactory()
    place: dict[str, Department | District] = {}
    if shape != "district":
        place["department"] = DepartmentFactory()
    if shape != "department":
        place["district"] = District.objects.get(code="110101")
    Membership.objects.create(user=user, **place)
    with pytest.raises(IntegrityError):
        Membership.objects.create(user=user, **place)


def test_a_membership_is_somewhere() -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        Membership.objects.create(user=UserFactory())
