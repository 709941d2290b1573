"""R36: Clever's events, applied to yesterday's state, give the state that a full pull gives."""

from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostering.core.snapshot import Snapshot
from rostering.sources import clever_wire as wire
from rostering.sources.clever import assemble
from rostering.sources.clever_events import DeltaImpossibleError, apply_event
from rostering.sources.clever_said import KINDS, Said
from tests.sources.clever_days import DAYS, DISTRICT, LISTENER, Day, events_between, said_of, sent

pytestmark = pytest.mark.no_database


@given(DAYS, st.lists(DAYS, min_size=1, max_size=4), st.randoms(use_true_random=False), st.data())
@settings(max_examples=60)
def test_r36_days_of_events_give_what_a_full_pull_gives(
    first: Day, later: list[Day], dice: Random, data: st.DataObject
) -> None:
    """One by one, in random batches, told twice, and with a run that crashes between and leaves nothing behind."""
    said, before = said_of(first), first
    for day in later:
        events = list(events_between(before, day))
        dice.shuffle(events)
        log = sent(events)
        done = 0
        while done < len(log):
            upto = data.draw(st.integers(done + 1, len(log)), label="batch ends")
            again = data.draw(st.integers(0, done), label="told again from")
            if data.draw(st.booleans(), label="a run crashes first"):
                lost = Said(*(dict(said.of(kind)) for kind in KINDS))
                for event in log[again : data.draw(st.integers(again, len(log)), label="crashes at")]:
                    apply_event(lost, event, LISTENER)
            for event in log[again:upto]:
                apply_event(said, event, LISTENER)
            done = upto
        assert lines_of(said) == lines_of(said_of(day))
        before = day
    assert records_of(assemble(said)) == records_of(assemble(said_of(before)))


def lines_of(said: Said) -> dict[str, dict[str, bytes]]:
    return {kind: dict(said.of(kind)) for kind in KINDS}


def records_of(snapshot: Snapshot) -> object:
    """A snapshot without the order in which it was read."""
    return (
        {kind: dict(snapshot.of(kind).lines()) for kind in ("school", "person", "section")},
        snapshot.blocked,
        sorted(map(repr, snapshot.findings)),
        snapshot.seats,
        snapshot.dangling,
    )


def event(kind: str, record: object) -> wire.Event:
    return wire.Event("1" * 24, kind, wire.Change(msgspec.Raw(msgspec.json.encode(record))))


def test_unknown_kinds_of_events_are_skipped() -> None:
    said = Said(schools={"a": b'["A","","","",""]'})
    for kind in ("resources.updated", "cows.created", "schools.mooed", "nonsense"):
        apply_event(said, event(kind, {"id": "a"}), LISTENER)
    assert lines_of(said) == {**{kind: {} for kind in KINDS}, "schools": {"a": b'["A","","","",""]'}}


def test_previous_attributes_may_stand_in_either_place() -> None:
    inner = {"object": {"id": "a", "district": DISTRICT, "name": "A"}, "previous_attributes": {"name": "B"}}
    outer = {"object": {"id": "b", "district": DISTRICT, "name": "B"}}
    said = Said()
    for raw in (
        {"id": "1", "type": "schools.updated", "data": inner},
        {"id": "2", "type": "schools.updated", "data": outer, "previous_attributes": {"name": "A"}},
    ):
        apply_event(said, msgspec.json.decode(msgspec.json.encode(raw), type=wire.Event), LISTENER)
    assert said.schools == {"a": b'["A","","","",""]', "b": b'["B","","","",""]'}


def test_r34_a_record_that_shrank_is_seen_but_not_used() -> None:
    """A narrowed permission leaves a few keys of a record: nobody loses an account or a seat for it."""
    said = Said(users={"u": b"x"}, sections={"s": b"y"})
    apply_event(said, event("users.updated", {"id": "u", "district": DISTRICT, "ell_status": "Y"}), LISTENER)
    apply_event(said, event("sections.updated", {"id": "s", "district": DISTRICT, "name": "Math"}), LISTENER)
    snapshot = assemble(said)
    assert snapshot.blocked == {("person", "u:u"): "RECORD_UNREADABLE", ("section", "s"): "RECORD_UNREADABLE"}
    assert [finding.message for finding in snapshot.findings] == [
        "The source sent person u in a form that we cannot read. It was left as it is here.",
        "The source sent section s in a form that we cannot read. It was left as it is here.",
    ]


def test_an_event_that_cannot_be_read_asks_for_a_full_pull() -> None:
    with pytest.raises(DeltaImpossibleError, match="an event of users could not be read"):
        apply_event(Said(), event("users.updated", {"id": "u", "name": "a text"}), LISTENER)
