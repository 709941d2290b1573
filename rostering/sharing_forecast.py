"""What a sharing would take out of the roster, before it is saved (R4). Only what is shared now can be counted."""

from dataclasses import dataclass

from accounts.models import District
from rostering.core import sharing
from rostering.core.records import Person, School, Section
from rostering.core.snapshot import Packed, Snapshot
from rostering.models import Link


@dataclass(frozen=True, slots=True)
class SharingForecast:
    """People and classes of the last sync: how many stay, how many leave, how many records are left out already.

    ``outside``: records of which only an id is kept; whether they come in, only a preview can tell.
    """

    people_in: int
    people_out: int
    sections_in: int
    sections_out: int
    outside: int

    @property
    def narrows(self) -> bool:
        """Whether somebody or something leaves."""
        return bool(self.people_out or self.sections_out)


def forecast_sharing(district: District, mode: str, ids: list[str]) -> SharingForecast:
    """Share what the source last said, by the rule that a sync uses; nothing is written. Two queries."""
    snapshot = said_of(district)
    people, sections = len(snapshot.people), len(snapshot.sections)
    sharing.share(snapshot, sharing.Sharing(mode, frozenset(ids)))
    outside = Link.objects.filter(district=district, state=Link.State.NOT_SHARED).count()
    left_people, left_sections = len(snapshot.people), len(snapshot.sections)
    return SharingForecast(left_people, people - left_people, left_sections, sections - left_sections, outside)


def said_of(district: District) -> Snapshot:
    """What the source last said of everything that is shared."""
    lines: dict[str, dict[str, bytes]] = {"school": {}, "person": {}, "section": {}}
    rows = Link.objects.filter(district=district).exclude(said="").exclude(state=Link.State.WITHDRAWN)
    for kind, key, said in rows.values_list("kind", "key", "said").iterator(2000):
        lines[kind][key] = said.encode()
    people = Packed(Person, lines["person"])
    aliases = {other: key for key in people for other in people[key].keys[1:]}
    return Snapshot(
        schools=Packed(School, lines["school"]),
        people=people,
        sections=Packed(Section, lines["section"]),
        aliases=aliases,
    )
