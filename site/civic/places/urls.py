"""Addresses of what the maps need."""

from django.urls import path

from civic.places import views

app_name = "places"
urlpatterns = [path("places/boundaries/<slug:layer>.geojson", views.boundary_layer, name="boundaries")]
