"""Address of the search page."""

from django.urls import path

from civic.search import views

app_name = "search"
urlpatterns = [path("", views.search_page, name="search")]
