"""What a district has in common across its schools, and what generation carries from one school to the next.

Everything here stays small while a district of any size streams by: serial numbers, the addresses of teachers
and staff (one short text per employee), and the few people who work or learn at a further school.
"""

from collections import Counter
from dataclasses import dataclass, field

from rostering.rehearsal.csv_files import Row
from rostering.rehearsal.dice import Dice
from rostering.rehearsal.name_lists import names_in
from rostering.rehearsal.names import ascii_letters
from rostering.rehearsal.shape import SchoolPlan

TOWNS = ("Larkfield", "Harborview", "Millbrook", "Redwater", "Stonebridge", "Fairhaven", "Ashgrove", "Kingsford")
STATES = (
    ("AZ", "85"),
    ("CA", "90"),
    ("TX", "77"),
    ("FL", "33"),
    ("OH", "44"),
    ("NV", "89"),
    ("WA", "98"),
    ("NC", "27"),
)
STREETS = names_in(
    "Oak Maple Cedar Elm Main Park Lake Hill Washington Jefferson Lincoln Pine Walnut Spring North South Church Mill "
    "River Sunset Railroad Jackson Highland Forest Meadow Valley Prospect Franklin Adams Chestnut Peña Chávez"
)
STREET_KINDS = ("St", "Ave", "Rd", "Ln", "Dr", "Blvd", "Ct", "Way")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the school year 2026-27. ``start`` and ``end`` are MM/DD/YYYY."""

    name: str
    start: str
    end: str


YEAR = Term("Year 2026-27", "08/17/2026", "05/28/2027")
SEMESTERS = (Term("Semester 1", "08/17/2026", "12/18/2026"), Term("Semester 2", "01/05/2027", "05/28/2027"))


class Numbering:
    """Numbers of a fixed width that look random and never repeat: a walk through all remainders of a prime.

    Good for as many numbers as ``prime`` says; about one in ten starts with a zero.
    """

    def __init__(self, dice: Dice, prime: int, prefix: str = "") -> None:
        self.prime, self.prefix, self.width = prime, prefix, len(str(prime))
        self.step, self.number = dice.between(prime // 3, prime - 2), dice.between(0, prime - 1)

    def next(self) -> str:
        """The next number, with leading zeros."""
        self.number = (self.number + self.step) % self.prime
        return f"{self.prefix}{self.number:0{self.width}d}"


@dataclass(slots=True, eq=False)
class Teacher:
    """A teacher while sections are dealt out; ``row`` is what teachers.csv says."""

    id: str
    row: Row


@dataclass(slots=True, eq=False)
class Pupil:
    """A student while seats are dealt out; ``row`` is what students.csv says."""

    id: str
    grade: int
    row: Row


class Ledger:
    """The district as a whole, from its seed."""

    def __init__(self, seed: int, schools: int) -> None:
        dice = Dice(f"{seed}/district")
        self.seed, self.schools = seed, schools
        self.town = dice.pick(TOWNS)
        self.state, self.zip = dice.pick(STATES)
        self.domain = f"{self.town.lower()}.example"
        self.semesters = dice.chance(0.4)
        self.student_ids = Numbering(dice, 9_999_991)
        self.student_numbers = Numbering(dice, 99_999_989)
        self.student_state_ids = Numbering(dice, 999_999_937, self.state)
        self.teacher_ids = Numbering(dice, 999_983)
        self.teacher_state_ids = Numbering(dice, 99_999_989, f"{self.state}-")
        self.staff_ids = Numbering(dice, 99_991, "S")
        self.addresses: Counter[str] = Counter()
        self.carried = Carried()

    def dice(self, plan: SchoolPlan, topic: str) -> Dice:
        """The chance of one topic at one school, the same whatever happens at other schools."""
        return Dice(f"{self.seed}/{plan.index}/{topic}")

    def work_email(self, first: str, last: str) -> str:
        """A teacher's or staff member's address, unique in the district."""
        base = f"{ascii_letters(first) or 't'}.{ascii_letters(last) or 'teacher'}"
        return f"{self.numbered(base)}@{self.domain}"

    def work_username(self, first: str, last: str) -> str:
        """A teacher's or staff member's username: letters, then at most five digits; unique in the district."""
        return self.numbered(ascii_letters(first)[:1] + ascii_letters(last) or "teacher")

    def numbered(self, base: str) -> str:
        """The base, with a number from the second time it is asked for."""
        self.addresses[base] += 1
        return base if self.addresses[base] == 1 else f"{base}{self.addresses[base]}"

    def postcode(self, dice: Dice) -> str:
        """A postal code of the town."""
        return f"{self.zip}{dice.between(1, 40):03d}"


@dataclass(slots=True)
class Carried:
    """Who goes on to the next school: teachers to lead a section there, students to sit in one, staff to work."""

    teachers: list[Teacher] = field(default_factory=list)
    pupils: list[Pupil] = field(default_factory=list)
    staff: list[Row] = field(default_factory=list)


def street_address(dice: Dice) -> str:
    """A street with a house number."""
    return f"{dice.between(1, 9899)} {dice.pick(STREETS)} {dice.pick(STREET_KINDS)}"


def phone_number(dice: Dice) -> str:
    """A telephone number from the range that is kept free for fiction."""
    return f"{dice.between(201, 989)}-555-{dice.between(100, 199):04d}"


def password(dice: Dice) -> str:
    """A starting password as districts hand them out, at least 6 characters."""
    return f"{dice.pick(WORDS)}{dice.between(1000, 9999)}"


WORDS = names_in(
    "tiger river maple comet otter piano lemon robot eagle candy pixel storm berry cloud zebra panda rocket"
)
