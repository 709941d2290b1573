import pytest

from rostering.core.records import School, Section
from rostering.core.snapshot import FileFacts
from tests.sources.district import FILES, add, read, told, unreadable

HEADER = (
    "School_id,Section_id,Teacher_id,Teacher_2_id,Teacher_3_id,Name,Section_number,Grade,Course_name,Course_number,"
    "Period,Subject,Term_name,Term_start,Term_end"
)


def sections(*lines, header=HEADER):
    return {"sections.csv": "\n".join((header, *lines)) + "\n"}


# -- schools ------------------------------------------------------------------------------------------------------


def test_schools(tmp_path):
    text = (
        "School_id,School_name,School_number,Low_grade,High_grade\n 010 , École Élémentaire ,10,PK,5\n020,Oak,,6-8,\n"
    )
    snapshot = read(tmp_path, {"schools.csv": text})
    assert list(snapshot.schools.values()) == [
        School("010", "École Élémentaire", "10", "PreKindergarten", "5"),
        School("020", "Oak", "", "Other", ""),
    ]


def test_r34_schools_that_repeat_or_have_no_id(tmp_path):
    snapshot = read(tmp_path, add("schools.csv", "010,Other,9", ",Nameless,7", "030,,"))
    assert told(snapshot) == [
        ("RECORD_NO_ID", "school", "", "Row 5 of schools.csv (Nameless) has no id, so it was left out."),
        ("ROW_REPEATED", "school", "010", "010 stands in schools.csv 2 times (rows 2, 4). We used row 2."),
    ]
    assert [school.name for school in snapshot.schools.values()] == ["Harborview", "Larkfield Middle", "030"]
    assert unreadable(snapshot) == [("school", "schools.csv", 5, ("Nameless", "7"))]
    assert snapshot.unnamed == {"school": 1}


# -- sections -----------------------------------------------------------------------------------------------------


def test_a_section_with_all_its_fields(tmp_path):
    line = "010, M1 ,T1,T2,T1,Math 4,401,04,Grade 4 Math,M4,2,Math,Year 26-27,08/17/2026,5/28/27"
    snapshot = read(tmp_path, sections(line, "020,M2,T2,,,Math 6,,3-5,,,,,,,summer"))
    assert list(snapshot.sections.values()) == [
        Section(
            *("M1", "Math 4", "010", ("t:T1", "t:T2"), ("s:S1", "s:S2"), "Grade 4 Math", "M4", "2", "Math", "4", "401"),
            *("Year 26-27", "2026-08-17", "2027-05-28"),
        ),
        Section("M2", "Math 6", "020", ("t:T2",), ("s:S3",), "", "", "", "", "Other", "", "", "", ""),
    ]
    assert told(snapshot) == []
    assert (snapshot.seats, snapshot.dangling) == (3, 0)


def test_columns_that_a_file_does_not_have_are_not_spoken_of(tmp_path):
    text = "School_id,Section_id,Teacher_id,Course_name\n010,M1,T1,Algebra\n020,M2,T2,Art\n"
    section = read(tmp_path, {"sections.csv": text}).sections["M1"]
    assert section == Section("M1", "Algebra - Quill", "010", ("t:T1",), ("s:S1", "s:S2"), "Algebra")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("T1,,, Homeroom  B ,1,4,Algebra,,2", "Homeroom  B"),
        ("T1,T2,,,1,4,Algebra,,2", "Algebra - Quill - 2"),
        ("T1,,,,1,4,,,2", "Quill - 2"),
        ("T9,,,,1,4,Algebra,,", "Algebra"),
        (",,,,1,4,Algebra,,2", "Algebra - 2"),
        (",T2,,,1,4,Algebra,,2", "Algebra - Vance - 2"),
    ],
)
def test_r18_the_name_of_a_section(tmp_path, line, name):
    snapshot = read(tmp_path, sections(f"010,M1,{line},,,,", "020,M2,T2,,,Math 6,,,,,,,,,"))
    assert snapshot.sections["M1"].name == name
    assert "CLASS_NAME_UNUSABLE" not in [found.code for found in snapshot.findings]


@pytest.mark.parametrize(("number", "shown"), [("401", "401"), ("", "M1")])
def test_a_section_of_which_nothing_makes_a_name(tmp_path, number, shown):
    snapshot = read(tmp_path, sections(f"010,M1,,,,,{number},,,,,,,,", "020,M2,T2,,,Math 6,,,,,,,,,"))
    message = f'Section M1 arrived without a name; we show "{shown}".'
    assert told(snapshot) == [("CLASS_NAME_UNUSABLE", "section", "M1", message)]
    assert snapshot.sections["M1"].name == shown


def test_all_ten_teachers_in_order_each_once(tmp_path):
    header = "School_id,Section_id," + ",".join(["Teacher_id", *(f"Teacher_{n}_id" for n in range(10, 1, -1))])
    line = "010,M1,T1,T10,T9,T8,T7,T6,T5,T1,T3,T2"
    teachers = read(tmp_path, sections(line, "020,M2,T2,,,,,,,,,", header=header)).sections["M1"].teachers
    assert teachers == ("t:T1", "t:T2", "t:T3", "t:T5", "t:T6", "t:T7", "t:T8", "t:T9", "t:T10")


