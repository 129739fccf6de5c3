"""App configuration: registers the system checks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WikiConfig(AppConfig):
    name = "wiki"
    verbose_name = _("政务维基")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wiki import checks  # noqa: F401  registers itself
