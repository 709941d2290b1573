"""R38 over random histories: an undo restores the export, but for what people changed, which is kept and named."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

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
