"""All reading of cases and reports; who may see what is decided here, once, for pages, APIs, map and feeds."""

from typing import Any

from django.db import models

from civic.accounts.roles import Role, district_pks, is_city_wide, role_names


def understood(prefix: str = "") -> models.Q:
    """Return the condition that a case was analysed, or coded by a clerk."""
    analysed = ~models.Q(**{f"{prefix}request_type": ""})
    return analysed | models.Q(**{f"{prefix}code_source": "clerk"})


def came_with_report() -> models.Prefetch:
    """Return the prefetch of the photos that came with a report; those that came later belong to their entries."""
    from civic.cases.models import Photo

    return models.Prefetch("photos", Photo.objects.filter(event=None))


class CaseQuerySet(models.QuerySet):
    """Reads of cases."""

    def public(self) -> "CaseQuerySet":
        """Cases whose code, street, step and time are on public lists and maps.

        Until nlp or a clerk has understood a case nobody knows whether it must be withheld, so it waits.
        """
        return self.filter(understood(), withheld=False)

    def on_desk_of(self, user: Any) -> "CaseQuerySet":
        """Cases that a member of staff works with: all, the department's or the district's; none for others.

        A clerk whose membership names a district works with that district's cases; a case without a district stays
        with the clerks of the whole city until it has its place.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if is_city_wide(user):
            return self.all()
        roles = role_names(user)
        condition = models.Q(pk__in=[])
        if Role.DEPARTMENT_HANDLER in roles:
            condition |= models.Q(department__memberships__user=user)
        if roles & {Role.CASE_CLERK, Role.DISTRICT_OFFICER}:
            condition |= models.Q(district__in=district_pks(user))
        if Role.DEPARTMENT_HANDLER not in roles:
            return self.filter(condition)
        return self.filter(condition).distinct()

    def visible_to(self, user: Any) -> "CaseQuerySet":
        """Cases of which the user may see at least the public part."""
        if not user.is_authenticated:
            return self.public()
        return (self.public() | self.filter(pk__in=self.on_desk_of(user).values("pk"))).distinct()

    def open(self) -> "CaseQuerySet":
        """Cases not closed yet."""
        return self.filter(closed_at__isnull=True)

    def placed(self) -> "CaseQuerySet":
        """Cases that have a point on the public map."""
        return self.filter(public_cell__isnull=False)

    def most_pressing_first(self) -> "CaseQuerySet":
        """Open cases in the order of a desk: urgent, what many met, the nearest deadline, the longest waiting."""
        return self.order_by("rank", "pressing_at", "received_at", "pk")

    def awaiting_a_person(self) -> "CaseQuerySet":
        """Open cases whose code nlp was not certain of, urgent first, then the longest waiting."""
        return self.filter(code_source="nlp", code_certain=False, closed_at__isnull=True).order_by(
            "-urgent", "received_at", "pk"
        )

    def with_words(self) -> "CaseQuerySet":
        """Load what a list of the desk shows: district, department, the reports and their analysis."""
        from civic.cases.models import Report

        reports = Report.objects.select_related("analysis").order_by("received_at")
        return self.select_related("district", "department").prefetch_related(
            models.Prefetch("reports", reports)
        )

    def with_first_report(self) -> "CaseQuerySet":
        """Load the reports with analysis, release and photos in a constant number of queries."""
        from civic.cases.models import Report

        reports = (
            Report.objects.select_related("analysis", "release")
            .prefetch_related(came_with_report())
            .order_by("received_at")
        )
        return self.select_related("district", "department").prefetch_related(
            models.Prefetch("reports", reports)
        )


class ReportQuerySet(models.QuerySet):
    """Reads of reports."""

    def public(self) -> "ReportQuerySet":
        """Reports of public cases; their words stay closed without a release."""
        return self.filter(understood("case__"), case__withheld=False)

    def newest_first(self) -> "ReportQuerySet":
        """In the order in which their cases came; the indexes of cases hold it, with a district or a code as well."""
        return self.order_by("-case__received_at", "-case_id", "-pk")

    def traceable(self) -> "ReportQuerySet":
        """Reports whose progress anyone who has the number may follow, also before they are understood."""
        return self.filter(case__withheld=False)

    def visible_to(self, user: Any) -> "ReportQuerySet":
        """Reports of which the user may see at least the public part."""
        from civic.cases.models import Case

        return self.filter(case__in=Case.objects.visible_to(user).values("pk"))

    def with_public_parts(self) -> "ReportQuerySet":
        """Load what a public view shows in a constant number of queries."""
        return self.select_related("case__district", "analysis", "release").prefetch_related(
            came_with_report()
        )

    def of_sender(self, channel: str, sender: str) -> "ReportQuerySet":
        """A conversation partner's own reports, newest first."""
        return self.filter(channel=channel, sender=sender).order_by("-received_at")
