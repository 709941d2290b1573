"""Educators or students as one CSV (R46, R49): who they are and how they sign in, without passwords."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from accounts.lifecycle import Actor, audit
from accounts.models import District, User, UserSchool
from rostering.exports import neutral

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
    return _lines(wanted)


def _lines(rows: QuerySet[User]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(HEADER)
    ordered = rows.order_by("last_name", "first_name", "pk").only(*NEEDED).iterator(chunk_size=CHUNK)
    while users := list(islice(ordered, CHUNK)):
        schools = _schools_of(users)
        for user in users:
            names = "; ".join(schools.get(user.pk, ()))
            cells = (user.get_full_name(), user.username, user.email, names, user.get_role_display(), user.grade)
            yield writer.writerow([neutral(cell) for cell in cells])


def _schools_of(users: list[User]) -> dict[int, list[str]]:
    """Names of the schools per person, the primary one first."""
    seats = UserSchool.objects.filter(user__in=[user.pk for user in users]).order_by("user_id", "position", "pk")
    found: dict[int, list[str]] = {}
    for user, name in seats.values_list("user_id", "school__name"):
        found.setdefault(user, []).append(name)
    return found


class _Line:
    """Gives a line back instead of keeping it."""

    def write(self, line: str) -> str:
        """The line."""
        return line
