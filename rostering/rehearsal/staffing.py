"""The teachers and other staff of one school, and who teaches what (reference/districts.md)."""

from collections import defaultdict
from collections.abc import Iterator

from rostering.rehearsal.courses import HOMEROOM_TEACHER
from rostering.rehearsal.csv_files import Row
from rostering.rehearsal.dice import Dice, Weighted
from rostering.rehearsal.ledger import Ledger, Teacher, password
from rostering.rehearsal.names import draw_name
from rostering.rehearsal.shape import SchoolPlan
from rostering.rehearsal.timetable import Section

WITHOUT_TEACHER = 0.019  # of the sections
CO_TAUGHT = 0.03  # of the sections
SUPPORT = 0.05  # teachers who lead no section, for each who does
TRAVELLING = 0.035  # of the lead teachers: also lead sections at another school
WITHOUT_EMAIL = 0.015  # of the teachers
ALSO_STAFF = 0.012  # of the teachers: in staff.csv too, with the same email
STAFF_OF_SEVERAL = 0.06  # of the staff: also at the next school
LOADS = Weighted((1, 2, 3, 4, 5, 6, 7, 8, 10, 12), (4, 9, 11, 16, 26, 18, 7, 4, 2, 3))
SPECIALIST_LOADS = Weighted((6, 8, 10, 12, 14, 16), (1, 2, 3, 3, 2, 1))


def staff_sections(plan: SchoolPlan, ledger: Ledger, sections: list[Section]) -> list[Teacher]:
    """Gives the sections their teachers; returns the teachers whose primary school this is."""
    dice = ledger.dice(plan, "teachers")
    leads: list[Teacher] = []
    for title, loads, batch in departments(sections):
        leads += deal(dice, ledger, plan, title, loads, batch)
    support = [hire(dice, ledger, plan, "Special Education") for _ in range(dice.round(len(leads) * SUPPORT))]
    for section in sections:
        if dice.chance(WITHOUT_TEACHER):
            section.teachers = []
        elif dice.chance(CO_TAUGHT):
            helpers = support if support and dice.chance(0.8) else leads
            partners = [dice.pick(helpers) for _ in range(2 if dice.chance(0.1) else 1)]
            section.teachers = list(dict.fromkeys((*section.teachers, *partners)))
    exchange_travellers(dice, ledger, sections, leads)
    return leads + support


def departments(sections: list[Section]) -> Iterator[tuple[str, Weighted[int] | None, list[Section]]]:
    """Sections that go to the same teacher (loads: None) or are dealt out among teachers of one subject."""
    batches: dict[tuple[str, str], list[Section]] = defaultdict(list)
    for section in sections:
        if section.grade >= 6:
            batches["secondary", section.course.subject].append(section)
        elif section.family in HOMEROOM_TEACHER:
            batches[f"Grade {section.grade}", section.group.rstrip("x")].append(section)
        else:
            batches["specialist", ""].append(section)
    for (kind, name), batch in batches.items():
        if kind == "secondary":
            yield name, LOADS, sorted(batch, key=lambda section: section.period)
        elif kind == "specialist":
            yield "Specialist", SPECIALIST_LOADS, sorted(batch, key=lambda section: (section.family, section.grade))
        else:
            yield f"{kind} Teacher".replace("Grade 0", "Kindergarten").replace("Grade -1", "Pre-K"), None, batch


def deal(
    dice: Dice, ledger: Ledger, plan: SchoolPlan, title: str, loads: Weighted[int] | None, sections: list[Section]
) -> list[Teacher]:
    """Hires as many teachers as the sections need and gives each section one.

    Sections come sorted by period and are dealt one to each teacher in turn, so that few have two at once.
    """
    capacities = [len(sections)] if loads is None else []
    while loads and sum(capacities) < len(sections):
        capacities.append(dice.draw(loads))
    hired = [hire(dice, ledger, plan, title) for _ in capacities]
    order = [
        teacher
        for turn in range(max(capacities))
        for teacher, most in zip(hired, capacities, strict=True)
        if most > turn
    ]
    for section, teacher in zip(sections, order, strict=False):
        section.teachers = [teacher]
    return hired


