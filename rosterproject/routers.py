"""Which table is in which database file, on SQLite."""

from typing import Any

from django.db.models import Model


class QueueRouter:
    """Sends the task queue's tables to the database ``queue`` and keeps everything else out of it."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:  # noqa: ARG002 -- Django's signature
        """The queue's database for the queue's tables."""
        return "queue" if model._meta.app_label == "django_q" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:  # noqa: ARG002 -- Django's signature
        """The queue's tables in ``queue`` alone, the others in ``default`` alone."""
        return (app_label == "django_q") == (db == "queue")
