"""Users: students, teachers, staff and contacts (clever.md §1.10.6, §1.10.7, §5.8, §5.9)."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from rostering.rehearsal.clever.classes import Record, extension, location
from rostering.rehearsal.clever.contacts import contact_record, read_contacts
from rostering.rehearsal.clever.ids import digest
from rostering.rehearsal.clever.naming import Naming
from rostering.rehearsal.clever.shapes import Fields, Shaper
from rostering.rehearsal.clever.source import Source
from rostering.rehearsal.clever.tables import Row
from rostering.rehearsal.clever.values import (
    ANSWERS,
    GENDERS,
    LANGUAGE_CODES,
    MEALS,
    RACES,
    STAFF_ROLES,
    birthday,
    grade,
    word,
)

ROLES = ("teacher", "staff", "student", "contact", "district_admin")


class Adult(NamedTuple):
    """A user who teaches, is staff, or both."""

    teacher: Row | None
    staff: dict[str, Row] | None

    @property
    def records(self) -> tuple[tuple[str, str], ...]:
        """What the user is known by, the teacher first."""
        teacher = (("teacher", self.teacher["teacher_id"]),) if self.teacher else ()
        staff = (("staff", next(iter(self.staff.values()))["staff_id"]),) if self.staff else ()
        return teacher + staff


def user_records(source: Source, naming: Naming) -> Iterator[Record]:
    """All users. Ids are given in the order teacher, staff, student, contact; then the source's id as text."""
    adults = sorted(pair_adults(source), key=lambda adult: (adult.teacher is None, adult.records[0][1]))
    contacts = read_contacts(source)
    for adult in adults:
        naming.admit(*adult.records)
    for student in sorted(source.students):
        naming.admit(("student", student))
    for contact in contacts:
        naming.admit(("contact", contact.key))
    yield from (adult_record(adult, source, naming) for adult in adults)
    yield from student_records(source, naming)
    yield from (contact_record(contact, naming) for contact in contacts)


def pair_adults(source: Source) -> Iterator[Adult]:
    """Teachers and staff; one of each with the same email, which nobody else in their files has, are one user."""
    staff = {sis: next(iter(rows.values())).get("staff_email", "").casefold() for sis, rows in source.staff.items()}
    taught = {sis: row.get("teacher_email", "").casefold() for sis, row in source.teachers.items()}
    often_staff, often_taught = Counter(staff.values()), Counter(taught.values())
    single = {email: sis for sis, email in staff.items() if email and often_staff[email] == 1}
    for sis, row in source.teachers.items():
        other = single.pop(taught[sis], None) if often_taught[taught[sis]] == 1 else None
        if other is not None:
            del staff[other]
        yield Adult(row, source.staff[other] if other is not None else None)
    for sis in staff:
        yield Adult(None, source.staff[sis])


def adult_record(adult: Adult, source: Source, naming: Naming) -> Record:
    """A teacher, a member of staff, or both in one."""
    user = naming.user(*adult.records[0])
    shaper = naming.shaper(user)
    roles: dict[str, Fields] = {}
    if adult.teacher:
        roles["teacher"] = teacher_role(adult.teacher, user, source, naming, shaper)
    if adult.staff:
        roles["staff"] = staff_role(adult.staff, user, naming, shaper)
    row = adult.teacher or next(iter((adult.staff or {}).values()))
    return user, common(user, row, row.get("teacher_email") or row.get("staff_email", ""), roles, naming, shaper)


def common(user: str, row: Row, email: str, roles: dict[str, Fields], naming: Naming, shaper: Shaper) -> Fields:
    """What every user has."""
    name = {"first": row.get("first_name", ""), "last": row.get("last_name", "")}
    shaper.optional(name, middle=row.get("middle_name"))
    shown: dict[str, Fields | None] = dict(roles)
    absent = [role for role in ROLES if role not in roles]
    if shaper.throw(3) == 0:
        shown[absent[shaper.throw(len(absent))]] = None
    fields: Fields = {"id": user, "district": naming.district, "name": shaper.mixed(name), "roles": shown}
    shaper.optional(fields, email=email)
    shaper.reference(fields, lms_status={"synced_in_lms": False})
    return shaper.mixed(fields)


def credentials(row: Row) -> Fields:
    """Only the username: no app ever sees a password."""
    return {"district_username": row["username"]} if row.get("username") else {}


