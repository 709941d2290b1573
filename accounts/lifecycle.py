"""The only way rows of ``accounts`` are written: plural verbs, the acting person always named.

The audit row is in the same transaction. One is a list of one. Every verb works inside one district (R41).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts import bulk, keys
from accounts.locks import refuse_locked
from accounts.models import AuditEntry, District, School, User, UserSchool

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, or a process such as a sync run. ``roster``: may write what the roster manages."""

    label: str
    user_id: int | None = None
    roster: bool = False

    @classmethod
    def of(cls, user: User) -> "Actor":
        """The signed-in person."""
        return cls(f"{user.role} {user.pk}", user.pk)


@dataclass(frozen=True, slots=True)
class NewSchool:
    """A school to be made."""

    name: str
    number: str = ""
    low_grade: str = ""
    high_grade: str = ""
    managed_fields: str = ""


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to be made. ``password``: a hash or policy marker. ``schools``: ids, the primary one first."""

    username: str
    roles: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    grade: str = ""
    student_number: str = ""
    teacher_number: str = ""
    state_id: str = ""
    sis_id: str = ""
    password: str = "!"  # noqa: S105 -- nobody can sign in with it
    schools: Sequence[int] = field(default_factory=tuple)
    managed_fields: str = ""


def audit(district: District | None, by: Actor, verb: str, count: int, subject: str = "") -> None:
    """Write who did what to how many; to be called in the transaction of the change."""
    AuditEntry.objects.create(
        district=district, actor_id=by.user_id, actor_label=by.label, verb=verb, count=count, subject=subject
    )


# -- districts --------------------------------------------------------------------------------------------


@transaction.atomic
def save_district(slug: str, *, by: Actor, fixed_password: str | None = None, **values: str) -> tuple[District, bool]:
    """Create the district or change its name and policies. Returns it and whether it is new.

    ``fixed_password``: the one password of all accounts (R13), kept as a strong hash only.
    """
    district = District.objects.select_for_update().filter(slug=slug).first()
    created = district is None
    district = district or District(slug=slug, digest_key=keys.new_digest_key())
    for name, value in values.items():
        setattr(district, name, value)
    if fixed_password is not None:
        district.fixed_password = make_password(fixed_password)
    district.save()
    audit(district, by, "create district" if created else "change district", 1)
    return district, created


@transaction.atomic
def permit_creating(district: District, allowed: bool | None, *, school: School | None = None, by: Actor) -> None:
    """Let teachers create student accounts, or no longer (R26); at one school where ``school`` is given.

    ``None`` lets a school go on as the district decides; the district itself allows it or does not.
    """
    if school is None:
        district.teachers_create_students = bool(allowed)
        district.save(update_fields=["teachers_create_students"])
    else:
        School.objects.filter(pk=school.pk, district=district).update(teachers_create_students=allowed)
    words = {True: "on", False: "off", None: "as the district"}[bool(allowed) if school is None else allowed]
    audit(district, by, "permit creating students", 1, f"{words}, school {school.pk}" if school else words)


# -- schools ----------------------------------------------------------------------------------------------

SCHOOL_COLUMNS = ("name", "number", "low_grade", "high_grade", "managed_fields")


@transaction.atomic
def create_schools(district: District, schools: Iterable[NewSchool], *, by: Actor) -> list[int]:
    """Make schools. Returns their ids in the same order."""
    made = list(schools)
    ids = bulk.reserve_ids(School, len(made))
    bulk.insert(
        School,
        ("id", "district_id", "active", *SCHOOL_COLUMNS),
        (
            (pk, district.pk, True, *(getattr(school, name) for name in SCHOOL_COLUMNS))
            for pk, school in zip(ids, made, strict=True)
        ),
    )
    audit(district, by, "create schools", len(made))
    return list(ids)


@transaction.atomic
def change_schools(district: District, changes: Mapping[int, Mapping[str, Any]], *, by: Actor) -> None:
    """Set fields of schools: id -> field -> value."""
    refuse_locked(School, district, changes, by.roster)
    _write_fields(School, district, changes)
    audit(district, by, "change schools", len(changes))


# -- users ------------------------------------------------------------------------------------------------

USER_COLUMNS = (
    "username", "roles", "first_name", "last_name", "email", "grade", "student_number", "teacher_number", "state_id",
    "sis_id", "password", "managed_fields",
)  # fmt: skip


@transaction.atomic
def create_users(district: District | None, users: Iterable[NewUser], *, by: Actor) -> list[int]:
    """Make accounts. Returns their ids in the same order. A taken username raises IntegrityError."""
    iterator, ids, now = iter(users), list[int](), timezone.now()
    district_id = district.pk if district else None
    while chunk := list(islice(iterator, CHUNK)):
        chunk_ids = bulk.reserve_ids(User, len(chunk))
        bulk.insert(
            User,
            ("id", "district_id", "username_key", "role", "is_active", "is_superuser", "created", *USER_COLUMNS),
            (
                (pk, district_id, user.username.lower(), _main(user.roles), True, user.roles == User.Role.OPS, now,
                 *(getattr(user, name) for name in USER_COLUMNS))
                for pk, user in zip(chunk_ids, chunk, strict=True)
            ),
        )  # fmt: skip
        _insert_schools((pk, user.schools) for pk, user in zip(chunk_ids, chunk, strict=True))
        ids.extend(chunk_ids)
    audit(district, by, "create users", len(ids))
    return ids


@transaction.atomic
def change_users(district: District, changes: Mapping[int, Mapping[str, Any]], *, by: Actor) -> None:
    """Set fields of users: id -> field -> value. ``schools`` takes a sequence of school ids, the primary one first.

    Raises Locked when somebody other than the roster changes what the roster manages (R45).
    """
    refuse_locked(User, district, changes, by.roster)
    schools = {pk: values["schools"] for pk, values in changes.items() if "schools" in values}
    _write_fields(User, district, {pk: _columns(values) for pk, values in changes.items()})
    if schools:
        _replace_schools(schools)
    audit(district, by, "change users", len(changes))


@transaction.atomic
def deactivate_users(district: District, ids: Iterable[int], *, by: Actor) -> None:
    """Stop sign-in; everything else is kept (R30)."""
    count = _set_active(district, ids, active=False)
    audit(district, by, "deactivate users", count)


@transaction.atomic
def reactivate_users(district: District, ids: Iterable[int], *, by: Actor) -> None:
    """Let accounts sign in again."""
    count = _set_active(district, ids, active=True)
    audit(district, by, "reactivate users", count)


@transaction.atomic
def switch_users(district: District, ids: Sequence[int], *, active: bool, by: Actor) -> None:
    """Let people sign in, or no longer. Raises LockedError for an account whose life the roster rules (R45)."""
    refuse_locked(User, district, {pk: {"is_active": active} for pk in ids}, by.roster)
    (reactivate_users if active else deactivate_users)(district, ids, by=by)


@transaction.atomic
def set_passwords(users: Sequence[User], raw: str, *, by: Actor) -> None:
    """Give accounts a password of their own (R15), as a strong hash; ``users`` are changed too."""
    for user in users:
        user.set_password(raw)
        user.save(update_fields=["password"])
    audit(users[0].district if users else None, by, "set passwords", len(users))


def _main(roles: str) -> str:
    return roles.partition(";")[0]


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: value for name, value in values.items() if name != "schools"}
    if "username" in columns:
        columns["username_key"] = columns["username"].lower()
    if "roles" in columns:
        columns["role"] = _main(columns["roles"])
    return columns


def _write_fields(
    model: type[User] | type[School], district: District, changes: Mapping[int, Mapping[str, Any]]
) -> None:
    names = sorted({name for values in changes.values() for name in values})
    for name in names:
        rows = [(pk, values[name]) for pk, values in changes.items() if name in values]
        bulk.update(model, [name], rows, scope=("district_id", district.pk))


def _set_active(district: District, ids: Iterable[int], *, active: bool) -> int:
    return bulk.update(User, ["is_active"], ((pk, active) for pk in ids), scope=("district_id", district.pk))


def _insert_schools(schools: Iterable[tuple[int, Sequence[int]]]) -> None:
    bulk.insert(
        UserSchool,
        ("user_id", "school_id", "position"),
        ((pk, school, position) for pk, ids in schools for position, school in enumerate(ids)),
    )


def _replace_schools(schools: Mapping[int, Sequence[int]]) -> None:
    ids = list(schools)
    for start in range(0, len(ids), CHUNK):
        UserSchool.objects.filter(user_id__in=ids[start : start + CHUNK]).delete()
    _insert_schools(schools.items())


# -- identities -------------------------------------------------------------------------------------------


@transaction.atomic
def move_identities(
    district: District, social: Mapping[int, int], emails: Mapping[int, tuple[int, bool]], *, by: Actor
) -> None:
    """Give sign-in identities to other accounts of the district.

    ``social``: id of a social account -> user; ``emails``: id of an email address -> user, and whether it is the
    primary one. An address that the user has already raises IntegrityError.
    """
    wanted = {*social.values(), *(user for user, _ in emails.values())}
    users = set(User.objects.filter(district=district, pk__in=wanted).values_list("pk", flat=True))
    for pk, user in social.items():
        if user in users:
            SocialAccount.objects.filter(pk=pk, user__district=district).update(user_id=user)
    for pk, (user, primary) in emails.items():
        if user in users:
            EmailAddress.objects.filter(pk=pk, user__district=district).update(user_id=user, primary=primary)
    audit(district, by, "move identities", len(social) + len(emails))
