"""Accounts app configuration: organisation and role permissions are brought up to date after each migrate."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "civic.accounts"
    label = "accounts"
    verbose_name = "账号与组织"

    def ready(self) -> None:
        from civic.accounts import organisation, roles

        post_migrate.connect(organisation.load_districts, sender=self, dispatch_uid="districts")
        # Permissions are created by each app's own post_migrate, so roles wait for the last of them.
        post_migrate.connect(roles.grant_permissions, dispatch_uid="roles")
