"""The app ``rostering``."""

from django.apps import AppConfig


class RosteringConfig(AppConfig):
    """Names the app."""

    name = "rostering"
