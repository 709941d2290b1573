"""Random small districts over one universe of ids, so that any two of them overlap."""

from typing import Any

from hypothesis import strategies as st

from rostering.core.records import Person, School, Section
from rostering.core.snapshot import Snapshot

ALL = frozenset({"school", "s:", "t:", "f:", "section", "enrollment"})
SCHOOLS = ("A", "B")
NAMES = st.sampled_from(["Ana", "José", "Li", "Mo", "李", "O'Brien"])


def subset(values: list[Any], most: int | None = None) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of the values, in their order."""
    chosen = st.lists(st.booleans(), min_size=len(values), max_size=len(values))
    return chosen.map(lambda keep: tuple(value for value, kept in zip(values, keep, strict=True) if kept)[:most])


@st.composite
def districts(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Records of one district, as lists. Some refer to what is not there; some sections have no teacher."""
    schools = [School(key, f"School {key}") for key in draw(subset(list(SCHOOLS)).filter(bool))]
    teachers = [f"t:{number}" for number in range(draw(st.integers(0, 4)))]
    students = [f"s:{number}" for number in draw(subset(list(range(12))))]
    people = [_person(draw, key) for key in [*teachers, *students]]
    sections = [_section(draw, str(number)) for number in draw(subset(list(range(5))))]
    return {"schools": schools, "people": people, "sections": sections}


def _person(draw: st.DrawFn, key: str) -> Person:
    role = "teacher" if key.startswith("t:") else "student"
    return Person(
        keys=(key,), roles=(role,), first_name=draw(NAMES), last_name=draw(NAMES),
        schools=(draw(st.sampled_from(SCHOOLS)),), email=draw(st.sampled_from([None, "", "x@y.example"])),
        grade=draw(st.sampled_from(["", "K", "3"])) if role == "student" else None,
        username=draw(st.sampled_from(["", "ana", "Ana", "bad name", "mo1"])),
        student_number=draw(st.sampled_from([None, "", "1", "2", "3", "4"])) if role == "student" else None,
        birth=draw(st.sampled_from([None, "", "b1", "b2"])),
    )  # fmt: skip


def _section(draw: st.DrawFn, key: str) -> Section:
    return Section(
        key=key, name=draw(st.sampled_from(["Math", "Art"])), school=draw(st.sampled_from(SCHOOLS)),
        teachers=draw(subset([f"t:{number}" for number in range(5)], 2)),
        students=draw(subset([f"s:{number}" for number in range(13)])),
        period=draw(st.sampled_from([None, "", "2"])),
    )  # fmt: skip


def snapshot_of(district: dict[str, list[Any]]) -> Snapshot:
    """The district as a complete reading of it."""
    snapshot = Snapshot(complete=ALL)
    for school in district["schools"]:
        snapshot.schools.add(school.key, school)
    for person in district["people"]:
        snapshot.people.add(person.key, person)
    for section in district["sections"]:
        snapshot.sections.add(section.key, section)
        snapshot.seats += len(section.students)
        snapshot.dangling += sum(key not in {person.key for person in district["people"]} for key in section.students)
    return snapshot
