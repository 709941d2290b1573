"""The students of one school: who they are, as rows of students.csv."""

from datetime import date, timedelta

from rostering.rehearsal.csv_files import Row
from rostering.rehearsal.dice import Dice, Weighted
from rostering.rehearsal.ledger import Ledger, Pupil, password, phone_number, street_address
from rostering.rehearsal.names import Name, ascii_letters, draw_given, draw_name, draw_twin
from rostering.rehearsal.shape import GRADE_WORDS, SchoolPlan

TWINS = 0.012  # of the students: the next one is a twin
REPEATERS = 0.02  # of the students: a year older than their grade
BIRTH_DATES = [
    [(date(year, 9, 2) + timedelta(days=day)).strftime("%m/%d/%Y") for day in range(365)] for year in range(2006, 2022)
]
"""MM/DD/YYYY from 2 September to 1 September: the school years by which children start kindergarten at 5."""

RELATIONSHIPS = ("Parent", "Parent", "Parent", "Parent", "Grandparent", "Aunt/Uncle")
FRL = Weighted(("Free", "Reduced", "Paid"), (45, 7, 48))


def generate_pupils(plan: SchoolPlan, ledger: Ledger) -> list[Pupil]:
    """All students of a school, grade by grade."""
    dice = ledger.dice(plan, "students")
    pupils: list[Pupil] = []
    for grade, count in plan.grades.items():
        last = len(pupils) + count
        while len(pupils) < last:
            name = draw_name(dice)
            pupil = draw_pupil(dice, ledger, plan, grade, name)
            pupils.append(pupil)
            if len(pupils) < last and dice.chance(TWINS):
                pupils.append(draw_twin_of(dice, ledger, plan, pupil, name))
    return pupils


def draw_pupil(dice: Dice, ledger: Ledger, plan: SchoolPlan, grade: int, name: Name) -> Pupil:
    """A student with an id, a home and credentials."""
    student_id = ledger.student_ids.next()
    learner = name.heritage.language != "English" and dice.chance(0.35)
    row: Row = {
        "School_id": plan.id,
        "Student_id": student_id,
        "Student_number": ledger.student_numbers.next(),
        "State_id": ledger.student_state_ids.next(),
        "Last_name": name.last,
        "First_name": name.first,
        "Middle_name": name.middle,
        "Grade": GRADE_WORDS[grade],
        "Gender": name.gender,
        "Graduation_year": str(2027 + 12 - grade),
        "DOB": birth_date(dice, grade),
        "Race": name.heritage.race if dice.chance(0.92) else "M",
        "Hispanic_Latino": "Y" if name.heritage.hispanic else "N",
        "Home_language": name.heritage.language if learner or dice.chance(0.5) else "English",
        "Ell_status": "Y" if learner else "N",
        "Frl_status": dice.draw(FRL),
        "IEP_status": "Y" if dice.chance(0.14) else "N",
        "Student_street": street_address(dice),
        "Student_city": ledger.town,
        "Student_state": ledger.state,
        "Student_zip": ledger.postcode(dice),
    }
    row |= credentials(dice, ledger, student_id, name, grade)
    if dice.chance(0.6):
        row |= contact(dice, name, student_id)
    return Pupil(student_id, grade, row)


def draw_twin_of(dice: Dice, ledger: Ledger, plan: SchoolPlan, pupil: Pupil, name: Name) -> Pupil:
    """The twin: the same surname, school, grade, birth date and home."""
    twin = draw_pupil(dice, ledger, plan, pupil.grade, draw_twin(dice, name))
    for column in ("DOB", "Student_street", "Student_zip", "Race", "Home_language", "Ell_status", "Frl_status"):
        twin.row[column] = pupil.row[column]
    return twin


def birth_date(dice: Dice, grade: int) -> str:
    """A birth date that fits the grade in 2026-27: kindergarteners turned five by 1 September 2026."""
    year = 2020 - grade - dice.chance(REPEATERS) - 2006
    return dice.pick(BIRTH_DATES[max(0, year)])


def credentials(dice: Dice, ledger: Ledger, student_id: str, name: Name, grade: int) -> Row:
    """Username (letters, then the seven digits of the id: unique), password, and an email for the older ones."""
    username = ((ascii_letters(name.first)[:1] + ascii_letters(name.last))[:12] or "student") + student_id
    with_email = 0.7 if grade >= 6 else 0.35 if grade >= 3 else 0.08
    return {
        "Username": username if dice.chance(0.996) else "",
        "Password": password(dice) if dice.chance(0.996) else "",
        "Student_email": f"{username}@{ledger.domain}" if dice.chance(with_email) else "",
    }


def contact(dice: Dice, name: Name, student_id: str) -> Row:
    """One contact person, in the student's own row (clever.md §5.8)."""
    return {
        "Contact_relationship": dice.pick(RELATIONSHIPS),
        "Contact_type": "Parent/Guardian",
        "Contact_name": f"{draw_given(dice, name.heritage, dice.pick('FM'))} {name.last}",
        "Contact_phone": phone_number(dice),
        "Contact_phone_type": "Cell",
        "Contact_sis_id": f"C{student_id}",
    }
