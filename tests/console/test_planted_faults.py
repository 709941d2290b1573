"""R39 as a coordinator tries it: forty faults in one district, and for each the console names the cause.

The faults are planted in one feed of two days; whoever looks asks "Why is … not here?" with what they would know: a
name, an id, a username, an email.
"""

from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest
from django.test import Client

from tests.flow.feeds import Feed
from tests.promises.town import SLUG, command, found_town

pytestmark = pytest.mark.django_db
WHY = f"/console/in/{SLUG}/why/"
SIGNS_IN = {"Password": "secret word"}


class Fault(NamedTuple):
    """What somebody types, and words of the cause that the page must say."""

    asked: str
    cause: str


FAULTS = {
    "student without a last name": Fault("p1", "has no last name"),
    "student without a first name": Fault("p2", "has no first name"),
    "student without any name": Fault("p3", "has no first and last name"),
    "student at a school nobody sends": Fault("p4", 'School "99" is named by'),
    "that school itself": Fault("99", 'School "99" is named by'),
    "teacher at a school nobody sends": Fault("q1", 'School "98" is named by'),
    "section at a school nobody sends": Fault("k1", 'School "97" is named by'),
    "student in no section": Fault("Lena Lonely", "is in no section that we received"),
    "teacher of no section": Fault("q2", "teaches no section"),
    "section without a teacher": Fault("Orphan Maths", "has no teacher in the data"),
    "section whose teacher is not sent": Fault("k3", "has no teacher that we received (it names t-ghost)"),
    "that student, by name": Fault("Nowhere Child", 'School "99" is named by'),
    "that student, by username": Fault("up4", 'School "99" is named by'),
    "section without students": Fault("k5", "has no students yet"),
    "section whose students are not sent": Fault("ghost-1", "students that we did not receive"),
    "seat in a section that is not sent": Fault("k-nowhere", "sections that we did not receive"),
    "section id used twice": Fault("k6", "is used for"),
    "school without anybody": Fault("Empty School", "has no students and no classes"),
    "grade that is a date": Fault("p10", 'grade is "8-Jun"'),
    "grade nobody knows": Fault("p11", 'grade is "Z9"'),
    "email that is none": Fault("p12", "is not an email address"),
    "teacher's email that is none": Fault("q5", "is not an email address"),
    "student number of two students": Fault("p13", "both carry student number"),
    "the student number itself": Fault("777", "both carry student number"),
    "username with a dot": Fault("p15", "is not only letters A to Z and digits"),
    "username that is taken": Fault("p16", "was taken, so"),
    "password too short": Fault("p17", "no password of at least 4 characters"),
    "password missing": Fault("p18", "no password of at least 4 characters"),
    "row that stands twice": Fault("p19", "2 times"),
    "student in a class of another school": Fault("Otto Other", "is in a class at"),
    "teacher who is staff, too": Fault("Mila Many", "appears as teacher and staff"),
    "student without an id": Fault("Nomi Noid", "has no id"),
    "teacher without an id": Fault("Tom Noid", "has no id"),
    "student who is no longer sent": Fault("p20", "no longer sends it"),
    "section that is no longer sent": Fault("k8", "no longer sends it"),
    "teacher who left with a class": Fault("q6", "is no longer in the SIS but is the only teacher"),
    "the class of that teacher": Fault("k9", "is no longer in the SIS but is the only teacher"),
    "class that has another teacher's students": Fault("k10", "has no students yet"),
    "removals that wait": Fault("p31", "wait"),
    "student with a name in capitals of another script": Fault("p40", "is in no section that we received"),
}


def planted() -> tuple[Feed, Feed]:
    """The first day, and the second with the faults."""
    feed = Feed()
    for key, name in (("10", "Hill School"), ("20", "Lake School"), ("30", "Small School")):
        feed.school(key, name)
    feed.teacher("t1", "Ada", "King", school="10", Username="adaking", **SIGNS_IN)
    feed.teacher("t2", "Zoë", "Ng", school="20", Username="zoeng", **SIGNS_IN)
    feed.teacher("t3", "Sol", "Small", school="30", Username="solsmall", **SIGNS_IN)
    everybody = [_student(feed, f"s{number}", f"S{number}", "Base") for number in range(1, 13)]
    feed.section("c1", "Base", school="10", teachers=["t1"], students=everybody)
    _student(feed, "p20", "Left", "Alone")
    feed.section("k8", "Closing", school="10", teachers=["t1"], students=["p20"])
    feed.teacher("q6", "Gus", "Gone", school="20", Username="gusgone", **SIGNS_IN)
    feed.section("k9", "Gus' class", school="20", teachers=["q6"], students=["s1"])
    feed.section("c2", "Lake", school="20", teachers=["t2"], students=["s2"])
    held = [_student(feed, f"p{number}", f"H{number}", "Held", school="30") for number in range(30, 36)]
    feed.section("c3", "Small", school="30", teachers=["t3"], students=held)
    later = feed.copy()
    _people(later)
    _sections(later)
    later.drop("students", "p20", *held)
    later.drop("sections", "k8")
    later.drop("teachers", "q6")
    return feed, later


