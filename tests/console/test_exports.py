"""Export Educators and Export Students: who may, whom they hold, and what is written down about it (R46, R47, R49)."""

import csv
import io

import pytest

from accounts.lifecycle import NewUser, create_users
from accounts.models import AuditEntry
from tests.pages.world import BY

HEADER = ["Name", "Username", "Email", "School", "Role", "Grade"]
EDUCATORS = "/console/in/oak/export/educators/"
STUDENTS = "/console/in/oak/export/students/"
LINCOLN, GRANT = "Oakdale Lincoln School", "Oakdale Grant School"
FREE = ["Fred Oakdalefree", "freeteacher", "", GRANT, "Teacher", ""]
STAFF = ["Stella Oakdalestaff", "staff", "", GRANT, "Staff", ""]
MARIA = ["María José Oakdale-O’Brien", "teacher", "maria@Oakdale.example", LINCOLN, "Teacher", ""]
LUKASZ = ["Łukasz Oakdaleski", "coteacher", "", LINCOLN, "Teacher", ""]
CHILD = ["Zoë  Ann Oakdalechild", "student", "", LINCOLN, "Student", "3"]
LONELY = ["李 Oakdalelonely", "lonely", "", GRANT, "Student", "4"]


def rows(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def audited():
    return list(AuditEntry.objects.filter(verb__startswith="export").values_list("verb", "count", "actor__username"))


def test_r46_educators_and_students_by_name(coordinator):
    assert rows(coordinator.get(EDUCATORS)) == [HEADER, MARIA, FREE, LUKASZ, STAFF]
    assert rows(coordinator.get(STUDENTS)) == [HEADER, CHILD, LONELY]
    assert audited() == [("export educators", 4, "coordinator"), ("export students", 2, "coordinator")]


def test_r47_a_school_coordinator_exports_their_schools_only(school_coordinator):
    assert rows(school_coordinator.get(EDUCATORS)) == [HEADER, MARIA, LUKASZ]
    assert rows(school_coordinator.get(STUDENTS)) == [HEADER, CHILD]
    assert audited() == [("export educators", 2, "schoolcoord"), ("export students", 1, "schoolcoord")]


def test_r47_ops_export_the_district_that_the_address_names(ops):
    response = ops.get("/console/in/elm/export/students/")
    assert [row[1:] for row in rows(response)][1:] == [
        ["student", "", "Elmhurst Lincoln School", "Student", "3"],
        ["lonely", "", "Elmhurst Grant School", "Student", "4"],
    ]
    assert response.headers["Content-Disposition"].startswith('attachment; filename="elm-students-')
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("address", [EDUCATORS, STUDENTS])
def test_r47_nobody_else_exports_anything(world, as_user, client, address):
    codes = {name: as_user(world.oak.users[name]).get(address).status_code for name in ("teacher", "staff", "student")}
    assert codes == {"teacher": 403, "staff": 403, "student": 403}
    assert as_user(world.elm.users["coordinator"]).get(address).status_code == 404
    assert client.get(address).status_code == 302
    assert audited() == []


def test_r16_r49_no_password_and_no_formula_leaves(world, coordinator):
    made = NewUser("evil", "staff", "=HYPERLINK(1)", "+1", "@x.example", password="policy$username")
    create_users(world.oak.district, [made], by=BY)
    response = coordinator.get(EDUCATORS)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "'=HYPERLINK(1) +1,evil,'@x.example,,Staff,\r\n" in text
    hashes = {user.password for user in world.oak.users.values()}
    assert [secret for secret in ("policy$", "md5$", *hashes) if secret in text] == []


def test_the_number_of_queries_does_not_grow_with_the_people(world, coordinator, django_assert_num_queries):
    with django_assert_num_queries(7):
        few = len(rows(coordinator.get(STUDENTS)))
    create_users(
        world.oak.district, [NewUser(f"kid{n}", "student", "Kid", str(n), schools=[1]) for n in range(30)], by=BY
    )
    with django_assert_num_queries(7):
        assert len(rows(coordinator.get(STUDENTS))) == few + 30
