"""R34: failure is never absence. Whatever happens to a file, nobody goes, the run says it, the next good run heals."""

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flow.feeds import Feed
from tests.promises.town import Roster, Town, command, counted, found_town, held

pytestmark = [pytest.mark.django_db, pytest.mark.source]

Damage = Callable[[Path], None]


def harbour() -> Feed:
    """Two schools, three teachers, a member of staff, twelve students, four sections; nothing to be warned of."""
    feed = Feed()
    feed.school("010", "Harbour School")
    feed.school("020", "Lake School")
    feed.teacher("t1", "Ada", "King", school="010", Teacher_email="ada@hill.example")
    feed.teacher("t2", "Alan", "Roe", school="010", Teacher_email="alan@hill.example")
    feed.teacher("t3", "Zoë", "Ng", school="020", Teacher_email="zoe@lake.example")
    feed.staff_member("f1", "Flo", "Front", school="010", Staff_email="flo@hill.example")
    for number in range(1, 13):
        school = "010" if number < 9 else "020"
        numbers = {"Student_number": f"00{number:02}", "Student_email": f"s{number}@hill.example"}
        feed.student(f"s{number}", f"Anna{number}", f"Núñez-{number}", school=school, **numbers)
    feed.section("c1", "Maths 4", school="010", teachers=["t1"], students=["s1", "s2", "s3", "s4"])
    feed.section("c2", "Art", school="010", teachers=["t1", "t2"], students=["s5", "s6", "s7", "s8", "s1"])
    feed.section("c3", "Latin", school="020", teachers=["t3"], students=["s9", "s10", "s11"])
    feed.section("c4", "Greek", school="020", teachers=["t3"], students=["s12", "s9"])
    return feed


@pytest.fixture
def town(folder: Path) -> Town:
    made = found_town(folder, harbour())
    run = made.sync()
    assert (run["status"], run["warnings"]) == ("succeeded", {})
    return made


def roster_of(town: Town) -> tuple[list[dict[str, str]], ...]:
    """Accounts, classes and seats as they are, warnings apart."""
    roster = town.roster()
    return roster.users, roster.classes, roster.memberships


def heals(town: Town, before: Roster, released: int = 0) -> None:
    """The next good run leaves everything as it was, and no warning open; ``released``: seats that had to wait."""
    for stranger in town.folder.iterdir():
        if stranger.is_dir() and not stranger.is_symlink():
            shutil.rmtree(stranger)
        else:
            stranger.unlink()
    run = town.sync(harbour())
    expected = {"memberships": {"match": released}} if released else {}
    assert (run["status"], run["code"], counted(run), run["warnings"]) == ("succeeded", 0, expected, {})
    assert town.roster() == before


# -- ways to damage a file -----------------------------------------------------------------------------------


def edit(file: str, change: Callable[[bytes], bytes]) -> Damage:
    """A file with other bytes."""
    return lambda folder: (folder / file).write_bytes(change((folder / file).read_bytes())) and None


def swap(file: str, old: str | bytes, new: str | bytes) -> Damage:
    """A file with other bytes in the place of some."""
    was, becomes = (text.encode() if isinstance(text, str) else text for text in (old, new))

    def change(content: bytes) -> bytes:
        assert was in content, (was, content)
        return content.replace(was, becomes, 1)

    return edit(file, change)


def line(file: str, number: int, change: Callable[[bytes], bytes]) -> Damage:
    """A file with another row, as a spreadsheet counts them; the change gets it without its line end."""

    def changed(content: bytes) -> bytes:
        lines = content.split(b"\r\n")
        lines[number - 1] = change(lines[number - 1])
        return b"\r\n".join(lines)

    return edit(file, changed)


def together(*damages: Damage) -> Damage:
    def all_of_them(folder: Path) -> None:
        for damage in damages:
            damage(folder)

    return all_of_them


def missing(*files: str) -> Damage:
    return lambda folder: [(folder / file).unlink() for file in files] and None


def header_only(file: str) -> Damage:
    return edit(file, lambda content: content.split(b"\r\n")[0] + b"\r\n")


def zipped_away(folder: Path) -> None:
    """A zip beside the folder, and no folder."""
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    shutil.rmtree(folder)


def zipped(folder: Path) -> None:
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for file in sorted(folder.glob("*.csv")):
            archive.write(file, file.name)
            file.unlink()


