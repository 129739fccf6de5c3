"""Addresses of signing in, up and out."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from civic.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.SignInView.as_view(), name="login"),
    path("signup/", views.sign_up, name="signup"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
