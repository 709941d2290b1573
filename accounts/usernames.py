"""Usernames: how one is made from a name (R9), numbered (R10), and judged when the SIS sends it (R11, R12).

Pure: no Django, no database. The names already taken come in as values.
"""

import re
import unicodedata
from collections.abc import Iterable

from anyascii import anyascii

LONGEST = 64

FIRST_NAME_GRADES = frozenset(
    ("InfantToddler", "Preschool", "PreKindergarten", "TransitionalKindergarten", "Kindergarten", "1", "2")
)
"""Grades whose students are named by their first name: they can write that one (R9)."""

_NOT_ALLOWED = re.compile("[^a-z0-9]")
_ALLOWED = re.compile("[A-Za-z0-9]+")


def username_key(username: str) -> str:
    """What two usernames are compared by: the same without case (R10)."""
    return username.lower()


def generated_base(role: str, grade: str, first: str, last: str) -> str:
    """The username of R9 before any number: 1 to 64 lower-case ASCII letters and digits.

    ``role``: the main one of the person. ``grade``: Clever's word (``rostering.core.records.GRADES``) or ``""``.
    """
    first, last = transliterate(first), transliterate(last)
    if not first or not last:
        base = first or last or transliterate(role)
    elif role == "student" and grade in FIRST_NAME_GRADES:
        base = first + last[0]
    else:
        base = first[0] + last
    return base[:LONGEST]


def transliterate(name: str) -> str:
    """The letters and digits of a name in lower-case ASCII; may be empty.

    Symbols and punctuation go first, because anyascii has words for them (a smiling face would become "grinning").
    Combining marks stay: in many scripts they are the vowels.
    """
    if not name.isascii():
        name = anyascii("".join(filter(_is_spoken, unicodedata.normalize("NFC", name))))
    return _NOT_ALLOWED.sub("", name.lower())


def _is_spoken(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LN" or category in ("Mn", "Mc")


def usable_from_sis(raw: str) -> str | None:
    """Why a username from the SIS cannot be used (R11), in words; ``None`` when it can, as it is sent."""
    if not raw.strip():
        return "missing"
    if len(raw) > LONGEST:
        return f"longer than {LONGEST} characters"
    if not _ALLOWED.fullmatch(raw):
        return "not only letters A to Z and digits"
    return None


class UsernamePool:
    """The names taken in one district, compared without case (R10). A name once taken stays taken.

    ``taken``: every username of the district, of inactive people and of accounts made by hand too.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {username_key(name) for name in taken}
        self._next_number: dict[str, int] = {}

    def is_free(self, wanted: str) -> bool:
        """Whether nobody has it."""
        return username_key(wanted) not in self._taken

    def claim(self, wanted: str) -> bool:
        """Take exactly this name if it is free; say whether it was."""
        key = username_key(wanted)
        if key in self._taken:
            return False
        self._taken.add(key)
        return True

    def number(self, base: str) -> str:
        """Take and return ``base``, or ``base`` with the smallest free number from 1, in at most 64 characters.

        Names are never given back, so the numbers below the last one found for a base stay taken: each call goes on
        from there, and ten thousand of one base cost ten thousand steps.
        """
        base = base[:LONGEST]
        key = username_key(base)
        number = self._next_number.get(key, 0)
        while not self.claim(name := _numbered(base, number)):
            number += 1
        self._next_number[key] = number + 1
        return name


def _numbered(base: str, number: int) -> str:
    digits = str(number) if number else ""
    return base[: LONGEST - len(digits)] + digits
