"""What two descriptions of a person share, as evidence that they are one (R27, R40). Values in, values out.

An **evidence** is a tuple: its kind, then what both sides must have alike. Names are compared without case, accents and
punctuation, and a name alone is no evidence.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from accounts.usernames import FIRST_NAME_GRADES
from rostering.core.holdings import Fields
from rostering.core.records import GRADES, Person, main_role

Evidence = tuple[str, ...]

STRONG = ("id", "number", "state", "teacher", "email")
"""Kinds that say who somebody is, the best first."""
MODERATE = ("username", "birth")
"""Kinds that need a name beside them."""
WEAK = "name"
"""Never enough to act on."""
WORDS = {
    "id": "same source id",
    "number": "same student number",
    "state": "same state id",
    "teacher": "same teacher number",
    "email": "same email address",
    "username": "same username and name",
    "birth": "same name, birth date and school",
    "name": "same name, school and grade",
}
SHOWN = (
    "first_name", "last_name", "roles", "email", "grade", "student_number", "teacher_number", "state_id", "sis_id",
    "username", "schools",
)  # fmt: skip
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a person, on either side.

    ``ids``: source ids, whatever their space. ``fields``: as an account has them. ``birth``: a keyed digest or empty.
    For accounts, ``fed``: a record fed it before; ``live``: and until now; ``certain``: that no record feeds it any
    longer is proven.
    """

    role: str
    ids: frozenset[str]
    fields: Fields
    schools: tuple[str, ...]
    birth: str = ""
    fed: bool = True
    live: bool = True
    certain: bool = True

    @property
    def group(self) -> str:
        """Students and educators are never the same (R27)."""
        return "student" if self.role == "student" else "educator"

    @property
    def first(self) -> str:
        """The first name, folded."""
        return folded(self.fields.get("first_name", ""))

    @property
    def last(self) -> str:
        """The last name, folded."""
        return folded(self.fields.get("last_name", ""))

    @property
    def name(self) -> str:
        """The name as people read it."""
        return f"{self.fields.get('first_name', '')} {self.fields.get('last_name', '')}".strip()


def facts_of_record(person: Person) -> Facts:
    """What a record says."""
    fields = {name: getattr(person, name) or "" for name in SHOWN if name not in ("roles", "schools")}
    fields |= {"roles": ";".join(person.roles), "schools": ";".join(person.schools)}
    ids = frozenset(filter(None, (*(key[2:] for key in person.keys), person.sis_id)))
    return Facts(main_role(person.roles), ids, fields, person.schools, person.birth or "")


def evidence_of(facts: Facts) -> Iterator[Evidence]:
    """Everything by which a person may be recognised, the best first.

    An account that no record fed so far is not recognised by what only a feed can know, nor a student by an email.
    """
    group, known = facts.group, facts.fields.get
    for found in sorted(facts.ids):
        yield "id", group, found
    if group == "student" and known("student_number"):
        yield "number", known("student_number", "")
    if known("state_id"):
        yield "state", group, known("state_id", "")
    if group == "educator" and known("teacher_number"):
        yield "teacher", known("teacher_number", "")
    if known("email") and (group == "educator" or facts.fed):
        yield "email", group, known("email", "").casefold()
    yield from _evidence_with_names(facts)


def _evidence_with_names(facts: Facts) -> Iterator[Evidence]:
    first, last, known = facts.first, facts.last, facts.fields.get
    username = known("username", "").casefold()
    if username and last and facts.role != "student":
        yield "username", facts.role, username, last
    elif username and last:
        yield "username", facts.role, username, last, "grade", band_of(known("grade", ""))
        yield "username", facts.role, username, last, "first", first
    if first and last and facts.fed:
        for school in facts.schools:
            if facts.birth:
                yield "birth", facts.group, first, last, facts.birth, school
            yield WEAK, facts.group, first, last, known("grade", ""), school


@lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """A name without case, accents, blanks and punctuation."""
    plain = name if name.isascii() else unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_LETTERS.sub("", plain.casefold())


def band_of(grade: str) -> str:
    """Which part of school a grade belongs to."""
    if grade in FIRST_NAME_GRADES:
        return "early"
    place = GRADES.index(grade) if grade in GRADES else -1
    for band, last in (("elementary", "5"), ("middle", "8"), ("high", "PostGraduate")):
        if 0 <= place <= GRADES.index(last):
            return band
    return ""


def contradicts(record: Facts, account: Facts, kind: str) -> bool:
    """Whether two descriptions cannot well be of one person, for all the evidence of this kind."""
    if record.birth and account.birth and record.birth != account.birth:
        return True
    if not (_agree(record, account, "first_name") or _agree(record, account, "last_name")):
        return True
    numbers = record.fields.get("student_number"), account.fields.get("student_number")
    return kind not in ("id", "number", "state") and bool(numbers[0] and numbers[1] and numbers[0] != numbers[1])


def _agree(one: Facts, other: Facts, part: str) -> bool:
    """Whether a part of the name is the same, be it with or without a middle name."""
    here, there = one.fields.get(part, ""), other.fields.get(part, "")
    if not (here and there):
        return False
    return folded(here) == folded(there) or folded(here.split()[0]) == folded(there.split()[0])


def side_by_side(record: Facts, account: Facts) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The fields that agree, and those that differ: [here, in the source]. What one side does not know is left out."""
    agree, differ = dict[str, str](), dict[str, list[str]]()
    for name in SHOWN:
        here, there = account.fields.get(name, ""), record.fields.get(name, "")
        if here and there and here.casefold() == there.casefold():
            agree[name] = there
        elif here and there:
            differ[name] = [here, there]
    if record.birth and account.birth and record.birth == account.birth:
        agree["birth_date"] = "the same"
    elif record.birth and account.birth:
        differ["birth_date"] = ["one", "another"]
    return agree, differ
