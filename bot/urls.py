"""Addresses of the conversation's pages."""

from django.urls import path

from . import views

app_name = "bot"
urlpatterns = [
    path("chat/", views.chat, name="chat"),
    path("wechat/", views.wechat_webhook, name="wechat"),
]
