"""The last runs of a district as a row of bars: how much each changed, and how it ended."""

from dataclasses import dataclass

from rostering.models import Run

WIDTH, HEIGHT, GAP, LEAST = 10, 60, 2, 3
COLOURS = {Run.Status.SUCCEEDED: "good", Run.Status.HELD: "wait", Run.Status.FAILED: "wrong"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in a picture of ``HEIGHT`` units; ``words`` say the same."""

    x: int
    y: int
    height: int
    colour: str
    words: str


def changes_in(run: Run) -> int:
    """How many rows a run changed."""
    return sum(n for actions in run.counts.values() for action, n in actions.items() if action != "unchanged")


def bars(runs: list[Run]) -> list[Bar]:
    """Of runs, the latest first; drawn with the oldest on the left. Heights grow with the root of the changes."""
    drawn = runs[::-1]
    top = max((changes_in(run) for run in drawn), default=0) ** 0.5 or 1
    return [_bar(place, run, top) for place, run in enumerate(drawn)]


def _bar(place: int, run: Run, top: float) -> Bar:
    height = max(LEAST, round(changes_in(run) ** 0.5 / top * HEIGHT))
    words = f"{run.started:%b %-d}: {run.get_status_display()}, {changes_in(run):,} changes"
    return Bar(place * WIDTH, HEIGHT - height, height, COLOURS.get(Run.Status(run.status), "plain"), words)
