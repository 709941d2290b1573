import tracemalloc

import pytest

from rostering.core.records import Person, School, Section
from rostering.core.snapshot import Snapshot
from rostering.core.validate import validate

ANN = Person(("s:S1",), ("student",), "Ann", "Li", ("010",), student_number="1001")
BOB = Person(("s:S2",), ("student",), "Bob", "Vo", ("020",), student_number="1002")
TEA = Person(("t:T1",), ("teacher",), "Tea", "Orr", ("010", "020"))
DAN = Person(("f:F1",), ("staff",), "Dan", "Roth", ("010",))
MATH = Section("M1", "Math", "010", ("t:T1",), ("s:S1",))
ART = Section("M2", "Art", "020", ("t:T1",), ("s:S2",))


def snapshot_of(*records, blocked=None, aliases=None):
    """Two schools, and these records; a record of the same key replaces the one of the district without fault."""
    snapshot = Snapshot(blocked=dict(blocked or {}), aliases=dict(aliases or {}))
    snapshot.schools.add("010", School("010", "North"))
    snapshot.schools.add("020", School("020", "South"))
    for record in (ANN, BOB, TEA, DAN, MATH, ART, *records):
        kind = {School: snapshot.schools, Person: snapshot.people, Section: snapshot.sections}[type(record)]
        kind.add(record.key, record)
    return snapshot


def found_in(snapshot):
    return [(found.code, found.kind, found.key, found.message) for found in validate(snapshot)]


def student(key, *schools, **fields):
    return Person((f"s:{key}",), ("student",), "Kim", key, schools, **fields)


def test_a_district_without_fault():
    snapshot = snapshot_of()
    assert found_in(snapshot) == []
    assert snapshot.blocked == {}


# -- schools ------------------------------------------------------------------------------------------------------


def test_r34_people_and_sections_of_an_unknown_school_are_blocked_and_told_once():
    snapshot = snapshot_of(
        student("S8", "030"),
        student("S9", "030", "040"),
        Person(("t:T9",), ("teacher",), "Eva", "Roth", ("030",)),
        Section("M9", "Drama", "030", (), ("s:S1", "s:S8")),
    )
    findings = validate(snapshot)
    assert [(found.key, found.message, found.classes, found.students) for found in findings] == [
        (
            "030",
            (
                'School "030" is named by 3 people and 1 sections, but the list of schools does not have it. '
                "New ones wait; those that we have stay as they are."
            ),
            *(1, 3),
        ),
        (
            "040",
            (
                'School "040" is named by 1 people and 0 sections, but the list of schools does not have it. '
                "New ones wait; those that we have stay as they are."
            ),
            *(0, 1),
        ),
    ]
    assert {(found.code, found.kind) for found in findings} == {("SCHOOL_NOT_SET_UP", "school")}
    assert snapshot.blocked == dict.fromkeys(
        [("person", "s:S8"), ("person", "s:S9"), ("person", "t:T9"), ("section", "M9")], "SCHOOL_NOT_SET_UP"
    )
    assert snapshot.people["s:S9"].schools == ("030", "040")


def test_people_and_sections_without_any_school():
    snapshot = snapshot_of(student("S9"), Section("M9", "Drama", "", ("t:T1",), ("s:S1",)))
    message = (
        'School "(blank)" is named by 1 people and 1 sections, but the list of schools does not have it. '
        "New ones wait; those that we have stay as they are."
    )
    assert found_in(snapshot) == [("SCHOOL_NOT_SET_UP", "school", "", message)]
    assert list(snapshot.blocked) == [("person", "s:S9"), ("section", "M9")]


def test_who_has_one_school_that_we_know_keeps_it():
    teacher = Person(("t:T1",), ("teacher",), "Tea", "Orr", ("030", "010", "020"))
    snapshot = snapshot_of(teacher)
    assert [code for code, *_ in found_in(snapshot)] == ["SCHOOL_NOT_SET_UP"]
    assert snapshot.people["t:T1"] == TEA
    assert snapshot.blocked == {}


def test_what_was_blocked_before_keeps_its_reason():
    before = {("person", "s:S9"): "STUDENT_NAME_MISSING"}
    snapshot = snapshot_of(student("S9", "030"), blocked=before)
    validate(snapshot)
    assert snapshot.blocked == before


@pytest.mark.parametrize(
    ("records", "what"),
    [
        ((student("S9", "030"), Section("M9", "Drama", "030", ("t:T1",), ("s:S9",))), None),
        ((Section("M9", "Drama", "030", ("t:T1",), ("s:S2",)),), "students"),
        ((student("S9", "030"),), "classes"),
        ((), "students and no classes"),
    ],
)
def test_a_school_without_students_or_classes(records, what):
    snapshot = snapshot_of(School("030", "West"), *records)
    empty = [found for found in found_in(snapshot) if found[0] == "SCHOOL_EMPTY"]
    assert empty == ([("SCHOOL_EMPTY", "school", "030", f"West is shared but has no {what}.")] if what else [])


# -- people -------------------------------------------------------------------------------------------------------


