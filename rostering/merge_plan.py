"""What merging two accounts would move (R28): read, and written down in a journal; nothing is changed here."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount

from accounts.models import User
from classes.models import Membership, Work
from rostering.core.diff_people import PLAIN_FIELDS
from rostering.core.records import ROLES
from rostering.merge_journal import (
    Journal,
    LinkMove,
    LinkState,
    SeatJoin,
    SeatMove,
    SeatState,
    WorkJoin,
    WorkMove,
    WorkState,
    merged_keys,
)
from rostering.models import Link


def plan_merge(keep: User, other: User) -> Journal:
    """The journal of merging ``other`` into ``keep``. To be called in the transaction that does it."""
    links = {user.pk: _links_of(user) for user in (keep, other)}
    active = keep.is_active or other.is_active
    journal = Journal((keep.is_active, active), other.is_active, other.managed_fields)
    _plan_fields(journal, keep, other, _is_fed(links[keep.pk]), _is_fed(links[other.pk]))
    _plan_links(journal, keep, other, links, active=active)
    _plan_seats(journal, keep, other)
    _plan_work(journal, keep, other)
    _plan_identities(journal, keep, other)
    return journal


def _links_of(user: User) -> list[Link]:
    return list(Link.objects.filter(district=user.district_id, kind="person", object_id=user.pk).order_by("key"))


def _is_fed(links: Iterable[Link]) -> bool:
    return any(link.live for link in links)


def _plan_fields(journal: Journal, keep: User, other: User, keep_fed: bool, other_fed: bool) -> None:
    """Whom a record feeds is what the SIS says, alone or together; else what either is."""
    before = {name: getattr(keep, name) for name in (*PLAIN_FIELDS, "roles", "managed_fields")}
    after, schools, more = dict(before), _schools_of(keep), _schools_of(other)
    if keep_fed == other_fed:
        either = {*keep.roles.split(";"), *other.roles.split(";")}
        after["roles"] = ";".join(role for role in ROLES if role in either)
        together = list(dict.fromkeys((*schools, *more)))
    elif other_fed:
        spoken = other.managed_fields.split(",")
        after |= {name: getattr(other, name) for name in (*PLAIN_FIELDS, "roles") if name in spoken}
        after["managed_fields"] = other.managed_fields
        together = more
    else:
        together = schools
    journal.fields = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    journal.schools = (schools, together) if schools != together else None


def _schools_of(user: User) -> list[int]:
    return list(user.user_schools.order_by("position").values_list("school_id", flat=True))


def _plan_links(journal: Journal, keep: User, other: User, links: dict[int, list[Link]], *, active: bool) -> None:
    """All records feed the account that is kept.

    It must not go because one record's removal waits while another is sent; and where it goes on although none is
    sent any more, that is a decision: it is kept until one is sent again.
    """
    both, brought = [*links[keep.pk], *links[other.pk]], links[other.pk]
    sent = any(link.live and link.state not in (Link.State.WAITING, Link.State.KEPT) for link in both)
    live = any(link.live for link in both)
    for link in both:
        after = LinkState(keep.pk, link.state, link.live)
        if sent and link.state == Link.State.WAITING:
            after = LinkState(keep.pk, Link.State.WITHDRAWN, live=False)
        elif active and not live:
            gone = link.state in (Link.State.WITHDRAWN, Link.State.NOT_SHARED)
            after = LinkState(keep.pk, Link.State.KEPT if gone else link.state, live=True)
        journal.links.append(LinkMove(link.id, link.key, LinkState.of(link), after))
    ranks = merged_keys(keep.district) if keep.district else {}
    first = 1 + max(ranks.get(keep.pk, {}).values(), default=0)
    theirs = ranks.get(other.pk, {})
    journal.keys = {link.key: first + theirs.get(link.key, 0) for link in brought}


def _plan_seats(journal: Journal, keep: User, other: User) -> None:
    own = {(seat.klass_id, seat.role): seat for seat in _seats_of(keep)}
    for seat in _seats_of(other):
        mine = own.get((seat.klass_id, seat.role))
        if mine is None:
            journal.seats.append(SeatMove(seat.pk, SeatState.of(seat)))
        else:
            states = SeatState.of(mine), SeatState.of(seat)
            journal.joined_seats.append(SeatJoin(mine.pk, states[0], joined_seat(*states), seat.pk, states[1]))


def _seats_of(user: User) -> Iterable[Membership]:
    return Membership.objects.filter(user=user, klass__district=user.district_id).order_by("pk")


def joined_seat(mine: SeatState, other: SeatState) -> SeatState:
    """What becomes of two seats in one class: active and synced if an active one is, waiting if all active ones do."""
    active = [seat for seat in (mine, other) if seat.active]
    if not active:
        return mine
    holds = [seat.hold for seat in active]
    return SeatState(True, any(seat.synced for seat in active), "" if "" in holds else holds[0])


def _plan_work(journal: Journal, keep: User, other: User) -> None:
    own = {work.item_id: work for work in keep.work.all()}
    for work in other.work.order_by("pk"):
        mine = own.get(work.item_id)
        if mine is None:
            journal.work.append(WorkMove(work.pk, work.item_id, WorkState.of(work)))
        elif _worth(work) > _worth(mine):
            journal.joined_work.append(WorkJoin(mine.pk, WorkState.of(mine), work.pk, WorkState.of(work)))


def _worth(work: Work) -> tuple[bool, int, float]:
    """Done before begun, the higher score, the later one."""
    return work.status == Work.Status.DONE, -1 if work.score is None else work.score, work.updated.timestamp()


def _plan_identities(journal: Journal, keep: User, other: User) -> None:
    journal.social = list(SocialAccount.objects.filter(user=other).order_by("pk").values_list("pk", flat=True))
    own = list(EmailAddress.objects.filter(user=keep))
    has_primary = any(one.primary for one in own)
    known = {one.email.lower() for one in own}
    for one in EmailAddress.objects.filter(user=other).order_by("pk"):
        if one.email.lower() not in known:
            journal.emails.append((one.pk, one.primary, one.primary and not has_primary))
