"""Everyone who may call an address: people by role, near and far, and the keys of other systems."""

from typing import NamedTuple

from django.test import Client

from civic.accounts.models import Department, User
from civic.accounts.roles import Role
from civic.partners.models import Scope
from civic.partners.services.keys import issue_key, register_partner
from tests.factories import DepartmentFactory, UserFactory

HERE, THERE = "朝阳区", "海淀区"

ANYONE = "anonymous"
REPORTER = "reporter"  # the person whose report it is
PARTNER = "partner"  # the key of the system that sent a report and handles the department's cases
OTHER_PARTNER = "other_partner"  # the key of one that has to do with neither
DEVICE = "device"  # a key for readings only
ADMIN = "superuser"
FAR_CLERK = "far_clerk"  # a clerk of another district
FAR_HANDLER = "far_handler"  # a handler of another department
FAR_OFFICER = "far_officer"  # the officer of another district

KEYS = frozenset({PARTNER, OTHER_PARTNER, DEVICE})
EVERYONE = (
    ANYONE, REPORTER, *Role.values, FAR_CLERK, FAR_HANDLER, FAR_OFFICER, ADMIN, PARTNER, OTHER_PARTNER, DEVICE,
)  # fmt: skip


class Cast(NamedTuple):
    """The people, the two departments, and the keys."""

    people: dict[str, User]
    department: Department
    partner: User
    keys: dict[str, str]

    def client(self, name: str) -> Client:
        """Return a browser, or a program, as which this caller calls."""
        if name in KEYS:
            return Client(headers={"Authorization": f"Api-Key {self.keys[name]}"})
        client = Client()
        if name != ANYONE:
            client.force_login(self.people[name])
        return client


def make_cast() -> Cast:
    """Make everyone."""
    here, there = DepartmentFactory(), DepartmentFactory()
    places = {
        Role.DEPARTMENT_HANDLER.value: {"department": here},
        Role.DISTRICT_OFFICER.value: {"district": HERE},
    }
    people: dict[str, User] = {
        role: UserFactory(roles=[role], **places.get(role, {}))  # type: ignore[arg-type]
        for role in Role.values
    }
    people[REPORTER] = UserFactory(roles=[Role.CITIZEN])
    people[ADMIN] = UserFactory(is_superuser=True, is_staff=True)
    people[FAR_CLERK] = UserFactory(roles=[Role.CASE_CLERK], district=THERE)
    people[FAR_HANDLER] = UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=there)
    people[FAR_OFFICER] = UserFactory(roles=[Role.DISTRICT_OFFICER], district=THERE)
    partner = register_partner(code="water", name="水务热线", department=here)
    keys = {
        PARTNER: issue_key(partner=partner),
        OTHER_PARTNER: issue_key(partner=register_partner(code="gas", name="燃气热线")),
        DEVICE: issue_key(partner=register_partner(code="meters", name="噪声监测", scopes=[Scope.SENSOR])),
    }
    return Cast(people, here, partner.user, keys)
