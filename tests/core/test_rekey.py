"""Matching and re-key over random districts: nobody is lost, doubled or mistaken (R27, R34, R40)."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostering.core.evidence import Facts, facts_of_record
from rostering.core.matching import match
from rostering.core.planning import Rules
from rostering.core.records import Person, School, Section
from tests.core.districts import districts, snapshot_of
from tests.core.test_properties import NO_GUARDS
from tests.core.world import Row, World

pytestmark = pytest.mark.no_database

DISTRICTS = districts()
OPEN = Rules(limits=NO_GUARDS)
SCHOOL = [School("A", "School A")]


def numbered(district: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The district with a number or an email of their own for everybody."""
    people = [
        msgspec.structs.replace(one, student_number=f"n{one.key}")
        if "student" in one.roles
        else msgspec.structs.replace(one, email=f"{one.key[2:]}@school.example", student_number=None)
        for one in district["people"]
    ]
    return {**district, "people": people}


def renumbered(district: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Every id new: of schools, people and sections."""

    def key(old: str) -> str:
        return f"u:9{old[:1]}{old[2:]}"

    schools = [msgspec.structs.replace(one, key=f"9{one.key}") for one in district["schools"]]
    people = [
        msgspec.structs.replace(one, keys=(key(one.key),), schools=tuple(f"9{school}" for school in one.schools))
        for one in district["people"]
    ]
    sections = [
        msgspec.structs.replace(
            one, key=f"9{one.key}", school=f"9{one.school}", teachers=tuple(map(key, one.teachers)),
            students=tuple(map(key, one.students)),
        )
        for one in district["sections"]
    ]  # fmt: skip
    return {"schools": schools, "people": people, "sections": sections}


def complete(district: dict[str, list[Any]]) -> Any:
    snapshot = snapshot_of(district)
    snapshot.complete |= {"u:"}
    return snapshot


@given(DISTRICTS, st.sampled_from([OPEN, Rules()]))
def test_r40_renumbering_everything_keeps_every_account_username_and_seat(one: dict[str, Any], rules: Rules) -> None:
    world, day = World(), numbered(one)
    world.sync(complete(day), rules)
    before = {pk: (row.active, row.fields["username"]) for pk, row in world.users.items()}

    planning, changes = world.sync(complete(renumbered(day)), rules)

    assert {pk: (row.active, row.fields["username"]) for pk, row in world.users.items()} == before
    assert [change for change in changes if change.kind != "class" and change.action in ("create", "archive")] == []
    assert planning.questions == {}
    _, changes = world.sync(complete(renumbered(day)), rules)
    assert changes == []


@given(DISTRICTS)
def test_r40_ids_that_revert_bring_everything_back(one: dict[str, Any]) -> None:
    world, day = World(), numbered(one)
    world.sync(complete(day), OPEN)
    before = world.seen()["users"]

    world.sync(complete(renumbered(day)), OPEN)
    world.sync(complete(day), OPEN)

    assert world.seen()["users"] == before
    assert world.sync(complete(day), OPEN)[1] == []


@given(DISTRICTS)
def test_r27_nobody_is_matched_on_a_name_alone(one: dict[str, Any]) -> None:
    """Accounts made by hand with everybody's names and schools: none of them is touched, and nobody waits."""
    world = World()
    plain = [msgspec.structs.replace(person, email=None, username=None) for person in one["people"]]
    for pk, person in enumerate(plain, 1):
        fields = {
            "first_name": person.first_name, "last_name": person.last_name, "grade": person.grade or "",
            "roles": ";".join(person.roles), "username": f"hand{pk}",
        }  # fmt: skip
        world.users[pk] = Row(fields, managed=False)

    planning, changes = world.sync(complete({**one, "people": plain}), OPEN)

    assert [change for change in changes if change.kind == "person" and change.action != "create"] == []
    assert planning.questions == {}


def child(key: str, first: str = "Ana", last: str = "Li", **more: Any) -> Person:
    return Person((key,), ("student",), first, last, schools=("A",), **{"grade": "3", **more})


def account(person: Person, *, fed: bool = True, certain: bool = True, username: str = "") -> Facts:
    said = facts_of_record(person)
    fields = {**said.fields, "username": username}
    return Facts(said.role, said.ids, fields, said.schools, said.birth, fed=fed, certain=certain)


def pairs(newcomers: list[Person], accounts: list[Facts], **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    found = match({one.key: facts_of_record(one) for one in newcomers}, dict(enumerate(accounts)), **more)
    sure = {key: (one.row, one.kind) for key, one in found.sure.items()}
    return sure, {key: dict(one.rows) for key, one in found.doubtful.items()}


def test_r27_twins_and_namesakes_are_told_apart_by_their_numbers() -> None:
    old = [child("s:1", student_number="11", birth="b"), child("s:2", student_number="12", birth="b")]
    new = [child("u:8", student_number="12", birth="b"), child("u:9", student_number="11", birth="b")]

    assert pairs(new, [account(one) for one in old]) == ({"u:8": (1, "number"), "u:9": (0, "number")}, {})


def test_r27_namesakes_without_numbers_wait_for_a_person() -> None:
    old = [child("s:1", birth="b"), child("s:2", birth="b")]
    new = [child("u:8", birth="b"), child("u:9", birth="b")]

    both = {0: "birth", 1: "birth"}
    assert pairs(new, [account(one) for one in old]) == ({}, {"u:8": both, "u:9": both})


def test_r40_twins_with_other_first_names_are_matched_by_birth_date() -> None:
    old = [child("s:1", "Ana", birth="b", email="li@x.example"), child("s:2", "Bo", birth="b", email="li@x.example")]
    new = [child("u:9", "Bo", birth="b", email="li@x.example"), child("u:8", "Ana", birth="b", email="li@x.example")]

    assert pairs(new, [account(one) for one in old]) == ({"u:8": (0, "birth"), "u:9": (1, "birth")}, {})


@pytest.mark.parametrize(
    ("record", "held", "kind"),
    [
        (child("u:9", student_number="5", birth="b"), child("s:1", student_number="5", birth="c"), "number"),
        (child("u:9", "Mo", "Ng", student_number="5"), child("s:1", student_number="5"), "number"),
        (child("u:9", "Mo", "Ng", sis_id="1"), child("s:1", sis_id="1"), "id"),
        (child("u:9", student_number="6", birth="b"), child("s:1", student_number="5", birth="b"), "birth"),
        (child("u:9", student_number="6", email="a@x.e"), child("s:1", student_number="5", email="a@x.e"), "email"),
    ],
)
def test_r27_contradicting_evidence_waits(record: Person, held: Person, kind: str) -> None:
    assert pairs([record], [account(held)]) == ({}, {"u:9": {0: kind}})


def test_r27_a_teacher_and_a_member_of_staff_with_one_id_are_two_people() -> None:
    held = account(Person(("t:5",), ("teacher",), "Ada", "King"))

    assert pairs([Person(("f:5",), ("staff",), "Mo", "Ng")], [held]) == ({}, {})
    assert pairs([Person(("f:5",), ("staff",), "Ada", "King")], [held]) == ({"f:5": (0, "id")}, {})


def test_r27_number_and_email_that_point_to_two_accounts_wait() -> None:
    old = [child("s:1", student_number="5"), child("s:2", email="a@x.e")]
    new = [child("u:9", student_number="5", email="A@x.e")]

    assert pairs(new, [account(one) for one in old]) == ({}, {"u:9": {0: "number", 1: "email"}})


def test_r34_a_number_that_two_records_carry_matches_nobody() -> None:
    hand = account(child("s:1", student_number="5"), fed=False)
    new = [child("u:8", student_number="5"), child("u:9", "Bo", student_number="5")]

    assert pairs(new, [hand]) == ({}, {})
    assert pairs(new[:1], [hand], shared_numbers={"5"}) == ({}, {})
    assert pairs(new[:1], [hand]) == ({"u:8": (0, "number")}, {})


def test_r40_what_may_not_be_gone_is_never_sure() -> None:
    held = account(child("s:1", student_number="5"), certain=False)

    assert pairs([child("u:9", student_number="5")], [held]) == ({}, {"u:9": {0: "number"}})


@pytest.mark.parametrize(
    ("record", "matches"),
    [
        (child("s:9", username="Ana1"), True),
        (child("s:9", username="ana1", first="Anna"), True),
        (child("s:9", username="ana1", grade="9", first="Ana"), True),
        (child("s:9", username="ana1", grade="9", first="Eve"), False),
        (child("s:9", username="ana1", last="Lo"), False),
        (child("s:9", username="ana2"), False),
        (Person(("t:9",), ("teacher",), "Ana", "Li", username="ana1"), False),
    ],
)
def test_r27_a_username_needs_role_and_name_and_band(record: Person, matches: bool) -> None:
    hand = account(child("s:1", grade="4"), fed=False, username="ana1")

    assert pairs([record], [hand]) == (({record.key: (0, "username")} if matches else {}), {})


def test_r27_many_by_hand_and_many_new_take_linear_time() -> None:
    held = {n: account(child(f"s:{n}", f"F{n}", student_number=str(n)), fed=False) for n in range(5000)}
    new = {f"u:{n}": facts_of_record(child(f"u:{n}", f"F{n}", student_number=str(n))) for n in range(5000)}

    found = match(new, held)

    assert {key: one.row for key, one in found.sure.items()} == {f"u:{n}": n for n in range(5000)}


def test_r40_many_namesakes_with_one_email_are_no_evidence() -> None:
    old = [account(child(f"s:{n}", email="none@x.e")) for n in range(2000)]
    new = [child(f"u:new{n}", email="none@x.e", grade="4") for n in range(2000)]

    assert pairs(new, old) == ({}, {})


def test_r40_a_section_split_in_two_halves_is_no_rekey() -> None:
    """Each half has half of the students, so neither is the only one."""
    world = World()
    students = [child(f"s:{n}", f"F{n}", student_number=str(n)) for n in range(4)]
    teacher = Person(("t:1",), ("teacher",), "Ada", "King", schools=("A",), email="ada@x.e")

    def day(*sections: tuple[str, range]) -> Any:
        made = [
            Section(key, "Math", "A", ("t:1",), tuple(f"s:{n}" for n in who), course_name="Math")
            for key, who in sections
        ]
        return complete({"schools": SCHOOL, "people": [teacher, *students], "sections": made})

    world.sync(day(("1", range(4))), OPEN)
    _, changes = world.sync(day(("2", range(2)), ("3", range(2, 4))), OPEN)

    assert [(one.action, one.key) for one in changes if one.kind == "class"] == [
        ("create", "2"), ("create", "3"), ("archive", "1"),
    ]  # fmt: skip


def test_r27_of_two_accounts_with_one_email_a_username_does_not_choose() -> None:
    """Two teachers share an office's address: that is two candidates, and no guess."""
    record = Person(("t:9",), ("teacher",), "Ana", "Li", ("A",), email="office@school.example", username="ali")
    accounts = {
        1: Facts("teacher", frozenset(), {"first_name": "Ana", "last_name": "Li", "email": "office@school.example",
                                          "username": "ali", "roles": "teacher"}, (), fed=False),
        2: Facts("teacher", frozenset(), {"first_name": "Ana", "last_name": "Lopez", "email": "office@school.example",
                                          "username": "alopez", "roles": "teacher"}, (), fed=False),
    }  # fmt: skip
    found = match({"t:9": facts_of_record(record)}, accounts)
    assert (found.sure, {key: dict(doubt.rows) for key, doubt in found.doubtful.items()}) == (
        {}, {"t:9": {1: "username", 2: "email"}},
    )  # fmt: skip
