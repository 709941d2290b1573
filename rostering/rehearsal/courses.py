"""What is taught: courses per grade, with Clever's subjects (clever.md §1.10.5)."""

from typing import NamedTuple


class Course(NamedTuple):
    """A course. ``number`` is the same for the same name throughout the district."""

    name: str
    number: str
    subject: str


SUBJECTS = {
    "homeroom": "Homeroom/advisory",
    "reading": "English/language arts",
    "writing": "English/language arts",
    "english": "English/language arts",
    "math": "Math",
    "science": "Science",
    "social": "Social studies",
    "language": "Language",
    "pe": "PE and health",
    "art": "Arts and music",
    "music": "Arts and music",
    "technology": "Technology and engineering",
    "library": "Other",
    "intervention": "Interventions/online learning",
}

HOMEROOM_TEACHER = ("reading", "math", "science", "social", "homeroom")
SPECIALISTS = ("pe", "art", "music")
ELEMENTARY = {
    "homeroom": "Homeroom",
    "reading": "Reading",
    "writing": "Writing",
    "math": "Math",
    "science": "Science",
    "social": "Social Studies",
    "pe": "Physical Education",
    "art": "Art",
    "music": "Music",
    "technology": "Computer Lab",
    "library": "Library",
}

CORE = ("english", "math", "science", "social")
EXTRA = ("pe", "language", "homeroom", "intervention")
ELECTIVES = ("art", "technology", "music")
MIDDLE = {
    "english": ("English Language Arts {g}", "English Language Arts {g} Honors"),
    "math": ("Math {g}", "Math {g} Accelerated", "Pre-Algebra"),
    "science": ("Science {g}", "Science {g} Honors"),
    "social": ("Social Studies {g}",),
    "pe": ("Physical Education {g}", "Health {g}"),
    "language": ("Spanish I", "French I", "Español para hispanohablantes"),
    "homeroom": ("Advisory {g}",),
    "intervention": ("Reading Lab", "Math Lab", "Study Skills"),
    "art": ("Art {g}", "Theatre Arts", "Digital Photography"),
    "technology": ("Coding {g}", "STEM Exploration", "Keyboarding"),
    "music": ("Beginning Band", "Choir", "Orchestra"),
}
HIGH = {
    **MIDDLE,
    "english": ("English {g}", "English {g} Honors", "AP English Language & Composition"),
    "math": ("Algebra I", "Geometry", "Algebra II", "Pre-Calculus", "AP Calculus AB", "Statistics"),
    "science": ("Biology", "Chemistry", "Physics", "Earth & Space Science", "AP Biology"),
    "social": ("World History", "U.S. History", "Government", "AP U.S. History", "Economics"),
    "language": ("Spanish I", "Spanish II", "French I", "French II", "ASL I", "AP Spanish Literature"),
    "art": ("Art I", "Ceramics", "Drama", "AP Studio Art: Drawing"),
    "technology": ("AP Computer Science A", "Robotics", "Auto Shop, Level 1", 'CTE "Culinary" Arts'),
    "music": ("Concert Band", "Jazz Ensemble", "Chamber Choir", "Guitar"),
}


def course_of(family: str, name: str) -> Course:
    """The course of a family by its name; the number is made from both."""
    letters = "".join(word[0] for word in name.replace("&", "").split() if word[0].isalnum()).upper()
    return Course(name, f"{family[:3].upper()}{letters}{sum(name.encode()) % 900 + 100}", SUBJECTS[family])


def elementary_course(family: str, grade: int) -> Course:
    """What a homeroom has in a subject."""
    short = {-1: "PK", 0: "K"}.get(grade, str(grade))
    return course_of(family, f"{ELEMENTARY[family]} {short}")


def secondary_courses(family: str, grade: int) -> list[Course]:
    """What students of a grade may take in a family of subjects; maths and sciences move on with the grade."""
    names = HIGH[family] if grade >= 9 else MIDDLE[family]
    if grade >= 9 and family in {"math", "science", "social"}:
        names = names[grade - 9 : grade - 6]
    return [course_of(family, name.format(g=grade)) for name in names]
