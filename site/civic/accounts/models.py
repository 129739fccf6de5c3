"""Users, departments, districts and who belongs where."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person or a system account; `kind` tells citizens' accounts from partners' and the system's own."""

    class Kind(models.TextChoices):
        PERSON = "person", _("个人")
        PARTNER = "partner", _("合作方")
        SYSTEM = "system", _("系统")

    kind = models.CharField(_("类别"), max_length=8, choices=Kind.choices, default=Kind.PERSON)
    display_name = models.CharField(_("显示名"), max_length=40, blank=True)

    class Meta(AbstractUser.Meta):
        # AbstractUser's own Meta is typed with plain strings.
        verbose_name = _("账号")  # type: ignore[assignment]
        verbose_name_plural = _("账号")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """Return what Django and Wagtail greet a person with: the name they chose."""
        return self.display_name or super().get_full_name()

    def get_short_name(self) -> str:
        """Return the same: the display name is short already."""
        return self.display_name or super().get_short_name()


class District(models.Model):
    """An administrative district; rows come from content/places/divisions.csv."""

    code = models.CharField(_("区划代码"), max_length=6, unique=True)
    name = models.CharField(_("名称"), max_length=20, unique=True)

    class Meta:
        verbose_name = _("区")
        verbose_name_plural = _("区")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """An office that handles cases or writes policies; one without a district works for the whole city."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("所在区"))

    class Meta:
        verbose_name = _("部门")
        verbose_name_plural = _("部门")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's place in a department, in a district, or both; it limits which cases the user sees."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("账号"))
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="memberships", verbose_name=_("部门")
    )
    district = models.ForeignKey(
        District, models.CASCADE, null=True, blank=True, related_name="memberships", verbose_name=_("区")
    )

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(department__isnull=False) | models.Q(district__isnull=False),
                name="membership_has_a_place",
            ),
            # One constraint for each shape, because databases differ in whether two NULLs are equal.
            models.UniqueConstraint(fields=["user", "department", "district"], name="membership_once"),
            models.UniqueConstraint(
                fields=["user", "department"],
                condition=models.Q(district__isnull=True),
                name="membership_once_in_department",
            ),
            models.UniqueConstraint(
                fields=["user", "district"],
                condition=models.Q(department__isnull=True),
                name="membership_once_in_district",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.department_id or '-'}/{self.district_id or '-'}"
