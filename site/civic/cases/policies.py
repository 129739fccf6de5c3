"""Who may do what with a case. Pure predicates over the user and the loaded object."""

from typing import Any

from django.conf import settings

from civic.accounts.roles import Role, district_pks, is_city_wide, role_names
from civic.cases import workflow
from civic.cases.matters import OUT
from civic.cases.models import Case, Report, RequestType


def can_take(user: Any, case: Case, action: str) -> bool:
    """Whether the user's role allows the action at the case's step; the desk's queryset limits the cases."""
    row = workflow.find(workflow.state_of(case), action)
    return row is not None and bool(row.roles & role_names(user))


def can_correct_code(user: Any) -> bool:
    """Whether the user may set a case's matter code."""
    return Role.CASE_CLERK in role_names(user)


def can_correct_urgency(user: Any) -> bool:
    """Whether the user may make a case urgent and take that back."""
    return bool(role_names(user) & {Role.CASE_CLERK, Role.SUPERVISOR})


def can_place(user: Any, case: Case) -> bool:
    """Whether the user may set and correct a case's place: a clerk, and a district's officer for the district's cases."""
    roles = role_names(user)
    if Role.CASE_CLERK in roles:
        return True
    return Role.DISTRICT_OFFICER in roles and case.district_id in district_pks(user)


def can_view_grid_contact(user: Any) -> bool:
    """Whether the user may read who looks after a grid cell, and the telephone number."""
    return can_view_contact(user) or Role.DEPARTMENT_HANDLER in role_names(user)


def can_release(user: Any, report: Report) -> bool:
    """Whether the user may let the public read this report's words: a clerk, and only where words may be public."""
    return Role.CASE_CLERK in role_names(user) and may_be_released(report)


def can_withdraw(user: Any) -> bool:
    """Whether the user may take back what is public: a clerk, whatever the case has turned out to be since."""
    return Role.CASE_CLERK in role_names(user)


def may_be_released(report: Report) -> bool:
    """Whether a report's words may ever be public: accusations, out-of-scope and self-harm reports never.

    Nor before the report is analysed: until then nobody knows whether it is one of those. A release that came
    before the case turned out to be one shows nothing either.
    """
    case, analysis = report.case, getattr(report, "analysis", None)
    if settings.CASES_PUBLISH == "never" or case.withheld or analysis is None or analysis.self_harm:
        return False
    if RequestType.ACCUSATION in {case.request_type, analysis.request_type}:
        return False
    return case.matter_code not in {"", OUT}


def may_show_results(case: Case) -> bool:
    """Whether photos of what was done may ever be public: only where the words of all its reports may be."""
    reports = list(case.reports.select_related("analysis"))
    for report in reports:
        report.case = case
    return bool(reports) and all(may_be_released(report) for report in reports)


def can_release_results(user: Any, case: Case) -> bool:
    """Whether the user may let the public see the photos of an answer."""
    return Role.CASE_CLERK in role_names(user) and may_show_results(case)


def can_view_contact(user: Any) -> bool:
    """Whether the user may read names and telephone numbers."""
    return bool(user.is_superuser or Role.CASE_CLERK in role_names(user))


def can_use_desk(user: Any) -> bool:
    """Whether the user may open the case desk at all."""
    return user.is_active and user.has_perm("cases.view_case")


def can_import(user: Any) -> bool:
    """Whether the user may import a hotline's tickets: they come from the whole city, so a district's clerk may not."""
    return Role.CASE_CLERK in role_names(user) and is_city_wide(user)


def can_merge(user: Any) -> bool:
    """Whether the user may merge cases and take merges apart."""
    return Role.CASE_CLERK in role_names(user)


def may_be_supported(case: Case) -> bool:
    """Whether anyone may say "me too": not before a case is understood, never for what must stay quiet."""
    understood = bool(case.request_type) or case.code_source == Case.CodeSource.CLERK
    return understood and not case.withheld and case.request_type != RequestType.ACCUSATION
