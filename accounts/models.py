"""Who is here: districts, schools, users. Nothing in here knows that a feed exists."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone

NAME_LENGTH = 1000
"""Names are kept as the SIS writes them (R7); a longer field is refused while reading."""


class District(models.Model):
    """A school district with its account policies (R8, R13, R14)."""

    class Usernames(models.TextChoices):
        SIS = "sis", "from the SIS"
        GENERATED = "generated", "generated"

    class Passwords(models.TextChoices):
        SIS = "sis", "from the SIS"
        USERNAME = "username", "the username"
        FIXED = "fixed", "one fixed password"

    class Fallback(models.TextChoices):
        USERNAME = "username", "the username"
        FIXED = "fixed", "the fixed password"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=NAME_LENGTH)
    usernames = models.CharField(max_length=10, choices=Usernames, default=Usernames.GENERATED)
    passwords = models.CharField(max_length=10, choices=Passwords, default=Passwords.USERNAME)
    fallback = models.CharField(max_length=10, choices=Fallback, default=Fallback.USERNAME)
    fixed_password = models.CharField(
        max_length=128, blank=True, help_text="A strong hash; the password itself is kept nowhere."
    )
    digest_key = models.TextField(
        editable=False, help_text="The key of this district's digests, encrypted with FIELD_KEYS."
    )
    teachers_create_students = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    """A school. ``managed_fields`` as in ``User``."""

    district = models.ForeignKey(District, models.PROTECT, related_name="schools")
    name = models.CharField(max_length=NAME_LENGTH)
    number = models.CharField(max_length=NAME_LENGTH, blank=True)
    low_grade = models.CharField(max_length=30, blank=True)
    high_grade = models.CharField(max_length=30, blank=True)
    active = models.BooleanField(default=True)
    teachers_create_students = models.BooleanField(null=True, help_text="Empty: as the district decides (R26).")
    managed_fields = models.CharField(max_length=200, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds users; they are made by ``accounts.lifecycle`` alone."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Ops people, who belong to no district, by username."""
        return self.get(district=None, username_key=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Usernames are unique in a district, compared without case (R10).

    ``roles`` is the roles joined with ``;``, the main one first, which stands in ``role`` too.
    ``managed_fields``: the fields that the roster keeps true, comma-separated; empty for an account that
    people keep by hand. ``accounts.locks`` enforces it.
    ``password`` is a hash, or ``policy$username`` / ``policy$fixed`` (docs/decisions/0002).
    ``second_step``: a code or a passkey follows the password; ``accounts.mfa`` keeps it true.
    """

    class Role(models.TextChoices):
        TEACHER = "teacher", "Teacher"
        STAFF = "staff", "Staff"
        STUDENT = "student", "Student"
        COORDINATOR = "coordinator", "District coordinator"
        SCHOOL_COORDINATOR = "school_coordinator", "School coordinator"
        OPS = "ops", "Operations"

    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="users")
    username = models.CharField(max_length=150)
    username_key = models.CharField(max_length=150, editable=False)
    role = models.CharField(max_length=20, choices=Role)
    roles = models.CharField(max_length=60)
    first_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    last_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    email = models.CharField(max_length=NAME_LENGTH, blank=True)
    grade = models.CharField(max_length=30, blank=True)
    student_number = models.CharField(max_length=NAME_LENGTH, blank=True)
    teacher_number = models.CharField(max_length=NAME_LENGTH, blank=True)
    state_id = models.CharField(max_length=NAME_LENGTH, blank=True)
    sis_id = models.CharField(max_length=NAME_LENGTH, blank=True)
    is_active = models.BooleanField(default=True)
    managed_fields = models.CharField(max_length=200, blank=True, editable=False)
    second_step = models.BooleanField(db_default=False, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    schools: "models.ManyToManyField[School, UserSchool]" = models.ManyToManyField(
        School, through="UserSchool", related_name="users"
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "username_key"], name="username_unique_in_district"),
            models.UniqueConstraint(
                fields=["username_key"], condition=models.Q(district=None), name="username_unique_among_ops"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["district", "last_name", "first_name"], name="user_by_name")]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The name as the SIS writes it (R7), or the username where there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def is_staff(self) -> bool:
        """Whether the console lets the person in (Django's word for it; school staff are a role)."""
        return self.is_active and self.role in (
            self.Role.COORDINATOR,
            self.Role.SCHOOL_COORDINATOR,
            self.Role.OPS,
        )

    @property
    def synced(self) -> bool:
        """Whether the roster keeps this account true."""
        return bool(self.managed_fields)


class UserSchool(models.Model):
    """A school of a person; ``position`` 0 is the primary one."""

    user = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False, related_name="user_schools")
    school = models.ForeignKey(School, models.DO_NOTHING, db_constraint=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "school"], name="school_once_per_user")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.school_id}"


class AuditEntry(models.Model):
    """Who did what to how many, written in the transaction of the change. No names, no values."""

    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="audit")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    actor_label = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    count = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["district", "-at"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.verb} {self.count}"


class Invitation(models.Model):
    """Somebody who may make an account of their own in a team, by a link in an email.

    ``token_digest`` finds the invitation of a link; the token itself is kept nowhere.
    ``district`` is empty for an invitation to operations.
    """

    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=User.Role)
    school_ids = models.JSONField(default=list)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    expires = models.DateTimeField()
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["district", "-created"], name="invitation_by_time")]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and self.expires > timezone.now()


class Attempt(models.Model):
    """A wrong sign-in of the last minutes. ``account``: a digest of district and username, as somebody typed them."""

    district = models.ForeignKey(District, models.CASCADE, null=True, related_name="+")
    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["address", "account", "at"], name="attempt_by_address"),
            models.Index(fields=["at"], name="attempt_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at}"
