"""Addresses of the case desk below /admin/."""

from django.urls import path

from civic.cases import desk

app_name = "cases_desk"
urlpatterns = [
    path("", desk.queue, name="queue"),
    path("<int:pk>/", desk.detail, name="detail"),
    path("<int:pk>/act/", desk.act, name="act"),
]
