"""Why is she not here? Answered for any name, id, username or email (R39)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import District, User
from rostering.core.data_warnings import CATALOGUE
from rostering.core.newcomers import found_words
from rostering.core.records import STAFF, STUDENT, TEACHER, USER, source_id
from rostering.models import DataWarning, Link, Review, Run
from rostering.review import DECIDED
from rostering.warnings import OPEN

MOST = 50
"""Answers at the most; a text that finds more is too short."""
OUTCOME = {
    "kept": "withdrawn",
    "blocked": "blocked",
    "waiting": "waiting",
    "not_shared": "not_shared",
    "withdrawn": "withdrawn",
    "review": "waiting",
}
PLAIN = {
    "in_use": "It is in use; the last run brought or changed it.",
    "unchanged": "It is in use, and the last run found nothing new.",
    "waiting": "It is no longer sent, or no longer shared. Its removal waits for a decision; until then it stays.",
    "not_shared": "The source has it, but it is outside of what the district shares.",
    "withdrawn": "The source no longer sends it. Nothing was deleted: when it is sent again, it is here again.",
    "kept": "The source no longer sends it, but it was decided to keep it.",
    "blocked": "The source sends it, but it cannot be used as it is.",
}
CAUSE = ("kind", "source_id", "name", "code", "message", "fix")
SEVERITIES = ("HOLD", "ERROR", "WARN", "INFO")
FILES = {STUDENT: "student", TEACHER: "teacher", STAFF: "staff", "school": "school", "section": "section"}
"""What the file of each space of ids is called; some layouts have the plural."""


EVERYTHING = Q()


def explain(district: District, text: str) -> list[dict[str, Any]]:
    """What became of every record that the text may mean; empty when nothing is found."""
    return [answer for _, answer in answers(district, text, records(district, text))]


def records(district: District, text: str, seen: Q = EVERYTHING) -> list[Link]:
    """The records that the text may mean, as their links. ``seen``: the only ones that may be told of (R47)."""
    if not text.strip():
        return []
    return _of_records(_links(district, text.strip(), Link.objects.filter(seen, district=district)))


def answers(
    district: District, text: str, meant: list[Link], seen: Q = EVERYTHING
) -> list[tuple[Link | None, dict[str, Any]]]:
    """As ``explain``, each with its link where there is one; ``meant`` is what ``records`` found."""
    text = text.strip()
    if not text:
        return []
    last = (
        Run.objects.filter(district=district, mode__in=Run.SYNCS, status__in=("succeeded", "held"))
        .order_by("-pk")
        .first()
    )
    links = Link.objects.filter(seen, district=district)
    found: list[tuple[Link | None, dict[str, Any]]] = [(link, _answer(district, link, last)) for link in meant]
    found += [(None, _nameless(row, last)) for row in _nameless_warnings(district, text, links, seen)]
    if found:
        return found
    single = _enrollment(district, text, last, links) or _enrollments(text, last, links)
    if not single and not seen:
        single = [_nameless(row, last) for row in _never_sent(district, text)]
    return [(None, answer) for answer in single]


def _links(district: District, text: str, links: QuerySet[Link]) -> list[Link]:
    keys = [text, *(space + text for space in (STUDENT, TEACHER, STAFF, USER))]
    by_id = Q(kind="person", key__in=keys[1:]) | Q(kind__in=("school", "section"), key=text)
    users = User.objects.filter(district=district).filter(
        Q(username_key=text.lower()) | Q(email__iexact=text) | Q(student_number=text)
    )
    by_account = Q(kind="person", object_id__in=list(users.values_list("pk", flat=True)[:MOST]))
    exact = list(links.filter(by_id | by_account).order_by("kind", "key")[:MOST])
    by_words = links.filter(name__icontains=text) | links.exclude(state="in_use").filter(said__icontains=text)
    more = by_words.exclude(pk__in=[link.pk for link in exact]).order_by("kind", "name", "key")
    return exact or list(more[:MOST])


def _of_records(links: list[Link]) -> list[Link]:
    """The links without the further keys of people who are found by the key that names their record, too (R29)."""
    named = {(link.kind, link.object_id) for link in links if link.said}
    return [link for link in links if link.said or link.object_id is None or (link.kind, link.object_id) not in named]


def _answer(district: District, link: Link, last: Run | None) -> dict[str, Any]:
    outcome = OUTCOME.get(link.state) or ("in_use" if last and link.changed_run == last.pk else "unchanged")
    record = _record_of(district, link)
    own = _warning_of(district, link.kind, record.key)
    root = _root(district, link) if own is None and link.state == Link.State.BLOCKED else None
    warning = own or root
    if link.state == Link.State.REVIEW:
        return _in_review(district, link, record, last)
    because = ([_as_cause(root)] if root else []) + _because(district, record, own)
    plain = PLAIN["kept" if link.state == "kept" else outcome]
    return {
        "kind": link.kind,
        "source_id": source_id(link.kind, link.key),
        "name": record.name,
        "school": record.school,
        "outcome": outcome,
        "code": warning.code if warning else "",
        "message": warning.message if warning else plain,
        "fix": warning.fix if warning else "",
        "seen": _seen(district, link, last),
        "because": because,
    }


def _in_review(district: District, link: Link, record: Link, last: Run | None) -> dict[str, Any]:
    """The answer for somebody whom a person has to recognise first (R27)."""
    entry, review = CATALOGUE["MATCH_UNCLEAR"], Review.objects.filter(district=district, key=record.key).first()
    decided = review is not None and review.state in DECIDED
    found = found_words(len(review.candidates) if review else 1)
    return {
        "kind": link.kind, "source_id": source_id(link.kind, link.key), "name": record.name, "school": record.school,
        "outcome": "waiting", "code": "MATCH_UNCLEAR", "message": entry.message.format(found=found, name=record.name),
        "fix": "It is decided. The next sync does it." if decided else entry.fix,
        "seen": _seen(district, link, last), "because": [],
    }  # fmt: skip


def _record_of(district: District, link: Link) -> Link:
    """The link that has the words: for a further key of a person the one whose key names the record."""
    if link.said or link.kind != "person" or link.object_id is None:
        return link
    named = Link.objects.filter(district=district, kind="person", object_id=link.object_id).exclude(said="")
    return named.order_by("-live", "key").first() or link


def _root(district: District, link: Link) -> DataWarning | None:
    """What blocks a record that has no warning of its own: its school, or a row of its file that cannot be read."""
    rows = DataWarning.objects.filter(district=district, state__in=OPEN)
    school = rows.filter(kind="school", key=link.school, code="SCHOOL_NOT_SET_UP").first()
    stem = FILES.get(link.key[:2] if link.kind == "person" else link.kind, "")
    return school or rows.filter(code="FILE_ROW_UNREADABLE", key__in=(f"{stem}.csv", f"{stem}s.csv")).first()


def _seen(district: District, link: Link, last: Run | None) -> str:
    """When the source last sent it."""
    if link.state in ("withdrawn", "waiting", "kept") and link.changed_run:
        before = Run.objects.filter(
            district=district, mode__in=Run.SYNCS, pk__lt=link.changed_run, status__in=("succeeded", "held")
        )
        last = before.order_by("-pk").first() or last
    return last.started.isoformat() if last else ""


def _warning_of(district: District, kind: str, key: str) -> DataWarning | None:
    rows = DataWarning.objects.filter(district=district, kind=kind, key=key).exclude(state=DataWarning.State.RESOLVED)
    return min(rows, key=lambda row: (SEVERITIES.index(row.severity), row.pk), default=None)


def _because(district: District, link: Link, warning: DataWarning | None) -> list[dict[str, Any]]:
    """The records that it waits for, nearest first."""
    chain: list[dict[str, Any]] = []
    if link.kind == "person" and link.state in ("in_use", "blocked"):
        blocked = Link.objects.filter(
            district=district, kind="section", state="blocked", said__contains=f'"{link.key}"'
        ).order_by("key")
        for section in blocked[:MOST]:
            chain += _step(district, section)
    if warning and warning.parent_kind:
        chain += _chain(district, warning)
    return chain


def _step(district: District, link: Link) -> list[dict[str, Any]]:
    warning = _warning_of(district, link.kind, link.key)
    if warning is None:
        return []
    return [_as_cause(warning), *_chain(district, warning)]


def _chain(district: District, warning: DataWarning) -> list[dict[str, Any]]:
    chain: list[dict[str, Any]] = []
    place = (warning.parent_kind, warning.parent_key)
    while place[0] and (parent := _warning_of(district, *place)) is not None and len(chain) < 5:
        chain.append(_as_cause(parent))
        place = (parent.parent_kind, parent.parent_key)
    return chain


def _as_cause(warning: DataWarning) -> dict[str, Any]:
    return {
        "kind": warning.kind, "source_id": source_id(warning.kind, warning.key), "name": warning.name,
        "code": warning.code, "message": warning.message, "fix": warning.fix,
    }  # fmt: skip


def _nameless_warnings(district: District, text: str, links: QuerySet[Link], seen: Q) -> Iterable[DataWarning]:
    """Rows of a file without an id are known by their warning alone."""
    rows = DataWarning.objects.filter(
        district=district, key="", kind__in=("person", "section", "school"), state__in=OPEN
    )
    if seen:
        rows = rows.filter(school__in=links.filter(kind="school").values("key"))
    return rows.filter(name__icontains=text).order_by("pk")[:MOST]


def _never_sent(district: District, text: str) -> Iterable[DataWarning]:
    """Warnings about enrollments that name a record which was not sent, by the id that they give as an example."""
    return DataWarning.objects.filter(district=district, kind="enrollment", state__in=OPEN, words__id=text)[:MOST]


def _nameless(row: DataWarning, last: Run | None) -> dict[str, Any]:
    seen = last.started.isoformat() if last else ""
    return {
        "kind": row.kind, "source_id": "", "name": row.name, "school": row.school, "outcome": "blocked",
        "code": row.code,
        "message": row.message, "fix": row.fix, "seen": seen, "because": [],
    }  # fmt: skip


def _enrollment(district: District, text: str, last: Run | None, links: QuerySet[Link]) -> list[dict[str, Any]]:
    """One enrollment, asked for as SECTION/STUDENT: it goes as far as its section and its student do."""
    section_key, _, student = text.rpartition("/")
    key = STUDENT + student
    section = links.filter(kind="section", key=section_key, said__contains=f'"{key}"').first()
    person = links.filter(kind="person", key=key).first()
    if section is None or person is None:
        return []
    ends = [_answer(district, link, last) for link in (section, person)]
    stops = next((end for end in ends if end["outcome"] not in ("in_use", "unchanged")), None)
    told = stops or ends[0]
    because = [{name: told[name] for name in CAUSE} for told in ([stops] if stops else [])]
    return [
        {
            **told, "kind": "enrollment", "source_id": text, "name": f"{person.name or student} in {section.name}",
            "school": section.school, "because": [*because, *told["because"]],
        }
    ]  # fmt: skip


def _enrollments(text: str, last: Run | None, links: QuerySet[Link]) -> list[dict[str, Any]]:
    """Enrollments of somebody who was not received: all that is known of them is that sections name them."""
    sections = links.filter(kind="section", said__contains=f'"{STUDENT}{text}"')
    entry = CATALOGUE["ENROLL_STUDENT_UNKNOWN"]
    return [
        {
            "kind": "enrollment", "source_id": f"{section.key}/{text}", "name": f"{text} in {section.name}",
            "school": section.school, "outcome": "blocked", "code": "ENROLL_STUDENT_UNKNOWN",
            "message": entry.message.format(n=1, id=text), "fix": entry.fix,
            "seen": last.started.isoformat() if last else "", "because": [],
        }
        for section in sections.order_by("key")[:MOST]
    ]  # fmt: skip
