"""The mistakes of real districts, planted on purpose (reference/districts.md, "Dirt seen in real files").

For the demo and for tests of data warnings; a district is clean unless this is asked for.
"""

from rostering.rehearsal.csv_files import Row
from rostering.rehearsal.dice import Dice

SMALLEST = 40  # students of the school that gets them: each mistake then has a student of its own
UNKNOWN_STUDENT, UNKNOWN_TEACHER, UNKNOWN_SECTION = "unknown-student", "unknown-teacher", "unknown-section"


def plant(files: dict[str, list[Row]], dice: Dice) -> None:
    """Spoils some rows of one school, in place. ``ValueError`` if it is too small."""
    if len(files["students.csv"]) < SMALLEST:
        raise ValueError(f"Awkward cases need a school with at least {SMALLEST} students.")
    plant_in_students(files["students.csv"], dice)
    plant_in_teachers(files["teachers.csv"])
    plant_in_sections(files["sections.csv"])
    plant_in_enrollments(files["enrollments.csv"], dice)


def plant_in_students(rows: list[Row], dice: Dice) -> None:
    """Wrong values, each with one student; then rows that come twice."""
    victims = list(rows)
    dice.mix(victims)
    victims[0]["Grade"] = "8-Jun"  # a spreadsheet read 6-8 as a date
    victims[1]["Grade"] = ""
    victims[2]["Student_email"] = "not.an.address.example"
    victims[3]["Student_email"] = " o'brien @larkfield.example"
    victims[4]["Last_name"] = ""
    victims[5]["Last_name"] += "  "
    victims[6]["Student_number"] = victims[7]["Student_number"]
    victims[8]["Username"] = "josé.ñandú"
    victims[9]["Username"] = victims[10]["Username"]
    victims[11]["Password"] = victims[11]["Password"][:3]
    victims[12]["DOB"] = "31/12/2015"
    victims[13]["Student_number"] = victims[13]["Student_number"].lstrip("0") or "1"
    victims[14]["Student_number"] = ""
    insert_after(rows, victims[15], dict(victims[15]))  # the same row twice
    insert_after(rows, victims[16], victims[16] | {"First_name": "Somebody", "Last_name": "Else"})
    for victim in victims[17:20]:
        for number, relationship in enumerate(("Grandparent", "Aunt/Uncle"), start=1):
            insert_after(rows, victim, victim | another_contact(victim, number, relationship))


def insert_after(rows: list[Row], row: Row, other: Row) -> None:
    """Puts another row behind the one that is meant (not behind one that merely equals it)."""
    place = next(at for at, candidate in enumerate(rows) if candidate is row)
    rows.insert(place + 1, other)


def another_contact(student: Row, number: int, relationship: str) -> Row:
    """The contact columns of a further row of the same student (clever.md §5.8)."""
    return {
        "Contact_relationship": relationship,
        "Contact_type": "Emergency",
        "Contact_name": f"Bo {student['Last_name']}",
        "Contact_phone": f"602-555-01{number:02d}",
        "Contact_phone_type": "Home",
        "Contact_sis_id": f"C{student['Student_id']}-{number}",
    }


def plant_in_teachers(rows: list[Row]) -> None:
    """A teacher without an id, one whose row comes twice, one with an email that is none."""
    blank = rows[0] | {
        "Teacher_id": "",
        "First_name": "Pat",
        "Last_name": "Nobody",
        "Teacher_email": "",
        "Username": "",
    }
    rows.append(blank)
    rows.append(dict(rows[0]))
    rows[-3]["Teacher_email"] = "no-at-sign.example"


def plant_in_sections(rows: list[Row]) -> None:
    """A teacher whom teachers.csv does not know, a range of grades, an id that two sections share."""
    rows[0]["Teacher_id"] = UNKNOWN_TEACHER
    rows[1]["Grade"] = "3-5"
    rows[2]["Name"] = rows[2]["Course_name"] = ""
    rows.append(rows[3] | {"Name": "Chess Club", "Course_name": "Chess Club", "Course_number": "CHESS"})


def plant_in_enrollments(rows: list[Row], dice: Dice) -> None:
    """Seats of a student and of a section that do not exist, and one seat twice."""
    seat = dice.pick(rows)
    rows += [seat | {"Student_id": UNKNOWN_STUDENT}, seat | {"Section_id": UNKNOWN_SECTION}, dict(seat)]
