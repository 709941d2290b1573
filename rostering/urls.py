"""Addresses of signing in with Clever, before those of the districts, which look alike; of linking a class."""

from django.urls import path

from rostering import clever_views, teacher_link_views

urlpatterns = [
    path("login/clever/", clever_views.start, name="clever_start"),
    path("login/clever/callback/", clever_views.callback, name="clever_callback"),
    path("classes/<int:number>/link/", teacher_link_views.link_page, name="teacher_link"),
    path("classes/<int:number>/link/forecast/", teacher_link_views.forecast, name="teacher_link_forecast"),
    path("classes/<int:number>/link/do/", teacher_link_views.link, name="teacher_link_do"),
    path("classes/<int:number>/link/undo/", teacher_link_views.unlink, name="teacher_unlink"),
]
