"""How a district's roster reaches us, and what the district decided about it."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import District


class Connection(models.Model):
    """A configured feed. ``settings`` has no secret in it; ``secret`` is encrypted with FIELD_KEYS.

    ``memory``: what the last good reading showed of each file (``core.snapshot.FileFacts``), to tell a file that
    was cut or whose header was changed. ``check_report``: the report of the last ``check_source``.

    For Clever: ``cursor`` is the newest event whose effect we hold and ``cursor_read`` when the events were last read
    to their end; ``last_full`` when everything was last read. ``facts``: the district's own state there
    (``rostering.clever_feed``). ``broken``: why the connection does not work and what to do; empty when it does.
    """

    class Source(models.TextChoices):
        FOLDER = "folder", "a folder"
        SFTP = "sftp", "SFTP"
        CLEVER = "clever", "Clever"

    class Format(models.TextChoices):
        AUTO = "auto", "found out from the files"
        CLEVER = "clever", "Clever's CSV layout"
        SDS = "sds", "Microsoft School Data Sync v1"

    district = models.OneToOneField(District, models.PROTECT, related_name="connection")
    source = models.CharField(max_length=20, choices=Source)
    format = models.CharField(max_length=20, choices=Format, default=Format.AUTO)
    settings: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    secret = models.TextField(blank=True, editable=False)
    quiet = models.PositiveIntegerField(default=0, help_text="Seconds a file set must be unchanged before it is read.")
    memory: "models.JSONField[Any, Any]" = models.JSONField(default=dict, editable=False)
    check_report: "models.JSONField[Any, Any]" = models.JSONField(default=dict, editable=False)
    cursor = models.CharField(max_length=100, blank=True, editable=False)
    cursor_read = models.DateTimeField(null=True, editable=False)
    last_full = models.DateTimeField(null=True, editable=False)
    facts: "models.JSONField[Any, Any]" = models.JSONField(default=dict, editable=False)
    broken = models.TextField(blank=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.district.slug} by {self.get_source_display()}"


class SaidChunk(models.Model):
    """A stretch of what the source last said, from which a delta goes on (``rostering.said``).

    ``name`` says which records; ``digest`` is keyed; ``body`` is compressed, then encrypted with FIELD_KEYS.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="said_chunks")
    name = models.CharField(max_length=40)
    digest = models.CharField(max_length=32)
    body = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "name"], name="said_once")]

    def __str__(self) -> str:
        return f"{self.name} of connection {self.connection_id}"


class SyncSettings(models.Model):
    """What a district decided about its sync: the sharing (R4) and the guards' limits (R33).

    ``sharing_ids``: source ids of schools or sections, as ``sharing`` says. ``limits``: only what differs from
    ``core.safety.DEFAULT_LIMITS``. ``grace_days``: how long somebody must be gone before a removal takes effect.

    ``pause``, between ``pause_from`` and ``pause_until`` (open-ended where empty): no scheduled runs, or runs that
    only add. ``pause_by``: who set it. ``switch_date``: until then runs only add, for next year's roster (R31).
    """

    class Pause(models.TextChoices):
        NONE = "", "no pause"
        PAUSED = "paused", "paused"
        ADDITIVE = "additive", "adding only"

    class Sharing(models.TextChoices):
        ALL = "all", "the whole district"
        SCHOOLS = "schools", "selected schools"
        SECTIONS = "sections", "selected sections"

    district = models.OneToOneField(District, models.PROTECT, related_name="sync_settings")
    sharing = models.CharField(max_length=10, choices=Sharing, default=Sharing.ALL)
    sharing_ids: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    limits: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    grace_days = models.PositiveIntegerField(default=0)
    pause = models.CharField(max_length=10, choices=Pause, default=Pause.NONE, blank=True)
    pause_from = models.DateField(null=True, blank=True)
    pause_until = models.DateField(null=True, blank=True)
    pause_by = models.CharField(max_length=200, blank=True)
    switch_date = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural: ClassVar = "sync settings"

    def __str__(self) -> str:
        return f"{self.district.slug}: {self.get_sharing_display()}"
