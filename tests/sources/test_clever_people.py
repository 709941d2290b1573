import pytest

from rostering.core.records import Person
from tests.sources.district import FILES, SEALS, add, read, told, unreadable

THIJS = Person(
    keys=("s:S1",),
    roles=("student",),
    first_name="Thijs",
    last_name="Nuñez-O'Dea",
    schools=("010",),
    email="",
    grade="4",
    student_number="1001",
    sis_id="S1",
    username="thijs",
    password=SEALS.password("s:S1", "secret-one"),
    birth=SEALS.birth("2016-03-09"),
)
OONA = Person(("t:T1",), ("teacher",), "Oona", "Quill", ("010",), "oona@larkfield.example", sis_id="T1")
STUDENT_HEADER = FILES["students.csv"].partition("\n")[0]
STAFF = "School_id,Staff_id,Staff_email,First_name,Last_name,Username,Password\n"


def students(*lines, header="School_id,Student_id,Last_name,First_name,Grade"):
    return {"students.csv": "\n".join((header, *lines)) + "\n"}


def of_people(found):
    """What was said of people and of their files, without what follows for enrollments."""
    return [finding for finding in found if finding[1] != "enrollment"]


# -- students -----------------------------------------------------------------------------------------------------


def test_a_district_without_fault(tmp_path):
    snapshot = read(tmp_path)
    assert list(snapshot.people) == ["s:S1", "s:S2", "s:S3", "t:T1", "t:T2"]
    assert snapshot.people["s:S1"] == THIJS
    assert snapshot.people["t:T1"] == OONA
    assert snapshot.people["s:S3"].grade == "6"
    assert snapshot.people["s:S2"].grade == "Kindergarten"
    assert (told(snapshot), snapshot.blocked, snapshot.bad_rows, snapshot.unnamed) == ([], {}, [], {})


def test_columns_that_a_file_does_not_have_are_not_spoken_of(tmp_path):
    snapshot = read(tmp_path, students("010,S1,Li,Mo,4", "010,S2,Li,Ed,4", "020,S3,Li,Al,4"))
    assert snapshot.people["s:S1"] == Person(("s:S1",), ("student",), "Mo", "Li", ("010",), grade="4", sis_id="S1")


def test_ids_keep_their_zeros_and_lose_their_outer_blanks(tmp_path):
    snapshot = read(tmp_path, students(" 010 , 0042 ,Li,Mo,4", "010,42,Li,Ed,4"))
    found = [(person.key, person.sis_id, person.schools) for person in snapshot.people.values()][:2]
    assert found == [("s:0042", "0042", ("010",)), ("s:42", "42", ("010",))]


def test_r34_a_student_without_id_counts_as_seen(tmp_path):
    changes = add("students.csv", "010,,1009,Vo,Kim,4,kim@larkfield.example,,secret-nine,03/09/2016")
    snapshot = read(tmp_path, changes)
    assert told(snapshot) == [
        (
            *("STUDENT_NO_ID", "person", ""),
            "The student Kim Vo (students.csv, row 5) has no id, so no account could be made.",
        )
    ]
    assert (snapshot.findings[0].name, snapshot.findings[0].school) == ("Kim Vo", "010")
    assert snapshot.unnamed == {"person": 1}
    assert unreadable(snapshot) == [
        ("s:", "students.csv", 5, ("010", "Kim", "Vo", "kim@larkfield.example", "4", "1009"))
    ]
    assert snapshot.bad_rows[0].readable
    assert len(snapshot.people) == 5


@pytest.mark.parametrize(
    ("name", "line", "space", "row"),
    [("teachers.csv", "010,,,Eva,Roth", "t:", 4), ("staff.csv", "010,,,Eva,Roth,,", "f:", 2)],
)
def test_r34_a_teacher_or_member_of_staff_without_id_counts_as_seen(tmp_path, name, line, space, row):
    changes = {name: (FILES.get(name) or STAFF) + line + "\n"}
    snapshot = read(tmp_path, changes)
    message = f"Row {row} of {name} (Eva Roth) has no id, so it was left out."
    assert told(snapshot) == [("RECORD_NO_ID", "person", "", message)]
    assert unreadable(snapshot) == [(space, name, row, ("010", "Eva", "Roth"))]
    assert snapshot.unnamed == {"person": 1}


