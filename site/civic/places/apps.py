"""Places app configuration."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "civic.places"
    label = "places"
    verbose_name = "地点"
