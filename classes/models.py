"""What is taught: classes, who is in them, what they work on. Nothing in here knows that a feed exists."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import NAME_LENGTH, District, School, User


class Class(models.Model):
    """A class as people see it. ``managed_fields``: what the roster keeps true, as in ``User``.

    ``number`` names the class inside its district (exports, commands, addresses): it is given in order inside
    the transaction that makes the class, so the same roster gives the same numbers.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    district = models.ForeignKey(District, models.PROTECT, related_name="classes")
    number = models.PositiveIntegerField()
    school = models.ForeignKey(School, models.PROTECT, null=True, related_name="classes")
    name = models.CharField(max_length=NAME_LENGTH)
    course_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    course_number = models.CharField(max_length=NAME_LENGTH, blank=True)
    period = models.CharField(max_length=NAME_LENGTH, blank=True)
    subject = models.CharField(max_length=NAME_LENGTH, blank=True)
    grade = models.CharField(max_length=30, blank=True)
    term_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    term_start = models.CharField(max_length=10, blank=True)
    term_end = models.CharField(max_length=10, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    managed_fields = models.CharField(max_length=200, blank=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "classes"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "number"], name="class_number_in_district")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def synced(self) -> bool:
        """Whether a section feeds this class."""
        return bool(self.managed_fields)


class Membership(models.Model):
    """A seat: a user in a class as teacher or student. One that ended stays, inactive (R30).

    ``synced``: the roster put it there; a seat given by hand is never touched by a sync (R23). ``hold``: what a
    coordinator decides, or has to, about a seat that the source no longer sends (R33).
    """

    class Role(models.TextChoices):
        TEACHER = "teacher", "Teacher"
        STUDENT = "student", "Student"

    class Hold(models.TextChoices):
        NONE = "", "nothing to decide"
        WAITING = "waiting", "its end waits for a decision"
        KEPT = "kept", "kept by decision"

    klass = models.ForeignKey(
        Class, models.DO_NOTHING, db_column="class_id", db_constraint=False, related_name="memberships"
    )
    user = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    active = models.BooleanField(default=True)
    synced = models.BooleanField(default=False)
    hold = models.CharField(max_length=8, choices=Hold, default=Hold.NONE, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["klass", "user", "role"], name="seat_once")]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id} in {self.klass_id}"


class SeatMove(models.Model):
    """A student joined or left a class that was there already: what teachers read as "2 joined, 1 left on Monday".

    Whoever comes with the class itself is no news, and not written down.
    """

    klass = models.ForeignKey(Class, models.CASCADE, related_name="moves")
    user = models.ForeignKey(User, models.CASCADE, related_name="moves")
    joined = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["klass", "-at"], name="seat_move_by_time")]

    def __str__(self) -> str:
        return f"{self.user_id} {'joined' if self.joined else 'left'} {self.klass_id}"


class CurriculumItem(models.Model):
    """Something that can be assigned to a class."""

    code = models.SlugField(unique=True)
    title = models.CharField(max_length=300)
    subject = models.CharField(max_length=100, blank=True)
    grade_band = models.CharField(max_length=30, blank=True)
    body = models.TextField(blank=True)
    url = models.URLField(blank=True)

    def __str__(self) -> str:
        return self.title


class Assignment(models.Model):
    """An item assigned to a class. A class with at least one shows to its students (R21)."""

    klass = models.ForeignKey(Class, models.PROTECT, related_name="assignments")
    item = models.ForeignKey(CurriculumItem, models.PROTECT, related_name="assignments")
    position = models.PositiveIntegerField(default=0)
    due = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["klass", "item"], name="item_once_per_class")]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.klass_id}"


class Work(models.Model):
    """What a student did on an item. It belongs to the student for good (R30)."""

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", "In progress"
        DONE = "done", "Done"

    user = models.ForeignKey(User, models.PROTECT, related_name="work")
    item = models.ForeignKey(CurriculumItem, models.PROTECT, related_name="work")
    klass = models.ForeignKey(Class, models.PROTECT, null=True, related_name="work")
    status = models.CharField(max_length=20, choices=Status, default=Status.IN_PROGRESS)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    updated = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "work"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "item"], name="work_once_per_item")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.item_id}: {self.status}"
