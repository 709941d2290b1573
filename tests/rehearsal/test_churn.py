from pathlib import Path

import pytest

from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.csv_files import FolderRefusedError
from rostering.rehearsal.district import write_district
from tests.rehearsal.reading import Rows, broken_references, contents, read

STUDENTS = 4000


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("day")
    write_district(out, STUDENTS, 7)
    return out


@pytest.fixture(scope="module")
def next_day(day: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("next")
    write_next_day(day, out, 5, 1)
    return out


def by_id(rows: Rows, column: str) -> dict[str, dict[str, str]]:
    return {row[column]: row for row in rows}


def seats(district: dict[str, Rows]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {row["Student_id"]: set() for row in district["students"]}
    for row in district["enrollments"]:
        found[row["Student_id"]].add(row["Section_id"])
    return found


def test_no_churn_is_the_same_bytes(day: Path, tmp_path: Path) -> None:
    write_next_day(day, tmp_path, 0, 1)
    assert contents(tmp_path) == contents(day)


def test_no_churn_keeps_awkward_rows_too(tmp_path: Path) -> None:
    write_district(tmp_path / "a", 500, 3, awkward=True)
    write_next_day(tmp_path / "a", tmp_path / "b", 0, 1)
    assert contents(tmp_path / "b") == contents(tmp_path / "a")


def test_same_seed_same_day_another_seed_another_day(day: Path, next_day: Path, tmp_path: Path) -> None:
    write_next_day(day, tmp_path / "again", 5, 1)
    write_next_day(day, tmp_path / "other", 5, 2)
    assert contents(tmp_path / "again") == contents(next_day)
    assert contents(tmp_path / "other")["students.csv"] != contents(next_day)["students.csv"]


def test_references_hold_after_churn(next_day: Path) -> None:
    assert broken_references(read(next_day)) == set()


def test_references_hold_after_a_week_of_heavy_churn(tmp_path: Path) -> None:
    write_district(tmp_path / "0", 600, 3)
    for number in range(1, 6):
        write_next_day(tmp_path / str(number - 1), tmp_path / str(number), 30, number)
    assert broken_references(read(tmp_path / "5")) == set()


def test_about_the_percentage_of_students_changes_in_every_way(day: Path, next_day: Path) -> None:
    old, new = read(day), read(next_day)
    before, after = by_id(old["students"], "Student_id"), by_id(new["students"], "Student_id")
    stayed = before.keys() & after.keys()
    changed = {
        "left": len(before.keys() - after.keys()),
        "joined": len(after.keys() - before.keys()),
        "moved": sum(before[key]["School_id"] != after[key]["School_id"] for key in stayed),
        "renamed": sum(before[key]["Last_name"] != after[key]["Last_name"] for key in stayed),
        "grade": sum(before[key]["Grade"] != after[key]["Grade"] for key in stayed),
    }
    assert min(changed.values()) > 0, changed
    assert 0.025 < sum(changed.values()) / STUDENTS < 0.05, changed  # a quarter of the 5 % only change a class
    old_seats, new_seats = seats(old), seats(new)
    touched = sum(before[key] == after[key] and old_seats[key] != new_seats[key] for key in stayed)
    assert 0.01 < touched / STUDENTS < 0.08


def test_everyone_else_stays_as_and_where_they_were(day: Path, next_day: Path) -> None:
    for file, column in (("students", "Student_id"), ("teachers", "Teacher_id"), ("sections", "Section_id")):
        before, after = read(day)[file], read(next_day)[file]
        old, new = by_id(before, column), by_id(after, column)
        assert [row[column] for row in after if row[column] in old] == [
            row[column] for row in before if row[column] in new
        ]
        same = sum(old[key] == new.get(key) for key in old)
        assert 0.85 < same / len(old) < 1
    assert read(day)["schools"] == read(next_day)["schools"]


def test_new_students_are_in_classes_and_share_no_number(day: Path, next_day: Path) -> None:
    old, new = read(day), read(next_day)
    joined = by_id(new["students"], "Student_id").keys() - by_id(old["students"], "Student_id").keys()
    taken = seats(new)
    assert min(len(taken[student]) for student in joined) >= 4
    for column in ("Student_number", "State_id"):
        assert len({row[column] for row in new["students"]}) == len(new["students"])
    people = [row["Username"] for file in ("students", "teachers") for row in new[file] if row["Username"]]
    assert len(set(people)) == len(people)


def test_sections_are_retaught_renamed_opened_and_closed(day: Path, next_day: Path) -> None:
    before = by_id(read(day)["sections"], "Section_id")
    after = by_id(read(next_day)["sections"], "Section_id")
    stayed = before.keys() & after.keys()
    assert after.keys() - before.keys()
    assert before.keys() - after.keys()
    assert any(before[key]["Name"] != after[key]["Name"] for key in stayed)
    assert any(before[key]["Teacher_id"] != after[key]["Teacher_id"] for key in stayed)


def test_sections_of_leaving_teachers_have_another(day: Path, next_day: Path) -> None:
    old, new = read(day), read(next_day)
    staying = by_id(new["teachers"], "Teacher_id")
    left = by_id(old["teachers"], "Teacher_id").keys() - staying.keys()
    orphans = {row["Section_id"] for row in old["sections"] if row["Teacher_id"] in left}
    teaching = {row["Section_id"]: row["Teacher_id"] for row in new["sections"] if row["Section_id"] in orphans}
    assert len(teaching) > 3
    assert set(teaching.values()) <= staying.keys()


def test_whatever_files_and_columns_there_are(tmp_path: Path) -> None:
    day = tmp_path / "day"
    day.mkdir()
    rows = "".join(f"S1,n{number},Kim,ext {number}\n" for number in range(40))
    (day / "students.csv").write_text(f"School id,Student id,Last name,ext.house\n{rows}", "utf-8")
    (day / "notes.txt").write_text("not ours")
    assert write_next_day(day, tmp_path / "next", 100, 1).keys() == {"students.csv"}
    written = (tmp_path / "next" / "students.csv").read_text("utf-8").splitlines()
    assert written[0] == "School id,Student id,Last name,ext.house"
    assert written[1:] != rows.splitlines()


def test_refusals(day: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderRefusedError, match="overwrite the day"):
        write_next_day(day, day, 5, 1)
    with pytest.raises(FolderRefusedError, match="has none of"):
        write_next_day(tmp_path, tmp_path / "out", 5, 1)
    with pytest.raises(ValueError, match="from 0 to 100"):
        write_next_day(day, tmp_path / "out", 101, 1)