def test_rows_without_id_are_told_apart(tmp_path):
    changes = add("students.csv", "010,,,Vo,Kim,4,,,,", "020,,,Vo,Kim,4,,,,", "010,,,,,4,,,,", "010,,,,,5,,,,")
    variants = [found.variant for found in read(tmp_path, changes).findings]
    assert variants == [f"students.csv {which}" for which in ("010 Kim Vo", "020 Kim Vo", "010 7", "010 8")]


@pytest.mark.parametrize(
    ("last", "first", "part"), [("Vo", "", "first"), ("", "Kim", "last"), (" ", "", "first and last")]
)
def test_r34_a_student_without_a_name_is_blocked_and_keeps_the_record(tmp_path, last, first, part):
    snapshot = read(tmp_path, add("students.csv", f"010,S9,,{last},{first},??,wrong,,,"))
    message = f"Student S9 has no {part} name, so no account was made; an account that is there stays as it is."
    assert told(snapshot) == [("STUDENT_NAME_MISSING", "person", "s:S9", message)]
    assert snapshot.blocked == {("person", "s:S9"): "STUDENT_NAME_MISSING"}
    assert snapshot.people["s:S9"].schools == ("010",)


def test_teachers_and_staff_do_with_one_name_or_none(tmp_path):
    snapshot = read(tmp_path, {"teachers.csv": FILES["teachers.csv"].replace("Oona,Quill", ",").replace("Idris", "")})
    assert [snapshot.people[key].name for key in ("t:T1", "t:T2")] == ["", "Vance"]
    assert snapshot.blocked == {}


@pytest.mark.parametrize(
    ("raw", "kept", "said"),
    [("3-5", "Other", "3-5"), ("8-Jun", "Other", "8-Jun"), ("", "", ""), (" ", "", ""), ("Other", "Other", None)],
)
def test_a_grade_that_is_blank_or_unknown(tmp_path, raw, kept, said):
    snapshot = read(tmp_path, add("students.csv", f"010,S9,,Vo,Kim,{raw},,,,"))
    message = f'Kim Vo\'s grade is "{said}", which we do not recognise, so grade-level materials are off.'
    assert snapshot.people["s:S9"].grade == kept
    assert told(snapshot) == ([] if said is None else [("GRADE_MISSING", "person", "s:S9", message)])


def test_a_file_that_never_had_grades_is_told_once(tmp_path):
    header = "School_id,Student_id,Last_name,First_name"
    snapshot = read(tmp_path, students("010,S1,Li,Mo", "010,S2,Li,Ed", "020,S3,Li,Al", header=header))
    message = (
        'Everyone in students.csv\'s grade is "(there is no column Grade)", which we do not recognise, '
        "so grade-level materials are off."
    )
    assert told(snapshot) == [("GRADE_MISSING", "file", "students.csv", message)]
    assert snapshot.people["s:S1"].grade is None


def test_r34_a_grade_column_that_is_misspelt_leaves_grades_alone_and_is_told_once(tmp_path):
    memory = read(tmp_path / "before").files
    changes = {"students.csv": FILES["students.csv"].replace("Grade", "Grdae")}
    snapshot = read(tmp_path / "now", changes, memory)
    message = (
        'In students.csv we expected a column "Grade" and found "Grdae". '
        "The rest of the file was used, and what we hold of this was left as it is."
    )
    assert told(snapshot) == [("FILE_HEADER_UNKNOWN", "file", "students.csv", message)]
    assert snapshot.people["s:S1"].grade is None
    assert snapshot.files["students.csv"] == memory["students.csv"]


def test_an_email_that_is_none_is_left_out(tmp_path):
    snapshot = read(tmp_path, add("students.csv", "010,S9,,Vo,Kim,4,kim at larkfield,,,"))
    message = '"kim at larkfield" is not an email address. Kim Vo has an account without it.'
    assert told(snapshot) == [("EMAIL_INVALID", "person", "s:S9", message)]
    assert snapshot.people["s:S9"].email == ""


@pytest.mark.parametrize(
    ("raw", "sealed", "short"),
    [
        ("", "", False),
        ("    ", "", False),
        ("abc", "", True),
        ("a", "", True),
        ("李小龍", "", True),
        ("abcd", SEALS.password("s:S9", "abcd"), False),
        (" abc", SEALS.password("s:S9", " abc"), False),
    ],
)
def test_r14_a_password_of_fewer_than_four_characters_counts_as_none(tmp_path, raw, sealed, short):
    person = read(tmp_path, add("students.csv", f"010,S9,,Vo,Kim,4,,,{raw},")).people["s:S9"]
    assert (person.password, person.short_password) == (sealed, short)


