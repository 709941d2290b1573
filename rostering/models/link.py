"""Which record feeds which row."""

from typing import ClassVar

from django.db import models

from accounts.models import NAME_LENGTH, District


class Link(models.Model):
    """Ties a record of the source to a row of ours, and remembers what the source last said.

    ``key``: the record's key (``core.records``). ``object_id``: the school, user or class; empty while there is
    none; ``live`` whether it is active on the platform. ``said``: the packed record; ``fingerprint``: its keyed
    digest, empty to have it compared anew.
    A person known by several keys has a link for each; only the one whose key names the record has
    ``said``. ``name`` and ``school``: to be found by people (R39). ``changed_run``: the run that last changed it.
    ``manual``: a person tied the class to the section (R24). ``gone_since``: first day on which it was not sent.
    """

    class Kind(models.TextChoices):
        SCHOOL = "school", "School"
        PERSON = "person", "Person"
        SECTION = "section", "Section"

    class State(models.TextChoices):
        IN_USE = "in_use", "in use"
        BLOCKED = "blocked", "blocked by a warning"
        WAITING = "waiting", "its removal waits for a decision"
        KEPT = "kept", "no longer sent, kept by decision"
        NOT_SHARED = "not_shared", "not shared"
        WITHDRAWN = "withdrawn", "no longer sent"
        REVIEW = "review", "waits in the review queue"

    district = models.ForeignKey(District, models.PROTECT, related_name="links")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=NAME_LENGTH)
    object_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, choices=State)
    live = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=32, blank=True)
    said = models.TextField(blank=True)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    school = models.CharField(max_length=NAME_LENGTH, blank=True)
    changed_run = models.BigIntegerField(null=True)
    manual = models.BooleanField(default=False)
    gone_since = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "kind", "key"], name="record_once")]
        indexes: ClassVar = [
            models.Index(fields=["district", "kind", "object_id"], name="link_by_row"),
            models.Index(
                fields=["district", "kind", "state"], name="link_not_in_use", condition=~models.Q(state="in_use")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.state}"
