import csv
import re
import statistics
import tracemalloc
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path

import pytest

from rostering.rehearsal.csv_files import HEADERS, FileSet, FolderRefusedError
from rostering.rehearsal.district import write_district
from rostering.rehearsal.names import ascii_letters
from rostering.rehearsal.shape import GRADE_WORDS, count_levels, plan_schools
from tests.rehearsal.reading import Rows, broken_references, contents, read, repeated

STUDENTS = 5000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("district")
    write_district(out, STUDENTS, 7)
    return out


@pytest.fixture(scope="module")
def district(folder: Path) -> dict[str, Rows]:
    return read(folder)


def test_same_arguments_same_bytes_another_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_district(tmp_path / name, 700, seed)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a")["students.csv"] != contents(tmp_path / "c")["students.csv"]


def test_bytes_do_not_change_from_release_to_release(tmp_path: Path) -> None:
    write_district(tmp_path, 40, 1)
    first = (tmp_path / "enrollments.csv").read_text("utf-8").splitlines()[:2]
    assert first == ["School_id,Section_id,Student_id", FIRST_SEAT]


FIRST_SEAT = "010,010-0001,9727407"


def test_headers_are_the_layouts(folder: Path) -> None:
    headers = {}
    for path in folder.iterdir():
        with path.open(encoding="utf-8", newline="") as stream:
            headers[path.name] = tuple(next(csv.reader(stream)))
    assert headers == HEADERS
    assert headers["enrollments.csv"] == ("School_id", "Section_id", "Student_id")
    assert headers["students.csv"][-2:] == ("Username", "Password")


@pytest.mark.parametrize("students", [1, 40, 299, 300, 1234])
def test_counts_and_references_hold_at_any_size(tmp_path: Path, students: int) -> None:
    counts = write_district(tmp_path, students, 11)
    district = read(tmp_path)
    assert counts == {f"{file}.csv": len(rows) for file, rows in district.items()}
    assert counts["students.csv"] == students
    assert broken_references(district) == set()


def test_references_hold(district: dict[str, Rows]) -> None:
    assert broken_references(district) == set()


def test_schools_are_mixed_as_in_real_districts() -> None:
    assert count_levels(200) == {"k12": 1}
    assert count_levels(300) == {"elementary": 1, "middle": 1, "high": 1, "k12": 0}
    assert count_levels(67300) == {"elementary": 60, "middle": 20, "high": 15, "k12": 5}
    sizes = [plan.students for plan in plan_schools(67300, 5)]
    assert sum(sizes) == 67300
    assert min(sizes) < 450
    assert max(sizes) > 1000


def test_sections_and_seats_are_as_many_as_in_real_districts(district: dict[str, Rows]) -> None:
    assert 7 <= len(district["enrollments"]) / STUDENTS <= 9
    assert 2.5 <= STUDENTS / len(district["sections"]) <= 3
    per_student = Counter(row["Student_id"] for row in district["enrollments"])
    assert set(per_student.values()) <= {7, 8, 9, 10}
    assert len(per_student) == STUDENTS


@pytest.mark.parametrize(
    ("grades", "mean"), [(range(6), 21), (range(6, 9), 25), (range(9, 13), 23)], ids=["primary", "middle", "high"]
)
def test_class_sizes(tmp_path: Path, grades: range, mean: int) -> None:
    write_district(tmp_path, 20_000, 1)
    district = read(tmp_path)
    words = {GRADE_WORDS[grade] for grade in grades}
    seats = Counter(row["Section_id"] for row in district["enrollments"])
    sizes = [
        seats[row["Section_id"]] for row in district["sections"] if row["Grade"] in words and seats[row["Section_id"]]
    ]
    assert statistics.mean(sizes) == pytest.approx(mean, abs=2)
    assert 1.5 < statistics.pstdev(sizes) < 6


def test_an_elementary_homeroom_is_a_section_per_subject(district: dict[str, Rows]) -> None:
    primary = {GRADE_WORDS[grade] for grade in range(6)}
    members = defaultdict(set)
    for row in district["enrollments"]:
        members[row["Section_id"]].add(row["Student_id"])
    homerooms = Counter(
        frozenset(members[row["Section_id"]])
        for row in district["sections"]
        if row["Grade"] in primary and members[row["Section_id"]]
    )
    assert statistics.median(homerooms.values()) == 8


