"""The desk's addresses inside Wagtail's admin."""

from django.urls import path

from wiki import converters, desk  # noqa: F401  converters registers itself

app_name = "wiki_desk"
urlpatterns = [
    path("", desk.index, name="index"),
    path("clauses/<number:clause_id>/", desk.clause, name="clause"),
    path("suggestions/<number:pk>/", desk.suggestion, name="suggestion"),
    path("documents/", desk.documents, name="documents"),
    path("documents/<number:pk>/stage/", desk.stage, name="stage"),
]
