"""Taking a merge back (R28): what moved goes back; what the kept account gained or changed since stays."""

import msgspec
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.lifecycle import Actor, audit
from accounts.models import User
from classes.models import Class, Membership, Work
from rostering.account_writes import Writes, lines_of, write
from rostering.core.diff_people import account_fields
from rostering.core.records import Person
from rostering.merge_journal import Journal, LinkState, SeatState, WorkState, journal_of
from rostering.merges import Merged, MergeRefusedError, lock_users, save_run
from rostering.models import Link, Merge
from rostering.turns import turn_of


def split_users(merge: Merge, *, by: Actor) -> Merged:
    """Make two accounts of one again. Raises MergeRefusedError, and BusyError while a run is in progress."""
    district = merge.district
    try:
        with turn_of(district), transaction.atomic():
            merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
            keep, other = lock_users(district, merge.keep_id, merge.other_id)
            _refuse(merge, keep, other)
            journal = journal_of(merge)
            writes, moved = _writes_of(journal, keep, other)
            reasons = f"split from {other.username}", f"split from {keep.username}"
            lines = lines_of(writes, (keep, other), reasons)
            run = save_run(district, "split", f"{keep.username} and {other.username}", lines, by=by, preview=False)
            write(district, writes, run.pk, by=by)
            merge.split_at = timezone.now()
            merge.save(update_fields=["split_at"])
            audit(district, by, "split users", 2, f"merge {merge.pk}")
            return Merged(run, keep, other, moved, merge)
    except IntegrityError as error:
        raise MergeRefusedError("Somebody changed these accounts meanwhile. Nothing was split; try again.") from error


def _refuse(merge: Merge, keep: User, other: User) -> None:
    if merge.split_at is not None:
        raise MergeRefusedError(f"Merge {merge.pk} was taken back already, on {merge.split_at:%Y-%m-%d}.")
    later = Merge.objects.filter(district=merge.district_id, split_at=None, pk__gt=merge.pk)
    last = later.filter(Q(keep_id=keep.pk) | Q(other_id=keep.pk)).order_by("-pk").first()
    if last is not None:
        raise MergeRefusedError(
            f"{keep.username} was merged again since, and with it what came from {other.username}. "
            f"Take the later merge back first: split {last.pk}."
        )


def _writes_of(journal: Journal, keep: User, other: User) -> tuple[Writes, dict[str, int]]:
    """What goes back, and how much of it there is per kind."""
    writes = Writes()
    moved = {
        "seats": _seats_back(writes, journal, keep, other),
        "work": _work_back(writes, journal, keep, other),
        "links": _links_back(writes, journal, keep),
        "identities": _identities_back(writes, journal, keep, other),
    }
    _fields_back(writes, journal, keep, other)
    return writes, moved


def _fields_back(writes: Writes, journal: Journal, keep: User, other: User) -> None:
    """What the merge wrote and nobody changed since."""
    values: dict[str, object] = {
        name: before for name, (before, after) in journal.fields.items() if getattr(keep, name) == after
    }
    if "managed_fields" in journal.fields and not journal.fields["managed_fields"][0]:
        values["managed_fields"] = ""
    if journal.schools:
        now = list(keep.user_schools.order_by("position").values_list("school_id", flat=True))
        if now == journal.schools[1]:
            values["schools"] = journal.schools[0]
    values |= _last_said(journal, keep)
    if values:
        writes.users[keep.pk] = values
    if other.managed_fields != journal.other_managed:
        writes.users[other.pk] = {"managed_fields": journal.other_managed}
    if other.is_active != journal.other_active:
        writes.active[other.pk] = journal.other_active


def _last_said(journal: Journal, keep: User) -> dict[str, object]:
    """Where no record of its own is sent any more, the kept account is what the last of them said, not the other's."""
    links = Link.objects.filter(district=keep.district_id, kind="person", object_id=keep.pk)
    own = [link for link in links.order_by("key") if link.key not in journal.keys]
    line = next((link.said for link in own if link.said), "")
    if not line or any(link.live for link in own):
        return {}
    said = account_fields(msgspec.json.decode(line, type=Person))
    before, after = journal.fields.get("roles", ("", ""))
    brought = {*after.split(";")} - {*before.split(";")}
    values: dict[str, object] = {
        **said, "roles": ";".join(role for role in said["roles"].split(";") if role not in brought)
    }  # fmt: skip
    rows = Link.objects.filter(district=keep.district_id, kind="school", key__in=said["schools"].split(";"))
    ids = dict(rows.values_list("key", "object_id"))
    more = {*journal.schools[1]} - {*journal.schools[0]} if journal.schools else set[int]()
    schools = [ids[key] for key in said["schools"].split(";") if ids.get(key)]
    return {**values, "schools": [school for school in schools if school not in more]}


