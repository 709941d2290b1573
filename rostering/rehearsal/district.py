"""A whole synthetic district, written school by school."""

from collections.abc import Callable
from pathlib import Path

from rostering.rehearsal import awkward as mistakes
from rostering.rehearsal.csv_files import HEADERS, FileSet, Row
from rostering.rehearsal.ledger import Ledger, phone_number, street_address
from rostering.rehearsal.pupils import generate_pupils
from rostering.rehearsal.shape import GRADE_WORDS, SchoolPlan, plan_schools
from rostering.rehearsal.staffing import other_staff, staff_sections
from rostering.rehearsal.timetable import section_row, timetable

Progress = Callable[[int, int], None]
"""Told the students written so far and the students in all."""


def write_district(
    out: Path, students: int, seed: int, *, awkward: bool = False, progress: Progress | None = None
) -> dict[str, int]:
    """Writes a district of exactly ``students`` students in Clever's layout; returns the rows of each file.

    The same arguments give the same bytes anywhere. Memory holds one school at a time. ``awkward`` plants the
    mistakes of ``awkward.py`` in the largest school, which adds a few rows. Raises ``ValueError`` for fewer than
    one student (awkward: 40 in the largest school) and ``FolderRefusedError`` for a folder with other files in it.
    """
    if students < 1:
        raise ValueError("A district needs at least one student.")
    plans = plan_schools(students, seed)
    ledger = Ledger(seed, len(plans))
    largest = max(plans, key=lambda plan: plan.students)
    done = 0
    with FileSet(out, dict(HEADERS)) as files:
        for plan in plans:
            rows = school_rows(plan, ledger)
            if awkward and plan is largest:
                mistakes.plant(rows, ledger.dice(plan, "awkward"))
            for file in HEADERS:
                files.write(file, rows[file])
            done += plan.students
            if progress:
                progress(done, students)
    return files.counts


def school_rows(plan: SchoolPlan, ledger: Ledger) -> dict[str, list[Row]]:
    """Everything that the files say of one school: file to rows."""
    pupils = generate_pupils(plan, ledger)
    sections = timetable(plan, ledger, pupils)
    teachers = staff_sections(plan, ledger, sections)
    staff = other_staff(plan, ledger, teachers)
    dice = ledger.dice(plan, "names of sections")
    style = dice.between(0, 2)
    section_rows = [section_row(dice, plan, number, section, style) for number, section in enumerate(sections, start=1)]
    return {
        "schools.csv": [school_row(plan, ledger, staff[0])],
        "students.csv": [pupil.row for pupil in pupils],
        "teachers.csv": [teacher.row for teacher in teachers],
        "sections.csv": section_rows,
        "enrollments.csv": [
            {"School_id": plan.id, "Section_id": row["Section_id"], "Student_id": pupil.id}
            for row, section in zip(section_rows, sections, strict=True)
            for pupil in section.pupils
        ],
        "staff.csv": staff,
    }


def school_row(plan: SchoolPlan, ledger: Ledger, principal: Row) -> Row:
    """The row of schools.csv."""
    dice = ledger.dice(plan, "address")
    return {
        "School_id": plan.id,
        "School_name": plan.name,
        "School_number": plan.id,
        "State_id": f"{ledger.state}{dice.between(10000, 99999)}-{plan.index + 1}",
        "Low_grade": GRADE_WORDS[min(plan.grades, default=0)],
        "High_grade": GRADE_WORDS[max(plan.grades, default=12)],
        "Principal": f"{principal['First_name']} {principal['Last_name']}",
        "Principal_email": principal["Staff_email"],
        "School_address": street_address(dice),
        "School_city": ledger.town,
        "School_state": ledger.state,
        "School_zip": ledger.postcode(dice),
        "School_phone": phone_number(dice),
    }
