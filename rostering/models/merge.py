"""Merges of two accounts, kept so that they can be taken back (R28)."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import District


class Merge(models.Model):
    """Two accounts that became one.

    ``journal``: what moved from ``other_id`` to ``keep_id``, as ``rostering.merge_journal`` writes it, encrypted with
    FIELD_KEYS. ``run_id``: the run that
    did it; ``split_at``: when it was taken back.
    """

    district = models.ForeignKey(District, models.PROTECT, related_name="merges")
    keep_id = models.BigIntegerField()
    other_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    journal = models.BinaryField(default=bytes)
    by = models.CharField(max_length=200)
    created = models.DateTimeField(default=timezone.now)
    split_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["district", "other_id"], name="merge_by_other")]

    def __str__(self) -> str:
        return f"merge {self.pk}: {self.other_id} into {self.keep_id}"