def _student(feed: Feed, key: str, first: str, last: str, school: str = "10", seat: str = "", **cells: str) -> str:
    named = {"Username": f"u{key.replace('-', '')}", **SIGNS_IN, **cells}
    feed.student(key, first, last, school=school, **named)
    if seat:
        feed.enroll(seat, key)
    return key


def _people(feed: Feed) -> None:
    _student(feed, "p1", "Una", " ", seat="c1")
    _student(feed, "p2", " ", "Only", seat="c1")
    _student(feed, "p3", "", "", seat="c1")
    _student(feed, "p4", "Nowhere", "Child", school="99")
    feed.teacher("q1", "Far", "Away", school="98", Username="faraway", **SIGNS_IN)
    _student(feed, "p5", "Lena", "Lonely")
    feed.teacher("q2", "Idle", "Teacher", school="10", Username="idle", **SIGNS_IN)
    _student(feed, "p9", "Seat", "Nowhere", seat="c1")
    feed.enroll("k-nowhere", "p9")
    _student(feed, "p10", "June", "Eight", seat="c1", Grade="8-Jun")
    _student(feed, "p11", "Zed", "Nine", seat="c1", Grade="Z9")
    _student(feed, "p12", "Mail", "Less", seat="c1", Student_email="mail at hill.example")
    feed.teacher("q5", "Bad", "Mail", school="10", Username="badmail", Teacher_email="no mail", **SIGNS_IN)
    feed.teach("c1", "t1", "q5")
    _student(feed, "p13", "Twin", "One", seat="c1", Student_number="777")
    _student(feed, "p14", "Twin", "Two", seat="c1", Student_number="777")
    _student(feed, "p15", "Dot", "Name", seat="c1", Username="dot.name")
    _student(feed, "p16", "Taken", "Name", seat="c1", Username="adaking")
    _student(feed, "p17", "Short", "Word", seat="c1", Password="abc")
    _student(feed, "p18", "No", "Word", seat="c1", Password="")
    _student(feed, "p19", "Twice", "Sent", seat="c1")
    feed.students.append({**feed.row("students", "p19")})
    _student(feed, "p21", "Otto", "Other", school="20", seat="c1")
    feed.teacher("q4", "Mila", "Many", school="10", Username="milamany", Teacher_email="mila@hill.example", **SIGNS_IN)
    feed.staff_member("f4", "Mila", "Many", school="10", Staff_email="mila@hill.example", Username="mila2", **SIGNS_IN)
    _student(feed, "", "Nomi", "Noid")
    feed.teacher("", "Tom", "Noid", school="10", Username="tomnoid", **SIGNS_IN)
    _student(feed, "p40", "李", "李")


def _sections(feed: Feed) -> None:
    feed.school("40", "Empty School")
    feed.section("k1", "Faraway", school="97", teachers=["t1"], students=["s1"])
    feed.section("k2", "Orphan Maths", school="10", teachers=[], students=["s1"])
    feed.section("k3", "Ghost taught", school="10", teachers=["t-ghost"], students=["s1"])
    feed.section("k5", "Nobody yet", school="10", teachers=["t1"])
    feed.enroll("c1", "ghost-1")
    feed.section("k6", "First", school="10", teachers=["t1"], students=["s1"])
    feed.section("k6", "Second", school="10", teachers=["t1"], students=["s1"])
    feed.section("k10", "Not mine", school="10", teachers=["t1"])
    feed.section("k11", "Mila's", school="10", teachers=["q4"], students=["s1"])


@pytest.fixture
def console(world, ops: Client, tmp_path: Path) -> Client:
    """Somebody who may ask about the district with the faults."""
    first, second = planted()
    town = found_town(tmp_path / "files", first, "--usernames", "sis", "--passwords", "sis", "--fallback", "username")
    assert town.sync()["status"] == "succeeded"
    second.write(tmp_path / "files")
    command("sync", SLUG)
    return ops


def test_r39_the_console_names_the_cause_of_each_planted_fault(console: Client) -> None:
    silent = {}
    for name, fault in FAULTS.items():
        page = unescape(console.get(WHY, {"q": fault.asked}).content.decode())
        if fault.cause not in page:
            silent[name] = fault
    assert silent == {}
    assert len(FAULTS) >= 40
