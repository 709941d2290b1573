"""Doubtful matches and re-keys, for a person to decide (R27, R40)."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import NAME_LENGTH, District


class Review(models.Model):
    """A new record that may be somebody, or some class, that is here already.

    ``candidates``: a list of ``{"object_id", "label", "agree": {field: value}, "differ": {field: [here, source]},
    "evidence"}``. ``object_id``: the row that was decided to be the same one. A decision is remembered; ``closed`` is
    a question that answered itself.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"
        SAME = "same", "the same"
        NEW = "new", "another one"
        CLOSED = "closed", "closed"

    district = models.ForeignKey(District, models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    school = models.CharField(max_length=NAME_LENGTH, blank=True)
    candidates: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    object_id = models.BigIntegerField(null=True)
    run_id = models.BigIntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "kind", "key"], name="review_once")]

    def __str__(self) -> str:
        return f"review {self.pk}: {self.name}"
