"""The app ``classes``."""

from django.apps import AppConfig


class ClassesConfig(AppConfig):
    """Names the app."""

    name = "classes"
