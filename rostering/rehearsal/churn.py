"""The next day of a district: its files once more, with some of the people and sections changed."""

from collections.abc import Callable, Iterator
from pathlib import Path

from rostering.rehearsal.csv_files import HEADERS, FileSet, FolderRefusedError, Sheet
from rostering.rehearsal.dice import Dice, lot
from rostering.rehearsal.fates import (
    TEACHER_COLUMNS,
    SectionChanges,
    StudentChanges,
    TeacherChanges,
    change_classes,
    change_sections,
    change_students,
    change_teachers,
    choose,
)
from rostering.rehearsal.ledger import password
from rostering.rehearsal.names import ascii_letters, draw_name

SPLIT = 0.4  # of the students of a section: go over to the new one that is opened beside it
CONTACT_COLUMNS = ("relationship", "type", "name", "phone", "phone_type", "email", "sis_id")


class NextDay:
    """The changes of one night, and the rows of each file after it (generators, in the order of the old rows).

    Memory is in proportion to the ids of teachers, sections and changed students. Files that are not there have
    no changes and no rows.
    """

    def __init__(self, source: Path, percent: float, seed: int) -> None:
        self.seed = seed
        self.sheets = {file: Sheet(source / file) for file in HEADERS if (source / file).is_file()}
        if not self.sheets:
            raise FolderRefusedError(f"{source} has none of {', '.join(HEADERS)}. Name the folder of a district.")
        self.students, self.teachers, self.sections = StudentChanges(), TeacherChanges(), SectionChanges()
        if "students.csv" in self.sheets:
            self.students = change_students(self.sheets["students.csv"], percent, seed)
        if "teachers.csv" in self.sheets:
            self.teachers = change_teachers(self.sheets["teachers.csv"], self.sheets.get("staff.csv"), percent, seed)
        if "sections.csv" in self.sheets:
            self.sections = change_sections(self.sheets["sections.csv"], percent, seed)
        if "enrollments.csv" in self.sheets:
            sheet = self.sheets["enrollments.csv"]
            seats = ((sheet.get(row, "Section_id"), sheet.get(row, "Student_id")) for row in sheet.rows())
            change_classes(self.students, self.sections, seats, seed)

    def rows(self, file: str) -> Iterator[list[str]]:
        """The rows of a file on the next day."""
        changed: dict[str, Callable[[Sheet], Iterator[list[str]]]] = {
            "students.csv": self.student_rows,
            "teachers.csv": self.teacher_rows,
            "sections.csv": self.section_rows,
            "enrollments.csv": self.enrollment_rows,
        }
        sheet = self.sheets[file]
        return changed[file](sheet) if file in changed else sheet.rows()

    def student_rows(self, sheet: Sheet) -> Iterator[list[str]]:
        """Students without those who leave; who joins stands behind the one whose classes they share."""
        changes, waiting = self.students, dict(self.students.joiners)
        for row in sheet.rows():
            student = sheet.get(row, "Student_id")
            happens = changes.fates.get(student, "")
            if happens == "leave":
                continue
            if student in changes.targets:
                school, grade = changes.targets[student]
                sheet.put(row, "School_id", school)
                sheet.put(row, "Grade", grade)
            elif happens == "rename":
                self.rename(sheet, row, student)
            yield row
            if student in waiting:
                yield self.new_student(sheet, row, waiting.pop(student))

    def rename(self, sheet: Sheet, row: list[str], student: str) -> None:
        """Gives a student another surname, as after a marriage or an adoption; credentials stay."""
        last, dice = sheet.get(row, "Last_name"), Dice(f"{self.seed}/rename/{student}")
        other = draw_name(dice).last
        while other == last:
            other = draw_name(dice).last
        sheet.put(row, "Last_name", f"{last}-{other}" if last and dice.chance(0.3) else other)

    def new_student(self, sheet: Sheet, template: list[str], student: str) -> list[str]:
        """A student of the same school, grade and classes as the template, and nothing else of theirs."""
        dice, row, numbers = Dice(f"{self.seed}/join/{student}"), list(template), self.students.numbers
        name, email = draw_name(dice), sheet.get(template, "Student_email")
        letters = (ascii_letters(name.first)[:1] + ascii_letters(name.last))[:12] or "student"
        username = numbers["Username"].like(f"{letters}0000000")
        cells = {
            "Student_id": student,
            "First_name": name.first,
            "Middle_name": name.middle,
            "Last_name": name.last,
            "Gender": name.gender,
            "Username": username,
            "Password": password(dice),
            "Student_email": f"{username}@{email.rpartition('@')[2]}" if "@" in email else "",
            "Student_street": f"{dice.between(1, 9899)} Newcomer St",
        }
        cells |= {f"Contact_{column}": "" for column in CONTACT_COLUMNS}
        for column in ("Student_number", "State_id"):
            cells[column] = numbers[column].like(sheet.get(template, column))
        for column, value in cells.items():
            sheet.put(row, column, value)
        return row

    def teacher_rows(self, sheet: Sheet) -> Iterator[list[str]]:
        """Teachers without those who leave; who joins stands behind a teacher of the same school."""
        waiting = dict(self.teachers.joiners)
        for row in sheet.rows():
            teacher = sheet.get(row, "Teacher_id")
            if teacher not in self.teachers.leaving:
                yield row
            if teacher in waiting:
                yield self.new_teacher(sheet, row, waiting.pop(teacher))

    def new_teacher(self, sheet: Sheet, template: list[str], teacher: str) -> list[str]:
        """A teacher of the same school and title as the template."""
        dice, row, numbers = Dice(f"{self.seed}/hire/{teacher}"), list(template), self.teachers.numbers
        name, email = draw_name(dice), sheet.get(template, "Teacher_email")
        username = numbers["Username"].like(
            (ascii_letters(name.first)[:1] + ascii_letters(name.last) or "teacher") + "0"
        )
        cells = {
            "Teacher_id": teacher,
            "Teacher_number": numbers["Teacher_number"].like(sheet.get(template, "Teacher_number")),
            "State_teacher_id": numbers["State_teacher_id"].like(sheet.get(template, "State_teacher_id")),
            "First_name": name.first,
            "Middle_name": name.middle,
            "Last_name": name.last,
            "Username": username,
            "Password": password(dice),
            "Teacher_email": f"{username}.{teacher.lower()}@{email.rpartition('@')[2]}" if "@" in email else "",
        }
        for column, value in cells.items():
            sheet.put(row, column, value)
        return row

    def section_rows(self, sheet: Sheet) -> Iterator[list[str]]:
        """Sections without those that close, taught by who is there; a new one stands behind the one it relieves."""
        waiting = dict(self.sections.opened)
        for row in sheet.rows():
            section = sheet.get(row, "Section_id")
            happens = self.sections.fates.get(section, "")
            if happens == "close":
                continue
            self.replace_teachers(sheet, row, happens == "reteach")
            if happens == "rename":
                column = "Name" if sheet.get(row, "Name") else "Course_name"
                name = sheet.get(row, column)
                sheet.put(row, column, f"{name} ({choose(['AM', 'PM', 'new', 'Team 2'], self.seed, 'name', section)})")
            yield row
            if section in waiting:
                opened = list(row)
                sheet.put(opened, "Section_id", waiting.pop(section))
                self.replace_teachers(sheet, opened, True)
                yield opened

    def replace_teachers(self, sheet: Sheet, row: list[str], reteach: bool) -> None:
        """Puts successors in the place of teachers who left; ``reteach`` gives the section to another of the school."""
        before = [sheet.get(row, column) for column in TEACHER_COLUMNS]
        after = [self.teachers.leaving.get(teacher, teacher) for teacher in before]
        colleagues = [t for t in self.teachers.by_school.get(sheet.get(row, "School_id"), ()) if t not in after]
        if reteach and colleagues:
            after[0] = choose(colleagues, self.seed, "reteach", sheet.get(row, "Section_id"))
        if after == before:
            return
        kept = [teacher for teacher in dict.fromkeys(after[1:]) if teacher and teacher != after[0]]
        for column, teacher in zip(TEACHER_COLUMNS, [after[0], *kept, *[""] * len(before)], strict=False):
            sheet.put(row, column, teacher)

    def enrollment_rows(self, sheet: Sheet) -> Iterator[list[str]]:
        """Seats of those who stay, each followed by the seats of those who follow them."""
        students, sections = self.students, self.sections
        for row in sheet.rows():
            section, student = sheet.get(row, "Section_id"), sheet.get(row, "Student_id")
            if students.seatless(student) or sections.fates.get(section) == "close":
                continue
            swap = students.swaps.get(student)
            if swap and swap[0] == section:
                sheet.put(row, "Section_id", swap[1])
            elif section in sections.opened and lot(self.seed, "split", section, student) < SPLIT:
                sheet.put(row, "Section_id", sections.opened[section])
            yield row
            for follower in students.followers.get(student, ()):
                seat = list(row)
                sheet.put(seat, "Student_id", follower)
                yield seat


def write_next_day(source: Path, out: Path, percent: float, seed: int) -> dict[str, int]:
    """Writes the district in ``source`` as it is a day later to ``out``; returns the rows of each file.

    About ``percent`` (0 to 100) of the students, teachers and sections change; all other rows stay as and where they
    are. 0 gives the same rows. Raises ``ValueError`` for another percentage, ``FolderRefusedError`` for folders.
    """
    if not 0 <= percent <= 100:
        raise ValueError("The churn is a percentage from 0 to 100.")
    if source.resolve() == out.resolve():
        raise FolderRefusedError(f"{out} would overwrite the day that it comes from. Name another folder.")
    day = NextDay(source, percent, seed)
    with FileSet(out, {file: sheet.header for file, sheet in day.sheets.items()}) as files:
        for file in day.sheets:
            for row in day.rows(file):
                files.write_cells(file, row)
    return files.counts
