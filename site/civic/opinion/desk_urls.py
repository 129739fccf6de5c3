"""Addresses of the opinion desk below /admin/."""

from django.urls import path

from civic.opinion import desk

app_name = "opinion_desk"
urlpatterns = [path("", desk.search_page, name="search")]
