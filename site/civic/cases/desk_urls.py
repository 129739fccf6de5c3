"""Addresses of the case desk below /admin/."""

from django.urls import path

from civic.cases import desk, desk_sharing

app_name = "cases_desk"
urlpatterns = [
    path("", desk.queue, name="queue"),
    path("<int:pk>/", desk.detail, name="detail"),
    path("<int:pk>/act/", desk.act, name="act"),
    path("<int:pk>/merge/", desk_sharing.merge, name="merge"),
    path("<int:pk>/merges/<int:merge_pk>/undo/", desk_sharing.take_apart, name="unmerge"),
]
