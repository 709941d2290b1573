"""Who is told about a district's roster."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import District, User


class DigestReader(models.Model):
    """A person of the district's team to whom the daily digest will go, at the account's email address."""

    district = models.ForeignKey(District, models.CASCADE, related_name="digest_readers")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "user"], name="digest_once_per_user")]

    def __str__(self) -> str:
        return f"digest of {self.district_id} for {self.user_id}"
