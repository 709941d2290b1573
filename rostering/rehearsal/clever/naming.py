"""The ids of one load: what the source calls a thing, and what Clever calls it."""

from datetime import datetime

from rostering.rehearsal.clever.ids import Ids
from rostering.rehearsal.clever.shapes import Shaper


class Naming:
    """Gives the things of a load their ids: those that they had before, or new ones stamped ``now``.

    Things of one kind must come in the order in which they are to be created.
    """

    def __init__(self, ids: Ids, district: str, seed: int, now: datetime) -> None:
        self._ids, self._seed, self._now = ids, seed, now
        self.district = district
        self._taken: set[str] = set()
        self._people: dict[tuple[str, str], str] = {}

    def shaper(self, record: str) -> Shaper:
        """The dice that shape a record."""
        return Shaper(self._seed, record)

    def school(self, sis: str) -> str:
        """The id of a school."""
        return self._of(f"school:{sis}")

    def section(self, sis: str) -> str:
        """The id of a section."""
        return self._of(f"section:{sis}")

    def term(self, term: tuple[str, str, str]) -> str:
        """The id of a term, known by name, start and end."""
        return self._of("term:" + "\x1f".join(term))

    def course(self, course: tuple[str, str]) -> str:
        """The id of a course, known by its number or else by its name."""
        return self._of("course:" + "\x1f".join(course))

    def admit(self, *records: tuple[str, str]) -> str:
        """The id of a new user who is all of these (role, source id); each user is admitted once."""
        found = self._ids.of([f"{role}:{sis}" for role, sis in records], self._now, self._taken)
        self._people.update((record, found) for record in records)
        return found

    def user(self, role: str, sis: str) -> str:
        """The id of a user who has been admitted."""
        return self._people[role, sis]

    def _of(self, key: str) -> str:
        return self._ids.known.get(key) or self._ids.of([key], self._now, set())
