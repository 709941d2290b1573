"""What later runs moved of what a run did (R38)."""

from rostering.core.standing import Place
from rostering.models import Merge, Run
from rostering.plans import read_plan

APPLIED = (Run.Status.SUCCEEDED, Run.Status.HELD)
MOVES = ("archive", "restore", "match", "rekey")


def places_moved(run: Run) -> tuple[dict[Place, int], set[Place]]:
    """Rows and seats that later runs moved -> the run; and those that an undo of a part of the run has put back.

    What a later run did and an undo took back counts for nothing.
    """
    later = Run.objects.filter(district=run.district, pk__gt=run.pk, status__in=APPLIED).exclude(mode="rehearsal")
    listed = list(later.order_by("pk"))
    undos: dict[int, list[Run]] = {}
    for one in listed:
        if one.undoes is not None and one.undoes >= run.pk:
            undos.setdefault(one.undoes, []).append(one)
    done = {place for one in undos.get(run.pk, ()) for place in _effect(one, undos)}
    moved: dict[Place, int] = {}
    for one in listed:
        if one.undoes is None or one.undoes < run.pk:
            moved.update(dict.fromkeys(_effect(one, undos), one.pk))
    merges = Merge.objects.filter(district=run.district, run_id__gt=run.pk, split_at=None)
    for keep, other, merger in merges.values_list("keep_id", "other_id", "run_id"):
        moved["person", keep] = moved["person", other] = merger
    return moved, done


def _effect(run: Run, undos: dict[int, list[Run]]) -> set[Place]:
    """The places that a run moved, without those that were put back since."""
    places = set(_places(run))
    for undo in undos.get(run.pk, ()):
        places -= _effect(undo, undos)
    return places


def _places(run: Run) -> set[Place]:
    """Rows whose life or record a plan changed, and seats; those that waited are a sync's too, those left no undo's."""
    places = set[Place]()
    for change in read_plan(run):
        if change.action in MOVES and change.object_id and not change.held:
            places.add((change.kind, change.object_id))
        for seat in change.seats:
            if not (seat.held and run.mode == "undo"):
                places.update(("seat", pk) for pk in seat.ids)
    return places
