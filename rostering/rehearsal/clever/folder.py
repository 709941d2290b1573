"""The folder that is watched: when its files have changed and are whole, they are the next day."""

import time
from pathlib import Path

from rostering.rehearsal.clever.tables import Signature, signature

OFTEN = 1.0
"""Seconds between two looks, and for which files must have been left alone."""


class Folder:
    """The files that the district sends. ``taken`` is what they looked like when they were last loaded."""

    def __init__(self, path: Path, taken: Signature | None = None) -> None:
        self.path, self.taken = path, taken
        self.refused: Signature | None = None
        self.seen: Signature = ()
        self._looked = 0.0

    def has_news(self) -> bool:
        """Whether there are files that were neither taken nor refused, and nobody has touched them for a second."""
        now = time.monotonic()
        if now - self._looked < OFTEN:
            return False
        self._looked = now
        try:
            found = self.seen = signature(self.path)
        except OSError:
            return False
        if not found or found in (self.taken, self.refused):
            return False
        return abs(time.time() - max(when for *_, when in found) / 1e9) >= OFTEN
