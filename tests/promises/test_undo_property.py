"""R38 over random histories: an undo restores the export, but for what people changed, which is kept and named."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from rostering.holds import approve
from rostering.models import Run
from rostering.reports import listed_changes
from rostering.undo import NotUndoableError, outcome_of, undo
from tests.conftest import EXAMPLES
from tests.core.districts import districts, snapshot_of
from tests.promises.undone import BY, Export, Village, a_village

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["hand user", "hand class", "password", "assign", "work", "hand seat"]),
        st.integers(0, 5),
        st.integers(0, 15),
    ),
    max_size=4,
)
CALM = settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ACTIVE = "active"


@pytest.mark.django_db
@given(st.lists(st.tuples(districts(), EDITS), min_size=1, max_size=3), districts(), EDITS)
@CALM
def test_r38_undo_restores_the_export_but_for_what_people_changed(
    history: list[tuple[dict[str, Any], list[Any]]], last: dict[str, Any], since: list[Any]
) -> None:
    """And an undo of the undo gives the state after the run; and a sync applies the source again, once."""
    village = a_village(usernames="sis")
    for day, edits in history:
        village.day(snapshot_of(day))
        for edit in edits:
            village.edit(*edit)
    before = village.export()
    village.hand, village.visible, village.made = set(), set(), set()
    run = village.day(snapshot_of(last))
    for edit in since:
        village.edit(*edit)
    after = village.export()
    try:
        undoing = undo(run, by=BY)
    except NotUndoableError:
        assert list(listed_changes(run)) == []
        return
    check_restored(village, before, village.export(), outcome_of(undoing)["left"])
    if not any(undoing.outcomes.values()):  # all that the run planned waits
        return
    redone = undo(undoing, by=BY)
    assert village.export() == after
    assert outcome_of(redone)["left"] == []
    undo(redone, by=BY)
    again = village.day(snapshot_of(last))
    if again.status != Run.Status.HELD:  # the guards may hold what they let through when there was more
        assert village.export() == after, outcome_of(again)
    assert_plans_nothing(village, last)


def check_restored(village: Village, before: Export, found: Export, left: list[dict[str, Any]]) -> None:
    """Each row is as it was; what was created is inactive; whatever is not so is people's own, or named."""
    named = {(one["kind"], one["source_id"]) for one in left}
    kept_classes = set[int]()
    for username, row in found.users.items():
        if username in before.users:
            was = before.users[username]
            assert row == was or (same_but_life(row, was, 10) and ("person", row[8]) in named), (row, was, left)
        else:
            assert row[10] != ACTIVE or username in village.made or ("person", row[8]) in named
    for number, row in found.classes.items():
        if number in before.classes:
            was = before.classes[number]
            restored = row[:-2] == was[:-2]
            assert restored or (same_but_life(row, was, 5) and ("class", row[3]) in named), (row, was, left)
            assert row[-1] == was[-1] or number in village.visible or not restored
            kept_classes.update(set() if restored else {number})
        elif row[5] == ACTIVE:
            kept_classes.add(number)
            assert ("class", row[3]) in named or row[6] == "no"
    theirs = {row for row in found.seats if row[0] in kept_classes} | village.hand
    assert found.seats - theirs == before.seats - theirs


def same_but_life(row: list[Any], was: list[Any], status: int) -> bool:
    """Whether nothing but the status differs, or what follows from it."""
    return [*row[:status], *row[status + 1 : -2]] == [*was[:status], *was[status + 1 : -2]] and row[status] == ACTIVE


def assert_plans_nothing(village: Village, last: dict[str, Any]) -> None:
    run = village.day(snapshot_of(last))
    assert [change for change in listed_changes(run) if not change["held"]] == []
    assert Run.objects.filter(district=village.district, decision="open").count() <= 1


@pytest.mark.django_db
@given(st.lists(st.tuples(districts(), EDITS), min_size=3, max_size=4), st.integers(0, 2), st.booleans())
@CALM
def test_r38_undo_of_an_older_run_leaves_what_later_runs_and_people_changed(
    history: list[tuple[dict[str, Any], list[Any]]], which: int, approves: bool
) -> None:
    """Cell by cell: what moved since stays, and the record is named; the rest is as it was before that run.

    ``approves``: what each run holds is approved, so that the undo meets removals that a person decided.
    """
    village = a_village(usernames="sis")
    runs, states = list[Run](), list[tuple[Export, Export]]()
    for day, edits in history:
        before = by_account(village)
        runs.append(village.day(snapshot_of(day)))
        if approves and runs[-1].status == Run.Status.HELD:
            approve(runs[-1], by=BY)
        states.append((before, by_account(village)))
        for edit in edits:
            village.edit(*edit)
    run, (before, then), now = runs[which], states[which], by_account(village)
    try:
        undoing = undo(run, by=BY)
    except NotUndoableError:
        assert list(listed_changes(run)) == []
        return
    named = {(one["kind"], one["source_id"]) for one in outcome_of(undoing)["left"]}
    found = by_account(village)
    for part, place, life in (("users", ("person", 8), USER_LIFE), ("classes", ("class", 3), CLASS_LIFE)):
        later = [(getattr(old, part), getattr(new, part)) for old, new in states[which + 1 :]]
        rows = rows_of(*(getattr(one, part) for one in (before, then, now, found)), later=later, life=life)
        check_older(rows, place, named, life)


USER_LIFE, CLASS_LIFE = 10, 5
"""The columns from which on an export says what follows from the rest: status, and by whom or to whom it is seen."""
Four = tuple[list[Any] | None, list[Any] | None, list[Any] | None, list[Any]]


def by_account(village: Village) -> Export:
    """The export with its users by account, whose username may change."""
    export = village.export()
    accounts = dict(User.objects.filter(district=village.district).values_list("username", "pk"))
    return replace(export, users={accounts[name]: row for name, row in export.users.items()})


def rows_of(*states: dict[Any, list[Any]], later: list[tuple[Any, Any]], life: int) -> list[Four]:
    """Each row of the last state with what it was in the earlier ones, of those that no later run brought or ended."""
    before, then, now, found = states
    return [
        (before.get(key), then.get(key), now.get(key), row)
        for key, row in found.items()
        if all(cell_of(old, key, life) == cell_of(new, key, life) for old, new in later)
    ]


def cell_of(rows: dict[Any, list[Any]], key: Any, column: int) -> Any:
    """A cell, nothing where there is no such row."""
    return rows[key][column] if key in rows else None


def check_older(rows: list[Four], place: tuple[str, int], named: set[tuple[str, str]], life: int) -> None:
    """A cell that nobody moved since the run is as before it, unless its record is named; nothing is made up."""
    kind, column = place
    for before, then, now, found in rows:
        assert now is not None, "an undo makes no rows"
        if {(kind, row[column]) for row in (before, then, now) if row} & named or re_keyed(then, now, column):
            continue
        for place_, cell in enumerate(found[: life + 1]):
            was = before[place_] if before else ("inactive" if kind == "person" else "archived")
            moved_since = then is None or then[place_] != now[place_]
            if place_ == life or before:
                assert cell == (now[place_] if moved_since else was), (place_, before, then, now, found)


def re_keyed(then: list[Any] | None, now: list[Any], column: int) -> bool:
    """Whether a later run gave the row another record: then what is left is named by the old one."""
    return then is not None and then[column] != now[column]
