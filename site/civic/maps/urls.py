"""Address of the map."""

from django.urls import path

from civic.maps import views

app_name = "maps"
urlpatterns = [path("map/", views.map_page, name="map")]