def test_r34_of_sections_with_one_id_the_first_counts(tmp_path):
    changes = add("sections.csv", "010,M1,T2,,Math 4,Grade 4 Math,2", "010,M1,T2,,Math 4,Grade 4 Math,9")
    snapshot = read(tmp_path, changes)
    message = "M1 stands in sections.csv 3 times (rows 2, 4, 5). We used row 2."
    assert told(snapshot) == [("ROW_REPEATED", "section", "M1", message)]
    assert snapshot.sections["M1"].teachers == ("t:T1",)
    assert snapshot.sections["M1"].students == ("s:S1", "s:S2")


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("020,M1,T2,,Art 6,Grade 4 Math,2", "Art 6"),
        ("010,M1,T1,,Math 4,Art,2", "Math 4"),
        ("010,M1,T1,,,Art,2", "Art"),
    ],
)
def test_r34_a_section_id_that_is_used_for_two_sections(tmp_path, line, other):
    snapshot = read(tmp_path, add("sections.csv", line))
    assert told(snapshot) == [
        ("ROW_REPEATED", "section", "M1", "M1 stands in sections.csv 2 times (rows 2, 4). We used row 2."),
        (
            *("CLASS_DUPLICATE_ID", "section", "M1"),
            f'Section id M1 is used for "Math 4" and "{other}". The first has its class; the second was left out.',
        ),
    ]
    assert snapshot.blocked == {}


def test_r34_a_section_without_id_counts_as_seen(tmp_path):
    snapshot = read(tmp_path, add("sections.csv", "010,,T1,,Art 4,,3"))
    message = "Row 4 of sections.csv (Art 4) has no id, so it was left out."
    assert told(snapshot) == [("RECORD_NO_ID", "section", "", message)]
    assert (snapshot.findings[0].name, snapshot.findings[0].school) == ("Art 4", "010")
    assert unreadable(snapshot) == [("section", "sections.csv", 4, ("010", "Art 4", "3", "T1"))]
    assert snapshot.unnamed == {"section": 1}


def test_r34_an_unreadable_section_is_blocked_and_its_enrollments_are_not_told_apart(tmp_path):
    changes = {"sections.csv": FILES["sections.csv"].replace("M1,T1,,Math 4", "M1,T1,,Math\0 4")}
    snapshot = read(tmp_path, changes)
    assert snapshot.blocked == {("section", "M1"): "FILE_ROW_UNREADABLE"}
    assert [found.code for found in snapshot.findings] == ["FILE_ROW_UNREADABLE"]
    assert (snapshot.seats, snapshot.dangling) == (3, 2)


def test_r34_a_column_of_teachers_that_went_missing_removes_nobody_from_a_class(tmp_path):
    first = read(tmp_path / "1")
    text = "School_id,Section_id,Teacher_id,Name,Course_name,Period\n010,M1,T1,Math 4,,\n020,M2,T2,Math 6,,\n"
    second = read(tmp_path / "2", {"sections.csv": text}, first.files)
    assert first.complete - second.complete == {"enrollment"}
    assert told(second) == [
        (
            *("FILE_HEADER_UNKNOWN", "file", "sections.csv"),
            (
                'In sections.csv we expected a column "Teacher_2_id" and found nothing like it. '
                "The rest of the file was used, and what we hold of this was left as it is."
            ),
        )
    ]


def test_another_column_that_went_missing_does_not_matter_to_rosters(tmp_path):
    facts = FileFacts(2, ("section_id", "school_id", "subject", "teacher_id"), ended=True)
    snapshot = read(tmp_path, None, {"sections.csv": facts})
    assert "enrollment" in snapshot.complete


# -- damaged ids --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            add("students.csv", "10,S8,,Vo,Kim,4,,,,", "0010,S9,,Vo,Lu,4,,,,"),
            [("students.csv", "2 ids in students.csv look damaged: for example 10, where the other files have 010.")],
        ),
        (
            {**add("teachers.csv", "010,007,,Kim,Vo"), **add("sections.csv", "010,M3,7,,Art,,")},
            [("sections.csv", "1 ids in sections.csv look damaged: for example 7, where the other files have 007.")],
        ),
        (
            add("students.csv", "010,1.0E+05,,Vo,Kim,4,,,,"),
            [
                (
                    "students.csv",
                    "1 ids in students.csv look damaged: for example 1.0E+05, where the other files have 100000.",
                )
            ],
        ),
        (add("students.csv", "30,S8,,Vo,Kim,4,,,,", "010,1E5,,Vo,Lu,4,,,,"), []),
    ],
    ids=["school of students", "teacher of a section", "scientific", "none"],
)
def test_ids_that_lost_digits_are_told_and_not_guessed(tmp_path, changes, said):
    snapshot = read(tmp_path, changes)
    lost = [found for found in told(snapshot) if found[0] == "ID_DIGITS_LOST"]
    assert lost == [("ID_DIGITS_LOST", "file", file, f"{message} We did not guess.") for file, message in said]
    assert snapshot.blocked == {}
