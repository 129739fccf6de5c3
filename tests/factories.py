"""People, reports and photos for the tests, each made the way the product makes them."""

import io
from dataclasses import replace
from functools import cache
from typing import Any

import factory
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from civic.accounts.models import Department, District, Membership, User
from civic.cases.models import Case, Report
from civic.cases.services import submit_report
from nlp import Analysis, Candidate
from nlp.analysis import analyze

WASTE = "06010"  # 暴露垃圾: not a street facility, so its public point is snapped
INSIDE = (116.4586, 39.8934)  # 朝阳区
ELSEWHERE = (116.3103, 39.9837)  # 海淀区
OUTSIDE = (121.4737, 31.2304)  # Shanghai
PASSWORD = "correct-horse-battery"


class UserFactory(factory.django.DjangoModelFactory):
    """A person; `roles` are group names, `departments` and `districts` codes and names of memberships."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    display_name = factory.Sequence(lambda n: f"市民{n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", PASSWORD)
        user = super()._create(model_class, *args, **kwargs)
        user.set_password(password)
        user.save()
        return user

    @factory.post_generation
    def roles(self, create: bool, names: list[str] | None, **kwargs: Any) -> None:
        self.groups.set(Group.objects.filter(name__in=names or []))

    @factory.post_generation
    def department(self, create: bool, department: Department | None, **kwargs: Any) -> None:
        if department is not None:
            Membership.objects.create(user=self, department=department)

    @factory.post_generation
    def district(self, create: bool, name: str | None, **kwargs: Any) -> None:
        if name is not None:
            Membership.objects.create(user=self, district=District.objects.get(name=name))


class DepartmentFactory(factory.django.DjangoModelFactory):
    """An office that handles cases."""

    class Meta:
        model = Department

    code = factory.Sequence(lambda n: f"office-{n}")
    name = factory.Sequence(lambda n: f"测试部门{n}")


@cache
def _plain_analysis() -> Analysis:
    return analyze("路灯不亮了")


def make_analysis(
    text: str = "",
    *,
    code: str = WASTE,
    certain: bool = True,
    request: str = "投诉",
    self_harm: bool = False,
    urgent: bool = False,
) -> Analysis:
    """Return what nlp would answer, with the parts that a test decides."""
    plain = _plain_analysis()
    confidence = 0.9 if certain else 0.2
    candidates = (Candidate(code, confidence),)
    matter = replace(plain.matter, code=code, confidence=confidence, candidates=candidates, certain=certain)
    return replace(
        plain, matter=matter, request=request, self_harm=self_harm, urgent=urgent, places=(), redacted=text
    )


def make_report(text: str = "小区门口的垃圾三天没人收，味道很大", **kwargs: Any) -> Report:
    """Submit a report inside the city and return it as stored, with its analysis if there is one."""
    kwargs.setdefault("channel", "web")
    if "lon" not in kwargs and "address" not in kwargs:
        kwargs["lon"], kwargs["lat"] = INSIDE
    receipt = submit_report(text=text, **kwargs)
    return Report.objects.with_public_parts().get(pk=receipt.report.pk)


def bring_to(report: Report, step: str, department: Department | None = None) -> Case:
    """Put a report's case at a step directly, with the state that the step implies."""
    case = report.case
    case.step = step
    if department is not None:
        case.department = department
    if step == "closed":
        case.closed_at, case.outcome = case.received_at, "resolved"
    case.save()
    return case


def make_photo(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), name: str = "照片.jpg", **save: Any
) -> SimpleUploadedFile:
    """Return a small picture as an uploaded file; `save` goes to Pillow (exif, comment, …)."""
    image = Image.new("RGB", size, (30, 90, 160))
    image.putpixel((1, 1), (250, 10, 10))
    out = io.BytesIO()
    image.save(out, kind, **save)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def queries_of(client: Client, address: str) -> int:
    """Return how many database queries a page that answers 200 takes, when everything is warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
