"""The clock of the sandbox: it can be moved, and it stands still unless it is told to run."""

import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 8, 3, 6, tzinfo=UTC)
"""When every district was loaded first, so that its ids are the same in every run."""


class Clock:
    """Tells the time of the district.

    Standing (for tests), it begins at ``START`` and a minute passes with every change of the district. Running, it
    shows real time. Either can be moved forward.
    """

    def __init__(self, running: bool = False, offset: float = 0.0) -> None:
        self.running = running
        self.offset = offset

    def now(self) -> datetime:
        """The time, in UTC, never before ``START``."""
        seconds = time.time() if self.running else START.timestamp()
        return max(START, datetime.fromtimestamp(seconds + self.offset, UTC))

    def advance(self, by: timedelta) -> None:
        """Moves the clock. Only forward: ids and events stand in the order of time."""
        if by < timedelta(0):
            raise ValueError("The clock only moves forward.")
        self.offset += by.total_seconds()

    def tick(self) -> None:
        """Lets a minute pass where time stands still."""
        if not self.running:
            self.offset += 60


def stamp(moment: datetime) -> str:
    """A moment as Clever writes it (clever.md §1.10.10)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
