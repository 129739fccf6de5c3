"""The public pages, mounted at /wiki/."""

from django.urls import path

from wiki import views

app_name = "wiki"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.document, name="document"),
    path("<slug:slug>/clauses/<int:clause_id>/", views.clause, name="clause"),
    path("<slug:slug>/clauses/<int:clause_id>/suggest/", views.suggest, name="suggest"),
    path("<slug:slug>/versions/", views.versions, name="versions"),
    path("<slug:slug>/versions/<int:number>/", views.version, name="version"),
]
