"""Reads a written district back with the standard csv module, not with the code under test."""

import csv
from pathlib import Path

FILES = ("schools", "students", "teachers", "sections", "enrollments", "staff")
TEACHER_COLUMNS = ("Teacher_id", *(f"Teacher_{number}_id" for number in range(2, 11)))

Rows = list[dict[str, str]]


def read(folder: Path) -> dict[str, Rows]:
    district = {}
    for file in FILES:
        with (folder / f"{file}.csv").open(encoding="utf-8", newline="") as stream:
            district[file] = list(csv.DictReader(stream))
    return district


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def broken_references(district: dict[str, Rows]) -> set[tuple[str, str]]:
    """Every id that is named and does not exist, and every key that comes twice: (where, id)."""
    schools = {row["School_id"] for row in district["schools"]}
    students = {row["Student_id"] for row in district["students"]}
    teachers = {row["Teacher_id"] for row in district["teachers"]}
    sections = {row["Section_id"]: row["School_id"] for row in district["sections"]}
    broken = {
        (f"{file}.School_id", row["School_id"])
        for file in FILES
        for row in district[file]
        if row["School_id"] not in schools
    }
    for row in district["sections"]:
        named = [row[column] for column in TEACHER_COLUMNS if row[column]]
        broken |= {("sections.Teacher_id", teacher) for teacher in named if teacher not in teachers}
        broken |= {("sections.Teacher_id twice", row["Section_id"])} if len(set(named)) < len(named) else set()
    for row in district["enrollments"]:
        if row["Student_id"] not in students:
            broken.add(("enrollments.Student_id", row["Student_id"]))
        if sections.get(row["Section_id"]) != row["School_id"]:
            broken.add(("enrollments.Section_id", row["Section_id"]))
    return broken | repeated(district)


def repeated(district: dict[str, Rows]) -> set[tuple[str, str]]:
    keys = {
        "schools": ("School_id",),
        "students": ("Student_id",),
        "teachers": ("Teacher_id",),
        "sections": ("Section_id",),
        "enrollments": ("Section_id", "Student_id"),
        "staff": ("Staff_id", "School_id"),
    }
    found = set()
    for file, columns in keys.items():
        seen: set[tuple[str, ...]] = set()
        for row in district[file]:
            key = tuple(row[column] for column in columns)
            if key in seen:
                found.add((f"{file} twice", "/".join(key)))
            seen.add(key)
    return found
