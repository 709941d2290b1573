"""CSV cells as the API spells them (clever.md §5.10, §5.11). What cannot be read is blank, and a grade ``Other``."""

from datetime import date, datetime
from functools import lru_cache

from rostering.rehearsal.csv_files import columns

GRADES = columns(
    "InfantToddler Preschool PreKindergarten TransitionalKindergarten Kindergarten 1 2 3 4 5 6 7 8 9 10 11 12 13 "
    "PostGraduate Ungraded Other"
)
GRADE_WORDS = {
    **{word.lower(): word for word in GRADES},
    **dict.fromkeys(("0", "00", "k", "kg", "kf"), "Kindergarten"),
    **dict.fromkeys(("-1", "pk", "prek"), "PreKindergarten"),
    **dict.fromkeys(("-2", "ps"), "Preschool"),
    **dict.fromkeys(("-5", "tk"), "TransitionalKindergarten"),
    **{f"0{number}": str(number) for number in range(1, 10)},
    "it": "InfantToddler",
    "pg": "PostGraduate",
    "ug": "Ungraded",
}
RACES = {
    **dict.fromkeys(("a", "asian"), "Asian"),
    **dict.fromkeys(("b", "black or african american", "black"), "Black or African American"),
    **dict.fromkeys(("i", "american indian", "american indian or alaska native"), "American Indian"),
    **dict.fromkeys(("m", "two or more races", "multiracial"), "Two or More Races"),
    **dict.fromkeys(
        ("p", "hawaiian or other pacific islander", "native hawaiian or other pacific islander", "native hawaiian"),
        "Hawaiian or Other Pacific Islander",
    ),
    **dict.fromkeys(("w", "white", "caucasian"), "Caucasian"),
}
MEALS = {
    **dict.fromkeys(("f", "free"), "Free"),
    **dict.fromkeys(("r", "reduced"), "Reduced"),
    **dict.fromkeys(("n", "p", "paid"), "Paid"),
}
GENDERS = {"m": "M", "male": "M", "f": "F", "female": "F", "x": "X"}
ANSWERS = {"y": "Y", "yes": "Y", "n": "N", "no": "N"}
SUBJECTS = (
    *("english/language arts", "math", "science", "social studies", "language", "homeroom/advisory"),
    *("interventions/online learning", "technology and engineering", "PE and health", "arts and music", "other"),
)
SUBJECT_WORDS = {word.lower(): word for word in SUBJECTS}
RELATIONSHIPS = {
    **{word.lower(): word for word in ("Parent", "Grandparent", "Self", "Aunt/Uncle", "Sibling", "Other")},
    **dict.fromkeys(("mother", "father", "guardian"), "Parent"),
    **dict.fromkeys(("grandmother", "grandfather"), "Grandparent"),
    **dict.fromkeys(("aunt", "uncle"), "Aunt/Uncle"),
    **dict.fromkeys(("brother", "sister"), "Sibling"),
}
CONTACT_TYPES = {
    **{word.lower(): word for word in ("Parent/Guardian", "Emergency", "Primary", "Secondary", "Family", "Other")},
    **dict.fromkeys(("parent", "guardian"), "Parent/Guardian"),
}
PHONE_TYPES = {word.lower(): word for word in ("Cell", "Home", "Work", "Other")}
LANGUAGE_CODES = dict(
    pair.split("=")
    for pair in (
        *("english=eng", "spanish=spa", "arabic=ara", "chinese=zho", "mandarin=cmn", "hindi=hin", "polish=pol"),
        *("yoruba=yor", "hawaiian=haw", "russian=rus", "korean=kor", "japanese=jpn", "vietnamese=vie", "german=deu"),
        *("french=fra", "portuguese=por", "somali=som", "other=other"),
    )
)
"""Some of the 152 of Appendix A."""
STAFF_ROLES = {"school tech lead": "SchoolTechLead", "schooltechlead": "SchoolTechLead", "stl": "SchoolTechLead"}
DATE_FORMATS = ("%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d")


@lru_cache(maxsize=20_000)
def read_date(cell: str) -> date | None:
    """The day that a cell names, as districts write days."""
    for layout in DATE_FORMATS:
        try:
            return datetime.strptime(cell, layout).date()  # noqa: DTZ007 a day has no time zone
        except ValueError:
            continue
    return None


def iso_day(cell: str) -> str:
    """``YYYY-MM-DD``, or blank."""
    day = read_date(cell)
    return day.isoformat() if day else ""


def birthday(cell: str) -> str:
    """``M/D/YYYY``, the one date that Clever does not write as ISO, or blank."""
    day = read_date(cell)
    return f"{day.month}/{day.day}/{day.year}" if day else ""


def grade(cell: str) -> str:
    """One of Clever's grades; a range or anything else is ``Other``."""
    return GRADE_WORDS.get(cell.lower(), "Other") if cell else ""


def word(known: dict[str, str], cell: str, otherwise: str = "") -> str:
    """The API's word for a cell; ``otherwise`` for one that is not known, blank for none."""
    return known.get(cell.lower(), otherwise) if cell else ""
