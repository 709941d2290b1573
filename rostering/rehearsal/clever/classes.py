"""Schools, terms, courses and sections as the API has them (clever.md §1.10.2-1.10.5)."""

from collections.abc import Iterator

from rostering.rehearsal.clever.naming import Naming
from rostering.rehearsal.clever.shapes import Fields
from rostering.rehearsal.clever.source import Source
from rostering.rehearsal.clever.tables import Row
from rostering.rehearsal.clever.values import SUBJECT_WORDS, grade, word

Record = tuple[str, Fields]
"""An id and the fields, stamps not included."""


def extension(row: Row) -> Fields:
    """The ``ext.`` columns of a row that are filled (§5.2)."""
    return {name.removeprefix("ext."): cell for name, cell in row.items() if name.startswith("ext.") and cell}


def location(row: Row, prefix: str, street: str) -> Fields:
    """The address of a school or student; empty if no part of it is known."""
    names = {"address": f"{prefix}_{street}", "city": f"{prefix}_city", "state": f"{prefix}_state"}
    parts = {part: row.get(column, "") for part, column in (names | {"zip": f"{prefix}_zip"}).items()}
    return parts if any(parts.values()) else {}


def school_records(source: Source, naming: Naming) -> Iterator[Record]:
    """One per row of schools.csv."""
    for sis in sorted(source.schools):
        row, school = source.schools[sis], naming.school(sis)
        shaper = naming.shaper(school)
        fields = {
            "id": school,
            "district": naming.district,
            "name": row["school_name"],
            "sis_id": sis,
            "school_number": row.get("school_number", ""),
        }
        shaper.optional(fields, state_id=row.get("state_id"), nces_id=row.get("nces_id"), mdr_number="")
        shaper.optional(fields, phone=row.get("school_phone"))
        low, high = grade(row.get("low_grade", "")), grade(row.get("high_grade", ""))
        shaper.optional(fields, low_grade=low, high_grade=high)
        principal = {"name": row.get("principal", ""), "email": row.get("principal_email", "")}
        shaper.reference(fields, principal=principal if any(principal.values()) else None)
        shaper.reference(fields, location=location(row, "school", "address"), ext=extension(row))
        yield school, shaper.mixed(fields)


def term_records(source: Source, naming: Naming) -> Iterator[Record]:
    """One per different name, start and end."""
    for term in sorted({source.term_of(row) for row in source.sections.values()}, key=lambda term: (*term[1:], *term)):
        if not any(term):
            continue
        key = naming.term(term)
        fields: Fields = {"id": key, "district": naming.district}
        shaper = naming.shaper(key)
        shaper.optional(fields, name=term[0], start_date=term[1], end_date=term[2])
        yield key, shaper.mixed(fields)


def course_records(source: Source, naming: Naming) -> Iterator[Record]:
    """One per number, or per name where there is no number; the first section's name counts."""
    courses: dict[tuple[str, str], str] = {}
    for row in source.sections.values():
        if named := course_of(row):
            courses.setdefault(named, row.get("course_name", ""))
    for named in sorted(courses):
        key = naming.course(named)
        fields: Fields = {"id": key, "district": naming.district}
        shaper = naming.shaper(key)
        shaper.optional(fields, name=courses[named], number=named[0])
        yield key, shaper.mixed(fields)


def course_of(row: Row) -> tuple[str, str] | None:
    """What a course is known by: its number, else its name."""
    number, name = row.get("course_number", ""), row.get("course_name", "")
    if number:
        return number, ""
    return ("", name) if name else None


def section_records(source: Source, naming: Naming) -> Iterator[Record]:
    """One per section, to be called when the users have their ids."""
    for sis in sorted(source.sections):
        yield section_record(source, naming, sis)


def section_record(source: Source, naming: Naming, sis: str) -> Record:
    """A section with its teachers and students."""
    row, key = source.sections[sis], naming.section(sis)
    teachers = source.teachers_of(row)
    ids = [naming.user("teacher", teacher) for teacher in teachers]
    shaper = naming.shaper(key)
    fields = {
        "id": key,
        "district": naming.district,
        "school": naming.school(row["school_id"]),
        "name": section_name(row, source.teachers[teachers[0]]["last_name"] if teachers else ""),
        "sis_id": sis,
        "subject": word(SUBJECT_WORDS, row.get("subject", "")),
        "students": [naming.user("student", student) for student in source.members[sis]],
        "teacher": ids[0] if ids else None,
        "teachers": ids,
    }
    term, course = source.term_of(row), course_of(row)
    shaper.reference(fields, term_id=any(term) and naming.term(term), course=course and naming.course(course))
    shaper.optional(fields, grade=grade(row.get("grade", "")), period=row.get("period"))
    shaper.optional(fields, section_number=row.get("section_number"))
    shaper.reference(fields, ext=extension(row), lms_status={"synced_in_lms": False})
    return key, shaper.mixed(fields)


def section_name(row: Row, last_name: str) -> str:
    """Course, teacher's last name and period, as Clever builds it; the source's name where there is no course."""
    course = row.get("course_name", "")
    if not course:
        return row.get("name", "")
    return " - ".join(part for part in (course, last_name, row.get("period", "")) if part)
