"""Runs: attempts at a sync, each with its plan."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import District


class Run(models.Model):
    """One attempt at one district's feed. It is the truth about what happened (architecture rule 5).

    ``records``, ``counts``, ``held``, ``outcomes``, ``open_warnings``: as ``sync --json`` and ``run --json`` show.
    ``decision``: what became of the removals that were held. ``why_full``: why a source that tells its changes was
    read whole. ``drift``: per kind, records that a full reading found other than the changes had said. ``phase``
    and ``done``: what a run under way is doing, and how many records it has read. ``only``: the one record that was
    synced ("person 66c2…"), empty for a whole district. ``mode``: ``full`` or ``delta`` for a sync, else what else
    was planned and applied: ``undo``, ``merge``, ``split``, ``link``, ``unlink``, ``rehearsal``. ``undoes`` and
    ``undone_by``: numbers of other runs (R38).
    """

    class Status(models.TextChoices):
        RUNNING = "running", "running"
        SUCCEEDED = "succeeded", "succeeded"
        HELD = "held", "done, removals wait"
        FAILED = "failed", "failed"
        PREVIEWED = "previewed", "previewed"

    SYNCS: ClassVar = ("full", "delta")
    """The modes of a sync."""

    class Decision(models.TextChoices):
        NONE = "", "nothing to decide"
        OPEN = "open", "waits for a decision"
        APPROVED = "approved", "approved"
        DISCARDED = "discarded", "discarded"
        RENEWED = "renewed", "renewed by a later run"

    district = models.ForeignKey(District, models.PROTECT, related_name="runs")
    status = models.CharField(max_length=12, choices=Status, default=Status.RUNNING)
    mode = models.CharField(max_length=10, default="full")
    why_full = models.CharField(max_length=200, blank=True)
    drift: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    only = models.CharField(max_length=300, blank=True)
    undoes = models.BigIntegerField(null=True)
    undone_by = models.BigIntegerField(null=True)
    by = models.CharField(max_length=200)
    phase = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    started = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)
    records: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    counts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    held: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    outcomes: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    open_warnings: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.NONE, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["district", "-started"], name="run_by_time")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["district"], condition=models.Q(status="running"), name="one_run_per_district"
            ),
            models.UniqueConstraint(fields=["district"], condition=models.Q(decision="open"), name="one_open_hold"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.district_id}: {self.status}"


class PlanChunk(models.Model):
    """A stretch of a run's plan: JSON lines, compressed, then encrypted with FIELD_KEYS."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="plan_chunks")
    position = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "position"], name="plan_in_order")]

    def __str__(self) -> str:
        return f"plan of run {self.run_id}, part {self.position}"
