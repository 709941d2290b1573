"""Days of a small district as Clever would show them, and the events between two days. For property tests."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from hypothesis import strategies as st

from rostering.sources import clever_wire as wire
from rostering.sources.clever_said import KINDS, SENT, Listener, Said

DISTRICT = "d" * 24
Day = dict[str, dict[str, dict[str, Any]]]
"""Kind -> id -> record, as JSON objects."""


class PlainDigest:
    """Digests that can be looked at."""

    def password(self, key: str, raw: str) -> str:
        return f"password {key} {raw}"

    def birth(self, iso_date: str) -> str:
        return f"birth {iso_date}"


LISTENER = Listener(PlainDigest(), DISTRICT)


def ids(letter: str, most: int) -> st.SearchStrategy[str]:
    return st.integers(0, most - 1).map(lambda number: f"{letter * 8}{number:016x}")


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, or nothing in any of the ways in which Clever says nothing."""
    return st.one_of(values, st.sampled_from([None, ""]))


WORDS = st.sampled_from(["Ana", "Bo", "Nuñez-O'Dea", "李"])
SCHOOLS, TERMS, COURSES, USERS, SECTIONS = ids("a", 3), ids("b", 3), ids("c", 3), ids("e", 12), ids("f", 4)


def record(fields: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]) -> Any:
    return st.fixed_dictionaries({"district": st.just(DISTRICT), **fields}, optional=optional)


def role(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"schools": st.lists(SCHOOLS, max_size=2, unique=True)},
        optional={
            "school": maybe(SCHOOLS),
            "credentials": st.fixed_dictionaries({"district_username": maybe(WORDS)}),
            "state_id": maybe(WORDS),
            "ext": st.just({"region": "North"}),
            **more,
        },
    )


ROLES = st.one_of(
    st.fixed_dictionaries({"student": role(sis_id=WORDS, grade=maybe(st.sampled_from(["4", "Kindergarten", "x"])),
                                           dob=maybe(st.sampled_from(["3/9/2016", "never"])), race=WORDS)}),
    st.fixed_dictionaries({}, optional={"teacher": role(sis_id=WORDS), "staff": role(staff_id=WORDS),
                                        "district_admin": st.just({"title": "CTO"})}),
    st.fixed_dictionaries({"contact": st.just({"phone": "602"})}),
)  # fmt: skip
RECORDS = {
    "schools": record({}, {"name": maybe(WORDS), "sis_id": WORDS, "low_grade": maybe(st.just("4"))}),
    "terms": record({}, {"name": maybe(WORDS), "start_date": st.sampled_from(["2026-08-17T00:00:00.000Z", ""])}),
    "courses": record({}, {"name": maybe(WORDS), "number": maybe(WORDS)}),
    "users": record(
        {"name": st.fixed_dictionaries({"first": WORDS}, optional={"last": maybe(WORDS), "middle": WORDS})},
        {"email": maybe(st.sampled_from(["a@b.example", "no at"])), "roles": st.one_of(ROLES, st.none())},
    ),
    "sections": record(
        {"school": SCHOOLS, "students": st.one_of(st.lists(USERS, max_size=4, unique=True), st.none())},
        {"teachers": st.lists(USERS, max_size=2, unique=True), "teacher": maybe(USERS), "course": maybe(COURSES),
         "term_id": maybe(TERMS), "name": maybe(WORDS), "period": maybe(WORDS)},
    ),
}  # fmt: skip
IDS = {"schools": SCHOOLS, "terms": TERMS, "courses": COURSES, "users": USERS, "sections": SECTIONS}
DAYS: st.SearchStrategy[Day] = st.fixed_dictionaries(
    {kind: st.dictionaries(IDS[kind], RECORDS[kind], max_size=6) for kind in KINDS}
)


def said_of(day: Day) -> Said:
    """What a full pull of a day takes down."""
    said = Said()
    for kind in KINDS:
        for found, fields in sorted(day[kind].items()):
            LISTENER.hear(said, kind, msgspec.convert({"id": found, **fields}, SENT[kind]))
    return said


def events_between(before: Day, after: Day) -> Iterator[dict[str, Any]]:
    """Every difference as an event, in no particular order."""
    for kind in KINDS:
        old, new = before[kind], after[kind]
        for found in {**old, **new}:
            if old.get(found) != new.get(found):
                yield {
                    "kind": kind,
                    "action": action(old, new, found),
                    "object": {"id": found, **state(old, new, found)},
                }


def action(old: dict[str, Any], new: dict[str, Any], found: str) -> str:
    if found not in new:
        return "deleted"
    return "updated" if found in old else "created"


def state(old: dict[str, Any], new: dict[str, Any], found: str) -> dict[str, Any]:
    return dict(new.get(found) or old.get(found) or {})


def sent(events: Iterable[dict[str, Any]]) -> list[wire.Event]:
    """Events as they are read from the wire."""
    return [
        msgspec.json.decode(
            msgspec.json.encode(
                {
                    "id": f"{number:024x}",
                    "type": f"{event['kind']}.{event['action']}",
                    "data": {"object": event["object"]},
                }
            ),
            type=wire.Event,
        )
        for number, event in enumerate(events, start=1)
    ]