@pytest.mark.parametrize(
    ("raw", "iso"),
    [("3/9/16", "2016-03-09"), ("2016-03-09", "2016-03-09"), ("9.3.2016", ""), ("", "")],
)
def test_r5_a_birth_date_is_kept_as_a_digest(tmp_path, raw, iso):
    person = read(tmp_path, add("students.csv", f"010,S9,,Vo,Kim,4,,,,{raw}")).people["s:S9"]
    assert person.birth == (SEALS.birth(iso) if iso else "")


def test_r5_r16_what_we_do_not_use_is_nowhere_in_what_was_read(tmp_path):
    header = STUDENT_HEADER + ",Race,Frl_status,IEP_status,Contact_name,Contact_phone"
    row = "010,{},1001,Nuñez,Thijs,{},,thijs,topsecret,11/12/2013,Samoan,Reduced,Autism,Bo Varga,602-555-0143"
    lines = [row.format("S1", 4), row.format("S1", 5), row.format("", 4), row.format("S2", "?"), row.format("S3", 4)]
    spoilt = (
        "\n".join((header, *lines)).encode() + b"\n" + row.format("S4", 4).replace("Thijs", "Th\xff").encode("latin-1")
    )
    snapshot = read(tmp_path, {"students.csv": spoilt + b"\n"})
    everything = repr(
        [*snapshot.people.lines(), *snapshot.findings, *snapshot.bad_rows, snapshot.blocked, snapshot.files]
    )
    assert "thijs" in everything
    hidden = ("topsecret", "2013", "Samoan", "Reduced", "Autism", "Varga", "602-555")
    assert [word for word in hidden if word in everything] == []


# -- rows of one id -----------------------------------------------------------------------------------------------

CONTACTS = "School_id,Student_id,Last_name,First_name,Grade,Contact_name,Contact_phone"


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (("010,S1,Li,Mo,4,Ann,1", "010,S1,Li,Mo,4,Bob,2", "010,S1,Li,Mo,4,Eva,3"), None),
        (("010,S1,Li,Mo,4,Ann,1", "010,S1,Li,Mo,4,,"), None),
        (("010,S1,Li,Mo,4,Ann,1", "010,S1,Li,Mo,4,Ann,1"), "2, 3"),
        (("010,S1,Li,Mo,4,,", "010,S1,Li,Mo,4,,"), "2, 3"),
        (("010,S1,Li,Mo,4,Ann,1", "010,S1,Li,Mo,5,Bob,2"), "2, 3"),
        (("010,S1,Li,Mo,4,Ann,1", "010,S1,Li,Mo,4,Bob,2", "010,S1,Li,Mo,5,Ann,1", "020,S1,Li,Mo,4,Cy,1"), "2, 4, 5"),
    ],
    ids=["contacts", "a blank contact", "the same contact", "no contact", "another grade", "both kinds"],
)
def test_r34_rows_of_a_student_are_contacts_or_repeats(tmp_path, lines, rows):
    changes = students(*lines, "010,S2,Li,Ed,4,,", "020,S3,Li,Al,4,,", header=CONTACTS)
    snapshot = read(tmp_path, changes)
    n = 0 if rows is None else rows.count(",") + 1
    message = f"S1 stands in students.csv {n} times (rows {rows}). We used row 2."
    assert told(snapshot) == ([] if rows is None else [("ROW_REPEATED", "person", "s:S1", message)])
    assert snapshot.people["s:S1"].grade == "4"
    assert len(snapshot.people) == 5


def test_r34_without_contact_columns_every_further_row_is_a_repeat(tmp_path):
    snapshot = read(tmp_path, students("010,S1,Li,Mo,4", "010,S1,Li,Mo,4", "010,S2,Li,Ed,4", "020,S3,Li,Al,4"))
    assert told(snapshot) == [
        ("ROW_REPEATED", "person", "s:S1", "S1 stands in students.csv 2 times (rows 2, 3). We used row 2.")
    ]


def test_r34_many_repeats_of_one_id_are_one_finding(tmp_path):
    changes = students(*["010,S1,Li,Mo,4"] * 30, "010,S2,Li,Ed,4", "020,S3,Li,Al,4")
    rows = ", ".join(map(str, range(2, 22)))
    assert told(read(tmp_path, changes)) == [
        (
            *("ROW_REPEATED", "person", "s:S1"),
            f"S1 stands in students.csv 30 times (rows {rows} and 10 more). We used row 2.",
        )
    ]


