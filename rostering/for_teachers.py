"""What the roster says to teachers about their classes: when it was read, and who is missing and why (R39, issue 6).

Registered with ``classes.feed_words``, which knows no feed. The number of queries does not grow with the classes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import Max
from django.urls import reverse

from accounts.models import District
from classes.feed_words import Door, FeedWords, Missing
from classes.models import Class
from rostering.core.records import Section, source_id
from rostering.models import DataWarning, Link, Run

NOT_SENT = "The SIS lists this student in the class, but did not send the student’s record."
UNUSABLE = "The SIS sent a record that cannot be used as it is."
BY_STATE = {
    Link.State.NOT_SHARED: "Your district does not share this student’s record.",
    Link.State.WITHDRAWN: "The SIS still lists this student in the class, but no longer sends the student’s record.",
    Link.State.REVIEW: "This may be somebody who has an account already. Your district office decides.",
    Link.State.IN_USE: "The student’s account is switched off.",
}
BY_CODE = {
    "STUDENT_NAME_MISSING": "The SIS has no first or no last name for this student.",
    "RECORD_UNREADABLE": "The SIS sent the student’s record in a form that cannot be read.",
    "MATCH_UNCLEAR": BY_STATE[Link.State.REVIEW],
    "IDS_CHANGED": BY_STATE[Link.State.REVIEW],
}


def tell(district: District, classes: Sequence[Class]) -> FeedWords:
    """What is to be said about classes of a district."""
    checked = last_read(district)
    if checked is None:
        return FeedWords()
    rows = Link.objects.filter(district=district, kind="section", object_id__in=[klass.pk for klass in classes])
    links = list(rows.exclude(said="").only("object_id", "said", "state", "manual"))
    linked = {link.object_id for link in links if link.manual}
    return FeedWords(checked, _missing(district, links), _doors(classes, linked))


def last_read(district: District) -> datetime | None:
    """When the district's roster was last read to its end."""
    good = Run.objects.filter(district=district, mode__in=Run.SYNCS, status__in=("succeeded", "held"), only="")
    last: datetime | None = good.aggregate(last=Max("finished"))["last"]
    return last


def _doors(classes: Sequence[Class], linked: set[int | None]) -> dict[int, Door]:
    """The page on which a teacher links a class made by hand to a section, or takes that back (R24)."""
    words = {True: "Unlink it from its section", False: "Link it to a section of yours"}
    return {
        klass.pk: Door(reverse("teacher_link", args=[klass.number]), words[klass.pk in linked])
        for klass in classes
        if klass.pk in linked or not klass.synced
    }


def _missing(district: District, links: Iterable[Link]) -> dict[int, list[Missing]]:
    """Class -> students whom its section names and who have no account in use, by name."""
    used = (link for link in links if link.state in (Link.State.IN_USE, Link.State.BLOCKED))
    students = {link.object_id: msgspec.json.decode(link.said, type=Section).students for link in used}
    keys = {key for each in students.values() for key in each}
    people = Link.objects.filter(district=district, kind="person", key__in=keys)
    known = {link.key: link for link in people.only("key", "name", "state", "live")}
    absent = {key for key in keys if key not in known or not known[key].live}
    codes = _codes(district, absent) if absent else {}
    found: dict[int, list[Missing]] = {}
    for klass, named in students.items():
        gone = sorted(_as_missing(key, known.get(key), codes) for key in dict.fromkeys(named) if key in absent)
        if klass is not None and gone:
            found[klass] = gone
    return found


def _codes(district: District, keys: Iterable[str]) -> dict[str, str]:
    """Key of a person -> the code of an open warning that keeps them out."""
    rows = DataWarning.objects.filter(district=district, kind="person", key__in=keys, severity__in=("HOLD", "ERROR"))
    return dict(rows.exclude(state=DataWarning.State.RESOLVED).order_by("-pk").values_list("key", "code"))


def _as_missing(key: str, link: Link | None, codes: Mapping[str, str]) -> Missing:
    name = (link.name if link else "") or f"Student {source_id('person', key)}"
    if link is None:
        return Missing(name, NOT_SENT)
    return Missing(name, BY_CODE.get(codes.get(key, "")) or BY_STATE.get(Link.State(link.state), UNUSABLE))
