"""The desk's addresses inside Wagtail's admin."""

from django.urls import path

from wiki import desk

app_name = "wiki_desk"
urlpatterns = [
    path("", desk.index, name="index"),
    path("clauses/<int:clause_id>/", desk.clause, name="clause"),
    path("suggestions/<int:pk>/", desk.suggestion, name="suggestion"),
    path("documents/", desk.documents, name="documents"),
    path("documents/<int:pk>/stage/", desk.stage, name="stage"),
]
