import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rostering.rehearsal.clever import DataRefusedError, Sandbox, serving
from rostering.rehearsal.district import write_district
from tests.rehearsal.clever_files import Client, Record, example, rows, student, write
from tests.rehearsal.reading import read


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(write(tmp_path / "day", example()))


def only(records: list[Record], sis: str) -> Record:
    [found] = [record for record in records if sis in source_ids(record)]
    return found


def source_ids(record: Record) -> list[str]:
    roles = [role for role in record.get("roles", {}).values() if role]
    return [each[name] for each in (record, *roles) for name in ("sis_id", "staff_id") if each.get(name)]


def filled(record: Any) -> Any:
    """A record without what is blank in one of the three ways."""
    if isinstance(record, dict):
        return {name: value for name, each in record.items() if (value := filled(each)) not in (None, "", {})}
    return [filled(each) for each in record] if isinstance(record, list) else record


def test_the_example_of_the_contract(sandbox: Sandbox) -> None:
    schools, users = sandbox.records("schools"), sandbox.records("users")
    harbor, middle = (only(schools, sis)["id"] for sis in ("010", "020"))
    oona, idris, thijs = (only(users, sis) for sis in ("T-88", "T-89", "100917"))
    assert len(users) == 6
    assert oona["roles"]["teacher"]["schools"] == [harbor, middle]
    assert oona["roles"]["staff"]["schools"] == [harbor, middle]
    assert oona["roles"]["staff"]["roles"] == ["SchoolTechLead"]
    assert only(users, "S-14") == oona
    contacts = {
        record["name"]["last"]: filled(record)["roles"]["contact"]
        for record in users
        if "contact" in filled(record)["roles"]
    }
    assert {name: contact["student_relationships"] for name, contact in contacts.items()} == {
        "Petra Nuñez": [{"student": thijs["id"], "relationship": "Parent", "type": "Parent/Guardian"}],
        "Bo Varga": [{"student": thijs["id"], "relationship": "Other", "type": "Emergency"}],
    }
    [course], [term] = sandbox.records("courses"), sandbox.records("terms")
    assert (course["name"], course["number"], term["start_date"]) == ("Grade 4 Math", "M4", "2026-08-17")
    math, homeroom = only(sandbox.records("sections"), "SEC-401"), only(sandbox.records("sections"), "SEC-700")
    assert (math["name"], homeroom["name"]) == ("Grade 4 Math - Quill - 2", "Homeroom")
    assert (math["subject"], homeroom["subject"]) == ("math", "homeroom/advisory")
    assert (math["teacher"], math["teachers"]) == (oona["id"], [oona["id"], idris["id"]])
    assert (math["course"], math["term_id"], math["students"]) == (course["id"], term["id"], [thijs["id"]])


def test_a_student_as_the_api_spells_it(sandbox: Sandbox) -> None:
    thijs = filled(only(sandbox.records("users"), "100917"))
    school = only(sandbox.records("schools"), "010")["id"]
    role = thijs["roles"]["student"]
    assert thijs["name"] == {"first": "Thijs", "middle": "M", "last": "Nuñez-O'Dea"}
    assert role.pop("legacy_id") not in (thijs["id"], None)
    assert role == {
        "sis_id": "100917",
        "student_number": "100917",
        "state_id": "AZ-5521",
        "school": school,
        "schools": [school],
        "enrollments": [{"school": school, "start_date": "2026-08-17", "end_date": "2027-05-28"}],
        "grade": "4",
        "dob": "3/9/2016",
        "gender": "X",
        "race": "Two or More Races",
        "hispanic_ethnicity": "Y",
        "ell_status": "N",
        "frl_status": "Reduced",
        "iep_status": "N",
        "location": {"zip": "85001"},
        "credentials": {"district_username": "thijs.n"},
        "created": "2026-08-03T06:00:00.000Z",
        "last_modified": "2026-08-03T06:00:00.000Z",
    }
    assert filled(only(sandbox.records("schools"), "010"))["ext"] == {"region": "North"}


