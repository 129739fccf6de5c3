"""Markets app configuration."""

from django.apps import AppConfig


class MarketsConfig(AppConfig):
    name = "civic.markets"
    label = "markets"
    verbose_name = "便民菜市场"
