"""R42: every code of the catalogue has something that raises it, and something next to it that does not."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from rostering.core.data_warnings import CATALOGUE
from tests.flow.feeds import Feed, small_district
from tests.promises.test_failure import Damage, line, missing, swap
from tests.promises.town import Town, command, found_town

pytestmark = pytest.mark.django_db

Change = Callable[[Feed], "Damage | None"]
FROM_SIS = ("--usernames", "sis", "--passwords", "sis", "--fallback", "username")


@dataclass(frozen=True)
class Case:
    """``trigger`` makes the next day's feed raise the code about ``kind`` and ``key``; ``quiet`` only comes near it.

    Both change the feed of the second day, and may return what is then done to its files.
    """

    trigger: Change
    kind: str
    key: str
    message: str
    quiet: Change


def complete() -> Feed:
    """A district that nothing is to be said of, whatever the policies."""
    feed = small_district()
    for people in (feed.teachers, feed.students):
        for row in people:
            name = f"{row['First_name']}{row['Last_name']}".encode("ascii", "ignore").decode().replace("'", "")
            row.update(Username=name.lower(), Password=f"secret {name}")
    for row in feed.students:
        row["Student_number"] = f"00{row['Student_id'][1:]}"
    return feed


def put(file: str, key: str, **cells: str) -> Change:
    """Other cells in a row."""
    return lambda feed: feed.row(file, key).update(cells)


def then(damage: Damage) -> Change:
    """The files, damaged."""
    return lambda _feed: damage


def do(*changes: Change) -> Change:
    def all_of_them(feed: Feed) -> "Damage | None":
        damages = [damage for change in changes if (damage := change(feed))]
        return damages[0] if damages else None

    return all_of_them


def new_section(**cells: str) -> Change:
    return lambda feed: (
        feed.section("c9", **{"name": "New", "school": "10", "teachers": ["t1"], "students": ["s1"], **cells}) and None
    )  # type: ignore[arg-type]


def new_student(key: str = "s9", first: str = "Nel", last: str = "Newt", school: str = "10", **cells: str) -> Change:
    def add(feed: Feed) -> None:
        signs_in = {"Username": "nnewt", "Password": "secret newt"}
        feed.student(key, first, last, school=school, **{**signs_in, **cells})
        feed.enroll("c1", key)

    return add


def new_teacher(key: str = "t9", school: str = "10", teaches: str = "", **cells: str) -> Change:
    def add(feed: Feed) -> None:
        signs_in = {"Username": "tnine", "Password": "secret nine", "Teacher_email": "tina@hill.example"}
        feed.teacher(key, "Tina", "Nine", school=school, **{**signs_in, **cells})
        if teaches:
            feed.teach(teaches, feed.row("sections", teaches)["Teacher_id"], key)

    return add


def staff(email: str) -> Change:
    signs_in = {"Username": "adaking", "Password": "secret AdaKing"}
    return lambda feed: feed.staff_member("f1", "Ada", "King", school="10", Staff_email=email, **signs_in) and None


def without_students(*keys: str) -> Change:
    return lambda feed: feed.drop("students", *keys)


def taught_by_nobody(feed: Feed) -> None:
    feed.section("c9", "New", school="10", teachers=[], students=["s1", "s2"])


def teacher_gone(feed: Feed) -> None:
    feed.drop("teachers", "t3")
    feed.teacher(
        "t4", "Tom", "New", school="20", Username="tnew", Password="secret new", Teacher_email="t@lake.example"
    )
    feed.section("c4", "Greek", school="20", teachers=["t4"], students=["s5"])


def teacher_replaced(feed: Feed) -> None:
    teacher_gone(feed)
    feed.teach("c3", "t4")


def repeat(file: str, key: str, **cells: str) -> Change:
    def add(feed: Feed) -> None:
        rows = getattr(feed, file)
        rows.append({**feed.row(file, key), **cells})

    return add


LEFT = "We are waiting for you; new and changed records went ahead."
CASES: dict[str, Case] = {
    "SRC_UNREACHABLE": Case(
        then(lambda folder: folder.rename(folder.with_name("away")) and None), "source", "",
        "We could not reach {folder}: there is no such folder. "
        "Nothing was changed; the roster of the last good run is still in place.",
        then(lambda folder: (folder / "readme.txt").write_text("hello") and None),
    ),
    "SRC_INCOMPLETE": Case(
        then(lambda folder: (folder / "students.csv").write_bytes((folder / "students.csv").read_bytes()[:-30])),
        "source", "",
        "{folder} sent only part of the data: students.csv seems to be cut off in row 7. "
        "Nothing was changed; the last complete roster is still in place.",
        then(swap("students.csv", "\r\n", "\n")),
    ),
    "FILE_SET_PARTIAL": Case(
        then(missing("teachers.csv")), "source", "",
        "teachers.csv is missing from {folder}. Nothing was changed; nobody was removed because of it.",
        then(lambda folder: (folder / "teachers.csv").rename(folder / "TEACHERS.CSV") and None),
    ),
    "FILE_HEADER_UNKNOWN": Case(
        then(swap("students.csv", "Student_number", "Studnet_number")), "file", "students.csv",
        'In students.csv we expected a column "Student_number" and found "Studnet_number". '
        "The rest of the file was used, and what we hold of this was left as it is.",
        then(swap("students.csv", "Student_number", "STUDENT NUMBER")),
    ),
    "FILE_ROW_UNREADABLE": Case(
        then(line("students.csv", 4, lambda row: row + b",x")), "file", "students.csv",
        "1 of the rows in students.csv could not be read (first: row 4, it has 12 cells instead of 11). "
        "Existing accounts and classes were left alone.",
        then(line("students.csv", 4, lambda row: row.replace(b"Ben", b'"Ben"'))),
    ),
    "ROW_REPEATED": Case(
        repeat("students", "s3"), "person", "s3", "s3 stands in students.csv 2 times (rows 4, 8). We used row 4.",
        new_student(first="Ben", last="Smith"),
    ),
    "ID_DIGITS_LOST": Case(
        do(
            lambda feed: [row.update(Student_id=f"0{row['Student_id'][1:]}") for row in feed.students] and None,
            lambda feed: [row.update(Student_id=row["Student_id"][1:]) for row in feed.enrollments] and None,
        ),
        "file", "enrollments.csv",
        "6 ids in enrollments.csv look damaged: for example 1, where the other files have 01. We did not guess.",
        do(
            lambda feed: [row.update(Student_id=f"0{row['Student_id'][1:]}") for row in feed.students] and None,
            lambda feed: [row.update(Student_id=f"0{row['Student_id'][1:]}") for row in feed.enrollments] and None,
        ),
    ),
    "REMOVALS_HELD": Case(
        without_students("s5", "s6"), "school", "20",
        f"Lake School: 2 of 2 students would be removed (the school would lose its last students). {LEFT}",
        without_students("s5"),
    ),
    "SCHOOL_NOT_SET_UP": Case(
        new_student(school="99"), "school", "99",
        'School "99" is named by 1 people and 0 sections, but the list of schools does not have it. '
        "New ones wait; those that we have stay as they are.",
        new_student(),
    ),
    "SCHOOL_EMPTY": Case(
        lambda feed: feed.school("30", "Moor School") and None, "school", "30",
        "Moor School is shared but has no students and no classes.",
        do(
            lambda feed: feed.school("30", "Moor School") and None,
            new_student(school="30"),
            lambda feed: feed.section("c9", "New", school="30", teachers=["t1"], students=["s9"]) and None,
        ),
    ),
    "STUDENT_NO_ID": Case(
        do(new_student(""), lambda feed: feed.enrollments.pop() and None), "person", "",
        "The student Nel Newt (students.csv, row 8) has no id, so no account could be made.",
        new_student("0"),
    ),
    "RECORD_NO_ID": Case(
        new_teacher(""), "person", "", "Row 5 of teachers.csv (Tina Nine) has no id, so it was left out.",
        new_teacher("0", teaches="c1"),
    ),
    "STUDENT_NAME_MISSING": Case(
        new_student(last=" "), "person", "s9",
        "Student s9 has no last name, so no account was made; an account that is there stays as it is.",
        new_student(last="Ó"),
    ),
    "STUDENT_NUMBER_SHARED": Case(
        put("students", "s2", Student_number="001"), "person", "s1",
        "José Núñez (s1) and Mia O'Brien (s2) both carry student number 001. Both work; the number matches nobody "
        "until it is put right.",
        do(put("students", "s1", Student_number=""), put("students", "s2", Student_number="")),
    ),
    "GRADE_MISSING": Case(
        put("students", "s1", Grade="8-Jun"), "person", "s1",
        "José Núñez's grade is \"8-Jun\", which we do not recognise, so grade-level materials are off.",
        put("students", "s1", Grade="Ungraded"),
    ),
    "EMAIL_INVALID": Case(
        put("students", "s1", Student_email="jose at hill.example"), "person", "s1",
        '"jose at hill.example" is not an email address. José Núñez has an account without it.',
        put("students", "s1", Student_email=" jose@hill.example "),
    ),
    "TEACHER_NO_CLASS": Case(
        new_teacher(), "person", "t9", "Tina Nine is shared but teaches no section in the data.",
        new_teacher(teaches="c1"),
    ),
    "TEACHER_GONE_HAS_CLASS": Case(
        teacher_gone, "person", "t3",
        "Zoë Ng is no longer in the SIS but is the only teacher of 1 classes. The classes stay as they are.",
        teacher_replaced,
    ),
    "MULTI_ROLE": Case(
        staff("ada@hill.example"), "person", "t1",
        "Ada King appears as teacher and staff; there is one account, which counts as teacher.",
        staff(""),
    ),
    "STUDENT_NO_CLASS": Case(
        do(new_student(), lambda feed: feed.enrollments.pop() and None), "person", "s9",
        "Nel Newt is in no section that we received, so no teacher can see them.",
        new_student(),
    ),
    "USERNAME_CLASH": Case(
        new_student(Username="AdaKing"), "person", "s9", 'The username "AdaKing" was taken, so Nel Newt got "nnewt".',
        new_student(Username="adaking9"),
    ),
    "USERNAME_RULE_FAILED": Case(
        new_student(Username="n.newt"), "person", "s9",
        'The username "n.newt" from the SIS is not only letters A to Z and digits, so Nel Newt got "nnewt".',
        new_student(Username="nNEWT9"),
    ),
    "PASSWORD_RULE_FAILED": Case(
        new_student(Password="abc"), "person", "s9",
        "Nel Newt has no password of at least 4 characters in the SIS, so the username serves instead.",
        new_student(Password="abcd"),
    ),
    "CLASS_NO_TEACHER": Case(
        taught_by_nobody, "section", "c9", "New has no teacher in the data, so its 2 students cannot see it.",
        lambda feed: feed.section("c9", "New", school="10", teachers=["t2"], students=["s1"]) and None,
    ),
    "CLASS_NO_STUDENTS": Case(
        lambda feed: feed.section("c9", "New", school="10", teachers=["t1"]) and None, "section", "c9",
        "New has no students yet.",
        lambda feed: feed.section("c9", "New", school="10", teachers=["t1"], students=["s1"]) and None,
    ),
    "CLASS_DUPLICATE_ID": Case(
        repeat("sections", "c2", Name="Pottery"), "section", "c2",
        'Section id c2 is used for "Art" and "Pottery". The first has its class; the second was left out.',
        repeat("sections", "c2"),
    ),
    "CLASS_NAME_UNUSABLE": Case(
        put("sections", "c2", Name="", Section_number="7-B", Teacher_id="t77", Teacher_2_id=""), "section", "c2",
        'Section c2 arrived without a name; we show "7-B".',
        put("sections", "c2", Name="", Course_name="Art 101", Period="3"),
    ),
    "ENROLL_STUDENT_UNKNOWN": Case(
        lambda feed: feed.enroll("c1", "ghost"), "enrollment", "",
        "1 enrollments name students that we did not receive (for example ghost).",
        lambda feed: feed.enroll("c1", "s4"),
    ),
    "ENROLL_CLASS_UNKNOWN": Case(
        lambda feed: feed.enroll("nowhere", "s1"), "enrollment", "",
        "1 enrollments name sections that we did not receive (for example nowhere).",
        lambda feed: feed.enroll("c2", "s1"),
    ),
    "ENROLL_OTHER_SCHOOL": Case(
        lambda feed: feed.enroll("c1", "s5"), "person", "s5",
        "Eva Holm attends Lake School but is in a class at Hill School. We allowed it.",
        do(
            lambda feed: feed.enroll("c1", "s5"),
            put("students", "s5", School_id="10"),
            lambda feed: feed.leave("c3", "s5"),
        ),
    ),
}  # fmt: skip
ELSEWHERE = {"CHILD_OF_TEACHER", "POSSIBLE_DUPLICATE"}
"""Raised in the tests below: the one is hidden under its root, the other takes a day in between."""
OF_MATCHING = {"MATCH_UNCLEAR", "IDS_CHANGED", "CLASS_ID_REUSED"}
"""Accounts by hand and new ids raise these: tests/flow/test_matching.py and test_rekey.py."""
FROM_CLEVER = {"SRC_STALE", "SRC_DRIFT", "SYNC_PAUSED", "RECORD_UNREADABLE"}
"""Files cannot raise these: tests/flow/test_clever_warnings.py."""


def second_day(folder: Path, change: Change) -> Town:
    town = found_town(folder, complete(), *FROM_SIS)
    first = town.sync()
    assert (first["status"], first["warnings"]) == ("succeeded", {})
    feed = complete()
    damage = change(feed)
    feed.write(folder)
    if damage:
        damage(folder)
    town.sync()
    return town


@pytest.mark.parametrize("code", CASES)
def test_r42_a_code_is_raised(folder: Path, code: str) -> None:
    case = CASES[code]
    found = second_day(folder, case.trigger).warnings("--code", code)
    expected = case.message.replace("{folder}", str(folder))
    entry = CATALOGUE[code]
    assert [(one["kind"], one["source_id"], one["severity"], one["message"]) for one in found] == [
        (case.kind, case.key, entry.severity, expected)
    ]
    assert (found[0]["state"], found[0]["fix"].partition("{")[2], bool(found[0]["fix"])) == ("new", "", True)


@pytest.mark.parametrize("code", CASES)
def test_r42_a_code_is_not_raised_by_what_is_in_order(folder: Path, code: str) -> None:
    town = second_day(folder, CASES[code].quiet)
    assert town.warnings("--code", code) == []
    assert town.runs[-1]["status"] in ("succeeded", "held")


def test_r42_child_of_teacher_is_hidden_under_the_teacher(folder: Path) -> None:
    town = second_day(folder, teacher_gone)
    assert town.warnings("--code", "CHILD_OF_TEACHER") == []
    (child,) = town.warnings("--code", "CHILD_OF_TEACHER", "--all")
    assert (child["kind"], child["source_id"], child["severity"], child["message"]) == (
        "section", "c3", "INFO", "Waiting on: t3.",
    )  # fmt: skip
    assert CASES["TEACHER_GONE_HAS_CLASS"].quiet is teacher_replaced


def test_r42_child_of_teacher_is_not_raised_when_another_teaches(folder: Path) -> None:
    assert second_day(folder, teacher_replaced).warnings("--code", "CHILD_OF_TEACHER", "--all") == []


@pytest.mark.parametrize(("email", "expected"), [("ada@hill.example", 1), ("other@hill.example", 0)])
def test_r42_possible_duplicate(folder: Path, email: str, expected: int) -> None:
    """A teacher and a member of staff who have an account each turn out to have one email address."""
    feed = complete()
    staff("")(feed)
    town = found_town(folder, feed)
    town.sync()
    feed.row("staff", "f1")["Staff_email"] = email
    town.sync(feed)
    found, evidence = town.warnings("--code", "POSSIBLE_DUPLICATE"), "the same email address"
    assert [(one["kind"], one["source_id"], one["severity"], one["message"]) for one in found] == [
        (
            "person", "t1", "WARN",
            f"Ada King (t1) and Ada King (f1) may be the same person ({evidence}). Both accounts work for now.",
        )
    ] * expected  # fmt: skip


def test_r42_every_code_of_the_catalogue_is_raised_here() -> None:
    assert set(CASES) | ELSEWHERE | OF_MATCHING | FROM_CLEVER == set(CATALOGUE)


def test_r42_a_code_that_the_catalogue_does_not_have_is_refused(folder: Path) -> None:
    found_town(folder, complete())
    answer = command("warnings", "lark", "--code", "NO_SUCH_CODE")
    assert (answer.code, answer.err.startswith("There is no warning 'NO_SUCH_CODE'.")) == (2, True)
