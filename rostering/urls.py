"""Addresses of signing in with Clever. They stand before those of the districts, which look alike."""

from django.urls import path

from rostering import clever_views

urlpatterns = [
    path("login/clever/", clever_views.start, name="clever_start"),
    path("login/clever/callback/", clever_views.callback, name="clever_callback"),
]
