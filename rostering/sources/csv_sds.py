"""The CSV layout of Microsoft's School Data Sync, version 1."""

from rostering.core.records import STUDENT, TEACHER
from rostering.core.snapshot import Snapshot
from rostering.sources.base import Reading
from rostering.sources.files import FileSet, require
from rostering.sources.headers import ROSTER, Columns
from rostering.sources.intake import Intake
from rostering.sources.people import People, at_other_school, pass_by
from rostering.sources.rosters import Rosters
from rostering.sources.sections import Faculty, Sections, read_schools

SCHOOLS = Columns(
    file="School.csv",
    space="school",
    cells=("SIS ID", "Name", "School Number", "Grade Low", "Grade High"),
    required=("SIS ID", "Name"),
)
STUDENTS = Columns(
    file="Student.csv",
    space=STUDENT,
    cells=(
        *("SIS ID", "School SIS ID", "First Name", "Last Name", "Secondary Email", "Grade", "Student Number", None),
        *("State ID", "Username", "Password", "Birthdate", "Status"),
    ),
    required=("SIS ID", "School SIS ID"),
    secret=frozenset(("Password", "Birthdate")),
)
TEACHERS = Columns(
    file="Teacher.csv",
    space=TEACHER,
    cells=(
        *("SIS ID", "School SIS ID", "First Name", "Last Name", "Secondary Email", None, None, "Teacher Number"),
        *("State ID", "Username", "Password", None, "Status"),
    ),
    required=("SIS ID", "School SIS ID"),
    secret=frozenset(("Password",)),
)
SECTIONS = Columns(
    file="Section.csv",
    space="section",
    cells=(
        *("SIS ID", "School SIS ID", "Section Name", "Course Name", "Course Number", "Periods", "Course Subject", None),
        *("Section Number", "Term Name", "Term StartDate", "Term EndDate", "Status"),
    ),
    required=("SIS ID", "School SIS ID", "Section Name"),
)
ENROLLMENTS = Columns(
    file="StudentEnrollment.csv",
    space=ROSTER,
    cells=("Section SIS ID", "SIS ID"),
    required=("Section SIS ID", "SIS ID"),
)
TEACHING = Columns(
    file="TeacherRoster.csv",
    space=ROSTER,
    cells=("Section SIS ID", "SIS ID"),
    required=("Section SIS ID", "SIS ID"),
)

REQUIRED = ("School.csv", "Section.csv", "Student.csv", "Teacher.csv", "StudentEnrollment.csv", "TeacherRoster.csv")


def read_sds(files: FileSet, reading: Reading) -> Snapshot:
    """Everything that the files say, or a ``SourceError``. The layout knows no staff, so it says nothing of them."""
    require(files, REQUIRED)
    intake = Intake(files, reading)
    snapshot = intake.snapshot
    read_schools(intake, SCHOOLS)
    People(intake, STUDENTS, "student", at_other_school, pass_by).read()
    People(intake, TEACHERS, "teacher", at_other_school, pass_by).read()
    teaching = Rosters(intake, TEACHING, TEACHER)
    teaching.read()
    rosters = Rosters(intake, ENROLLMENTS, STUDENT)
    rosters.read()
    Sections(intake, SECTIONS, rosters, Faculty(intake), lambda key, school, _: teaching.members_of(key, school)).read()
    rosters.finish()
    teaching.finish()
    intake.say_digits_lost()
    snapshot.seats, snapshot.dangling = rosters.pairs, rosters.dangling
    snapshot.complete = frozenset(("school", STUDENT, TEACHER, "section", ROSTER))
    return snapshot
