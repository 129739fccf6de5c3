"""Cases brought to a step by the people whose step it is."""

from datetime import datetime
from typing import Any

from civic.accounts.models import Department, User
from civic.accounts.roles import Role
from civic.cases.models import Case, Report
from civic.cases.services import take_action
from tests.factories import DepartmentFactory, UserFactory

ANSWER = "已清运，桶旁加装了护栏，联系人电话 13812345678"


class Office:
    """A clerk, and a department with its handler."""

    def __init__(self) -> None:
        self.clerk: User = UserFactory(roles=[Role.CASE_CLERK])
        self.department: Department = DepartmentFactory()
        self.handler: User = UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=self.department)

    def take(self, report: Report, action: str, at: datetime | None = None, **more: Any) -> Case:
        """Take one action as whoever it belongs to."""
        actor = self.handler if action in {"accept", "answer", "return"} else self.clerk
        return take_action(
            case_pk=Report.objects.get(pk=report.pk).case_id, action=action, actor=actor, at=at, **more
        )

    def accept(self, report: Report, at: datetime | None = None) -> None:
        """Bring a fresh report to handling."""
        self.take(report, "file", at)
        self.take(report, "dispatch", at, department=self.department)
        self.take(report, "accept", at)

    def answer(self, report: Report, at: datetime | None = None, words: str = ANSWER) -> None:
        """Bring it from handling before the people who reported."""
        self.take(report, "answer", at, reason=words)
        self.take(report, "verify", at)

    def handle(self, report: Report, at: datetime | None = None) -> None:
        """Bring a fresh report before the person who reported."""
        self.accept(report, at)
        self.answer(report, at)
