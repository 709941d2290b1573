"""The app ``rostering``."""

from django.apps import AppConfig


class RosteringConfig(AppConfig):
    """Names the app, and says at start who tells teachers about the roster."""

    name = "rostering"

    def ready(self) -> None:
        """Register with the app below, which knows no feed. Models are loaded by now, and not before."""
        from classes import feed_words
        from rostering import for_teachers

        feed_words.register(for_teachers.tell)
