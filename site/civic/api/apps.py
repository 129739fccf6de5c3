"""API app configuration."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "civic.api"
    label = "api"
    verbose_name = "接口"
