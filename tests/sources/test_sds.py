"""Microsoft SDS v1: three sample districts made by others, and what the layout has of its own."""

import csv
from pathlib import Path

import pytest

from rostering.core.records import Person, Section
from tests.sources.district import SEALS, read_folder, told, unreadable, write

SAMPLES = Path(__file__).parents[3] / "shared" / "feeds" / "sds"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the sample files of others are not in {SAMPLES}")

FILES = {
    "School.csv": "SIS ID,Name,School Number,Grade Low,Grade High\n10,Contoso High,1,9,12\n20,Fabrikam High,2,9,12\n",
    "Student.csv": (
        "SIS ID,School SIS ID,First Name,Last Name,Username,Password,State ID,Secondary Email,Student Number,Grade,"
        "Status,Birthdate\n"
        "S1,10,Ora,Klein,OKlein,P@ssword,WA,ora@x.example,13001,9,Active,4/2/2000\n"
        "S2,20,Beulah,McMillan,BMcMillan,P@ss,,,13002,10,,11/12/99\n"
    ),
    "Teacher.csv": (
        "SIS ID,School SIS ID,First Name,Last Name,Username,Password,State ID,Teacher Number,Status,Secondary Email\n"
        "T1,10,Craig,Beane,CBeane,P@ssw0rd,WA,101,Active,\n"
        "T2,20,Daisy,Todd,DTodd,,,102,Active,\n"
    ),
    "Section.csv": (
        "SIS ID,School SIS ID,Section Name,Section Number,Term Name,Term StartDate,Term EndDate,Course Name,"
        "Course Number,Course Subject,Periods,Status\n"
        "M1,10,Algebra 1,11,SY1516,7/1/2017,2018-06-30,Math 101,101,Math,1,Active\n"
        "M2,20,Algebra 2,12,SY1516,20170701,6/30/2018,Math 102,102,Math,2,Active\n"
    ),
    "StudentEnrollment.csv": "Section SIS ID,SIS ID\nM1,S1\nM2,S2\nM2,S1\n",
    "TeacherRoster.csv": "Section SIS ID,SIS ID\nM1,T2\nM1,T1\nM2,T2\n",
}
TEACHER_END, STUDENT_END = ",P,,109,Active,\n", ",P,,,13009,9,Active,\n"


def read(folder, **changes):
    files = {name: content + changes.get(name.removesuffix(".csv"), "") for name, content in FILES.items()}
    return read_folder(write(folder, files))


def count(folder, name, column):
    """Distinct values of a column, counted without our code."""
    with (folder / name).open(newline="") as file:
        return len({row[column] for row in csv.DictReader(file)})


def pairs(folder, name):
    with (folder / name).open(newline="") as file:
        return {(row["Section SIS ID"], row["SIS ID"]) for row in csv.DictReader(file)}


@needs_samples
@pytest.mark.parametrize("sample", ["v1_minimum_columns", "v1_25_students", "v1_100_students"])
def test_sample_districts_of_others(sample):
    folder = SAMPLES / sample
    snapshot = read_folder(folder)
    assert len(snapshot.schools) == count(folder, "School.csv", "SIS ID")
    people = count(folder, "Student.csv", "SIS ID") + count(folder, "Teacher.csv", "SIS ID")
    assert len(snapshot.people) == people
    assert len(snapshot.sections) == count(folder, "Section.csv", "SIS ID")
    seated = {(key, "s:" + one) for key, one in pairs(folder, "StudentEnrollment.csv")}
    assert {(key, one) for key, section in snapshot.sections.items() for one in section.students} == seated
    taught = {(key, "t:" + one) for key, one in pairs(folder, "TeacherRoster.csv")}
    assert {(key, one) for key, section in snapshot.sections.items() for one in section.teachers} == taught
    assert (snapshot.seats, snapshot.dangling, snapshot.blocked, snapshot.bad_rows) == (len(seated), 0, {}, [])
    assert [found[:3] for found in told(snapshot)] == (
        [("GRADE_MISSING", "file", "student.csv")] if sample == "v1_minimum_columns" else []
    )


@needs_samples
def test_people_of_a_file_without_names_have_accounts_without_names():
    snapshot = read_folder(SAMPLES / "v1_minimum_columns")
    expected = Person(("s:13001",), ("student",), "", "", ("10001",), sis_id="13001", username="OKlein")
    assert snapshot.people["s:13001"] == expected
    assert snapshot.blocked == {}


