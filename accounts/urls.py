"""Addresses around signing in."""

from django.urls import path

from accounts import invitation_views, mfa_sign_in, mfa_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.find_district, name="login"),
    path("login/<slug:slug>/", views.sign_in, name="sign_in"),
    path("logout/", views.sign_out, name="logout"),
    path("invitation/<str:token>/", invitation_views.invitation, name="invitation"),
    path("account/password/", views.change_password, name="password"),
    path("account/second-step/", mfa_sign_in.second_step, name="second_step"),
    path("account/security/", mfa_views.security, name="mfa"),
    path("account/security/app/", mfa_views.add_app, name="mfa_app"),
    path("account/security/passkey/", mfa_views.add_passkey, name="mfa_passkey"),
    path("account/security/codes/", mfa_views.codes, name="mfa_codes"),
    path("account/security/confirm/", mfa_views.confirm, name="mfa_confirm"),
    path("account/security/<int:pk>/remove/", mfa_views.remove, name="mfa_remove"),
]
