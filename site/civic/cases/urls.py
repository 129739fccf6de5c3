"""Addresses of the case pages."""

from django.urls import path

from civic.cases.public import closure, feeds, following, listing, me, sharing, views

app_name = "cases"
urlpatterns = [
    path("report/", views.report, name="report"),
    path("accounts/me/", me.me, name="me"),
    path("cases/", listing.case_list, name="list"),
    path("cases/feed/", feeds.NewCasesFeed(), name="feed"),
    path("cases/photos/<uuid:pk>/", views.photo, name="photo"),
    path("cases/<str:number>/", views.case_detail, name="detail"),
    path("cases/<str:number>/feed/", feeds.ProgressFeed(), name="progress-feed"),
    path("cases/<str:number>/subscribe/", following.subscribe, name="subscribe"),
    path("cases/<str:number>/support/", sharing.support, name="support"),
    path("cases/<str:number>/claim/", views.claim, name="claim"),
    path("cases/<str:number>/act/", closure.act, name="act"),
]