def test_r34_the_first_row_of_a_teacher_counts(tmp_path):
    snapshot = read(tmp_path, add("teachers.csv", "020,T1,other@larkfield.example,Una,Quill"))
    message = "T1 stands in teachers.csv 2 times (rows 2, 4). We used row 2."
    assert told(snapshot) == [("ROW_REPEATED", "person", "t:T1", message)]
    assert snapshot.people["t:T1"] == OONA


def test_a_student_and_a_teacher_may_share_an_id(tmp_path):
    snapshot = read(tmp_path, add("teachers.csv", "010,S1,,Kim,Vo"))
    assert [snapshot.people[key].name for key in ("s:S1", "t:S1")] == ["Thijs Nuñez-O'Dea", "Kim Vo"]


def test_r34_an_unreadable_row_blocks_its_id_unless_another_row_of_it_can_be_read(tmp_path):
    changes = add("students.csv", "010,S1,1001,Nuñez", "010,S9,1009,Vo", "010,,1010,Roth")
    snapshot = read(tmp_path, changes)
    assert snapshot.blocked == {("person", "s:S9"): "FILE_ROW_UNREADABLE"}
    assert snapshot.people["s:S1"] == THIJS
    assert unreadable(snapshot) == [
        ("s:", "students.csv", 5, ("010", "S1", "1001", "Nuñez")),
        ("s:", "students.csv", 6, ("010", "S9", "1009", "Vo")),
        ("s:", "students.csv", 7, ("010", "1010", "Roth")),
    ]
    assert told(snapshot) == [
        (
            *("FILE_ROW_UNREADABLE", "file", "students.csv"),
            (
                "3 of the rows in students.csv could not be read (first: row 5, it has 4 cells instead of 10). "
                "Existing accounts and classes were left alone."
            ),
        )
    ]
    assert "s:" in snapshot.complete


# -- schools of teachers and staff --------------------------------------------------------------------------------


def test_r29_a_teacher_belongs_to_the_schools_of_their_sections(tmp_path):
    changes = add("sections.csv", "020,M3,T1,,Art,,", "010,M4,T1,T2,Music,,", ",M5,T2,,Drama,,", "030,M6,T9,T2,Dance,,")
    snapshot = read(tmp_path, changes)
    assert [snapshot.people[key].schools for key in ("t:T1", "t:T2")] == [("010", "020"), ("020", "010", "030")]


def test_rows_of_staff_at_several_schools_are_one_person(tmp_path):
    lines = (
        "010,F1,dan@larkfield.example,Dan,Orr,dan,sesame1",
        "020,F1,other@larkfield.example,Daniel,Orr,,",
        "010,F1,,Dan,Orr,,",
        ",F1,,Dan,Orr,,",
    )
    snapshot = read(tmp_path, {"staff.csv": STAFF + "\n".join(lines) + "\n"})
    message = "F1 stands in staff.csv 3 times (rows 2, 4, 5). We used row 2."
    assert told(snapshot) == [("ROW_REPEATED", "person", "f:F1", message)]
    assert snapshot.people["f:F1"] == Person(
        *(("f:F1",), ("staff",), "Dan", "Orr", ("010", "020"), "dan@larkfield.example"),
        sis_id="F1",
        username="dan",
        password=SEALS.password("f:F1", "sesame1"),
    )


# -- staff who teach ----------------------------------------------------------------------------------------------


def test_r29_a_teacher_and_a_member_of_staff_with_one_email_are_one_person(tmp_path):
    staff = STAFF + "020,F1,OONA@larkfield.example ,Una,Q,oquill,sesame1\n010,F1,,,,,\n030,F1,,,,,\n"
    changes = {**add("sections.csv", "040,M3,T1,,Art,,"), "staff.csv": staff}
    snapshot = read(tmp_path, changes)
    message = "Oona Quill appears as teacher and staff; there is one account, which counts as teacher."
    assert told(snapshot) == [("MULTI_ROLE", "person", "t:T1", message)]
    assert snapshot.people["t:T1"] == Person(
        keys=("t:T1", "f:F1"),
        roles=("teacher", "staff"),
        first_name="Oona",
        last_name="Quill",
        schools=("010", "040", "020", "030"),
        email="oona@larkfield.example",
        sis_id="T1",
        username="oquill",
        password=SEALS.password("t:T1", "sesame1"),
    )
    assert snapshot.aliases == {"f:F1": "t:T1"}
    assert list(snapshot.people) == ["s:S1", "s:S2", "s:S3", "t:T1", "t:T2"]