def test_teaching_is_shared_out_as_in_real_districts(tmp_path: Path) -> None:
    write_district(tmp_path, 20_000, 2)
    district = read(tmp_path)
    sections = district["sections"]
    schools = defaultdict(list)
    for row in sections:
        if row["Teacher_id"]:
            schools[row["Teacher_id"]].append(row["School_id"])
    assert statistics.median(len(taught) for taught in schools.values()) == 5
    assert sum(len(set(taught)) > 1 for taught in schools.values()) / len(schools) == pytest.approx(0.035, abs=0.01)
    assert sum(not row["Teacher_id"] for row in sections) / len(sections) == pytest.approx(0.019, abs=0.006)
    assert sum(bool(row["Teacher_2_id"]) for row in sections) / len(sections) == pytest.approx(0.03, abs=0.01)
    seats = Counter(row["Section_id"] for row in district["enrollments"])
    assert 0.002 < sum(not seats[row["Section_id"]] for row in sections) / len(sections) < 0.012
    assert sum(bool(row["Name"]) for row in sections) / len(sections) == pytest.approx(0.3, abs=0.02)
    assert all(bool(row["Name"]) != bool(row["Course_name"]) for row in sections)
    assert all(bool(row["Course_name"]) == bool(row["Course_number"]) for row in sections)


def test_some_students_learn_at_two_schools(district: dict[str, Rows]) -> None:
    home = {row["Student_id"]: row["School_id"] for row in district["students"]}
    away = {row["Student_id"] for row in district["enrollments"] if home[row["Student_id"]] != row["School_id"]}
    assert 1 <= len(away) <= STUDENTS * 0.01


def test_names_are_spread_as_in_a_census(district: dict[str, Rows]) -> None:
    students = district["students"]
    surnames = Counter(row["Last_name"] for row in students)
    assert 0.01 <= surnames.most_common(1)[0][1] / STUDENTS <= 0.02
    assert len(surnames) > 1500
    whole = Counter((row["First_name"], row["Last_name"]) for row in students)
    assert sum(count > 1 for count in whole.values()) > 20  # namesakes
    text = "\n".join(f"{row['First_name']} {row['Last_name']}" for row in students)
    for kind in ("[ñáéíóú]", "['’]", "-", r" (Jr\.|III)$", "[\u4e00-\u9fff]", "[\u0600-\u06ff]", "[\u0400-\u04ff]"):
        assert re.search(kind, text, re.MULTILINE), kind
    lengths = {len(row["Last_name"]) for row in students}
    assert min(lengths) == 1
    assert max(lengths) >= 35


def test_twins(district: dict[str, Rows]) -> None:
    homes = defaultdict(list)
    for row in district["students"]:
        homes[row["Last_name"], row["School_id"], row["DOB"], row["Student_street"]].append(row)
    pairs = [rows for rows in homes.values() if len(rows) > 1]
    assert 0.005 < len(pairs) / STUDENTS < 0.03
    assert all(len({row["First_name"] for row in rows}) > 1 for rows in pairs)


def test_birth_dates_fit_the_grade(district: dict[str, Rows]) -> None:
    grades = {word: grade for grade, word in GRADE_WORDS.items()}
    lags = Counter()
    for row in district["students"]:
        born = datetime.strptime(row["DOB"], "%m/%d/%Y").date()  # noqa: DTZ007
        turned = 2026 - born.year - (date(2026, born.month, min(born.day, 28)) > date(2026, 9, 1))
        lags[turned - grades[row["Grade"]]] += 1
    assert set(lags) == {5, 6}
    assert lags[6] / STUDENTS < 0.04


def test_ids_and_credentials(district: dict[str, Rows]) -> None:
    students = district["students"]
    assert all(re.fullmatch("[0-9]{7}", row["Student_id"]) for row in students)
    assert 0.05 < sum(row["Student_id"].startswith("0") for row in students) / STUDENTS < 0.15
    for column in ("Student_number", "State_id"):
        assert len({row[column] for row in students}) == STUDENTS
    people = [row for file in ("students", "teachers") for row in district[file]]
    names = [row["Username"].lower() for row in people if row["Username"]]
    assert len(set(names)) == len(names) > 0.98 * len(people)
    assert all(re.fullmatch("[A-Za-z0-9]+", name) for name in names)
    given = [row["Password"] for row in people if row["Password"]]
    assert min(map(len, given)) >= 6
    assert len(given) > 0.98 * len(people)


