"""Educators or students as one CSV (R46, R49): who they are and how they sign in, without passwords."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from accounts.lifecycle import Actor, audit
from accounts.models import District, User, UserSchool
from rostering.csv_lines import csv_lines

HEADER = ("Name", "Username", "Email", "School", "Role", "Grade")
NEEDED = ("first_name", "last_name", "username", "email", "role", "grade")
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class People:
    """Whom an export is about. ``verb``: what the audit log calls it."""

    name: str
    roles: tuple[User.Role, ...]

    @property
    def verb(self) -> str:
        """As the audit log has it."""
        return f"export {self.name}"


EDUCATORS = People("educators", (User.Role.TEACHER, User.Role.STAFF))
STUDENTS = People("students", (User.Role.STUDENT,))


def export_people(district: District, people: People, rows: QuerySet[User], *, by: Actor) -> Iterator[str]:
    """The lines of the file: active accounts among ``rows``, by name. Who exported how many is audited at once."""
    wanted = rows.filter(district=district, role__in=people.roles, is_active=True)
    audit(district, by, people.verb, wanted.count())
    return csv_lines(HEADER, _rows(wanted))


def _rows(people: QuerySet[User]) -> Iterator[tuple[str, ...]]:
    ordered = people.order_by("last_name", "first_name", "pk").only(*NEEDED).iterator(chunk_size=CHUNK)
    while users := list(islice(ordered, CHUNK)):
        schools = _schools_of(users)
        for user in users:
            names = "; ".join(schools.get(user.pk, ()))
            yield user.get_full_name(), user.username, user.email, names, user.get_role_display(), user.grade


def _schools_of(users: list[User]) -> dict[int, list[str]]:
    """Names of the schools per person, the primary one first."""
    seats = UserSchool.objects.filter(user__in=[user.pk for user in users]).order_by("user_id", "position", "pk")
    found: dict[int, list[str]] = {}
    for user, name in seats.values_list("user_id", "school__name"):
        found.setdefault(user, []).append(name)
    return found
