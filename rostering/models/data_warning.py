"""Data warnings with their life (R42-R44)."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import NAME_LENGTH, District


class DataWarning(models.Model):
    """A finding that stays until the source is put right (``core.data_warnings.Finding``).

    ``parent_kind`` and ``parent_key``: the record whose warning this one is folded under (R43).
    """

    class State(models.TextChoices):
        NEW = "new", "new"
        CONTINUING = "continuing", "continuing"
        ACCEPTED = "accepted", "accepted"
        RESOLVED = "resolved", "resolved"

    district = models.ForeignKey(District, models.PROTECT, related_name="data_warnings")
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=5)
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=NAME_LENGTH, blank=True)
    identity = models.CharField(max_length=32)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    school = models.CharField(max_length=NAME_LENGTH, blank=True)
    message = models.TextField()
    fix = models.TextField()
    words: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    parent_kind = models.CharField(max_length=12, blank=True)
    parent_key = models.CharField(max_length=NAME_LENGTH, blank=True)
    classes = models.PositiveIntegerField(default=0)
    students = models.PositiveIntegerField(default=0)
    sticky = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    accepted_by = models.CharField(max_length=200, blank=True)
    accepted_why = models.TextField(blank=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "identity"], name="warning_once")]
        indexes: ClassVar = [models.Index(fields=["district", "state", "code"], name="warning_by_state")]

    def __str__(self) -> str:
        return f"{self.code} {self.kind} {self.key}"
