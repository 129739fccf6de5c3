"""A partner that handles a department's cases, and one that sends reports, for the tests."""

import json
from typing import Any, NamedTuple

from django.test import Client

from civic.accounts.models import Department
from civic.cases.models import Case, Report
from civic.partners.models import Partner
from civic.partners.services.keys import issue_key, register_partner
from tests.factories import DepartmentFactory, bring_to, make_report

CASES = "/api/v1/partner/cases/"


class Caller(NamedTuple):
    """A partner and its key."""

    partner: Partner
    key: str

    def get(self, path: str = "", **query: Any):
        return Client().get(CASES + path, query, headers={"Authorization": f"Api-Key {self.key}"})

    def update(self, ref: str, *, key: str = "", **fields: Any):
        headers = {"Authorization": f"Api-Key {self.key}", **({"Idempotency-Key": key} if key else {})}
        return Client().post(
            f"{CASES}{ref}/updates/", json.dumps(fields), content_type="application/json", headers=headers
        )

    def update_with_photos(self, ref: str, *photos: Any, **fields: Any):
        headers = {"Authorization": f"Api-Key {self.key}"}
        return Client().post(f"{CASES}{ref}/updates/", {**fields, "photos": photos}, headers=headers)


def caller(code: str, department: Department | None = None, **kwargs: Any) -> Caller:
    """Register a partner with a key."""
    partner = register_partner(code=code, name=f"{code}系统", department=department, **kwargs)
    return Caller(partner, issue_key(partner=partner))


def handling() -> tuple[Caller, Report]:
    """Return a partner and a report whose case has been dispatched to its department."""
    office = DepartmentFactory()
    report = make_report()
    bring_to(report, "dispatch", office)
    return caller("water", office), report


def fresh(report: Report) -> Case:
    """Return a report's case as it is now."""
    return Case.objects.get(reports=report)
