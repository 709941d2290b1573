"""One raw cell in, one clean value out: text, grades, emails, dates, section names.

``None`` goes in where the source has no such column and comes out as ``None``; ``""`` is *empty* (records).
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from rostering.core.records import GRADES

_BREAKS = re.compile(r"[\t\n\r\v\f\x85]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?[eE]\+\d+")
_DATES = (
    re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}|\d{2})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
)

OTHER = "Other"

_GRADE_WORDS = {
    **{re.sub(r"[^a-z0-9]", "", word.lower()): word for word in GRADES},
    **dict.fromkeys(("0", "00", "k", "kg", "kf"), "Kindergarten"),
    **dict.fromkeys(("-1", "pk", "prek"), "PreKindergarten"),
    **dict.fromkeys(("-2", "ps", "pr"), "Preschool"),
    **dict.fromkeys(("tk", "-5"), "TransitionalKindergarten"),
    **dict.fromkeys(("it",), "InfantToddler"),
    **{f"0{number}": str(number) for number in range(1, 10)},
    "pg": "PostGraduate",
    "ug": "Ungraded",
}
"""What stands in files for Clever's grades (clever.md §5.10), without case, blanks and punctuation."""


def clean(raw: str) -> str:
    """Text without outer white space and control characters; everything else exactly as sent (R7).

    A line break or tab inside becomes a blank, so that the words around it stay apart.
    """
    if raw.isprintable():
        return raw.strip()
    return _CONTROLS.sub("", _BREAKS.sub(" ", raw)).strip()


def clean_or_none(raw: str | None) -> str | None:
    """As ``clean``, for a column that need not be there."""
    return None if raw is None else clean(raw)


def grade(raw: str) -> tuple[str, bool]:
    """One of ``GRADES`` or ``""``, and whether the source named it.

    What is not in the list is ``Other`` and not named: a range is never guessed at.
    """
    text = raw.strip()
    if not text:
        return "", False
    found = _grade_word(text)
    return (found, True) if found else (OTHER, False)


@lru_cache(maxsize=1024)
def _grade_word(text: str) -> str | None:
    folded = text.lower()
    return _GRADE_WORDS.get(folded) or _GRADE_WORDS.get(re.sub(r"[ ._/-]", "", folded) if folded[0].isalpha() else "")


def email(raw: str) -> str:
    """The address, trimmed; ``""`` unless it is something, one ``@``, something, without white space."""
    text = clean(raw)
    before, _, after = text.partition("@")
    if not before or not after or "@" in after or len(text.split()) != 1:
        return ""
    return text


@lru_cache(maxsize=8192)
def iso_date(raw: str) -> str:
    """A date as ``YYYY-MM-DD``, from ``M/D/YYYY``, ``M/D/YY``, ``YYYY-MM-DD`` or ``YYYYMMDD``; ``""`` otherwise.

    Two digits of a year mean 1969 to 2068, as POSIX has it.
    """
    text = raw.strip()
    for form in _DATES:
        if found := form.fullmatch(text):
            year, month, day = (int(found[part]) for part in ("year", "month", "day"))
            if year < 100:
                year += 1900 if year >= 69 else 2000
            try:
                return date(year, month, day).isoformat()
            except ValueError:
                return ""
    return ""


def iso_date_or_none(raw: str | None) -> str | None:
    """As ``iso_date``, for a column that need not be there."""
    return None if raw is None else iso_date(raw)


def section_name(course: str | None, teacher: str, period: str | None) -> str:
    """The name that Clever builds where the source has none (R18): course, teacher's last name, period."""
    return " - ".join(part for part in (course, teacher, period) if part)


def is_scientific(text: str) -> bool:
    """Whether an id is what a spreadsheet makes of a long number: ``1.0E+05``."""
    return "+" in text and _SCIENTIFIC.fullmatch(text) is not None


def digits_lost(unknown: Iterable[str], known: Iterable[str]) -> list[tuple[str, str]]:
    """Of ids that nothing answers to, those that would be known with other leading zeros: (found, likely).

    An id that a spreadsheet wrote in scientific notation counts, with the likely number as text. Nobody is to act
    on a pair: it is for a person to look at.
    """
    bare = {key.lstrip("0"): key for key in known}
    pairs = []
    for key in unknown:
        if is_scientific(key):
            pairs.append((key, str(int(float(key.replace(",", "."))))))
        elif likely := bare.get(key.lstrip("0")):
            pairs.append((key, likely))
    return pairs
