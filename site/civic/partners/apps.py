"""Partners app configuration."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "civic.partners"
    label = "partners"
    verbose_name = "合作方"
