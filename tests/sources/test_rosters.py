import pytest

from rostering.core.data_warnings import Finding
from tests.sources.district import FILES, add, read, told, unreadable


def rosters(snapshot):
    return {key: section.students for key, section in snapshot.sections.items()}


def enrollments(*lines):
    return {"enrollments.csv": "\n".join((FILES["enrollments.csv"].partition("\n")[0], *lines)) + "\n"}


def test_students_stand_in_file_order_whatever_the_sections_do(tmp_path):
    snapshot = read(tmp_path, enrollments("020,M2,S3", "010,M1,S2", "020,M2,S1", "010, M1 , S1 ", "010,M1,S3"))
    assert rosters(snapshot) == {"M1": ("s:S2", "s:S1", "s:S3"), "M2": ("s:S3", "s:S1")}
    assert (snapshot.seats, snapshot.dangling, told(snapshot)) == (5, 0, [])


def test_a_file_without_the_sections_school(tmp_path):
    snapshot = read(tmp_path, {"enrollments.csv": "Student_id,Section_id\nS1,M1\nS9,M9\n"})
    assert rosters(snapshot) == {"M1": ("s:S1",), "M2": ()}
    assert [found.school for found in snapshot.findings] == [""]


def test_r34_a_pair_that_is_repeated_counts_once(tmp_path):
    snapshot = read(tmp_path, add("enrollments.csv", "010,M1,S1", "010,M1 ,S1", "020,M2,S3"))
    assert rosters(snapshot) == {"M1": ("s:S1", "s:S2"), "M2": ("s:S3",)}
    assert snapshot.seats == 3
    assert told(snapshot) == [
        (
            *("ROW_REPEATED", "enrollment", "M1 s:S1"),
            "S1 in section M1 stands in enrollments.csv 3 times (rows 2, 5, 6). We used row 2.",
        ),
        (
            *("ROW_REPEATED", "enrollment", "M2 s:S3"),
            "S3 in section M2 stands in enrollments.csv 2 times (rows 4, 7). We used row 4.",
        ),
    ]


def test_r34_of_many_repeated_pairs_twenty_are_told_and_the_others_as_one(tmp_path):
    pairs = [f"010,M1,X{number}" for number in range(45)]
    people = [f"010,X{number},,Vo,Kim,4,,,," for number in range(45)]
    snapshot = read(tmp_path, {**add("students.csv", *people), **enrollments(*pairs, *pairs)})
    assert snapshot.seats == 45
    repeats = [found for found in told(snapshot) if found[0] == "ROW_REPEATED"]
    assert [key for _, _, key, _ in repeats[:-1]] == [f"M1 s:X{number}" for number in range(20)]
    rows = ", ".join(str(row) for row in range(67, 87))
    assert repeats[20:] == [
        (
            *("ROW_REPEATED", "enrollment", ""),
            (
                f"Each of 25 more pairs of student and section stands in enrollments.csv 2 or more times "
                f"(rows {rows} and 5 more). We used row one of each."
            ),
        )
    ]


@pytest.mark.parametrize(
    ("lines", "finding", "dangling"),
    [
        (
            ("010,M1,S8", "010,M1,S9", "010,M1,S8"),
            Finding(
                *("ENROLL_STUDENT_UNKNOWN", "enrollment", "", "", "010", {"n": 2, "id": "S8"}), classes=1, students=2
            ),
            2,
        ),
        (
            ("010,M1,S8", "020,M2,S8"),
            Finding(*("ENROLL_STUDENT_UNKNOWN", "enrollment", "", "", "", {"n": 2, "id": "S8"}), classes=2, students=1),
            2,
        ),
        (
            ("020,M8,S1", "020,M9,S1", "020,M8,S9", "020,M8,S9"),
            Finding(
                *("ENROLL_CLASS_UNKNOWN", "enrollment", "", "", "020", {"n": 3, "id": "M8"}), classes=2, students=2
            ),
            3,
        ),
        (
            ("020,M8,S1", "010,M9,S1"),
            Finding(*("ENROLL_CLASS_UNKNOWN", "enrollment", "", "", "", {"n": 2, "id": "M8"}), classes=2, students=1),
            2,
        ),
    ],
    ids=["students at one school", "one student at two", "sections of one school", "sections of two"],
)
def test_pairs_that_name_what_was_not_received_are_folded(tmp_path, lines, finding, dangling):
    snapshot = read(tmp_path, add("enrollments.csv", *lines))
    assert [found for found in snapshot.findings if found.code != "ROW_REPEATED"] == [finding]
    assert (snapshot.seats, snapshot.dangling) == (3 + dangling, dangling)