def test_older_students_have_emails(district: dict[str, Rows]) -> None:
    older = [row for row in district["students"] if row["Grade"] in {str(grade) for grade in range(6, 13)}]
    assert sum(bool(row["Student_email"]) for row in older) / len(older) == pytest.approx(0.7, abs=0.04)
    mails = [row["Student_email"] for row in district["students"] if row["Student_email"]]
    assert len(set(mails)) == len(mails)


def test_staff_of_several_schools_and_teachers_who_are_staff(district: dict[str, Rows]) -> None:
    staff, teachers = district["staff"], district["teachers"]
    assert Counter(row["Title"] for row in staff)["Principal"] == len(district["schools"])
    assert any(count > 1 for count in Counter(row["Staff_id"] for row in staff).values())
    names = {row["Teacher_email"]: (row["First_name"], row["Last_name"]) for row in teachers if row["Teacher_email"]}
    both = [row for row in staff if row["Staff_email"] in names]
    assert both
    assert all(names[row["Staff_email"]] == (row["First_name"], row["Last_name"]) for row in both)
    assert len(names) < len(teachers)  # some teachers have no email
    assert len(names) == sum(bool(row["Teacher_email"]) for row in teachers)


def test_awkward_cases_are_planted_and_only_when_asked_for(tmp_path: Path) -> None:
    write_district(tmp_path, 900, 5, awkward=True)
    district = read(tmp_path)
    students = district["students"]
    assert "8-Jun" in {row["Grade"] for row in students}
    assert {row["Student_email"] for row in students if row["Student_email"] and "@" not in row["Student_email"]}
    assert any(not row["Last_name"] for row in students)
    owners = defaultdict(set)
    for row in students:
        owners[row["Student_number"]].add(row["Student_id"])
    assert 2 in map(len, owners.values())
    assert {
        ("enrollments.Student_id", "unknown-student"),
        ("sections.Teacher_id", "unknown-teacher"),
    } <= broken_references(district)
    assert {"students twice", "teachers twice", "sections twice", "enrollments twice"} == {
        where for where, _ in repeated(district)
    }
    by_id = defaultdict(list)
    for row in students:
        by_id[row["Student_id"]].append(row)
    alike = [{key: value for key, value in row.items() if not key.startswith("Contact_")} for row in students]
    contacts = [rows for rows in by_id.values() if len(rows) == 3]
    assert len(contacts) == 3
    assert all(len({row["Contact_sis_id"] for row in rows}) == 3 for rows in contacts)
    assert sum(alike.count(row) == 3 for row in alike) == 9


def test_awkward_needs_a_school_with_room(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 40"):
        write_district(tmp_path, 39, 1, awkward=True)
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_district(tmp_path: Path) -> None:
    peaks = []
    for students in (3000, 12000):
        tracemalloc.start()
        write_district(tmp_path / str(students), students, 1)
        peaks.append(tracemalloc.get_traced_memory()[1] / max(plan.students for plan in plan_schools(students, 1)))
        tracemalloc.stop()
    assert peaks[1] < 1.6 * peaks[0]


def test_a_folder_with_other_files_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FolderRefusedError, match=r"thesis\.txt"):
        write_district(tmp_path, 40, 1)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


def test_a_district_is_overwritten_by_another(tmp_path: Path) -> None:
    write_district(tmp_path / "a", 400, 1)
    write_district(tmp_path / "b", 40, 1)
    write_district(tmp_path / "a", 40, 1)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_files_appear_together_or_not_at_all(tmp_path: Path) -> None:
    write_district(tmp_path, 40, 1)
    before = contents(tmp_path)

    def write_half() -> None:
        with FileSet(tmp_path, dict(HEADERS)) as files:
            files.write("students.csv", [{"Student_id": "1"}])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "letters"), [("Łukasz", "lukasz"), ("O'Brien", "obrien"), ("Søren", "soren"), ("李", "")]
)
def test_letters_of_usernames(name: str, letters: str) -> None:
    assert ascii_letters(name) == letters