def half_a_zip(folder: Path) -> None:
    zipped(folder)
    whole = (folder / "all.zip").read_bytes()
    (folder / "all.zip").write_bytes(whole[: len(whole) // 2])


def link_out(folder: Path) -> None:
    (folder / "students.csv").rename(folder.parent / "elsewhere.csv")
    (folder / "students.csv").symlink_to(folder.parent / "elsewhere.csv")


def binary(folder: Path) -> None:
    (folder / "students.csv").write_bytes(bytes(range(256)) * 40)


# -- the same district, written otherwise: nothing happens ---------------------------------------------------------

SAME = {
    "a byte order mark": edit("students.csv", lambda content: b"\xef\xbb\xbf" + content),
    "UTF-16": edit("students.csv", lambda content: content.decode().encode("utf-16")),
    "line feeds": edit("students.csv", lambda content: content.replace(b"\r\n", b"\n")),
    "carriage returns": edit("students.csv", lambda content: content.replace(b"\r\n", b"\r")),
    "mixed line ends": edit(
        "students.csv", lambda content: content.replace(b"\r\n", b"\n", 3).replace(b"\r\n", b"\r", 3)
    ),
    "another case and blanks in the header": swap("students.csv", "School_id,Student_id", "SCHOOL ID, student_id "),
    "a column too many": edit(
        "students.csv", lambda content: content.replace(b"\r\n", b",W\r\n").replace(b",W\r\n", b",Race\r\n", 1)
    ),
    "blank lines": edit("students.csv", lambda content: content.replace(b"\r\n", b"\r\n\r\n")),
    "another order of rows": edit(
        "students.csv",
        lambda content: b"".join(
            [(lines := content.splitlines(keepends=True))[0], *sorted(lines[1:], reverse=True)]
        ),
    ),
    "a zip": zipped,
}  # fmt: skip


@pytest.mark.parametrize("how", SAME)
def test_r34_the_same_in_another_writing_is_the_same(town: Town, how: str) -> None:
    before = town.roster()
    SAME[how](town.folder)
    run = town.sync()
    assert (run["status"], counted(run), run["warnings"]) == ("succeeded", {}, {})
    assert town.roster() == before


# -- nothing usable came: the run fails, nothing changes --------------------------------------------------------------

INCOMPLETE = (
    "{folder} sent only part of the data: {why}. Nothing was changed; the last complete roster is still in place."
)
UNREACHABLE = (
    "We could not reach {folder}: {why}. Nothing was changed; the roster of the last good run is still in place."
)
NO_HEADER = 'In {file} we expected a column "{want}" and found {found}. The file was not used and nothing was changed.'
MISSING = "{file} missing from {folder}. Nothing was changed; nobody was removed because of it."

FAILURES: dict[str, tuple[Damage, str, str, dict[str, str]]] = {
    "a missing file": (missing("students.csv"), "FILE_SET_PARTIAL", MISSING, {"file": "students.csv is"}),
    "two missing files": (
        missing("students.csv", "enrollments.csv"), "FILE_SET_PARTIAL", MISSING,
        {"file": "students.csv and enrollments.csv are"},
    ),
    "an empty file": (
        edit("students.csv", lambda _: b""), "SRC_INCOMPLETE", INCOMPLETE, {"why": "students.csv is empty"},
    ),
    "a misspelt column": (
        swap("students.csv", "Student_id", "Studnet_id"), "FILE_HEADER_UNKNOWN", NO_HEADER,
        {"file": "students.csv", "want": "Student_id", "found": '"Studnet_id"'},
    ),
    "a missing column": (
        edit("sections.csv", lambda content: content.replace(b"Section_id", b"")), "FILE_HEADER_UNKNOWN", NO_HEADER,
        {"file": "sections.csv", "want": "Section_id", "found": "nothing like it"},
    ),
    "a column twice": (
        swap("students.csv", "Student_number", "Student_id"), "FILE_HEADER_UNKNOWN", NO_HEADER,
        {"file": "students.csv", "want": "Student_id", "found": "two of them"},
    ),
    "semicolons": (
        edit("students.csv", lambda content: content.replace(b",", b";")), "FILE_HEADER_UNKNOWN",
        ('In students.csv we expected a column "School_id" and found columns that are separated by semicolons. '
        "The file was not used and nothing was changed; separate the columns by commas."), {},
    ),
    "an error page": (
        edit("teachers.csv", lambda _: b"<html><body>503 Service Unavailable</body></html>\n"), "FILE_HEADER_UNKNOWN",
        NO_HEADER,
        {
            "file": "teachers.csv", "want": 'School_id", "Teacher_id", "First_name", "Last_name',
            "found": "nothing like it",
        },
    ),
    "the last line end cut off": (
        edit("students.csv", lambda content: content[:-2]), "SRC_INCOMPLETE", INCOMPLETE,
        {"why": "students.csv seems to be cut off in row 13"},
    ),
    "mostly Latin-1": (
        edit("students.csv", lambda content: content.decode().encode("latin-1")), "SRC_INCOMPLETE", INCOMPLETE,
        {
            "why": "students.csv has 12 rows, of which 12 cannot be read (first: row 2, it is not written in UTF-8)",
        },
    ),
    "no folder but a zip": (zipped_away, "SRC_UNREACHABLE", UNREACHABLE, {"why": "there is no such folder"}),
    "half a zip": (
        half_a_zip, "SRC_INCOMPLETE", INCOMPLETE,
        {"why": "all.zip is damaged or was cut off, so it cannot be unpacked"},
    ),
    "a link out of the folder": (
        link_out, "SRC_UNREACHABLE", UNREACHABLE, {"why": "students.csv is a link that leads out of the folder"},
    ),
    "a folder in the place of a file": (
        together(missing("students.csv"), lambda folder: (folder / "students.csv").mkdir()), "SRC_UNREACHABLE",
        UNREACHABLE, {"why": "students.csv is not a plain file"},
    ),
    "two files of one name": (
        lambda folder: (folder / "STUDENTS.CSV").write_bytes(b"") and None, "SRC_INCOMPLETE",
        ("{folder} holds both STUDENTS.CSV and students.csv, and we cannot tell which one counts. "
        "Nothing was changed; remove one of them."), {},
    ),
    "no file at all": (
        lambda folder: [file.unlink() for file in folder.iterdir()] and None, "FILE_SET_PARTIAL",
        ("We expected CSV files (or one zip of them) in {folder} and found none. "
        "Nothing was changed; nobody was removed because of it."), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", FAILURES)
def test_r34_a_failed_reading_changes_nothing(town: Town, how: str) -> None:
    damage, code, message, words = FAILURES[how]
    before = town.roster()
    damage(town.folder)
    run = town.sync()
    said = message.format(folder=town.folder, **words)
    assert (run["status"], run["code"], run["error"]) == ("failed", 1, {"code": code, "message": said})
    assert (counted(run), run["warnings"]) == ({}, {code: 1})
    assert [(one["code"], one["severity"], one["message"], one["state"]) for one in town.warnings()] == [
        (code, "HOLD", said, "new")
    ]
    after = town.roster()
    assert (after.users, after.classes, after.memberships) == (before.users, before.classes, before.memberships)
    town.folder.mkdir(exist_ok=True)
    heals(town, before)


def test_r34_a_zip_in_the_place_of_the_folder_is_said_so(folder: Path) -> None:
    harbour().write(folder)
    zipped_away(folder)
    archive = folder.with_suffix(".zip")
    command("add_district", "lark", "--name", "Lark")
    answer = command("connect", "lark", "folder", "--path", archive)
    why = f"it is a zip file; give the folder that holds it, {folder.parent}"
    assert (answer.code, answer.err) == (
        1,
        f"{UNREACHABLE.format(folder=archive, why=why)} The connection was not stored.",
    )


def test_r34_files_that_are_still_being_written_are_left_alone(folder: Path) -> None:
    town = found_town(folder, harbour())
    town.sync()
    before = town.roster()
    assert command("connect", "lark", "folder", "--path", folder, "--quiet", 60).code == 0
    run = town.sync(harbour())
    assert (run["status"], run["error"]["code"]) == ("failed", "SRC_INCOMPLETE")
    assert run["error"]["message"].startswith(f"{folder} sent only part of the data: it is still being written (")
    assert town.roster().users == before.users
    for path in folder.iterdir():
        os.utime(path, (path.stat().st_mtime - 61,) * 2)
    assert (town.sync()["status"], town.roster()) == ("succeeded", before)


# -- a truncated file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["students.csv", "enrollments.csv"])
def test_r34_a_file_cut_at_every_tenth_byte_removes_nobody(town: Town, file: str) -> None:
    """A file cut behind a line end is a shorter file, and the guards' business; everywhere else the run fails."""
    whole, before, good = town.bytes_of(file), town.roster(), 0
    for size in range(0, len(whole), 10):
        if whole[:size].endswith((b"\r", b"\n")):
            continue
        town.damage(file, whole[:size])
        run = town.sync()
        assert (size, run["status"], run["code"]) == (size, "failed", 1)
        assert run["error"]["code"] in ("SRC_INCOMPLETE", "FILE_HEADER_UNKNOWN"), size
        assert file in run["error"]["message"], size
        after = town.roster()
        assert (size, after.users, after.memberships) == (size, before.users, before.memberships)
        if good % 5 == 0:
            heals(town, before)
        good += 1
    heals(town, before)
    assert good > len(whole) / 10 * 0.8


@pytest.mark.parametrize("rows", [1, 4, 8])
def test_r34_a_file_cut_behind_a_row_waits_at_the_guards(folder: Path, rows: int) -> None:
    """Of twenty students at one school, so many rows are left of the file."""
    feed = Feed()
    feed.school("A", "Alder School")
    feed.teacher("t1", "Tea", "Cher", school="A")
    for number in range(1, 21):
        feed.student(f"s{number}", "Stu", f"Dent{number}", school="A")
    feed.section("c1", "Maths", school="A", teachers=["t1"], students=[f"s{number}" for number in range(1, 21)])
    town = found_town(folder, feed)
    town.sync()
    before = town.roster()
    town.damage("students.csv", b"".join(town.bytes_of("students.csv").splitlines(keepends=True)[: rows + 1]))
    run = town.sync()
    assert (run["status"], held(run), counted(run)) == ("held", {"people": 20 - rows}, {})
    assert (town.roster().users, town.roster().memberships) == (before.users, before.memberships)
    assert (counted(town.sync(feed)), town.roster()) == ({}, before)


# -- a header and nothing below it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "waits"),
    [
        ("schools.csv", {"schools": 2}),
        ("students.csv", {"people": 12}),
        ("teachers.csv", {"people": 3}),
        ("staff.csv", {"people": 1}),
        ("sections.csv", {"classes": 4}),
        ("enrollments.csv", {"memberships": 14}),
    ],
)
def test_r34_a_file_of_a_header_alone_waits_for_a_decision(town: Town, file: str, waits: dict[str, int]) -> None:
    before = town.roster()
    header_only(file)(town.folder)
    run = town.sync()
    assert (run["status"], run["code"], held(run), counted(run)) == ("held", 3, waits, {})
    after = town.roster()
    assert (after.users, after.classes, after.memberships) == (before.users, before.classes, before.memberships)
    places = [warning["message"].partition(":")[0] for warning in town.warnings("--code", "REMOVALS_HELD")]
    assert set(places) <= {"Harbour School", "Lake School", "The district"}
    heals(town, before, waits.get("memberships", 0))


# -- a bad row keeps what it is about as it was ---------------------------------------------------------------------

UNREADABLE = "1 of the rows in {file} could not be read (first: row {row}, {why}). {left}"
LEFT_ALONE = "Existing accounts and classes were left alone."
NO_ID = "Row {row} of {file} ({name}) has no id, so it was left out."
NO_SCHOOL = (
    'School "{id}" is named by {people} people and {classes} sections, but the list of schools does not have it. '
    "New ones wait; those that we have stay as they are."
)
STRANGERS = "{n} enrollments name students that we did not receive (for example {id})."
NOWHERE = "{n} enrollments name sections that we did not receive (for example {id})."


def unreadable(file: str, row: int, why: str) -> tuple[str, str]:
    return "FILE_ROW_UNREADABLE", UNREADABLE.format(file=file, row=row, why=why, left=LEFT_ALONE)


SPOILT_WHY = {
    "Latin-1": (lambda row: row.decode().encode("latin-1"), "it is not written in UTF-8"),
    "a NUL byte": (lambda row: row.replace(b"Anna2", b"An\0na2"), "it holds a NUL character"),
    "an open quote": (lambda row: row.replace(b"Anna2", b'"Anna2'), "a quote is not closed or out of place"),
    "a quote in a cell": (lambda row: row.replace(b"Anna2", b'"An"na2"'), "a quote is not closed or out of place"),
    "cells too many": (lambda row: row + b",,surplus", "it has 13 cells instead of 11"),
    "cells too few": (lambda row: row[:-1], "it has 10 cells instead of 11"),
    "10,000 characters": (lambda row: row.replace(b"Anna2", b"A" * 10_000), "First_name has more than 1000 characters"),
}

BAD_ROWS: dict[str, tuple[Damage, set[tuple[str, str]]]] = {
    **{
        f"a student with {how}": (line("students.csv", 3, change), {unreadable("students.csv", 3, why)})
        for how, (change, why) in SPOILT_WHY.items()
    },
    **{
        f"unreadable in {file}": (
            line(file, 2, lambda row, name=name: row.replace(name, b"\xff")),
            {unreadable(file, 2, "it is not written in UTF-8"), *more},
        )
        for file, name, more in (
            ("teachers.csv", b"Ada", ()),
            ("staff.csv", b"Flo", ()),
            ("sections.csv", b"Maths", ()),
            ("schools.csv", b"Harbour", {("SCHOOL_NOT_SET_UP", NO_SCHOOL.format(id="010", people=11, classes=2))}),
        )
    },
    "a student without an id": (
        line("students.csv", 3, lambda row: row.replace(b",s2,", b",,")),
        {
            (
                "STUDENT_NO_ID",
                "The student Anna2 Núñez-2 (students.csv, row 3) has no id, so no account could be made.",
            ),
            ("ENROLL_STUDENT_UNKNOWN", STRANGERS.format(n=1, id="s2")),
        },
    ),
    "a teacher without an id": (
        line("teachers.csv", 2, lambda row: row.replace(b",t1,", b",,")),
        {("RECORD_NO_ID", NO_ID.format(row=2, file="teachers.csv", name="Ada King"))},
    ),
    "a member of staff without an id": (
        line("staff.csv", 2, lambda row: row.replace(b",f1,", b",,")),
        {("RECORD_NO_ID", NO_ID.format(row=2, file="staff.csv", name="Flo Front"))},
    ),
    "a section without an id": (
        line("sections.csv", 2, lambda row: row.replace(b",c1,", b",,")),
        {
            ("RECORD_NO_ID", NO_ID.format(row=2, file="sections.csv", name="Maths 4")),
            ("ENROLL_CLASS_UNKNOWN", NOWHERE.format(n=4, id="c1")),
        },
    ),
    "a school without an id": (
        line("schools.csv", 2, lambda row: row.replace(b"010,", b",")),
        {
            ("RECORD_NO_ID", NO_ID.format(row=2, file="schools.csv", name="Harbour School")),
            ("SCHOOL_NOT_SET_UP", NO_SCHOOL.format(id="010", people=11, classes=2)),
        },
    ),
    "a student without a name": (
        line("students.csv", 3, lambda row: row.replace(b"Anna2", b"")),
        {
            (
                "STUDENT_NAME_MISSING",
                "Student s2 has no first name, so no account was made; an account that is there stays as it is.",
            )
        },
    ),
    "a student twice, the second otherwise": (
        edit("students.csv", lambda content: content + content.split(b"\r\n")[2].replace(b"Anna2", b"Eve") + b"\r\n"),
        {("ROW_REPEATED", "s2 stands in students.csv 2 times (rows 3, 14). We used row 3.")},
    ),
    "an unknown school": (
        line("students.csv", 3, lambda row: row.replace(b"010,", b"999,")),
        {("SCHOOL_NOT_SET_UP", NO_SCHOOL.format(id="999", people=1, classes=0))},
    ),
    "leading zeros lost in one file": (
        edit("students.csv", lambda content: content.replace(b"010,s", b"10,s").replace(b"020,s", b"20,s")),
        {
            (
                "ID_DIGITS_LOST",
                "2 ids in students.csv look damaged: for example 10, where the other files have 010. We did not guess.",
            ),
            ("SCHOOL_NOT_SET_UP", NO_SCHOOL.format(id="10", people=8, classes=0)),
            ("SCHOOL_NOT_SET_UP", NO_SCHOOL.format(id="20", people=4, classes=0)),
            ("SCHOOL_EMPTY", "Harbour School is shared but has no students."),
            ("SCHOOL_EMPTY", "Lake School is shared but has no students."),
        },
    ),
    "enrollments of nobody and nowhere": (
        edit("enrollments.csv", lambda content: content + b"010,c1,nobody\r\n010,nowhere,s1\r\n"),
        {
            ("ENROLL_STUDENT_UNKNOWN", STRANGERS.format(n=1, id="nobody")),
            ("ENROLL_CLASS_UNKNOWN", NOWHERE.format(n=1, id="nowhere")),
        },
    ),
    "an optional column misspelt": (
        swap("students.csv", "Student_number", "Studnet_number"),
        {
            (
                "FILE_HEADER_UNKNOWN",
                (
                    'In students.csv we expected a column "Student_number" and found "Studnet_number". '
                    "The rest of the file was used, and what we hold of this was left as it is."
                ),
            )
        },
    ),
    "no file of staff": (
        missing("staff.csv"),
        {("FILE_SET_PARTIAL", "staff.csv is missing from the upload. Nobody was removed because of it.")},
    ),
}
IDLE = {"STUDENT_NO_CLASS", "TEACHER_NO_CLASS"}
"""What follows for the people of a section that cannot be read; told apart from the damage itself."""


@pytest.mark.parametrize("how", BAD_ROWS)
def test_r34_a_bad_row_keeps_everybody_as_they_were(town: Town, how: str) -> None:
    damage, expected = BAD_ROWS[how]
    before = town.roster()
    damage(town.folder)
    for _run in range(2):
        run = town.sync()
        assert (run["status"], run["code"], held(run), counted(run)) == ("succeeded", 0, {}, {})
        after = town.roster()
        assert (after.users, after.classes, after.memberships) == (before.users, before.classes, before.memberships)
        assert {(one["code"], one["message"]) for one in town.warnings() if one["code"] not in IDLE} == expected
    heals(town, before)


BAD_SEATS = {
    "a seat that cannot be read": line("enrollments.csv", 3, lambda row: row + b",x"),
    "a seat without a student": line("enrollments.csv", 3, lambda row: row.replace(b",s2", b",")),
    "a column of teachers misspelt": swap("sections.csv", "Teacher_2_id", "Taecher_2_id"),
}


@pytest.mark.parametrize("how", BAD_SEATS)
def test_r34_a_bad_row_of_enrollments_ends_no_seat(town: Town, how: str) -> None:
    before = town.roster()
    BAD_SEATS[how](town.folder)
    run = town.sync()
    assert (run["status"], counted(run), town.roster().memberships) == ("succeeded", {}, before.memberships)


def test_r34_a_new_student_in_a_bad_row_waits_and_comes_when_it_is_good(town: Town) -> None:
    feed = harbour()
    feed.student("s13", "Neu", "Núñez-13", school="010")
    feed.enroll("c1", "s13")
    feed.write(town.folder)
    line("students.csv", 14, lambda row: row.decode().encode("latin-1"))(town.folder)
    run = town.sync()
    assert (run["status"], counted(run), run["warnings"]) == ("succeeded", {}, {"FILE_ROW_UNREADABLE": 1})
    assert counted(town.sync(feed)) == {"people": {"create": 1}, "memberships": {"create": 1}}


def test_r34_two_source_ids_with_one_number_are_two_people(folder: Path) -> None:
    feed = harbour()
    feed.row("students", "s3")["Student_number"] = "0002"
    town = found_town(folder, feed)
    assert town.sync()["warnings"] == {"STUDENT_NUMBER_SHARED": 1}
    assert [row["source_id"] for row in town.roster().users if row["student_number"] == "0002"] == ["s2", "s3"]
    assert counted(town.sync()) == {}


def test_r34_a_first_sync_of_damaged_files_makes_what_can_be_made(folder: Path) -> None:
    """Nothing is known yet: the bad row is nobody, the others are there, and the good file brings the last one."""
    town = found_town(folder, harbour())
    line("students.csv", 3, lambda row: row.decode().encode("latin-1"))(folder)
    run = town.sync()
    assert (run["status"], run["warnings"]) == ("succeeded", {"FILE_ROW_UNREADABLE": 1})
    assert "s2" not in town.roster().people
    assert len(town.roster().people) == 15
    assert counted(town.sync(harbour())) == {"people": {"create": 1}, "memberships": {"create": 1}}
