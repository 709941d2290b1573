"""The CSV layout that Clever publishes (clever.md §5)."""

import msgspec

from rostering.core.normalize import clean
from rostering.core.records import STAFF, STUDENT, TEACHER
from rostering.core.snapshot import Snapshot
from rostering.sources.base import Reading
from rostering.sources.files import FileSet, require
from rostering.sources.headers import ROSTER, Columns
from rostering.sources.intake import Intake
from rostering.sources.people import ContactRows, People, at_other_school, never_again, pass_by
from rostering.sources.rosters import Rosters
from rostering.sources.sections import Faculty, Sections, read_schools
from rostering.sources.staff import StaffWhoTeach
from rostering.sources.tables import Row

SECRET = frozenset(("Password", "DOB"))

SCHOOLS = Columns(
    file="schools.csv",
    space="school",
    cells=("School_id", "School_name", "School_number", "Low_grade", "High_grade"),
    required=("School_id", "School_name"),
)
STUDENTS = Columns(
    file="students.csv",
    space=STUDENT,
    cells=(
        *("Student_id", "School_id", "First_name", "Last_name", "Student_email", "Grade", "Student_number", None),
        *("State_id", "Username", "Password", "DOB", None),
    ),
    required=("School_id", "Student_id", "Last_name", "First_name"),
    beside=(
        *("Contact_relationship", "Contact_type", "Contact_name", "Contact_phone", "Contact_phone_type"),
        *("Contact_email", "Contact_sis_id"),
    ),
    secret=SECRET,
)
TEACHERS = Columns(
    file="teachers.csv",
    space=TEACHER,
    cells=(
        *("Teacher_id", "School_id", "First_name", "Last_name", "Teacher_email", None, None, "Teacher_number"),
        *("State_teacher_id", "Username", "Password", None, None),
    ),
    required=("School_id", "Teacher_id", "First_name", "Last_name"),
    secret=frozenset(("Password",)),
)
STAFF_MEMBERS = Columns(
    file="staff.csv",
    space=STAFF,
    cells=(
        *("Staff_id", "School_id", "First_name", "Last_name", "Staff_email", None, None, None, None),
        *("Username", "Password", None, None),
    ),
    required=("School_id", "Staff_id", "First_name", "Last_name"),
    secret=frozenset(("Password",)),
)
TEACHER_COLUMNS = ("Teacher_id", *(f"Teacher_{number}_id" for number in range(2, 11)))
SECTIONS = Columns(
    file="sections.csv",
    space="section",
    cells=(
        *("Section_id", "School_id", "Name", "Course_name", "Course_number", "Period", "Subject", "Grade"),
        *("Section_number", "Term_name", "Term_start", "Term_end", None),
        *TEACHER_COLUMNS,
    ),
    required=("School_id", "Section_id", "Teacher_id"),
)
ENROLLMENTS = Columns(
    file="enrollments.csv",
    space=ROSTER,
    cells=("Section_id", "Student_id"),
    required=("Section_id", "Student_id"),
    beside=("School_id",),
)

REQUIRED = ("schools.csv", "students.csv", "teachers.csv", "sections.csv", "enrollments.csv")


def read_clever(files: FileSet, reading: Reading) -> Snapshot:
    """Everything that the files say, or a ``SourceError``."""
    require(files, REQUIRED)
    intake = Intake(files, reading)
    snapshot = intake.snapshot
    read_schools(intake, SCHOOLS)
    People(intake, STUDENTS, "student", ContactRows(), pass_by).read()
    People(intake, TEACHERS, "teacher", never_again, pass_by).read()
    both, knows_staff = _read_staff(intake, files, reading)
    rosters, faculty = Rosters(intake, ENROLLMENTS, STUDENT), Faculty(intake)
    rosters.read()
    sections = Sections(intake, SECTIONS, rosters, faculty, _teachers_of)
    sections.read()
    _add_schools_taught_at(intake, faculty)
    both.merge()
    rosters.finish()
    intake.say_digits_lost()
    snapshot.seats, snapshot.dangling = rosters.pairs, rosters.dangling
    snapshot.complete = frozenset(("school", STUDENT, TEACHER, "section"))
    if knows_staff:
        snapshot.complete |= {STAFF}
    if sections.knows_teachers:
        snapshot.complete |= {ROSTER}
    return snapshot


def _read_staff(intake: Intake, files: FileSet, reading: Reading) -> tuple[StaffWhoTeach, bool]:
    """Read the staff, where there is a file of them; False if there was one the last time and is none now.

    A file that went missing stays remembered, so nobody in it is gone until it comes back without them (R34).
    """
    both = StaffWhoTeach(intake)
    name = STAFF_MEMBERS.file
    if name in files.paths:
        People(intake, STAFF_MEMBERS, "staff", at_other_school, both.note).read()
        return both, True
    if name not in reading.memory:
        return both, True
    intake.say("FILE_SET_PARTIAL", "file", name, {"file": name}, name)
    intake.snapshot.files[name] = reading.memory[name]
    return both, False


def _teachers_of(_section: str, _school: str, cells: Row) -> tuple[str, ...]:
    """The keys of a section's teachers, each once, the primary one first."""
    return tuple(dict.fromkeys(TEACHER + found for raw in cells if raw and (found := clean(raw))))


def _add_schools_taught_at(intake: Intake, faculty: Faculty) -> None:
    """A teacher belongs to the school of their row and to those of their sections (clever.md §5.5)."""
    people = intake.snapshot.people
    for key, further in faculty.further.items():
        held = people[key]
        people.add(key, msgspec.structs.replace(held, schools=(*held.schools, *further)))