def _links_back(writes: Writes, journal: Journal, keep: User) -> int:
    """The records feed the accounts that they fed before; the next sync looks at them again."""
    links = Link.objects.filter(district=keep.district_id, kind="person", object_id=keep.pk).in_bulk()
    theirs = [move for move in journal.links if move.key in journal.keys and move.id in links]
    for move in theirs:
        writes.links[move.id] = move.before
    own = {pk: LinkState.of(link) for pk, link in links.items() if pk not in writes.links}
    for move in journal.links:
        if move.id in own and own[move.id] == move.after:
            own[move.id] = move.before
    _settle_keep(writes, journal, keep, own)
    return len(theirs)


def _settle_keep(writes: Writes, journal: Journal, keep: User, own: dict[int, LinkState]) -> None:
    """The kept account is active if it was or if a record of its own is in use; else its next sync decides."""
    live = any(state.live for state in own.values())
    active = keep.is_active
    if active and journal.keep_active == (False, True) and not live:
        active = writes.active[keep.pk] = False
    if active and own and not live:
        own = {pk: LinkState(keep.pk, Link.State.IN_USE, live=True) for pk in own}
    writes.links.update(own)


def _seats_back(writes: Writes, journal: Journal, keep: User, other: User) -> int:
    """Seats as they are by now, for the merge did not change them; their sections are looked at again."""
    own = {seat.pk: seat for seat in Membership.objects.filter(user=keep, klass__district=keep.district_id)}
    taken = set(Membership.objects.filter(user=other).values_list("klass_id", "role"))
    for move in journal.seats:
        seat = own.get(move.id)
        if seat is not None and (seat.klass_id, seat.role) not in taken:
            writes.seats_to[move.id] = other.pk
    for joined in journal.joined_seats:
        if joined.after != joined.before and joined.id in own and SeatState.of(own[joined.id]) == joined.after:
            writes.seats[joined.id] = joined.before.fields()
        if joined.other.active:
            writes.seats[joined.other_id] = joined.other.fields()
    classes = {seat.klass_id for seat in own.values()}
    sections = Link.objects.filter(district=keep.district_id, kind="section", object_id__in=classes)
    writes.stirred = list(sections.values_list("pk", flat=True))
    return len(writes.seats_to) + len(journal.joined_seats)


def _work_back(writes: Writes, journal: Journal, keep: User, other: User) -> int:
    """Work as it was: what the kept account did on it since stays there, and the other has what it had."""
    own = {work.pk: work for work in Work.objects.filter(user=keep)}
    theirs = set(Work.objects.filter(user=other).values_list("item_id", flat=True))
    moves = [move for move in journal.work if move.item_id not in theirs]
    for move in moves:
        if move.id in own and WorkState.of(own[move.id]) == move.state:
            writes.work[move.id] = {"user_id": other.pk}
        else:
            klass = Class.objects.filter(pk=move.state.klass_id or 0).first()
            fields = {name: value for name, value in move.state.fields().items() if name != "klass_id"}
            writes.new_work.append(Work(user=other, item_id=move.item_id, klass=klass, **fields))
    for pair in journal.joined_work:
        if pair.id in own and WorkState.of(own[pair.id]) == pair.other:
            writes.work[pair.id] = pair.before.fields()
        writes.work[pair.other_id] = pair.other.fields()
    return len(moves) + len(journal.joined_work)


def _identities_back(writes: Writes, journal: Journal, keep: User, other: User) -> int:
    social = SocialAccount.objects.filter(user=keep, pk__in=journal.social)
    writes.social = dict.fromkeys(social.values_list("pk", flat=True), other.pk)
    before = {pk: primary for pk, primary, _ in journal.emails}
    emails = EmailAddress.objects.filter(user=keep, pk__in=list(before))
    writes.emails = {pk: (other.pk, before[pk]) for pk in emails.values_list("pk", flat=True)}
    return len(writes.social) + len(writes.emails)
