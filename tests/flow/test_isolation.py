"""Two districts with the same ids in one database never touch each other (R41)."""

from pathlib import Path

import pytest

from accounts.attempts import count_wrong
from accounts.invitations import NewInvitation, invite_people
from accounts.lifecycle import set_passwords
from accounts.models import Attempt, AuditEntry, District, Invitation, School, User, UserSchool
from classes.handmade import add_class, load_items
from classes.lifecycle import assign_items
from classes.models import Assignment, Class, CurriculumItem, Membership, SeatMove, Work
from rostering.connections import share
from rostering.explain import explain
from rostering.models import (
    Connection,
    DataWarning,
    Link,
    Merge,
    PlanChunk,
    Review,
    Run,
    SaidChunk,
    SyncSettings,
)  # fmt: skip
from tests.flow.feeds import Feed, small_district
from tests.flow.test_preview import next_day
from tests.flow.town import BY, Town, make_town

OWNED = {
    District: "pk", School: "district", User: "district", UserSchool: "user__district", AuditEntry: "district",
    Invitation: "district", Attempt: "district",
    Class: "district", Membership: "klass__district", SeatMove: "klass__district",
    Assignment: "klass__district", Work: "user__district",
    Connection: "district", SyncSettings: "district", Run: "district", PlanChunk: "run__district", Link: "district",
    DataWarning: "district", Review: "district", Merge: "district", SaidChunk: "connection__district",
}  # fmt: skip


def rows_of(town: Town) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a district in every table."""
    return {
        model.__name__: [
            tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
            for row in model._default_manager.filter(**{path: town.district.pk}).order_by("pk").values_list()
        ]
        for model, path in OWNED.items()
    }


def renamed(feed: Feed) -> Feed:
    """The same ids, but other people, with some things wrong."""
    feed = feed.copy()
    for row in (*feed.students, *feed.teachers):
        row["First_name"], row["Last_name"] = row["Last_name"], row["First_name"]
        row["Password"] = "other-secret"
    feed.row("students", "s1")["Grade"] = "none"
    feed.teach("c3")
    return feed


@pytest.fixture
def two(db: None, tmp_path: Path) -> tuple[Town, Town]:
    hill = make_town("hill", tmp_path / "hill", usernames="sis", passwords="sis")
    dale = make_town("dale", tmp_path / "dale", passwords="sis", fallback="fixed", fixed_password="dale tree")
    hill.sync(small_district())
    dale.sync(renamed(small_district()))
    maths = Class.objects.get(district=dale.district, number=1)
    load_items([CurriculumItem(code="sums", title="Sums")], by=BY)
    item = CurriculumItem.objects.get(code="sums")
    assign_items(maths, [item], by=BY)
    student = dale.user("sben")
    SeatMove.objects.create(klass=maths, user=student, joined=True)
    Work.objects.create(user=student, item=item, klass=maths)
    add_class(dale.district, "Chess", dale.user("kada"), [student], by=BY)
    set_passwords([student], "my own", by=BY)
    Review.objects.create(district=dale.district, kind="person", key="s:s1", name="somebody of both districts' ids")
    Merge.objects.create(district=dale.district, keep_id=student.pk, other_id=maths.pk, run_id=1, by="tests")
    SaidChunk.objects.create(connection=dale.district.connection, name="1/users/1/0", digest="d", body=b"b")
    invite_people(dale.district, [NewInvitation("ada@dale.example", "coordinator")], by=BY)
    count_wrong(dale.district, "sben", "192.0.2.7")
    return hill, dale


def test_r41_every_table_is_looked_at(two: tuple[Town, Town]) -> None:
    _, dale = two
    share(dale.district, "all", [], by=BY)
    assert [name for name, rows in rows_of(dale).items() if not rows] == []


def test_r41_runs_of_one_district_leave_every_row_of_the_other_alone(two: tuple[Town, Town]) -> None:
    hill, dale = two
    before = rows_of(dale)

    hill.sync(next_day(), "--preview")
    hill.sync()
    hill.sync()
    hill.approve(hill.sync(small_district(), status="held"))
    hill.discard(hill.sync(nearly_empty(), status="held"))
    hill.sync(small_district())
    share(hill.district, "schools", ["10"], by=BY)
    hill.approve(hill.sync(status="held"))
    hill.sync()
    (hill.folder / "students.csv").unlink()
    hill.sync(status="failed")

    assert rows_of(dale) == before


def nearly_empty() -> Feed:
    feed = small_district()
    feed.drop("students", "s2", "s3", "s4", "s5", "s6")
    feed.drop("teachers", "t2", "t3")
    feed.drop("sections", "c2", "c3")
    feed.drop("schools", "20")
    return feed


def test_r41_the_same_ids_are_other_people(two: tuple[Town, Town]) -> None:
    hill, dale = two

    assert [found["name"] for found in explain(hill.district, "s1")] == ["José Núñez"]
    assert [found["name"] for found in explain(dale.district, "s1")] == ["Núñez José"]
    assert (hill.user("jnunez").district, dale.user("njose").district) == (hill.district, dale.district)
    assert {line.split(" ")[0] for line in hill.warnings()} == {"PASSWORD_RULE_FAILED", "USERNAME_RULE_FAILED"}
    assert [line.split(":")[0] for line in dale.warnings()] == [
        "CLASS_NO_TEACHER section c3",
        "GRADE_MISSING person s1",
        "TEACHER_NO_CLASS person t3",
    ]
    assert dale.signs_in("njose", "other-secret")
    assert not hill.signs_in("njose", "other-secret")
    assert not hill.signs_in("jnunez", "other-secret")


def test_r41_usernames_are_unique_in_a_district_only(db: None, tmp_path: Path) -> None:
    towns = [make_town(slug, tmp_path / slug) for slug in ("hill", "dale")]
    for one in towns:
        one.settle(small_district())

    hill, dale = towns
    assert (hill.users(), hill.classes(), hill.seats()) == (dale.users(), dale.classes(), dale.seats())
    assert User.objects.filter(username="aking").count() == 2
