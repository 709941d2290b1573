"""The data endpoints of clever.md §1.8 and §2.2, for the token of a district."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rostering.rehearsal.clever.answers import Answer, Count, Links, Page, RefusedError, Single
from rostering.rehearsal.clever.ids import SHAPE
from rostering.rehearsal.clever.paging import COUNTS, PAGING, Query, cut
from rostering.rehearsal.clever.relations import Relations
from rostering.rehearsal.clever.roster import Roster
from rostering.rehearsal.clever.shapes import decode

COUNTED = ("courses", "districts", "schools", "sections", "terms", "users")
LISTS = (*COUNTED, "resources", "events")
USER_ROLES = ("contact", "district_admin", "staff", "student", "teacher")
ONES = {"sections": {"course": "course", "school": "school", "term": "term_id"}}
"""Nested single records: what they are called in the path and in the record."""

Nested = Callable[[Relations, str], Sequence[str]]


def users_of_section(relations: Relations, key: str) -> list[str]:
    """The students and teachers of a section."""
    section = relations.section(key)
    return [*section.teachers, *section.students]


def students_of(relations: Relations, key: str) -> list[str]:
    """The students of a teacher's sections, or those of a contact."""
    taught = relations.ends_of_sections(key, "students") if key in set(relations.people.roles["teacher"]) else ()
    return [*relations.people.wards.get(key, ()), *taught]


def teachers_of(relations: Relations, key: str) -> set[str]:
    """The teachers of a student."""
    is_student = key in set(relations.people.roles["student"])
    return relations.ends_of_sections(key, "teachers") if is_student else set()


def sections_of(relations: Relations, key: str) -> Sequence[str]:
    """The sections of anything."""
    return relations.sections_of.get(key, ())


def nothing(relations: Relations, key: str) -> Sequence[str]:  # noqa: ARG001 a kind of Nested
    """No district of the sandbox has resources."""
    return ()


NESTED: dict[tuple[str, str], tuple[str, Nested]] = {
    ("schools", "courses"): ("courses", lambda all_, key: list(all_.ends_of_sections(key, "course"))),
    ("schools", "sections"): ("sections", sections_of),
    ("schools", "terms"): ("terms", lambda all_, key: list(all_.ends_of_sections(key, "term_id"))),
    ("schools", "users"): ("users", lambda all_, key: all_.people.at_school.get(key, ())),
    ("terms", "schools"): ("schools", lambda all_, key: list(all_.ends_of_sections(key, "school"))),
    ("terms", "sections"): ("sections", sections_of),
    ("courses", "schools"): ("schools", lambda all_, key: list(all_.ends_of_sections(key, "school"))),
    ("courses", "sections"): ("sections", sections_of),
    ("courses", "resources"): ("resources", nothing),
    ("sections", "users"): ("users", users_of_section),
    ("sections", "resources"): ("resources", nothing),
    ("users", "schools"): ("schools", lambda all_, key: all_.people.schools.get(key, ())),
    ("users", "sections"): ("sections", sections_of),
    ("users", "mycontacts"): ("users", lambda all_, key: all_.people.contacts.get(key, ())),
    ("users", "mystudents"): ("users", students_of),
    ("users", "myteachers"): ("users", lambda all_, key: list(teachers_of(all_, key))),
    ("users", "resources"): ("resources", nothing),
}
ROLE_FILTERS = {
    ("schools", "users"): ("staff", "student", "teacher"),
    ("sections", "users"): ("student", "teacher"),
}
PRIMARY = {("schools", "users"), ("users", "schools")}


