"""Staff who also teach: one human being in two files (R29)."""

import msgspec

from rostering.core.records import TEACHER, Person
from rostering.sources.intake import Intake
from rostering.sources.people import Cells, seal_password


class StaffWhoTeach:
    """Pairs of a teacher and a staff record with one email address, which no third record of theirs carries.

    To be made when the teachers have been read; ``note`` each member of staff; ``merge`` in the end.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._teachers: dict[str, list[str]] = {}
        self._staff: dict[str, list[str]] = {}
        self._passwords: dict[str, tuple[str | None, bool]] = {}
        people = intake.snapshot.people
        for key in people:
            if key.startswith(TEACHER) and (address := people[key].email):
                self._teachers.setdefault(address.casefold(), []).append(key)

    def note(self, person: Person, cells: Cells) -> None:
        """Keep whom a member of staff may be, and the password as the digest of that person."""
        address = (person.email or "").casefold()
        teachers = self._teachers.get(address)
        if teachers:
            self._staff.setdefault(address, []).append(person.key)
            self._passwords[person.key] = seal_password(teachers[0], cells.password, self._intake.digest)

    def merge(self) -> None:
        """Make one person of each pair; the staff key becomes an alias of the teacher's."""
        snapshot = self._intake.snapshot
        for address, staff in self._staff.items():
            teachers = self._teachers[address]
            if len(staff) == 1 and len(teachers) == 1:
                one = join(snapshot.people[teachers[0]], snapshot.people[staff[0]], *self._passwords[staff[0]])
                snapshot.people.add(one.key, one)
                snapshot.people.drop(staff[0])
                snapshot.aliases[staff[0]] = one.key
                words = {"name": one.name, "roles": "teacher and staff", "chosen": "teacher"}
                self._intake.say("MULTI_ROLE", "person", one.key, words, one.name, "".join(one.schools[:1]))


def join(teacher: Person, staff: Person, password: str | None, short: bool) -> Person:
    """One person of two records: the teacher's word counts, and the staff record fills what it leaves open."""
    named = teacher if teacher.name else staff
    sealed = _either(teacher.password, password)
    return msgspec.structs.replace(
        teacher,
        keys=teacher.keys + staff.keys,
        roles=(*teacher.roles, *staff.roles),
        first_name=named.first_name,
        last_name=named.last_name,
        schools=tuple(dict.fromkeys(teacher.schools + staff.schools)),
        teacher_number=_either(teacher.teacher_number, staff.teacher_number),
        state_id=_either(teacher.state_id, staff.state_id),
        username=_either(teacher.username, staff.username),
        password=sealed,
        short_password=not sealed and (teacher.short_password or short),
    )


def _either(first: str | None, second: str | None) -> str | None:
    """The first of two that says something; ``""`` if only that was said, None if neither has a column."""
    return first or second or (second if first is None else first)
