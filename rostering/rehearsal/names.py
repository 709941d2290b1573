"""Names of synthetic people, spread as a census spreads them: the commonest surname on 1 to 2 % of people."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rostering.rehearsal.dice import Dice, Weighted
from rostering.rehearsal.name_lists import (
    LONG_FIRST,
    LONG_LAST,
    NAME_ENDS,
    NAME_LISTS,
    NAME_STARTS,
    ONE_LETTER,
    SUFFIXES,
    NameList,
    names_in,
)

RARE_SURNAMES = 0.45  # of the holders of English surnames: outside the list, in the census' long tail
LETTERS_OF = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h"}
)


@dataclass(frozen=True, slots=True)
class Heritage:
    """Where names come from, with the demographic columns that go with it (clever.md §5.11)."""

    race: str
    hispanic: bool
    language: str
    latin: bool
    rare: bool
    girls: Weighted[str]
    boys: Weighted[str]
    surnames: Weighted[str]


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name as a SIS writes it. ``gender`` is M, F or X."""

    first: str
    middle: str
    last: str
    gender: str
    heritage: Heritage


def by_rank(text: str, flatness: float) -> Weighted[str]:
    """Names of a list, the one of rank r as often as 1 / (r + flatness)."""
    names = names_in(text)
    return Weighted(names, (1 / (rank + flatness) for rank in range(1, len(names) + 1)))


def heritage_of(names: NameList) -> Heritage:
    """The heritage that a list describes."""
    return Heritage(
        race=names.race,
        hispanic=names.language == "Spanish",
        language=names.language,
        latin=names.girls.strip()[0].isascii(),
        rare=names.language == "English",
        girls=by_rank(names.girls, 20),
        boys=by_rank(names.boys, 20),
        surnames=by_rank(names.surnames, 5 if names.language == "English" else 10),
    )


HERITAGES = Weighted(map(heritage_of, NAME_LISTS), (names.share for names in NAME_LISTS))
STARTS, ENDS = names_in(NAME_STARTS), names_in(NAME_ENDS)


def draw_name(dice: Dice) -> Name:
    """A new person's name."""
    heritage = dice.draw(HERITAGES)
    gender = "X" if dice.chance(0.003) else "F" if dice.chance(0.488) else "M"
    first, middle = draw_given(dice, heritage, gender), ""
    if heritage.latin and dice.chance(0.55):
        middle = draw_given(dice, heritage, gender)
        middle = middle[:1] if dice.chance(0.5) else middle
    return Name(first, middle, draw_last(dice, heritage, gender), gender, heritage)


def draw_twin(dice: Dice, name: Name) -> Name:
    """A brother or sister: the same surname, another first name."""
    gender = "F" if dice.chance(0.5) else "M"
    first = draw_given(dice, name.heritage, gender)
    while first == name.first:
        first = draw_given(dice, name.heritage, gender)
    return Name(first, "", name.last, gender, name.heritage)


def draw_given(dice: Dice, heritage: Heritage, gender: str) -> str:
    """A first name; a very long or one-letter one now and then."""
    if heritage.latin and dice.chance(0.0015):
        return dice.pick(LONG_FIRST) if dice.chance(0.5) else dice.pick(ONE_LETTER)
    girl = gender == "F" or (gender == "X" and dice.chance(0.5))
    return spelled(dice, dice.draw(heritage.girls if girl else heritage.boys))


def draw_last(dice: Dice, heritage: Heritage, gender: str) -> str:
    """A surname, single, double or with a suffix."""
    if heritage.latin and dice.chance(0.0015):
        return dice.pick(LONG_LAST) if dice.chance(0.5) else dice.pick(ONE_LETTER)
    last = draw_surname(dice, heritage)
    if heritage.hispanic and dice.chance(0.2):
        return f"{last} {draw_surname(dice, heritage)}"
    if heritage.latin and dice.chance(0.02):
        return f"{last}-{draw_surname(dice, heritage)}"
    if heritage.rare and gender == "M" and dice.chance(0.015):
        return f"{last} {dice.pick(SUFFIXES)}"
    return last


def draw_surname(dice: Dice, heritage: Heritage) -> str:
    """One surname."""
    if heritage.rare and dice.chance(RARE_SURNAMES):
        return dice.pick(STARTS) + dice.pick(ENDS)
    return spelled(dice, dice.draw(heritage.surnames))


def spelled(dice: Dice, name: str) -> str:
    """The name as a school office types it: half of the accents that plain letters can replace are lost."""
    return name if name.isascii() or dice.chance(0.5) else unaccented(name)


@lru_cache(maxsize=4096)
def unaccented(text: str) -> str:
    """The text without the accents on Latin letters; other scripts stay as they are."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return plain if plain.isascii() else text


@lru_cache(maxsize=4096)
def ascii_letters(text: str) -> str:
    """The a-z that are left of a name (``Łukasz`` gives ``lukasz``, ``李`` gives nothing)."""
    return re.sub("[^a-z]", "", unicodedata.normalize("NFKD", text.casefold().translate(LETTERS_OF)))
