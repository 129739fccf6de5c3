"""Addresses that stand in mails."""

from django.urls import path

from civic.engagement import views

app_name = "engagement"
urlpatterns = [
    path("<str:token>/confirm/", views.confirm, name="confirm"),
    path("<str:token>/end/", views.end, name="end"),
]
