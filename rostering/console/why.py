"""The way of a record from the source to the page, as a row of steps that people can follow (R39)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.dateparse import parse_datetime

from accounts.models import District, School, User, UserSchool
from classes.models import Class
from classes.queries import with_counts
from rostering.console.scope import rows_for, school_ids_of
from rostering.core.records import STAFF, STUDENT, TEACHER, USER, source_id
from rostering.explain import OUTCOME, answers, records
from rostering.models import Connection, Link, Run

KINDS = {"person": "Person", "section": "Section", "school": "School", "enrollment": "Enrollment"}
GOOD, STOP, WAIT, REST = "good", "wrong", "wait", "plain"
FEW = 8
"""Records whose ways are drawn at once; of more there is a list to choose from."""
ELSEWHERE = "A record of another school. Your district coordinator sees what is wrong with it."
SENT_TO = {
    Connection.Source.CLEVER: "Clever",
    Connection.Source.SFTP: "the files on the SFTP server",
    Connection.Source.FOLDER: "the roster files",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way. ``state``: ``good``, ``wrong`` (it stops here), ``wait`` or ``plain`` (not reached)."""

    title: str
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Way:
    """One record with its answer. ``user`` or ``klass``: what it feeds here. ``check``: it can be pulled by itself."""

    answer: dict[str, Any]
    kind: str
    seen: datetime | None
    steps: list[Step]
    user: User | None
    klass: Any
    check: bool

    @property
    def arrived(self) -> bool:
        """Whether it is here as it should be."""
        return all(step.state == GOOD for step in self.steps)


@dataclass(frozen=True, slots=True)
class Found:
    """What a text may mean: the ways of a few records, or a list of many, as (link, outcome, school's name).

    Rows without an id are in no list, so their ways are drawn beside it.
    """

    ways: list[Way]
    many: list[tuple[Link, str, str]]


def find(user: User, district: District, text: str) -> Found:
    """What the text may mean among the records that ``user`` may know of."""
    seen = links_seen_by(user, district)
    meant = records(district, text, seen)
    if len(meant) <= FEW:
        return Found(_ways(district, text, meant, seen), [])
    keys = {link.school for link in meant}
    schools = Link.objects.filter(district=district, kind="school", key__in=keys)
    names = dict(schools.values_list("key", "name"))
    nameless = _ways(district, text, [], seen)
    return Found(nameless, [(link, OUTCOME.get(link.state, "in_use"), names.get(link.school, "")) for link in meant])


def _ways(district: District, text: str, meant: list[Link], seen: Q) -> list[Way]:
    found = answers(district, text, meant, seen)
    rows = [link for link, _ in found if link is not None and link.object_id is not None]
    people = _people([link.object_id or 0 for link in rows if link.kind == "person"])
    classes = _classes([link.object_id or 0 for link in rows if link.kind == "section"])
    if seen:
        _hide_elsewhere(district, seen, [answer for _, answer in found])
    source = Connection.objects.filter(district=district).values_list("source", flat=True).first()
    place = SENT_TO.get(Connection.Source(source), "") if source else ""
    return [_way(link, answer, place or "the source", people, classes) for link, answer in found]


def links_seen_by(user: User, district: District) -> Q:
    """Which links a person may know of: none but those of their own schools for a school coordinator (R47)."""
    if user.role != User.Role.SCHOOL_COORDINATOR:
        return Q()
    own = rows_for(user, School.objects.filter(district=district), district="district", school="pk")
    keys = Link.objects.filter(district=district, kind="school", object_id__in=own.values("pk")).values("key")
    people = UserSchool.objects.filter(school__in=school_ids_of(user)).values("user_id")
    return Q(school__in=keys) | Q(kind="person", object_id__in=people)


def last_sync(district: District) -> Run | None:
    """The last sync that went through."""
    runs = Run.objects.filter(district=district, mode__in=Run.SYNCS, status__in=("succeeded", "held"))
    return runs.order_by("-pk").first()


