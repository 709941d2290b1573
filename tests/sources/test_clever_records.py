"""Records of Clever's in every shape that the contract allows, and in shapes that it does not (§1.10, R34)."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostering.core.records import Person, School, Section
from rostering.core.snapshot import Snapshot
from rostering.sources.base import SourceError
from rostering.sources.clever import assemble
from rostering.sources.clever_api import CleverApi, Patience
from rostering.sources.clever_pull import pull
from rostering.sources.clever_said import SENT, ForeignRecordError, Listener, Said
from tests.sources.clever_days import DISTRICT, LISTENER, PlainDigest
from tests.sources.test_clever_api import IMPATIENT, TOKEN, Say, Scripted, server

__all__ = ["server"]
pytestmark = pytest.mark.no_database

KINDS = ("schools", "terms", "courses", "users", "sections")
Records = dict[str, list[dict[str, Any]]]


def key(letter: str, number: int = 1) -> str:
    return f"{letter * 8}{number:016x}"


SCHOOL, TERM, COURSE, TEACHER, STUDENT, SECTION = (key(letter) for letter in "abcdef")
TEACHER, STUDENT = key("d", 1), key("e", 1)
LEAVE_OUT = object()


def small() -> Records:
    """One of each, with every optional field."""
    return {
        "schools": [
            {
                "id": SCHOOL, "district": DISTRICT, "name": "Hill", "sis_id": "10", "school_number": "010",
                "low_grade": "Kindergarten", "high_grade": "5", "state_id": "x", "location": {"zip": "1"}, "ext": {},
            }
        ],
        "terms": [
            {"id": TERM, "district": DISTRICT, "name": "Fall", "start_date": "2026-08-17", "end_date": "2026-12-18"}
        ],
        "courses": [{"id": COURSE, "district": DISTRICT, "name": "Math", "number": "M4"}],
        "users": [
            {
                "id": TEACHER, "district": DISTRICT, "email": "Ada@Hill.example",
                "name": {"first": "Ada", "last": "King", "middle": "B"},
                "roles": {
                    "teacher": {
                        "sis_id": "t1", "teacher_number": "77", "state_id": "AZ1", "title": "Dr", "school": SCHOOL,
                        "schools": [SCHOOL], "credentials": {"district_username": "ada"},
                    },
                    "student": None,
                },
            },
            {
                "id": STUDENT, "district": DISTRICT, "email": "bo@hill.example",
                "name": {"first": "Bo", "last": "Nuñez-O'Dea", "middle": ""},
                "roles": {
                    "student": {
                        "sis_id": "s1", "student_number": "9", "state_id": "AZ2", "grade": "4", "dob": "3/9/2016",
                        "school": SCHOOL, "schools": [SCHOOL], "credentials": {"district_username": "bo9"},
                        "race": "Two or More Races", "ext": {"a": [1]}, "preferred_name": {"first": "B"},
                    }
                },
            },
        ],
        "sections": [
            {
                "id": SECTION, "district": DISTRICT, "school": SCHOOL, "name": "Math - King - 3", "sis_id": "c1",
                "students": [STUDENT], "teacher": TEACHER, "teachers": [TEACHER], "course": COURSE, "term_id": TERM,
                "grade": "4", "period": "3", "subject": "math", "section_number": "1", "ext": None,
            }
        ],
    }  # fmt: skip


def heard(records: Records) -> Said:
    """What is taken down of records, over JSON."""
    said = Said()
    for kind in KINDS:
        for record in records[kind]:
            LISTENER.hear(said, kind, msgspec.json.decode(json.dumps(record), type=SENT[kind]))
    return said


def taken(records: Records) -> Snapshot:
    return assemble(heard(records))


def told(snapshot: Snapshot) -> list[str]:
    return [f"{finding.code} {finding.kind} {finding.key}" for finding in snapshot.findings]


def test_r7_everything_that_the_product_uses_and_no_more() -> None:
    snapshot = taken(small())
    assert dict(snapshot.schools.items()) == {SCHOOL: School(SCHOOL, "Hill", "010", "Kindergarten", "5", "10")}
    assert dict(snapshot.people.items()) == {
        f"u:{TEACHER}": Person(
            keys=(f"u:{TEACHER}",), roles=("teacher",), first_name="Ada", last_name="King", schools=(SCHOOL,),
            email="Ada@Hill.example", teacher_number="77", state_id="AZ1", sis_id="t1", username="ada",
        ),
        f"u:{STUDENT}": Person(
            keys=(f"u:{STUDENT}",), roles=("student",), first_name="Bo", last_name="Nuñez-O'Dea", schools=(SCHOOL,),
            email="bo@hill.example", grade="4", student_number="9", state_id="AZ2", sis_id="s1", username="bo9",
            birth="birth 2016-03-09",
        ),
    }  # fmt: skip
    assert dict(snapshot.sections.items()) == {
        SECTION: Section(
            key=SECTION, name="Math - King - 3", school=SCHOOL, teachers=(f"u:{TEACHER}",), students=(f"u:{STUDENT}",),
            course_name="Math", course_number="M4", period="3", subject="math", grade="4", number="1",
            term_name="Fall", term_start="2026-08-17", term_end="2026-12-18", sis_id="c1",
        )
    }  # fmt: skip
    assert (told(snapshot), snapshot.blocked, snapshot.seats, snapshot.dangling) == ([], {}, 1, 0)


def test_r5_what_is_not_used_is_not_even_taken_down() -> None:
    said = heard(small())
    lines = b"\n".join(line for kind in KINDS for line in said.of(kind).values()).decode()
    assert "Nuñez" in lines
    dropped = ("2016", "3/9", "Two or More", "Dr", "preferred", '"B"', "zip", "legacy")
    assert [word for word in dropped if word in lines.replace("birth 2016-03-09", "")] == []


OPTIONAL: list[tuple[str, int, tuple[str, ...]]] = [
    ("schools", 0, ("school_number",)), ("schools", 0, ("low_grade",)), ("schools", 0, ("high_grade",)),
    ("terms", 0, ("name",)), ("terms", 0, ("start_date",)), ("terms", 0, ("end_date",)),
    ("courses", 0, ("name",)), ("courses", 0, ("number",)),
    ("users", 0, ("email",)), ("users", 1, ("email",)),
    *(("users", 0, ("roles", "teacher", name)) for name in ("teacher_number", "state_id", "title")),
    ("users", 0, ("roles", "teacher", "credentials", "district_username")),
    *(("users", 1, ("roles", "student", name)) for name in ("student_number", "state_id", "grade", "dob")),
    ("users", 1, ("roles", "student", "credentials", "district_username")),
    *(("sections", 0, (name,)) for name in ("course", "term_id", "grade", "period", "section_number", "subject")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "number", "path"), OPTIONAL, ids=lambda value: str(value))
def test_an_optional_field_may_be_missing_null_or_empty_alike(kind: str, number: int, path: tuple[str, ...]) -> None:
    """And a delta that told it the one way equals a full pull that tells it the other (R36)."""
    found = []
    for value in (LEAVE_OUT, None, ""):
        records = small()
        place = records[kind][number]
        for name in path[:-1]:
            place = place[name]
        if value is LEAVE_OUT:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        said = heard(records)
        found.append({one: dict(said.of(one)) for one in KINDS})
        assert len(assemble(said).people) == 2
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("value", [LEAVE_OUT, None, {}])
def test_an_optional_object_may_be_missing_null_or_empty_alike(value: Any) -> None:
    records = small()
    for user, role in ((0, "teacher"), (1, "student")):
        place = records["users"][user]["roles"][role]
        if value is LEAVE_OUT:
            del place["credentials"]
        else:
            place["credentials"] = value
    assert [person.username for _, person in taken(records).people.items()] == ["", ""]


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("2026-08-17", "2026-08-17"), ("2026-08-17T00:00:00.000Z", "2026-08-17"),
        ("2026-08-17 00:00:00.000000", "2026-08-17"), ("", ""), (None, ""), ("soon", ""), ("2026-13-45", ""),
    ],
)  # fmt: skip
def test_dates_of_terms_in_all_three_spellings(raw: str | None, iso: str) -> None:
    records = small()
    records["terms"][0].update(start_date=raw, end_date=raw)
    section = taken(records).sections[SECTION]
    assert (section.term_start, section.term_end) == (iso, iso)


@pytest.mark.parametrize("raw", ["3/9/2016", "03/09/2016", "3/09/2016"])
def test_r5_birth_dates_with_and_without_zeros_are_one(raw: str) -> None:
    records = small()
    records["users"][1]["roles"]["student"]["dob"] = raw
    assert taken(records).people[f"u:{STUDENT}"].birth == "birth 2016-03-09"


@pytest.mark.parametrize(
    ("teacher", "teachers", "order"),
    [
        (key("d", 2), [key("d", 1), key("d", 2)], (2, 1)),
        (None, [key("d", 1), key("d", 2)], (1, 2)),
        (LEAVE_OUT, [key("d", 2), key("d", 1)], (2, 1)),
        (key("d", 1), None, (1,)),
        (key("d", 1), LEAVE_OUT, (1,)),
        ("", [], ()),
        (None, None, ()),
        (None, [], ()),
        (key("d", 1), [key("d", 1)] * 3, (1,)),
    ],
)
def test_r25_teachers_with_the_primary_one_first(teacher: Any, teachers: Any, order: tuple[int, ...]) -> None:
    records = small()
    for name, value in (("teacher", teacher), ("teachers", teachers)):
        records["sections"][0][name] = value
        if value is LEAVE_OUT:
            del records["sections"][0][name]
    assert taken(records).sections[SECTION].teachers == tuple(f"u:{key('d', number)}" for number in order)


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("users", {"roles": None}),
        ("users", {"roles": {}}),
        ("users", {"roles": {"student": None, "janitor": {}}}),
        ("sections", {"students": None}),
        ("sections", {"students": LEAVE_OUT}),
        ("sections", {"teacher": LEAVE_OUT, "teachers": LEAVE_OUT}),
    ],
)
def test_r34_a_record_without_its_very_substance_is_seen_and_left_as_it_is(kind: str, spoil: dict[str, Any]) -> None:
    records = small()
    for name, value in spoil.items():
        records[kind][0][name] = value
        if value is LEAVE_OUT:
            del records[kind][0][name]
    snapshot = taken(records)
    place = ("person", f"u:{TEACHER}") if kind == "users" else ("section", SECTION)
    assert snapshot.blocked == {place: "RECORD_UNREADABLE"}
    assert f"RECORD_UNREADABLE {place[0]} {place[1]}" in told(snapshot)
    assert place[1] not in snapshot.of("person" if kind == "users" else "section")


def test_contacts_are_nobody_here_and_their_names_are_not_kept() -> None:
    records = small()
    contact = {
        "id": key("e", 9), "district": DISTRICT, "name": {"first": "", "last": "Petra Contact"},
        "roles": {"contact": {"phone": "602", "student_relationships": [{"student": STUDENT}]}, "student": None},
    }  # fmt: skip
    records["users"].append(contact)
    said = heard(records)
    assert contact["id"] not in said.users
    assert len(assemble(said).people) == 2


def test_r29_a_user_with_all_adult_roles_is_one_person() -> None:
    records = small()
    records["users"][0]["roles"].update(
        staff={"staff_id": "f1", "schools": [key("a", 2)], "roles": ["PortalOnly"]}, district_admin={"title": "CTO"}
    )
    snapshot = taken(records)
    person = snapshot.people[f"u:{TEACHER}"]
    assert (person.roles, person.schools, person.sis_id) == (("teacher", "staff"), (SCHOOL, key("a", 2)), "t1")
    assert told(snapshot) == [f"MULTI_ROLE person u:{TEACHER}"]


@pytest.mark.parametrize("admin", [{}, {"title": None, "legacy_id": "x"}])
def test_district_admins_are_staff_of_every_school(admin: dict[str, Any]) -> None:
    records = small()
    records["schools"].append({"id": key("a", 2), "district": DISTRICT, "name": "Lake"})
    records["users"][0]["roles"] = {"district_admin": admin}
    person = taken(records).people[f"u:{TEACHER}"]
    assert (person.roles, person.schools) == (("staff",), (SCHOOL, key("a", 2)))


def test_r36_a_role_that_is_null_is_none_and_one_that_is_empty_is_one() -> None:
    records = small()
    records["users"][1]["roles"] = {"student": {}, "teacher": None}
    person = taken(records).people[f"u:{STUDENT}"]
    assert (person.roles, person.schools, person.sis_id, person.username) == (("student",), (), "", "")


def test_r34_students_who_did_not_come_are_counted_and_not_made_up() -> None:
    records = small()
    records["sections"][0]["students"] += [key("e", 8), key("e", 9), key("e", 9)]
    records["sections"].append({**records["sections"][0], "id": key("f", 2), "students": [key("e", 8)]})
    snapshot = taken(records)
    assert (snapshot.seats, snapshot.dangling, sorted(snapshot.people)) == (4, 3, [f"u:{TEACHER}", f"u:{STUDENT}"])
    [finding] = snapshot.findings
    assert (finding.code, finding.classes, finding.students, finding.words["n"]) == ("ENROLL_STUDENT_UNKNOWN", 2, 2, 3)


def test_r41_a_record_of_another_district_is_refused() -> None:
    for kind in KINDS:
        records = small()
        records[kind][0]["district"] = "e" * 24
        with pytest.raises(ForeignRecordError):
            heard(records)
        for nothing in (None, "", DISTRICT):
            records[kind][0]["district"] = nothing
            heard(records)


def test_r35_the_order_of_fields_and_records_is_of_no_account() -> None:
    turned: Records = {
        kind: [dict(reversed(list(record.items()))) for record in reversed(found)] for kind, found in small().items()
    }
    one, other = taken(small()), taken(turned)
    assert {kind: dict(one.of(kind).lines()) for kind in ("school", "person", "section")} == {
        kind: dict(other.of(kind).lines()) for kind in ("school", "person", "section")
    }


# -- over the wire ----------------------------------------------------------------------------------------------


def serve(server: Scripted, records: Records) -> None:
    """The lists and their counts, each on one page."""
    paths: dict[str, Say] = {}
    for kind in KINDS:
        found = sorted(records[kind], key=lambda record: str(record["id"]))
        items = [{"data": record, "uri": f"/v3.1/{kind}/{record['id']}"} for record in found]
        paths[f"/v3.1/{kind}?count=true"] = Say({"count": len(found)})
        paths[f"/v3.1/{kind}?limit=5000"] = Say({"data": items, "links": []})
    server.serve(paths)


def pulled(server: Scripted, records: Records) -> Snapshot:
    serve(server, records)
    api = CleverApi(server.url, "v3.1", TOKEN, IMPATIENT)
    try:
        return assemble(pull(api, LISTENER, lambda *_: None))
    finally:
        api.close()


ODD: list[tuple[str, dict[str, Any]]] = [
    ("schools", {"name": ["Hill"]}), ("schools", {"sis_id": 10}),
    ("users", {"name": "Ada King"}), ("users", {"roles": []}), ("users", {"roles": {"teacher": "yes"}}),
    ("users", {"roles": {"teacher": {"schools": "10"}}}), ("users", {"roles": {"teacher": {"schools": [None]}}}),
    ("users", {"email": {"work": "a@b.example"}}),
    ("sections", {"students": STUDENT}), ("sections", {"students": [{"id": STUDENT}]}),
    ("sections", {"teachers": {}}), ("sections", {"teacher": {"id": TEACHER}}), ("sections", {"period": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "spoil"), ODD, ids=lambda value: str(value)[:50])
def test_r34_an_item_of_odd_shape_is_named_and_the_rest_is_read(
    kind: str, spoil: dict[str, Any], server: Scripted
) -> None:
    records = small()
    good = {"schools": 0, "users": 0, "sections": 0} | {kind: 1}
    records[kind][0] |= spoil
    records[kind].append({**small()[kind][0], "id": key("f", 7)})
    snapshot = pulled(server, records)
    place = {"schools": ("school", SCHOOL), "users": ("person", f"u:{TEACHER}"), "sections": ("section", SECTION)}[kind]
    assert snapshot.blocked == {place: "RECORD_UNREADABLE"}
    assert told(snapshot) == [f"RECORD_UNREADABLE {place[0]} {place[1]}"]
    assert (len(snapshot.schools), len(snapshot.people), len(snapshot.sections)) == (
        1, 1 + (good["users"] or 1), 1,
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "spoil"), [("terms", {"name": {}}), ("courses", {"name": 4})])
def test_r34_an_odd_term_or_course_costs_no_class_its_words(kind: str, spoil: dict[str, Any], server: Scripted) -> None:
    records = small()
    records[kind][0] |= spoil
    snapshot = pulled(server, records)
    section = snapshot.sections[SECTION]
    words = (section.term_name, section.course_name)
    assert words == ((None, "Math") if kind == "terms" else ("Fall", None))
    assert told(snapshot) == ["RECORD_UNREADABLE source "]


@pytest.mark.parametrize(
    ("odd", "of", "fails"), [(1, 1, False), (2, 2, False), (3, 3, True), (3, 5, True), (3, 6, False)]
)
def test_r34_a_page_that_is_mostly_odd_does_not_count(odd: int, of: int, fails: bool, server: Scripted) -> None:
    records = small()
    records["schools"] = [
        {"id": key("a", number), "name": 7 if number < odd else "Hill", "district": DISTRICT} for number in range(of)
    ]
    if not fails:
        assert len(pulled(server, records).blocked) == odd
        return
    with pytest.raises(SourceError, match="most of a page is in another form"):
        pulled(server, records)


@pytest.mark.parametrize("spoil", [{"id": None}, {"id": 5}, {"id": ""}, {"id": {"a": 1}}])
def test_r34_an_item_without_an_id_spoils_the_page(spoil: dict[str, Any], server: Scripted) -> None:
    records = small()
    records["users"][0] |= spoil
    with pytest.raises(SourceError):
        pulled(server, records)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


@given(
    st.sampled_from(KINDS),
    st.integers(0, 1),
    st.data(),
    JSON,
)
@settings(max_examples=300)
def test_r34_whatever_stands_in_a_field_everybody_else_is_read(
    kind: str, number: int, data: st.DataObject, junk: Any
) -> None:
    """At any depth: either the record is read or it is named; nothing breaks."""
    from rostering.sources.clever_answers import read_page

    records = small()
    place = records[kind][number % len(records[kind])]
    found = place["id"]
    while True:
        name = data.draw(st.sampled_from(sorted(set(place) - {"id", "district"})))
        if not isinstance(place[name], dict) or not place[name] or data.draw(st.booleans()):
            break
        place = place[name]
    place[name] = junk
    body = json.dumps({"data": [{"data": record} for record in records[kind]]}).encode()
    batch: Any = read_page(body, SENT[kind], "")
    said = Said()
    for record in batch.records:
        Listener(PlainDigest(), DISTRICT).hear(said, kind, record)
    for unreadable in batch.unreadable:
        said.of(kind)[unreadable] = b""
    others = {record["id"] for record in records[kind]} - {found}
    assert set(said.of(kind)) >= others
    assert all(said.of(kind)[other] for other in others)
    assemble(said)


def test_patience_is_what_it_says() -> None:
    assert (Patience().timeout, Patience().retries, Patience().budget) == (30, 5, 3600)