TEACHERS = "School_id,Teacher_id,Teacher_email,First_name,Last_name,Username,Password\n"


@pytest.mark.parametrize(
    ("teacher", "staff", "username", "password", "short"),
    [
        ("tea,secret1", "sta,secret2", "tea", SEALS.password("t:T1", "secret1"), False),
        (",", "sta,secret2", "sta", SEALS.password("t:T1", "secret2"), False),
        (",abc", ",secret2", "", SEALS.password("t:T1", "secret2"), False),
        (",abc", ",", "", "", True),
        (",", ",abc", "", "", True),
        (",", ",", "", "", False),
    ],
)
def test_r29_of_two_records_the_teachers_word_counts_and_the_other_fills(
    tmp_path, teacher, staff, username, password, short
):
    changes = {
        "teachers.csv": f"{TEACHERS}010,T1,oona@x.example,Oona,Quill,{teacher}\n010,T2,,Idris,Vance,,\n",
        "staff.csv": f"{STAFF}010,F1,oona@x.example,Una,Q,{staff}\n",
    }
    person = read(tmp_path, changes).people["t:T1"]
    assert (person.username, person.password, person.short_password) == (username, password, short)


@pytest.mark.parametrize(
    ("teachers", "staff"),
    [
        (("010,T1,a@x.example,A,B,,", "010,T2,a@x.example,C,D,,"), ("010,F1,a@x.example,A,B,,",)),
        (("010,T1,a@x.example,A,B,,", "010,T2,,C,D,,"), ("010,F1,a@x.example,A,B,,", "010,F2,A@x.example,A,B,,")),
        (("010,T1,,A,B,,", "010,T2,,C,D,,"), ("010,F1,,A,B,,",)),
        (("010,T1,none,A,B,,", "010,T2,,C,D,,"), ("010,F1,none,A,B,,",)),
    ],
    ids=["two teachers", "two of staff", "no email", "no valid email"],
)
def test_r29_nobody_is_joined_where_it_is_not_clear_who(tmp_path, teachers, staff):
    changes = {"teachers.csv": TEACHERS + "\n".join(teachers) + "\n", "staff.csv": STAFF + "\n".join(staff) + "\n"}
    snapshot = read(tmp_path, changes)
    assert snapshot.aliases == {}
    assert [key for key in snapshot.people if key[0] in "tf"] == [
        "t:T1",
        "t:T2",
        *(f"f:F{n + 1}" for n in range(len(staff))),
    ]
    assert "MULTI_ROLE" not in [found.code for found in snapshot.findings]


def test_a_student_with_a_teachers_email_is_somebody_else(tmp_path):
    snapshot = read(tmp_path, add("students.csv", "010,S9,,Vo,Kim,4,oona@larkfield.example,,,"))
    assert snapshot.aliases == {}
    assert snapshot.people["s:S9"].roles == ("student",)


# -- the file of staff --------------------------------------------------------------------------------------------

ALL = {"school", "s:", "t:", "f:", "section", "enrollment"}


def test_r34_staff_are_gone_only_where_there_is_or_never_was_a_file_of_them(tmp_path):
    first = read(tmp_path / "1")
    assert first.complete == ALL
    second = read(tmp_path / "2", {"staff.csv": STAFF + "010,F1,,Dan,Orr,,\n"}, first.files)
    assert second.complete == ALL
    third = read(tmp_path / "3", None, second.files)
    assert third.complete == ALL - {"f:"}
    message = "staff.csv is missing from the upload. Nobody was removed because of it."
    assert told(third) == [("FILE_SET_PARTIAL", "file", "staff.csv", message)]
    fourth = read(tmp_path / "4", None, third.files)
    assert (fourth.complete, told(fourth)) == (third.complete, told(third))
    fifth = read(tmp_path / "5", {"staff.csv": STAFF}, fourth.files)
    assert (fifth.complete, told(fifth)) == (ALL, [])


def test_admins_csv_is_not_read(tmp_path):
    assert list(read(tmp_path, {"admins.csv": "what,ever\n"}).files) == [
        *("schools.csv", "students.csv", "teachers.csv", "enrollments.csv", "sections.csv")
    ]
