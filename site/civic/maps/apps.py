"""Maps app configuration."""

from django.apps import AppConfig


class MapsConfig(AppConfig):
    name = "civic.maps"
    label = "maps"
    verbose_name = "地图"
