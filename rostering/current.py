"""Our rows in the shape that the planner compares with: ``core.holdings`` over the database.

Links are streamed without what was said; rows are read only for records that moved, in chunks, always of one district.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, Model, OuterRef, QuerySet

from accounts.models import District, School, User, UserSchool
from classes.models import Class, Membership
from rostering.core.absence import GUARD_OF_ROLE
from rostering.core.diff_people import PLAIN_FIELDS as PERSON_FIELDS
from rostering.core.diff_schools import FIELDS as SCHOOL_FIELDS
from rostering.core.diff_sections import PLAIN_FIELDS as CLASS_FIELDS
from rostering.core.holdings import Fields, HeldSeat, Links, LinkState
from rostering.models import Link, Merge, Review

CHUNK = 2000


def read_links(district: District) -> Links:
    """All links of a district, streamed."""
    links = Links()
    for kind in ("school", "person", "section"):
        rows = Link.objects.filter(district=district, kind=kind).values_list(
            "key", "id", "object_id", "state", "live", "fingerprint"
        )
        links.of(kind).update((row[0], LinkState(*row[1:])) for row in rows.iterator(CHUNK))
    return links


class DatabaseHoldings:
    """``core.holdings.Holdings`` of one district (R41)."""

    def __init__(self, district: District) -> None:
        self._district = district
        self._school_keys: dict[int, str] | None = None

    def school_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        """Schools by id."""
        return self._rows(School, ids, SCHOOL_FIELDS)

    def user_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        """Users by id, with ``schools`` as keys joined with ``;``."""
        wanted = list(ids)
        rows = self._rows(User, wanted, (*PERSON_FIELDS, "username", "roles"))
        for row in rows.values():
            row["schools"] = ""
        for chunk in chunks_of(wanted):
            schools = UserSchool.objects.filter(user_id__in=chunk).order_by("user_id", "position")
            for user, school in schools.values_list("user_id", "school_id"):
                row = rows[user]
                row["schools"] = ";".join(filter(None, (row["schools"], self._school_key(school))))
        return rows

    def class_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        """Classes by id, with ``school`` as key."""
        plain = tuple(name for name in CLASS_FIELDS if name != "school")
        rows = self._rows(Class, ids, (*plain, "school_id"))
        for row in rows.values():
            school: Any = row.pop("school_id")
            row["school"] = self._school_key(school) if school else ""
        return rows

    def seats(self, class_ids: Iterable[int]) -> Mapping[int, list[HeldSeat]]:
        """All seats ever given in these classes, with the key of the person's record."""
        result: dict[int, list[HeldSeat]] = {}
        for chunk in chunks_of(class_ids):
            rows = list(
                Membership.objects.filter(klass_id__in=chunk, klass__district=self._district)
                .order_by("klass_id", "id")
                .values_list("klass_id", "id", "user_id", "role", "active", "synced", "hold")
            )
            keys = self._person_keys({row[2] for row in rows})
            for klass, pk, user, role, active, synced, hold in rows:
                result.setdefault(klass, []).append(HeldSeat(pk, keys.get(user, ""), role, active, synced, hold, user))
        return result

    def seated_in(self, user_ids: Iterable[int]) -> set[int]:
        """Ids of live classes in which these users hold active synced seats."""
        seats = Membership.objects.filter(
            active=True, synced=True, klass__district=self._district, klass__status=Class.Status.ACTIVE
        )
        return {
            row
            for chunk in chunks_of(user_ids)
            for row in seats.filter(user_id__in=chunk).values_list("klass_id", flat=True)
        }

    def said(self, kind: str, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """What the source last said of these records."""
        links = Link.objects.filter(district=self._district, kind=kind).exclude(said="")
        for chunk in chunks_of(keys):
            for key, said in links.filter(key__in=chunk).values_list("key", "said"):
                yield key, said.encode()

    def unfed_users(self) -> Mapping[int, bool]:
        """Accounts that no record ever fed -> whether they are active; not those that were merged into another."""
        links = Link.objects.filter(district=self._district, kind="person", object_id=OuterRef("pk"))
        merged = Merge.objects.filter(district=self._district, split_at=None, other_id=OuterRef("pk"))
        users = User.objects.filter(~Exists(links), ~Exists(merged), district=self._district, role__in=GUARD_OF_ROLE)
        return dict(users.order_by("pk").values_list("pk", "is_active"))

    def decisions(self) -> Mapping[str, int | None]:
        """What was decided in the review of people."""
        reviews = Review.objects.filter(district=self._district, kind="person", state__in=("same", "new"))
        return {
            key: row if state == "same" else None
            for key, row, state in reviews.values_list("key", "object_id", "state")
        }

    def usernames(self) -> Iterable[str]:
        """Every username of the district, active or not."""
        return User.objects.filter(district=self._district).values_list("username_key", flat=True).iterator(CHUNK)

    def totals(self) -> Mapping[tuple[str, str], int]:
        """Live synced rows by (school key, guard kind)."""
        live_users = UserSchool.objects.filter(position=0, user__district=self._district, user__is_active=True).exclude(
            user__managed_fields=""
        )
        totals = {
            (self._school_key(school), GUARD_OF_ROLE[role]): count
            for school, role, count in live_users.values_list("school_id", "user__role").annotate(n=Count("id"))
            if role in GUARD_OF_ROLE
        }
        live_classes = Class.objects.filter(district=self._district, status=Class.Status.ACTIVE).exclude(
            managed_fields=""
        )
        totals |= {
            (self._school_key(school), "classes"): count
            for school, count in live_classes.values_list("school_id").annotate(n=Count("id"))
        }
        seats = Membership.objects.filter(active=True, synced=True, klass__in=live_classes)
        totals |= {
            (self._school_key(school), "seats"): count
            for school, count in seats.values_list("klass__school_id").annotate(n=Count("id"))
        }
        return totals

    def active_seats(self) -> int:
        """Active synced seats in live classes."""
        live = Class.objects.filter(district=self._district, status=Class.Status.ACTIVE)
        return Membership.objects.filter(active=True, synced=True, klass__in=live).count()

    def _rows(self, model: type[Model], ids: Iterable[int], fields: tuple[str, ...]) -> dict[int, Fields]:
        rows: QuerySet[Any] = model._default_manager.filter(district=self._district)
        return {
            row[0]: dict(zip(fields, row[1:], strict=True))
            for chunk in chunks_of(ids)
            for row in rows.filter(pk__in=chunk).values_list("pk", *fields)
        }

    def _school_key(self, school_id: int | None) -> str:
        if self._school_keys is None:
            links = Link.objects.filter(district=self._district, kind="school").exclude(object_id=None)
            self._school_keys = {row: key for row, key in links.values_list("object_id", "key") if row is not None}
        return self._school_keys.get(school_id or 0, "")

    def _person_keys(self, user_ids: Iterable[int]) -> dict[int, str]:
        links = Link.objects.filter(district=self._district, kind="person")
        return {
            user: key
            for chunk in chunks_of(user_ids)
            for user, key in links.filter(object_id__in=chunk).order_by("live", "said").values_list("object_id", "key")
            if user is not None
        }


def section_keys_of(district: District, source_id: str) -> list[str]:
    """Sections of live classes in which the person with this source id sits by the roster."""
    spaces = ("s:", "t:", "f:", "u:")
    people = Link.objects.filter(district=district, kind="person", key__in=[space + source_id for space in spaces])
    users = people.exclude(object_id=None).values("object_id")
    seats = Membership.objects.filter(user__in=users, active=True, synced=True, klass__status=Class.Status.ACTIVE)
    sections = Link.objects.filter(district=district, kind="section", object_id__in=seats.values("klass_id"))
    return sorted(sections.values_list("key", flat=True))


def chunks_of(values: Iterable[Any]) -> Iterator[list[Any]]:
    """At most ``CHUNK`` at a time; SQLite takes no more than some thousands of parameters."""
    iterator = iter(values)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
