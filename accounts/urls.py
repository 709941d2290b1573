"""Addresses around signing in."""

from django.urls import path

from accounts import invitation_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.find_district, name="login"),
    path("login/<slug:slug>/", views.sign_in, name="sign_in"),
    path("logout/", views.sign_out, name="logout"),
    path("invitation/<str:token>/", invitation_views.invitation, name="invitation"),
    path("account/password/", views.change_password, name="password"),
]
