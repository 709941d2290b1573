"""Unlinking a class from its section (R24): what linking did is taken back, what happened to the class since stays."""

from dataclasses import dataclass, field

from django.db import transaction

from accounts.lifecycle import Actor, audit
from classes.models import Class, Membership, Work
from rostering.class_plan import (
    ENDED,
    HAND,
    ClassPlan,
    Linked,
    LinkRefusedError,
    SeatStep,
    keys_of_users,
    lines_of_class,
    write_class,
)
from rostering.core.changes import Change
from rostering.core.seats import SeatRole
from rostering.current import DatabaseHoldings
from rostering.merges import save_run
from rostering.models import Link, Run
from rostering.plans import is_forgotten, read_plan
from rostering.turns import turn_of


@dataclass(slots=True)
class LinkDone:
    """What linking did: the change of the class, the seats that it gave and ended, and the class that it archived."""

    change: Change | None = None
    given: set[tuple[str, int]] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    former: int | None = None


def unlink_class(klass: Class, *, by: Actor) -> Linked:
    """Make a class that was linked by hand unsynced again. Raises LinkRefusedError, and BusyError during a run.

    The seats that linking gave end, unless their students have worked in the class; those that syncs gave since stay,
    as given by hand; those that linking ended come back. Fields that syncs changed since stay.
    """
    district = klass.district
    with turn_of(district), transaction.atomic():
        klass = Class.objects.select_for_update(of=("self",)).select_related("district").get(pk=klass.pk)
        plan = _plan(klass, _link_of(klass))
        lines = lines_of_class(plan, "unlinked by hand")
        run = save_run(district, "unlink", f"class {klass.number}", lines, by=by, preview=False)
        done = Linked(
            run, klass, plan.link.key, plan.students("restore"), plan.students("archive"), plan.former, applied=True
        )
        write_class(plan, by=by)
        _let_go(plan, run.pk)
        audit(district, by, "unlink class", 1, f"class {klass.number}")
        return done


def _link_of(klass: Class) -> Link:
    link = Link.objects.filter(district=klass.district_id, kind="section", object_id=klass.pk).first()
    if link is None:
        raise LinkRefusedError(f"{klass.name} is fed by no section. There is nothing to unlink.")
    if not link.manual:
        raise LinkRefusedError(
            f"{klass.name} was made by section {link.key}, not linked to it by hand. It cannot be unlinked."
        )
    return link


def _plan(klass: Class, link: Link) -> ClassPlan:
    plan, done = ClassPlan(klass, link, ""), _done(klass)
    held = DatabaseHoldings(klass.district).class_rows([klass.pk])[klass.pk]
    fields = done.change.fields if done.change else {}
    plan.fields = {name: (new, old or "") for name, (old, new) in fields.items() if held[name] == new}
    if klass.status == Class.Status.ARCHIVED:
        plan.fields["status"] = (klass.status, Class.Status.ACTIVE)
    _plan_seats(plan, done)
    former = Class.objects.filter(pk=done.former or 0, district=klass.district_id).first()
    taken = Link.objects.filter(district=klass.district_id, kind="section", object_id=done.former).exists()
    if former is not None and not taken:
        plan.former = former
        back = link.live and former.status == Class.Status.ARCHIVED
        plan.former_status = Class.Status.ACTIVE if back else ""
    return plan


def _done(klass: Class) -> LinkDone:
    """What the latest link of the class did; nothing is known where its plan is no longer kept."""
    runs = Run.objects.filter(district=klass.district_id, mode="link", status=Run.Status.SUCCEEDED)
    run = runs.filter(only=f"class {klass.number}").order_by("-pk").first()
    done = LinkDone()
    if run is None or is_forgotten(run):
        return done
    people = Link.objects.filter(district=klass.district_id, kind="person").exclude(object_id=None)
    for change in read_plan(run):
        if change.object_id != klass.pk:
            done.former = change.object_id
            continue
        done.change = change
        for seat in change.seats:
            if seat.action in ("create", "restore"):
                users = people.filter(key__in=seat.people).values_list("object_id", flat=True)
                done.given |= {(seat.role, user) for user in users if user is not None}
            elif seat.action == "archive":
                done.ended |= set(seat.ids)
    return done


def _plan_seats(plan: ClassPlan, done: LinkDone) -> None:
    seats = list(plan.klass.memberships.select_related("user").order_by("pk"))
    keys = keys_of_users(plan, {seat.user_id: seat.user.username for seat in seats})
    worked = set(Work.objects.filter(klass=plan.klass).values_list("user_id", flat=True))
    for seat in seats:
        role: SeatRole = "teacher" if seat.role == Membership.Role.TEACHER else "student"
        place = role, keys[seat.user_id], seat.user_id, seat.pk
        given = (role, seat.user_id) in done.given and seat.user_id not in worked
        if seat.active and seat.synced and given:
            plan.seats.append(SeatStep("archive", *place, ENDED))
        elif seat.active and seat.synced:
            plan.seats.append(SeatStep("match", *place, HAND))
        elif not seat.active and seat.pk in done.ended and not seat.synced:
            plan.seats.append(SeatStep("restore", *place, HAND))


def _let_go(plan: ClassPlan, run_id: int) -> None:
    """The section feeds its own class again; one that has none gets one by the next sync."""
    former = plan.former.pk if plan.former else None
    Link.objects.filter(pk=plan.link.pk).update(
        object_id=former, manual=False, live=plan.link.live and former is not None, fingerprint="", changed_run=run_id
    )
