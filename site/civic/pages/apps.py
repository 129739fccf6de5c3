"""Pages app configuration."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "civic.pages"
    label = "pages"
    verbose_name = "网页与问答"
