"""The public pages, mounted at /wiki/."""

from django.urls import path

from wiki import converters, views  # noqa: F401  converters registers itself

app_name = "wiki"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.document, name="document"),
    path("<slug:slug>/clauses/<number:clause_id>/", views.clause, name="clause"),
    path("<slug:slug>/clauses/<number:clause_id>/suggest/", views.suggest, name="suggest"),
    path("<slug:slug>/versions/", views.versions, name="versions"),
    path("<slug:slug>/versions/<number:number>/", views.version, name="version"),
]
