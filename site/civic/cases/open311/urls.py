"""Addresses of GeoReport v2 below /open311/v2/."""

from django.urls import re_path

from civic.cases.open311 import views

FMT = r"\.(?P<fmt>xml|json)$"
app_name = "open311"
urlpatterns = [
    re_path(r"^discovery" + FMT, views.discovery, name="discovery"),
    re_path(r"^services" + FMT, views.services, name="services"),
    re_path(r"^requests" + FMT, views.requests, name="requests"),
    re_path(r"^requests/(?P<number>[^/.]+)" + FMT, views.one, name="request"),
    re_path(r"^.*" + FMT, views.unknown),
]