def teacher_role(row: Row, user: str, source: Source, naming: Naming, shaper: Shaper) -> Fields:
    """A teacher belongs to the school of the row and to those of the sections taught (§5.5)."""
    sis, own = row["teacher_id"], row["school_id"]
    schools = dict.fromkeys((own, *source.taught_at.get(sis, ())))
    role = {
        "legacy_id": digest("legacy", "teacher", user),
        "sis_id": sis,
        "school": naming.school(own),
        "schools": [naming.school(school) for school in schools],
        "credentials": credentials(row),
    }
    shaper.optional(role, teacher_number=row.get("teacher_number"), state_id=row.get("state_teacher_id"))
    shaper.optional(role, title=row.get("title"))
    shaper.reference(role, ext=extension(row))
    return shaper.mixed(role)


def staff_role(rows: dict[str, Row], user: str, naming: Naming, shaper: Shaper) -> Fields:
    """Staff of one or several schools; the first row tells the rest."""
    row = next(iter(rows.values()))
    permissions = dict.fromkeys(word(STAFF_ROLES, each.get("role", ""), "PortalOnly") for each in rows.values())
    role = {
        "legacy_id": digest("legacy", "staff", user),
        "staff_id": row["staff_id"],
        "schools": [naming.school(school) for school in rows],
        "roles": [permission or "PortalOnly" for permission in permissions],
        "credentials": credentials(row),
    }
    shaper.optional(role, department=row.get("department"), title=row.get("title"))
    shaper.reference(role, ext=extension(row))
    return shaper.mixed(role)


def student_records(source: Source, naming: Naming) -> Iterator[Record]:
    """Students as their first row has them."""
    done: set[str] = set()
    for row in source.all_student_rows():
        sis = row["student_id"]
        if sis in done:
            continue
        done.add(sis)
        user = naming.user("student", sis)
        shaper = naming.shaper(user)
        role = student_role(row, user, source, naming, shaper)
        yield user, common(user, row, row.get("student_email", ""), {"student": role}, naming, shaper)


def student_role(row: Row, user: str, source: Source, naming: Naming, shaper: Shaper) -> Fields:
    """A student belongs to the school of the row; sections elsewhere show in ``enrollments`` only (§3.5 case 11)."""
    sis, own = row["student_id"], row["school_id"]
    spans = source.learns_at.get(sis, {})
    role = {
        "legacy_id": digest("legacy", "student", user),
        "sis_id": sis,
        "school": naming.school(own),
        "schools": [naming.school(own)],
        "enrollments": [
            {"school": naming.school(school), "start_date": start or None, "end_date": end or None}
            for school, (start, end) in spans.items()
        ],
        "credentials": credentials(row),
    }
    add_particulars(role, row, shaper)
    shaper.reference(role, location=location(row, "student", "street"), ext=extension(row))
    return shaper.mixed(role)


def add_particulars(role: Fields, row: Row, shaper: Shaper) -> None:
    """Everything about a student that need not be known."""

    def cell(name: str) -> str:
        return row.get(name, "")

    year = cell("graduation_year")
    shaper.optional(
        role,
        student_number=cell("student_number"),
        state_id=cell("state_id"),
        grade=grade(cell("grade")),
        dob=birthday(cell("dob")),
        gender=word(GENDERS, cell("gender")),
        race=word(RACES, cell("race"), "Unknown"),
        hispanic_ethnicity=word(ANSWERS, cell("hispanic_latino")),
        ell_status=word(ANSWERS, cell("ell_status")),
        frl_status=word(MEALS, cell("frl_status"), "Other"),
        iep_status=word(ANSWERS, cell("iep_status")),
        home_language=cell("home_language"),
        home_language_code=word(LANGUAGE_CODES, cell("home_language")),
        gifted_status=word(ANSWERS, cell("gifted_status")),
        section_504_status=word(ANSWERS, cell("section_504_status")),
        graduation_year=year if len(year) == 4 and year.isdigit() else "",
    )
    disability = {part: cell(part) or None for part in ("disability_status", "disability_type", "disability_code")}
    preferred = {part: cell(f"preferred_{part}_name") for part in ("first", "last", "middle")}
    shaper.reference(role, disability=disability if any(disability.values()) else None)
    shaper.reference(role, preferred_name=preferred if any(preferred.values()) else None)
