"""Addresses of GeoReport v2 below /open311/v2/."""

from django.urls import re_path

from civic.cases.open311 import requests, services, updates
from civic.cases.open311.formats import unknown

FMT = r"\.(?P<fmt>xml|json)$"
app_name = "open311"
urlpatterns = [
    re_path(r"^discovery" + FMT, services.discovery, name="discovery"),
    re_path(r"^services" + FMT, services.services, name="services"),
    re_path(r"^services/(?P<code>[^/.]+)" + FMT, services.definition, name="definition"),
    re_path(r"^requests" + FMT, requests.requests, name="requests"),
    re_path(r"^requests/(?P<number>[^/.]+)" + FMT, requests.one, name="request"),
    re_path(r"^tokens/(?P<token>[^/]+)" + FMT, requests.token, name="token"),
    re_path(r"^servicerequestupdates" + FMT, updates.updates, name="updates"),
    re_path(r"^.*" + FMT, unknown),
]
