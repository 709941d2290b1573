"""Addresses around signing in."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.find_district, name="login"),
    path("login/<slug:slug>/", views.sign_in, name="sign_in"),
    path("logout/", views.sign_out, name="logout"),
    path("account/password/", views.change_password, name="password"),
]