def test_no_password_is_served(sandbox: Sandbox) -> None:
    kinds = ("districts", "schools", "terms", "courses", "users", "sections")
    assert "hush" not in json.dumps([sandbox.records(kind) for kind in kinds])


def test_breaches_of_the_layout(tmp_path: Path) -> None:
    files = example()
    files["students"] += [student(1, School_id="999"), student(2, Last_name=""), student(3, Grade="3-5", Race="Q")]
    files["students"] += [student(3, First_name="Somebody", Last_name="Else"), student(4, DOB="31/12/2015", Gender="?")]
    files["teachers"] += [files["teachers"][0] | {"Last_name": "Again"}, files["teachers"][0] | {"Teacher_id": ""}]
    files["sections"][0] |= {"Teacher_id": "nobody", "Teacher_3_id": "T-89"}
    files["sections"] += [files["sections"][1] | {"Name": "Chess Club"}]
    files["enrollments"] += rows("School_id,Section_id,Student_id\n010,SEC-401,100917\n010,SEC-401,no\n010,no,100917")
    sandbox = Sandbox(write(tmp_path, files))
    users, sections = sandbox.records("users"), sandbox.records("sections")
    assert sorted(r["sis_id"] for u in users if (r := u["roles"].get("student"))) == [
        "100917",
        "100918",
        "s003",
        "s004",
    ]
    assert only(users, "s003")["name"]["last"] == "L3"
    assert (
        only(users, "s003")["roles"]["student"]["grade"],
        filled(only(users, "s003"))["roles"]["student"].get("race"),
    ) == ("Other", "Unknown")
    assert {"dob", "gender"}.isdisjoint(filled(only(users, "s004"))["roles"]["student"])
    assert only(users, "T-88")["name"]["last"] == "Quill"
    idris = only(users, "T-89")["id"]
    math = only(sections, "SEC-401")
    assert (math["name"], math["teacher"], math["teachers"]) == ("Grade 4 Math - Vance - 2", idris, [idris])
    assert math["students"] == [only(users, "100917")["id"]]
    assert only(sections, "SEC-700")["name"] == "Homeroom"


def test_people_with_a_shared_email_are_not_merged(tmp_path: Path) -> None:
    files = example()
    files["teachers"][1]["Teacher_email"] = files["teachers"][0]["Teacher_email"]
    users = Sandbox(write(tmp_path, files)).records("users")
    assert only(users, "T-88")["id"] != only(users, "S-14")["id"]
    assert len(users) == 7


def test_ids_are_the_same_in_every_run_and_of_another_seed_others(tmp_path: Path) -> None:
    folder = write(tmp_path, example())
    ids = [[user["id"] for user in Sandbox(folder, seed=seed).records("users")] for seed in (1, 1, 2)]
    assert ids[0] == ids[1]
    assert not set(ids[0]) & set(ids[2])


def test_users_are_created_in_the_order_of_role_and_source_id(tmp_path: Path) -> None:
    write_district(tmp_path, 60, 3)
    users = Sandbox(tmp_path).records("users")
    ranks = ("teacher", "staff", "student", "contact")
    roles = [{role: found for role, found in user["roles"].items() if found} for user in users]
    first = [next((rank, held[rank]) for rank in ranks if rank in held) for held in roles]
    order = [(ranks.index(rank), role.get("sis_id") or role.get("staff_id") or "") for rank, role in first]
    assert order == sorted(order)
    assert [user["id"] for user in users] == sorted(user["id"] for user in users)


