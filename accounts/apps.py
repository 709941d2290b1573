"""The app ``accounts``."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Names the app."""

    name = "accounts"