def test_r34_a_student_number_that_several_carry_blocks_nobody():
    seats = ("s:S1", "s:S7", "s:S8", "s:S9")
    snapshot = snapshot_of(
        *(student("S7", "010", student_number="1001"), student("S8", "010", student_number="")),
        *(student("S9", "010", student_number="1001"), Section("M1", "Math", "010", ("t:T1",), seats)),
        student("S6", "010", student_number=""),
        Section("M3", "Music", "010", ("t:T1",), ("s:S6",)),
    )
    message = (
        "Ann Li (S1) and Kim S7 (S7) and Kim S9 (S9) both carry student number 1001. "
        "Both work; the number matches nobody until it is put right."
    )
    assert found_in(snapshot) == [("STUDENT_NUMBER_SHARED", "person", "s:S1", message)]
    assert snapshot.blocked == {}


def test_a_teacher_may_carry_a_students_number():
    snapshot = snapshot_of(Person(("t:T1",), ("teacher",), "Tea", "Orr", ("010", "020"), student_number="1001"))
    assert found_in(snapshot) == []


def test_a_student_with_classes_at_other_schools_is_told_once():
    other = Section("M3", "Music", "020", ("t:T1",), ("s:S1", "s:S2"))
    snapshot = snapshot_of(Section("M2", "Art", "020", ("t:T1",), ("s:S2", "s:S1")), other)
    findings = validate(snapshot)
    message = "Ann Li attends North but is in a class at South. We allowed it."
    assert [(found.code, found.key, found.message, found.classes) for found in findings] == [
        ("ENROLL_OTHER_SCHOOL", "s:S1", message, 2)
    ]


def test_a_student_of_both_schools_is_at_home_in_both():
    both = Person(("s:S1",), ("student",), "Ann", "Li", ("010", "020"))
    assert found_in(snapshot_of(both, Section("M2", "Art", "020", ("t:T1",), ("s:S1", "s:S2")))) == []


def test_people_in_no_section():
    snapshot = snapshot_of(
        student("S9", "010"),
        Person(("t:T9",), ("teacher",), "", "", ("010",)),
        Person(("f:F9",), ("staff",), "Eva", "Roth", ("010",)),
        Person(("u:U9",), ("teacher", "staff"), "Ida", "Roth", ("010",)),
    )
    assert found_in(snapshot) == [
        (
            *("STUDENT_NO_CLASS", "person", "s:S9"),
            "Kim S9 is in no section that we received, so no teacher can see them.",
        ),
        ("TEACHER_NO_CLASS", "person", "t:T9", "T9 is shared but teaches no section in the data."),
        ("TEACHER_NO_CLASS", "person", "u:U9", "Ida Roth is shared but teaches no section in the data."),
    ]


def test_r43_of_who_is_blocked_nothing_more_is_told():
    blocked = {("person", "s:S9"): "STUDENT_NAME_MISSING", ("person", "s:S8"): "STUDENT_NAME_MISSING"}
    elsewhere = Section("M3", "Music", "020", ("t:T1",), ("s:S8",))
    snapshot = snapshot_of(student("S9", "010"), student("S8", "010"), elsewhere, blocked=blocked)
    assert found_in(snapshot) == []


def test_r29_a_person_is_known_by_every_key():
    both = Person(("u:U1", "t:T5", "s:S5"), ("teacher", "student"), "Kim", "Vo", ("010",))
    section = Section("M3", "Music", "020", ("t:T5",), ("s:S5",))
    snapshot = snapshot_of(both, section, aliases={"t:T5": "u:U1", "s:S5": "u:U1"})
    message = "Kim Vo attends North but is in a class at South. We allowed it."
    assert found_in(snapshot) == [("ENROLL_OTHER_SCHOOL", "person", "u:U1", message)]


# -- sections -----------------------------------------------------------------------------------------------------


def test_r19_a_section_without_a_teacher_is_blocked():
    snapshot = snapshot_of(Section("M3", "Music", "010", (), ("s:S1", "s:S9")), Section("M4", "Drama", "010"))
    assert found_in(snapshot) == [
        ("CLASS_NO_TEACHER", "section", "M3", "Music has no teacher in the data, so its 2 students cannot see it."),
        ("CLASS_NO_TEACHER", "section", "M4", "Drama has no teacher in the data, so its 0 students cannot see it."),
    ]
    assert snapshot.blocked == {("section", "M3"): "CLASS_NO_TEACHER", ("section", "M4"): "CLASS_NO_TEACHER"}


def test_a_section_whose_teachers_are_unknown_is_left_to_the_plan():
    snapshot = snapshot_of(Section("M3", "Music", "010", ("t:T9",), ("s:S1",)))
    assert (found_in(snapshot), snapshot.blocked) == ([], {})


def test_a_section_without_students():
    snapshot = snapshot_of(Section("M3", "Music", "010", ("t:T1",)))
    assert found_in(snapshot) == [("CLASS_NO_STUDENTS", "section", "M3", "Music has no students yet.")]
    assert snapshot.blocked == {}


def test_memory_does_not_grow_with_the_seats():
    """A thousand students in 5 or in 50 sections each take the same: no seat is kept."""

    def peak(sections):
        seats = tuple(f"s:X{number}" for number in range(1000))
        snapshot = snapshot_of(*(student(key[2:], "010") for key in seats))
        for number in range(sections):
            snapshot.sections.add(f"N{number}", Section(f"N{number}", "Math", "010", ("t:T1",), seats))
        tracemalloc.start()
        try:
            assert found_in(snapshot) == []
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(50) < 1.2 * peak(5)