def test_a_whole_district_is_what_its_files_say(tmp_path: Path) -> None:
    write_district(tmp_path, 300, 3, awkward=True)
    files, sandbox = read(tmp_path), Sandbox(tmp_path)
    users = {user["id"]: user for user in sandbox.records("users")}
    seats = {
        (section["sis_id"], users[key]["roles"]["student"]["sis_id"])
        for section in sandbox.records("sections")
        for key in section["students"]
    }
    named = {row["Student_id"] for row in files["students"] if row["Last_name"]}
    opened = {row["Section_id"] for row in files["sections"]}
    assert seats == {
        (row["Section_id"], row["Student_id"])
        for row in files["enrollments"]
        if row["Student_id"] in named and row["Section_id"] in opened
    }
    names = {section["sis_id"]: section["name"] for section in sandbox.records("sections")}
    own = {row["Section_id"]: row["Name"] for row in reversed(files["sections"]) if not row["Course_name"]}
    assert {key: names[key] for key in own} == own


def test_blanks_come_in_three_ways_and_keys_in_any_order(tmp_path: Path) -> None:
    write_district(tmp_path, 60, 3)
    students = [user for user in Sandbox(tmp_path).records("users") if user["roles"].get("student")]
    ways = Counter(str(user["roles"]["student"].get("gifted_status", "missing")) for user in students)
    assert set(ways) == {"", "None", "missing"}
    assert len({tuple(user) for user in students}) > 5


def test_v30_hides_what_v31_added(tmp_path: Path) -> None:
    files = example()
    for row in files["students"]:
        row |= {
            "Gifted_status": "Y",
            "Preferred_first_name": "Ti",
            "Disability_status": "Y",
            "Home_language": "Spanish",
        }
    with serving(sandbox := Sandbox(write(tmp_path, files))) as url, Client(url, sandbox.token) as client:
        new, old = (client.page(f"/{version}/users?role=student")[0] for version in ("v3.1", "v3.0"))
        one = client.ask(f"/v3.0/users/{old['id']}").json()["data"]
    added = {"gifted_status", "section_504_status", "disability", "preferred_name", "home_language_code"}
    assert {"gifted_status", "disability", "preferred_name", "home_language_code"} <= new["roles"]["student"].keys()
    assert "home_language" in old["roles"]["student"]
    assert not added & old["roles"]["student"].keys()
    assert "lms_status" not in old
    assert one == old
    assert {name: new[name] for name in old if name != "roles"} == {name: old[name] for name in old if name != "roles"}


def test_a_district_admin_only_by_a_switch(tmp_path: Path) -> None:
    folder = write(tmp_path, example())
    with serving(sandbox := Sandbox(folder, district_admin=True)) as url, Client(url, sandbox.token) as client:
        [admin] = client.page("/v3.1/users?role=district_admin")
        [district] = client.page("/v3.1/districts")
    assert district["district_contact"]["id"] == admin["id"]
    assert len(sandbox.records("users")) == len(Sandbox(folder).records("users")) + 1


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder: (folder / "sections.csv").unlink(), "has no sections"),
        (lambda folder: (folder / "students.csv").write_text("School_id,Student_id\n"), "has no column Last_name"),
        (lambda folder: (folder / ".students.csv.part").write_text(""), "still being written"),
        (
            lambda folder: (folder / "teachers.csv").write_bytes(
                b"School_id,Teacher_id,First_name,Last_name\n1,2,\xff,\n"
            ),
            "read",
        ),
        (lambda folder: cut_short(folder / "enrollments.csv"), "ends within a row"),
    ],
)
def test_files_that_are_not_whole_are_refused_and_nothing_changes(tmp_path: Path, spoil: Any, why: str) -> None:
    sandbox = Sandbox(write(tmp_path / "a", example()))
    before = sandbox.records("users")
    spoil(write(tmp_path / "b", example()))
    with pytest.raises(DataRefusedError, match=why):
        sandbox.load(tmp_path / "b")
    assert (sandbox.records("users"), sandbox.events(), sandbox.data) == (before, [], tmp_path / "a")


def cut_short(path: Path) -> None:
    path.write_text(path.read_text("utf-8").rstrip().rpartition(",")[0], "utf-8")