def test_every_field(tmp_path):
    snapshot = read(tmp_path)
    assert snapshot.people["s:S1"] == Person(
        *(("s:S1",), ("student",), "Ora", "Klein", ("10",), "ora@x.example", "9", "13001", None, "WA", "S1", "OKlein"),
        *(SEALS.password("s:S1", "P@ssword"), False, SEALS.birth("2000-04-02")),
    )
    assert snapshot.people["t:T1"] == Person(
        *(("t:T1",), ("teacher",), "Craig", "Beane", ("10",), "", None, None, "101", "WA", "T1", "CBeane"),
        SEALS.password("t:T1", "P@ssw0rd"),
    )
    assert list(snapshot.sections.values()) == [
        Section(
            *("M1", "Algebra 1", "10", ("t:T2", "t:T1"), ("s:S1",), "Math 101", "101", "1", "Math", None, "11"),
            *("SY1516", "2017-07-01", "2018-06-30"),
        ),
        Section(
            *("M2", "Algebra 2", "20", ("t:T2",), ("s:S2", "s:S1"), "Math 102", "102", "2", "Math", None, "12"),
            *("SY1516", "2017-07-01", "2018-06-30"),
        ),
    ]
    assert snapshot.complete == {"school", "s:", "t:", "section", "enrollment"}
    assert (told(snapshot), snapshot.seats, snapshot.dangling) == ([], 3, 0)
    assert list(snapshot.files) == [
        *("school.csv", "student.csv", "teacher.csv", "teacherroster.csv", "studentenrollment.csv", "section.csv")
    ]


@pytest.mark.parametrize(("status", "sent"), [("Active", True), ("active ", True), ("", True), ("Inactive", False)])
def test_rows_that_are_not_active_are_not_sent(tmp_path, status, sent):
    snapshot = read(
        tmp_path,
        Student=f"S9,10,Kim,Vo,kvo,P,,,13009,9,{status},\n",
        Teacher=f"T9,10,Eva,Roth,eroth,P,,109,{status},\n",
        Section=f"M9,10,Art,,,,,,,,,{status}\n",
    )
    found = ("s:S9" in snapshot.people, "t:T9" in snapshot.people, "M9" in snapshot.sections)
    assert found == (sent, sent, sent)
    assert told(snapshot) == []


def test_r29_rows_at_several_schools_are_one_person(tmp_path):
    snapshot = read(
        tmp_path,
        Student="S1,20,Ora,Klein,OKlein" + STUDENT_END + "S1,20,Ora,Klein,OKlein" + STUDENT_END,
        Teacher="T1,20,Craig,Beane,CBeane" + TEACHER_END,
    )
    assert [snapshot.people[key].schools for key in ("s:S1", "t:T1")] == [("10", "20"), ("10", "20")]
    message = "S1 stands in Student.csv 2 times (rows 2, 5). We used row 2."
    assert told(snapshot) == [("ROW_REPEATED", "person", "s:S1", message)]


def test_r34_bad_rows_of_either_roster_are_told(tmp_path):
    snapshot = read(
        tmp_path, StudentEnrollment="M1\nM1,\nM9,S1\nM1,S9\nM1,S1\n", TeacherRoster=",T1\nM8,T1\nM1,T9\nM1,T1\n"
    )
    assert told(snapshot) == [
        (
            *("RECORD_NO_ID", "enrollment", ""),
            "Row 5 of TeacherRoster.csv (T1) has no id, so it was left out.",
        ),
        (
            *("RECORD_NO_ID", "enrollment", ""),
            "Row 6 of StudentEnrollment.csv (M1) has no id, so it was left out.",
        ),
        (
            *("FILE_ROW_UNREADABLE", "file", "studentenrollment.csv"),
            (
                "1 of the rows in StudentEnrollment.csv could not be read (first: row 5, it has 1 cells instead of 2). "
                "Existing accounts and classes were left alone."
            ),
        ),
        (
            *("ROW_REPEATED", "enrollment", "M1 t:T1"),
            "T1 in section M1 stands in TeacherRoster.csv 2 times (rows 3, 8). We used row 3.",
        ),
        (
            *("ROW_REPEATED", "enrollment", "M1 s:S1"),
            "S1 in section M1 stands in StudentEnrollment.csv 2 times (rows 2, 9). We used row 2.",
        ),
        (
            *("ENROLL_STUDENT_UNKNOWN", "enrollment", ""),
            "1 enrollments name students that we did not receive (for example S9).",
        ),
        (
            *("ENROLL_CLASS_UNKNOWN", "enrollment", ""),
            "1 enrollments name sections that we did not receive (for example M9).",
        ),
        (
            *("ENROLL_CLASS_UNKNOWN", "enrollment", "teacherroster.csv"),
            "1 enrollments name sections that we did not receive (for example M8).",
        ),
    ]
    assert unreadable(snapshot) == [
        ("enrollment", "TeacherRoster.csv", 5, ("T1",)),
        ("enrollment", "StudentEnrollment.csv", 6, ("M1",)),
        ("enrollment", "StudentEnrollment.csv", 5, ("M1",)),
    ]
    assert snapshot.sections["M1"].teachers == ("t:T2", "t:T1", "t:T9")
    assert (snapshot.seats, snapshot.dangling) == (5, 2)
