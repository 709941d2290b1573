"""The example files that describe the layout (clever.md §5.14), and what they are to mean."""

# ruff: noqa: E501  the rows are as long as they are

from rostering.core.records import Person, School, Section
from rostering.core.validate import validate
from tests.sources.district import SEALS, read_folder, told, write

FILES = {
    "schools.csv": """\
School_id,School_name,School_number,State_id,Low_grade,High_grade,Principal,Principal_email,School_address,School_city,School_state,School_zip,School_phone,ext.region
010,Harborview Elementary,010,,Kindergarten,5,Ewa Solberg,esol@larkfield.example,1 Pier Rd,Larkfield,AZ,85001,602-555-0100,North
020,Larkfield Middle,020,,6,8,,,"9 Mill Ln, Bldg B",Larkfield,AZ,85002,,South
""",
    "students.csv": """\
School_id,Student_id,Student_number,State_id,Last_name,First_name,Middle_name,Grade,Gender,DOB,Race,Hispanic_Latino,Ell_status,Frl_status,IEP_status,Student_zip,Student_email,Contact_relationship,Contact_type,Contact_name,Contact_phone,Contact_phone_type,Contact_email,Contact_sis_id,Username,Password
010,100917,100917,AZ-5521,Nuñez-O'Dea,Thijs,M,4,X,03/09/2016,M,Y,N,R,N,85001,,Parent,Parent/Guardian,Petra Nuñez,602-555-0142,Cell,p.nunez@mail.example,CON000001,thijs.n,
010,100917,100917,AZ-5521,Nuñez-O'Dea,Thijs,M,4,X,03/09/2016,M,Y,N,R,N,85001,,Other,Emergency,Bo Varga,602-555-0143,Work,,CON000002,thijs.n,
020,100918,100918,,Li,Mo,,6,F,11/30/2014,A,N,Y,F,N,85002,mo.li@larkfield.example,,,,,,,,mo.li,
""",
    "teachers.csv": """\
School_id,Teacher_id,Teacher_number,State_teacher_id,Teacher_email,First_name,Middle_name,Last_name,Title,Username,Password
010,T-88,88,,oona.quill@larkfield.example,Oona,,Quill,Grade 4,oquill,
010,T-89,89,,,Idris,,Vance,Aide,ivance,
""",
    "sections.csv": """\
School_id,Section_id,Teacher_id,Teacher_2_id,Name,Section_number,Grade,Course_name,Course_number,Period,Subject,Term_name,Term_start,Term_end
010,SEC-401,T-88,T-89,,401,4,Grade 4 Math,M4,2,Math,Year 26-27,08/17/2026,05/28/2027
020,SEC-700,T-88,,Homeroom,700,6,,,0,Homeroom/advisory,Year 26-27,08/17/2026,05/28/2027
""",
    "enrollments.csv": "School_id,Section_id,Student_id\n010,SEC-401,100917\n020,SEC-700,100918\n",
    "staff.csv": """\
School_id,Staff_id,Staff_email,First_name,Last_name,Department,Title,Username,Password,Role
010,S-14,oona.quill@larkfield.example,Oona,Quill,Office,Dean,oquill,,School Tech Lead
020,S-14,oona.quill@larkfield.example,Oona,Quill,Office,Dean,oquill,,School Tech Lead
""",
}  # fmt: skip


def test_the_example_files_are_one_district(tmp_path):
    snapshot = read_folder(write(tmp_path, FILES))
    assert list(snapshot.schools.values()) == [
        School("010", "Harborview Elementary", "010", "Kindergarten", "5"),
        School("020", "Larkfield Middle", "020", "6", "8"),
    ]
    assert list(snapshot.people.values()) == [
        Person(
            *(("s:100917",), ("student",), "Thijs", "Nuñez-O'Dea", ("010",), "", "4", "100917", None, "AZ-5521"),
            *("100917", "thijs.n", "", False, SEALS.birth("2016-03-09")),
        ),
        Person(
            *(("s:100918",), ("student",), "Mo", "Li", ("020",), "mo.li@larkfield.example", "6", "100918", None, ""),
            *("100918", "mo.li", "", False, SEALS.birth("2014-11-30")),
        ),
        Person(
            *(("t:T-88", "f:S-14"), ("teacher", "staff"), "Oona", "Quill", ("010", "020")),
            *("oona.quill@larkfield.example", None, None, "88", "", "T-88", "oquill", ""),
        ),
        Person(
            *(("t:T-89",), ("teacher",), "Idris", "Vance", ("010",)),
            *("", None, None, "89", "", "T-89", "ivance", ""),
        ),
    ]
    assert list(snapshot.sections.values()) == [
        Section(
            *("SEC-401", "Grade 4 Math - Quill - 2", "010", ("t:T-88", "t:T-89"), ("s:100917",), "Grade 4 Math", "M4"),
            *("2", "Math", "4", "401", "Year 26-27", "2026-08-17", "2027-05-28"),
        ),
        Section(
            *("SEC-700", "Homeroom", "020", ("t:T-88",), ("s:100918",), "", "", "0", "Homeroom/advisory", "6", "700"),
            *("Year 26-27", "2026-08-17", "2027-05-28"),
        ),
    ]
    assert [code for code, *_ in told(snapshot)] == ["MULTI_ROLE"]
    assert (snapshot.seats, snapshot.dangling, snapshot.blocked, validate(snapshot)) == (2, 0, {}, [])


def test_r35_the_same_files_read_twice_are_the_same_snapshot(tmp_path):
    once = read_folder(write(tmp_path, FILES))
    again = read_folder(tmp_path, memory=once.files)
    for kind in ("schools", "people", "sections"):
        assert list(getattr(once, kind).lines()) == list(getattr(again, kind).lines())
    assert (once.findings, once.files, once.complete) == (again.findings, again.files, again.complete)