def _hide_elsewhere(district: District, seen: Q, found: list[dict[str, Any]]) -> None:
    """Take out of the answers what they say of other schools' records."""
    causes = [cause for answer in found for cause in answer["because"]]
    ids = {cause["source_id"] for cause in causes}
    keys = {*ids, *(space + one for one in ids for space in (STUDENT, TEACHER, STAFF, USER))}
    links = Link.objects.filter(seen, district=district, key__in=keys) if keys else Link.objects.none()
    known = {(kind, source_id(kind, key)) for kind, key in links.values_list("kind", "key")}
    for cause in causes:
        if (cause["kind"], cause["source_id"]) not in known:
            cause |= {"name": "", "source_id": "", "message": ELSEWHERE, "fix": ""}


def _people(ids: list[int]) -> dict[int, Any]:
    """Accounts with ``seats``, the classes that they sit in, and ``opened``, those of them with something assigned."""
    active = Q(memberships__active=True, memberships__klass__status=Class.Status.ACTIVE)
    seats = Count("memberships", filter=active, distinct=True)
    filled = active & Q(memberships__klass__assignments__isnull=False)
    opened = Count("memberships", filter=filled, distinct=True)
    return User.objects.filter(pk__in=ids).annotate(seats=seats, opened=opened).in_bulk() if ids else {}


def _classes(ids: list[int]) -> dict[int, Any]:
    return with_counts(Class.objects.filter(pk__in=ids)).in_bulk() if ids else {}


def _way(link: Link | None, answer: dict[str, Any], place: str, people: dict[int, Any], classes: dict[int, Any]) -> Way:
    row = link.object_id if link else None
    user = people.get(row or 0) if answer["kind"] == "person" else None
    klass = classes.get(row or 0) if answer["kind"] == "section" else None
    seen = parse_datetime(answer["seen"]) if answer["seen"] else None
    steps = [*_steps(answer, place), _last(answer, user, klass)]
    check = answer["kind"] in ("person", "section") and bool(answer["source_id"])
    return Way(answer, KINDS[answer["kind"]], seen, _until_it_stops(steps), user, klass, check)


def _steps(answer: dict[str, Any], place: str) -> list[Step]:
    """The steps up to the page, each as if it had been reached."""
    outcome, gone = answer["outcome"], answer["outcome"] == "withdrawn"
    recognised = answer["code"] not in ("MATCH_UNCLEAR", "IDS_CHANGED")
    waiting = outcome == "waiting" and recognised
    unshared, blocked = outcome == "not_shared", outcome == "blocked"
    steps = [
        Step("In the SIS", "No longer sent." if gone else f"Sent through {place}.", STOP if gone else GOOD),
        Step(
            "Shared",
            *(
                ("Outside of what the district shares.", STOP)
                if unshared
                else ("Within what the district shares.", GOOD)
            ),
        ),
        Step("Checked", *((answer["message"], STOP) if blocked else ("Complete enough to use.", GOOD))),
    ]
    if waiting:
        steps[0] = Step("In the SIS", "No longer sent, or no longer shared.", WAIT)
    if answer["kind"] == "person":
        words = ("Clear whose account it is.", GOOD) if recognised else ("Could be somebody who is here already.", WAIT)
        steps.append(Step("Recognized", *words))
    return steps


def _last(answer: dict[str, Any], user: Any, klass: Any) -> Step:
    """Where it arrives."""
    if answer["outcome"] == "waiting" and answer["code"] not in ("MATCH_UNCLEAR", "IDS_CHANGED"):
        return Step("On the page", "Still here, until somebody decides.", WAIT)
    if klass is not None and klass.status == Class.Status.ACTIVE and not klass.item_count:
        return Step("On the page", "Its teachers see it. Students will, once something is assigned to it.", WAIT)
    if user is not None and user.role == User.Role.STUDENT and not user.opened:
        none = "is in no class yet" if not user.seats else "sees no class, because none has anything assigned"
        return Step("On the page", f"Can sign in as {user.username}, but {none}.", WAIT)
    if user is not None:
        return Step("On the page", f"Can sign in as {user.username}.", GOOD)
    return Step("On the page", "Here.", GOOD)


def _until_it_stops(steps: list[Step]) -> list[Step]:
    """What comes after a stop was not reached; after a question neither, but for what stays meanwhile."""
    shown, stopped = list[Step](), False
    for step in steps:
        shown.append(Step(step.title, "Not reached.", REST) if stopped else step)
        stopped = stopped or step.state == STOP or (step.state == WAIT and step.title == "Recognized")
    return shown