def test_a_student_who_was_not_received_stays_in_the_section(tmp_path):
    snapshot = read(tmp_path, add("enrollments.csv", "010,M1,S9", "020,M9,S1"))
    assert rosters(snapshot) == {"M1": ("s:S1", "s:S2", "s:S9"), "M2": ("s:S3",)}


def test_r34_a_student_whose_row_cannot_be_read_is_seated_and_not_told_again(tmp_path):
    changes = {"students.csv": FILES["students.csv"].replace("Li,Mo", "L\0i,Mo")}
    snapshot = read(tmp_path, changes)
    assert snapshot.sections["M1"].students == ("s:S1", "s:S2")
    assert [found.code for found in snapshot.findings] == ["FILE_ROW_UNREADABLE"]
    assert (snapshot.seats, snapshot.dangling) == (3, 1)


def test_r34_pairs_with_a_blank_half_count_as_seen(tmp_path):
    snapshot = read(tmp_path, add("enrollments.csv", "010,M1,", "010, ,S1", "010,,"))
    message = "Row {} of enrollments.csv ({}) has no id, so it was left out."
    assert told(snapshot) == [
        ("RECORD_NO_ID", "enrollment", "", message.format(5, "M1")),
        ("RECORD_NO_ID", "enrollment", "", message.format(6, "S1")),
        ("RECORD_NO_ID", "enrollment", "", message.format(7, "blank")),
    ]
    assert unreadable(snapshot) == [
        ("enrollment", "enrollments.csv", 5, ("M1",)),
        ("enrollment", "enrollments.csv", 6, ("S1",)),
        ("enrollment", "enrollments.csv", 7, ()),
    ]
    assert snapshot.unnamed == {"enrollment": 3}
    assert snapshot.seats == 3


def test_r34_of_many_pairs_with_a_blank_half_twenty_are_told_and_the_others_as_one(tmp_path):
    snapshot = read(tmp_path, add("enrollments.csv", *["010,M1,"] * 30))
    rows = ", ".join(str(row) for row in range(25, 35))
    assert len(told(snapshot)) == 21
    assert told(snapshot)[-1] == (
        *("RECORD_NO_ID", "enrollment", ""),
        f"Row {rows} of enrollments.csv (10 rows) has no id, so it was left out.",
    )
    assert snapshot.unnamed == {"enrollment": 30}


def test_r34_an_unreadable_pair_is_kept_with_its_cells(tmp_path):
    content = FILES["enrollments.csv"].encode() + b"010,M1,S1,S2\nM2\n020,M2,S\xe9\n020,M2,S1\n"
    snapshot = read(tmp_path, {"enrollments.csv": content})
    assert unreadable(snapshot) == [
        ("enrollment", "enrollments.csv", 5, ("010", "M1", "S1", "S2")),
        ("enrollment", "enrollments.csv", 6, ("M2",)),
        ("enrollment", "enrollments.csv", 7, ("M2", "S\ufffd")),
    ]
    assert snapshot.blocked == {}
    assert rosters(snapshot) == {"M1": ("s:S1", "s:S2"), "M2": ("s:S3", "s:S1")}
    assert "enrollment" in snapshot.complete


def test_ids_that_lost_their_zeros_are_told_and_not_guessed(tmp_path):
    changes = {
        **add("students.csv", "010,0042,,Vo,Kim,4,,,,"),
        **add("sections.csv", "010,007,T1,,Art,,"),
        **add("enrollments.csv", "010,M1,42", "010,7,S1", "010,00007,S1", "010,8,S1"),
    }
    snapshot = read(tmp_path, changes)
    assert told(snapshot) == [
        (
            "ENROLL_STUDENT_UNKNOWN",
            "enrollment",
            "",
            "1 enrollments name students that we did not receive (for example 42).",
        ),
        (
            "ENROLL_CLASS_UNKNOWN",
            "enrollment",
            "",
            "3 enrollments name sections that we did not receive (for example 7).",
        ),
        (
            *("ID_DIGITS_LOST", "file", "enrollments.csv"),
            "3 ids in enrollments.csv look damaged: for example 42, where the other files have 0042. We did not guess.",
        ),
    ]
    assert rosters(snapshot) == {"M1": ("s:S1", "s:S2", "s:42"), "M2": ("s:S3",), "007": ()}
