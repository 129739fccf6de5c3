"""The roles and what each may do, as data. A role is a group of the same name as its stored value."""

from typing import Any, NamedTuple

from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Who a person is to the platform; stored as group names."""

    CITIZEN = "citizen", _("市民")
    CASE_CLERK = "case_clerk", _("受理员")
    SUPERVISOR = "supervisor", _("督查员")
    DEPARTMENT_HANDLER = "department_handler", _("部门经办人")
    MODERATOR = "moderator", _("审核员")
    POLICY_WRITER = "policy_writer", _("政策起草人")
    DISTRICT_OFFICER = "district_officer", _("区级负责人")
    DUTY_OFFICER = "duty_officer", _("值班员")


DESK = ["wagtailadmin.access_admin"]
RULES = [f"cases.{what}_dispatchrule" for what in ("view", "add", "change", "delete")]
TEMPLATES = [f"cases.{what}_answertemplate" for what in ("view", "add", "change", "delete")]
PERMISSIONS: dict[str, list[str]] = {
    Role.CITIZEN: [],
    Role.CASE_CLERK: [*DESK, "cases.view_case", "cases.file_case", "cases.dispatch_case", "cases.verify_case",
                      "cases.release_report", "cases.view_contact", "cases.place_case", "cases.view_dispatchrule",
                      "bot.view_conversation", "bot.take_over_conversation",
                      *TEMPLATES],
    Role.SUPERVISOR: [*DESK, "cases.view_case", "cases.supervise_case", "cases.verify_case", *TEMPLATES, *RULES],
    Role.DEPARTMENT_HANDLER: [*DESK, "cases.view_case", "cases.handle_case"],
    Role.MODERATOR: [*DESK, "wiki.moderate_suggestion"],
    Role.POLICY_WRITER: [*DESK, "wiki.moderate_suggestion", "wiki.manage_document"],
    Role.DISTRICT_OFFICER: [*DESK, "cases.view_case", "cases.place_case"],
    Role.DUTY_OFFICER: [*DESK, "cases.view_case", "opinion.view_document"],
}  # fmt: skip


class Place(NamedTuple):
    """What a user is and where."""

    roles: frozenset[str] = frozenset()
    districts: frozenset[int] = frozenset()


def role_names(user: Any) -> frozenset[str]:
    """Return the user's roles; read once per user object."""
    return _place_of(user).roles


def district_pks(user: Any) -> frozenset[int]:
    """Return the districts that a user's memberships name; read once per user object."""
    return _place_of(user).districts


def _place_of(user: Any) -> Place:
    """Return roles and districts with one query: every page of staff asks for both."""
    if not user.is_authenticated:
        return Place()
    cached: Place | None = getattr(user, "_place", None)
    if cached is None:
        text = models.CharField()
        roles = user.groups.order_by().annotate(kind=models.Value("role", text)).values_list("kind", "name")
        districts = (
            user.memberships.filter(district__isnull=False)
            .annotate(kind=models.Value("district", text), key=Cast("district_id", text))
            .values_list("kind", "key")
        )
        rows = list(roles.union(districts, all=True))
        cached = user._place = Place(
            frozenset(value for kind, value in rows if kind == "role"),
            frozenset(int(value) for kind, value in rows if kind == "district"),
        )
    return cached


def is_city_wide(user: Any) -> bool:
    """Whether a user works for the whole city: supervisors and duty officers do, clerks unless a district is theirs."""
    roles = role_names(user)
    if user.is_superuser or roles & {Role.SUPERVISOR, Role.DUTY_OFFICER}:
        return True
    return Role.CASE_CLERK in roles and not district_pks(user)


def grant_permissions(*, using: str = "default", **_kwargs: Any) -> None:
    """Make each role's group hold exactly the permissions of the table, as far as they exist by now."""
    from django.contrib.auth.models import Group, Permission

    groups = {name: Group.objects.using(using).get_or_create(name=name)[0] for name in Role.values}
    known = {
        f"{app}.{codename}": pk
        for app, codename, pk in Permission.objects.using(using).values_list(
            "content_type__app_label", "codename", "pk"
        )
    }
    for name, wanted in PERMISSIONS.items():
        groups[name].permissions.set([known[permission] for permission in wanted if permission in known])