def hire(dice: Dice, ledger: Ledger, plan: SchoolPlan, title: str) -> Teacher:
    """A new teacher of this school."""
    name, teacher_id = draw_name(dice), ledger.teacher_ids.next()
    row: Row = {
        "School_id": plan.id,
        "Teacher_id": teacher_id,
        "Teacher_number": teacher_id,
        "State_teacher_id": ledger.teacher_state_ids.next(),
        "Teacher_email": ledger.work_email(name.first, name.last),
        "First_name": name.first,
        "Middle_name": name.middle,
        "Last_name": name.last,
        "Title": title,
        "Username": ledger.work_username(name.first, name.last),
        "Password": password(dice),
    }
    for column, share in (("Teacher_email", WITHOUT_EMAIL), ("Username", 0.004), ("Password", 0.004)):
        if dice.chance(share):
            row[column] = ""
    return Teacher(teacher_id, row)


def exchange_travellers(dice: Dice, ledger: Ledger, sections: list[Section], leads: list[Teacher]) -> None:
    """Teachers of the school before take over a section or two; some of this school's go on to the next."""
    staffed = [section for section in sections if section.teachers]
    for traveller in ledger.carried.teachers if staffed else ():
        for _ in range(dice.between(1, 2)):
            section = dice.pick(staffed)
            if traveller not in section.teachers:
                section.teachers[0] = traveller
    further = [traveller for traveller in ledger.carried.teachers if dice.chance(0.15)]
    dice.mix(leads)
    share = TRAVELLING * ledger.schools / max(1, ledger.schools - 1)
    ledger.carried.teachers = leads[: dice.round(len(leads) * share)] + further


def other_staff(plan: SchoolPlan, ledger: Ledger, teachers: list[Teacher]) -> list[Row]:
    """The rows of staff.csv for one school, the principal first.

    Some also work at the school before (same Staff_id), some are teachers too (same email and name, own id).
    """
    dice = ledger.dice(plan, "staff")
    titles = ["Principal", "Secretary"]
    titles += ["Assistant Principal"] * (plan.students > 600) + ["Secretary"] * (plan.students > 900)
    titles += ["Dean of Students"] * (plan.level in {"high", "k12"}) + ["Counselor"] * (plan.students > 250)
    rows = [staff_row(dice, ledger, plan, title) for title in titles]
    rows[dice.between(1, len(rows) - 1)]["Role"] = "School Tech Lead"
    rows += [row | {"School_id": plan.id} for row in ledger.carried.staff]
    ledger.carried.staff = [row for row in rows[1 : len(titles)] if dice.chance(STAFF_OF_SEVERAL)]
    for teacher in teachers:
        if teacher.row["Teacher_email"] and dice.chance(ALSO_STAFF):
            rows.append(staff_row(dice, ledger, plan, "Dean") | staff_columns(teacher.row))
    return rows


def staff_row(dice: Dice, ledger: Ledger, plan: SchoolPlan, title: str) -> Row:
    """A new member of staff."""
    name = draw_name(dice)
    return {
        "School_id": plan.id,
        "Staff_id": ledger.staff_ids.next(),
        "Staff_email": ledger.work_email(name.first, name.last),
        "First_name": name.first,
        "Last_name": name.last,
        "Department": "Student Services" if title in {"Counselor", "Dean", "Dean of Students"} else "Front Office",
        "Title": title,
        "Username": ledger.work_username(name.first, name.last),
        "Password": password(dice),
    }


def staff_columns(teacher: Row) -> Row:
    """What a teacher's row says in staff.csv."""
    row = {column: teacher[column] for column in ("First_name", "Last_name", "Username", "Password")}
    return row | {"Staff_email": teacher["Teacher_email"]}