@dataclass
class DataApi:
    """Answers the data paths from a roster. ``next_on_short_pages`` and ``outer_previous`` are the doubtful points."""

    roster: Roster
    next_on_short_pages: bool = False
    outer_previous: bool = False
    relations_: Relations | None = None

    @property
    def relations(self) -> Relations:
        """The relations among what is visible now."""
        if self.relations_ is None or self.relations_.generation != self.roster.generation:
            self.relations_ = Relations(self.roster)
        return self.relations_

    def answer(self, path: str, query: str) -> Answer:
        """The answer to ``/v3.x/...``. ``RefusedError`` for what is wrong or not there."""
        version, kind, *rest = path.removeprefix("/").split("/")
        if kind not in LISTS or len(rest) > 2:
            raise RefusedError(404, "Resource not found")
        if not rest:
            return self._events(version, path, query) if kind == "events" else self._list(version, kind, path, query)
        if not SHAPE.fullmatch(rest[0]):
            raise RefusedError(400, f"Invalid id: {rest[0]}")
        if kind == "events":
            return self._event(version, path, query, rest)
        if self.roster.get(kind, rest[0]) is None:
            raise RefusedError(404, "Resource not found")
        return (
            self._nested(version, kind, rest, path, query) if len(rest) == 2 else self._one(version, kind, path, query)
        )

    def _list(self, version: str, kind: str, path: str, text: str) -> Answer:
        """A top-level list, or its length."""
        allowed = {"count"} if kind in COUNTED else set()
        allowed |= PAGING if kind != "districts" else set()
        query = Query(text, allowed | ({"role"} if kind == "users" else set()))
        ids: Sequence[str] = self.roster.visible(kind)
        if role := query.choice("role", USER_ROLES):
            ids = self.relations.people.roles.get(role, [])
        if query.choice("count", COUNTS) == "true":
            return Count(len(ids), [{"rel": "self", "uri": query.address(path)}])
        return self._page(version, kind, ids, path, query)

    def _page(self, version: str, kind: str, ids: Sequence[str], path: str, query: Query) -> Page:
        part = cut(ids, path, query, always_next=self.next_on_short_pages)
        return Page([(self._record(kind, key, version), f"/{version}/{kind}/{key}") for key in part.ids], part.links)

    def _record(self, kind: str, key: str, version: str) -> bytes:
        record = self.roster.get(kind, key, version)
        if record is None:
            raise RefusedError(404, "Resource not found")
        return record

    def _one(self, version: str, kind: str, path: str, text: str) -> Single:
        Query(text, ())
        key = path.rpartition("/")[2]
        return Single(self._record(kind, key, version), self._links(version, kind, key))

    def _links(self, version: str, kind: str, key: str) -> Links:
        """The links of a single record: itself and what is nested in it."""
        own = f"/{version}/{kind}/{key}"
        names = [name for owner, name in NESTED if owner == kind and name != "resources"] + list(ONES.get(kind, ()))
        names += ["district"] if kind != "districts" else []
        return [{"rel": "self", "uri": own}] + [{"rel": name, "uri": f"{own}/{name}"} for name in names]

    def _nested(self, version: str, kind: str, rest: list[str], path: str, text: str) -> Answer:
        """What belongs to a record: a list, or one record."""
        key, name = rest
        if (kind, name) in NESTED:
            return self._nested_list(version, kind, key, name, path, Query(text, self._parameters(kind, name)))
        Query(text, ())
        if name == "district" and kind != "districts":
            return self._target(version, "districts", self.roster.district)
        if name not in ONES.get(kind, ()):
            raise RefusedError(404, "Resource not found")
        return self._target(version, f"{name}s", decode(self._record(kind, key, version)).get(ONES[kind][name]) or "")

    def _target(self, version: str, kind: str, key: str) -> Single:
        return Single(self._record(kind, key, version), self._links(version, kind, key))

    def _parameters(self, kind: str, name: str) -> frozenset[str]:
        role = {"role"} if (kind, name) in ROLE_FILTERS else set()
        return PAGING | role | ({"primary"} if (kind, name) in PRIMARY else set())

    def _nested_list(self, version: str, kind: str, key: str, name: str, path: str, query: Query) -> Page:
        found, find = NESTED[kind, name]
        chosen = set(find(self.relations, key))
        if role := query.choice("role", ROLE_FILTERS.get((kind, name), ())):
            chosen &= set(self.relations.people.roles[role])
        if query.choice("primary", ("", "true")):
            primary = self.relations.people.primary
            chosen = (
                {user for user in chosen if key in primary.get(user, ())}
                if kind == "schools"
                else chosen & set(primary.get(key, ()))
            )
        ids = sorted(each for each in chosen if self.roster.get(found, each) is not None)
        return self._page(version, found, ids, path, query)

    def _events(self, version: str, path: str, text: str) -> Page:
        """The event log, oldest first, filtered by kind of record and school."""
        query = Query(text, PAGING | {"school", "record_type"})
        kinds, school = set(query.all("record_type")), query.id("school")
        if wrong := sorted(kinds - set(LISTS[:-1])):
            raise RefusedError(400, f"Invalid record_type: {wrong[0]}")
        events = {
            event.id: event
            for event in self.roster.events()
            if (not kinds or event.kind in kinds)
            and (version != "v3.0" or not event.since_v31)
            and (not school or school in event.schools())
        }
        part = cut(list(events), path, query, always_next=self.next_on_short_pages)
        items = [(events[k].render(version, self.outer_previous), f"/{version}/events/{k}") for k in part.ids]
        return Page(items, part.links)

    def _event(self, version: str, path: str, text: str, rest: list[str]) -> Single:
        Query(text, ())
        event = next((event for event in self.roster.events() if event.id == rest[0]), None)
        if event is None or len(rest) > 1 or (version == "v3.0" and event.since_v31):
            raise RefusedError(404, "Resource not found")
        return Single(event.render(version, self.outer_previous), [{"rel": "self", "uri": path}])
