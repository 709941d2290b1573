"""What a username policy would mean for the people of a district, before it is saved (R8 to R12)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts.models import District, User
from accounts.usernames import generated_base, transliterate, usable_from_sis
from rostering.core.diff_people import naming_order
from rostering.core.naming import Namer
from rostering.core.planning import Rules
from rostering.core.records import Person, main_role
from rostering.core.snapshot import Packed
from rostering.current import DatabaseHoldings
from rostering.models import Link

EXAMPLES = 10
CLASH, UNUSABLE, OTHER, SAME = "clash", "unusable", "other", "same"


@dataclass(frozen=True, slots=True)
class Example:
    """One person. ``now``: the username of their account, empty without one; ``then``: what the policy would give."""

    name: str
    now: str
    then: str
    why: str


@dataclass(slots=True)
class Forecast:
    """Counts of people that the source sends. Somebody may both clash and have another username.

    ``other``: would be called otherwise if accounts were made today. ``clashes``: what they should be called is
    taken. ``unusable``: nothing can be made of what is there, so that a substitute is given.
    """

    people: int = 0
    other: int = 0
    clashes: int = 0
    unusable: int = 0
    newcomers: int = 0
    examples: list[Example] = field(default_factory=list)


class _AccountsByHand(DatabaseHoldings):
    """The district as if the roster had made no account yet."""

    def __init__(self, district: District) -> None:
        super().__init__(district)
        self._of = district

    def usernames(self) -> Iterable[str]:
        """Usernames of accounts that no record feeds now: made by hand, or of people who have left."""
        fed = sent_people(self._of).exclude(object_id=None).values("object_id")
        return User.objects.filter(district=self._of).exclude(pk__in=fed).values_list("username_key", flat=True)


def sent_people(district: District) -> "QuerySet[Link]":
    """The people whom the source sends."""
    return Link.objects.filter(district=district, kind="person").exclude(state=Link.State.WITHDRAWN)


def forecast_usernames(district: District, usernames: str) -> Forecast:
    """Name everybody anew, in the order of R10, as on the first day; nothing is written. Three queries."""
    rows = sent_people(district).exclude(said="")
    accounts = dict(User.objects.filter(district=district).values_list("pk", "username"))
    now: dict[str, str] = {}
    lines: dict[str, bytes] = {}
    for key, said, row in rows.values_list("key", "said", "object_id").iterator(2000):
        lines[key], now[key] = said.encode(), accounts.get(row or 0, "")
    people = Packed(Person, lines)
    order = sorted(people, key=lambda key: naming_order(people[key]))
    namer = Namer(Rules(usernames=usernames), _AccountsByHand(district))
    if usernames == District.Usernames.SIS:
        namer.claim_from_sis((key, people[key]) for key in order)
    seen, found = Counter[str](), Forecast(people=len(order))
    for key in order:
        person = people[key]
        _note(found, seen, person, now[key], namer.name(key, person), usernames)
    found.examples.sort(key=lambda example: (not example.why, example.name))
    return found


def _note(found: Forecast, seen: Counter[str], person: Person, now: str, then: str, usernames: str) -> None:
    kind, why = _judge(person, then, usernames)
    found.clashes += kind == CLASH
    found.unusable += kind == UNUSABLE
    found.newcomers += not now
    found.other += bool(now) and now != then
    if kind == SAME and now and now != then:
        kind = OTHER
    if kind != SAME and seen[kind] < _share(kind) and len(found.examples) < EXAMPLES:
        seen[kind] += 1
        found.examples.append(Example(person.label, now, then, why))


def _share(kind: str) -> int:
    """How many of the examples may be of a kind, so that no kind crowds out the others."""
    return {CLASH: 3, UNUSABLE: 3, OTHER: 4}[kind]


def _judge(person: Person, then: str, usernames: str) -> tuple[str, str]:
    """What is the matter with one person's username, and how to say it."""
    if usernames == District.Usernames.SIS:
        wanted = person.username or ""
        if why := usable_from_sis(wanted):
            return UNUSABLE, f"The SIS's username is {why}." if wanted else "The SIS sends no username."
        return (SAME, "") if then == wanted else (CLASH, f"“{wanted}” is taken by somebody else.")
    if not transliterate(person.first_name) and not transliterate(person.last_name):
        return UNUSABLE, "The name has no letters that a username can be made of."
    base = generated_base(main_role(person.roles), person.grade or "", person.first_name, person.last_name)
    return (SAME, "") if then == base else (CLASH, f"“{base}” is taken by somebody else.")
