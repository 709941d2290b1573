"""Linking a class that was made by hand to a section (R24): a plan, shown first, stored on a run, applied at once.

``rostering.class_unlinks`` takes it back.
"""

import msgspec
from django.db import IntegrityError, transaction

from accounts.lifecycle import Actor, audit
from accounts.models import User
from classes.models import Class, Membership
from rostering.class_plan import (
    ENDED,
    MANAGED,
    SYNCED,
    ClassPlan,
    Linked,
    LinkRefusedError,
    SeatStep,
    keys_of_users,
    lines_of_class,
    write_class,
)
from rostering.core.diff_sections import class_fields
from rostering.core.records import Section
from rostering.core.seats import SeatRole
from rostering.current import DatabaseHoldings
from rostering.merges import save_run
from rostering.models import Link
from rostering.turns import turn_of

WHY_NOT = {
    Link.State.BLOCKED: "cannot be used as it is sent; `explain` says why",
    Link.State.NOT_SHARED: "is not shared by the district",
    Link.State.WITHDRAWN: "is no longer sent by the source",
    Link.State.WAITING: "is no longer sent, and its removal waits for a decision",
    Link.State.KEPT: "is no longer sent; its class was kept by decision",
    Link.State.REVIEW: "waits in the match review; decide it there",
}


def link_class(klass: Class, section_id: str, *, by: Actor, preview: bool = False, seen: str = "") -> Linked:
    """Let a section feed a class. Raises LinkRefusedError, and BusyError while a run is in progress.

    ``seen``: ``Linked.shown`` of the preview that a person agreed to; where it is no longer so, nothing is linked.
    """
    district = klass.district
    try:
        with turn_of(district), transaction.atomic():
            klass = Class.objects.select_for_update(of=("self",)).select_related("district").get(pk=klass.pk)
            plan = _plan(klass, _section(klass, section_id))
            lines = lines_of_class(plan, "linked by hand")
            run = save_run(district, "link", f"class {klass.number}", lines, by=by, preview=preview)
            added, removed = plan.students("create", "restore"), plan.students("archive")
            done = Linked(run, klass, section_id, added, removed, plan.former, applied=not preview)
            if seen and seen != done.shown:
                raise LinkRefusedError(
                    "The class or the section has changed since you looked. Nothing was linked; look again."
                )
            if not preview:
                write_class(plan, by=by)
                _feed(plan, run.pk)
                audit(district, by, "link class", 1, f"class {klass.number}")
            return done
    except IntegrityError as error:
        raise LinkRefusedError("Somebody changed the class meanwhile. Nothing was linked; try again.") from error


def _section(klass: Class, section_id: str) -> Link:
    """The section's link, if the class can be linked to it."""
    if klass.status == Class.Status.ARCHIVED:
        raise LinkRefusedError(f"{klass.name} is archived. Only a class that is in use can be linked.")
    feeding = Link.objects.filter(district=klass.district_id, kind="section", object_id=klass.pk).first()
    if klass.synced or feeding is not None:
        key = f" by section {feeding.key}" if feeding else ""
        raise LinkRefusedError(f"{klass.name} is fed{key} already. Only a class that was made by hand can be linked.")
    link = Link.objects.filter(district=klass.district_id, kind="section", key=section_id).first()
    if link is None:
        raise LinkRefusedError(f"The source of {klass.district.slug} never sent a section {section_id}.")
    if link.state != Link.State.IN_USE or not link.said:
        why = WHY_NOT.get(Link.State(link.state), "was not read yet; run a sync first")
        raise LinkRefusedError(f"Section {section_id} {why}. It cannot be linked now.")
    return link


def _plan(klass: Class, link: Link) -> ClassPlan:
    section = msgspec.json.decode(link.said, type=Section)
    plan = ClassPlan(klass, link, MANAGED)
    held = DatabaseHoldings(klass.district).class_rows([klass.pk])[klass.pk]
    plan.fields = {name: (held[name], new) for name, new in class_fields(section).items() if held[name] != new}
    _plan_seats(plan, section)
    plan.former = _former(plan)
    plan.former_status = Class.Status.ARCHIVED if plan.former and plan.former.status == Class.Status.ACTIVE else ""
    return plan


def _former(plan: ClassPlan) -> Class | None:
    """The class that the section has now, which goes: so nothing of it may be lost."""
    former = Class.objects.filter(pk=plan.link.object_id or 0, district=plan.klass.district_id).first()
    if former is None:
        return None
    has = [name for name, rows in (("items", former.assignments), ("work", former.work)) if rows.exists()]
    if plan.link.manual or has:
        why = f"has {' and '.join(has)}" if has else "was linked to it by hand"
        raise LinkRefusedError(
            f"Section {plan.link.key} feeds class {former.number} ({former.name}), which {why}. "
            f"Use that class instead of class {plan.klass.number}{'' if has else ', or unlink it first'}."
        )
    return former


def _plan_seats(plan: ClassPlan, section: Section) -> None:
    """Whom the section names and has an account sits in the class; other students leave, other teachers stay."""
    seats = {(seat.role, seat.user_id): seat for seat in plan.klass.memberships.select_related("user").order_by("pk")}
    wanted: set[tuple[str, int]] = set()
    roles: tuple[tuple[SeatRole, tuple[str, ...]], ...] = (
        ("teacher", section.teachers),
        ("student", section.students),
    )
    for role, keys in roles:
        for person, user in _accounts(plan, keys):
            if (role, user) not in wanted:
                wanted.add((role, user))
                plan.seats += _give(seats.get((role, user)), role, person, user)
    leaving = {
        seat.user_id: seat
        for (role, user), seat in seats.items()
        if role == "student" and seat.active and (role, user) not in wanted
    }
    names = keys_of_users(plan, {user: seat.user.username for user, seat in leaving.items()})
    plan.seats += [SeatStep("archive", "student", names[user], user, seat.pk, ENDED) for user, seat in leaving.items()]


def _accounts(plan: ClassPlan, keys: tuple[str, ...]) -> list[tuple[str, int]]:
    """(key, user) of those of the people who have an account in use, in their order."""
    links = Link.objects.filter(district=plan.klass.district_id, kind="person", key__in=keys, live=True)
    users = {key: user for key, user in links.values_list("key", "object_id") if user is not None}
    active = set(User.objects.filter(pk__in=users.values(), is_active=True).values_list("pk", flat=True))
    return [(key, users[key]) for key in keys if users.get(key) in active]


def _give(seat: Membership | None, role: SeatRole, person: str, user: int) -> list[SeatStep]:
    if seat is None:
        return [SeatStep("create", role, person, user, None, SYNCED)]
    return [SeatStep("match" if seat.active else "restore", role, person, user, seat.pk, SYNCED)]


def _feed(plan: ClassPlan, run_id: int) -> None:
    Link.objects.filter(pk=plan.link.pk).update(object_id=plan.klass.pk, manual=True, live=True, changed_run=run_id)
