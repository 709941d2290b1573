"""The state file: what a restart needs to go on where the sandbox stopped."""

from pathlib import Path
from typing import Protocol

import msgspec

from rostering.rehearsal.clever.clock import Clock
from rostering.rehearsal.clever.roster import Kept, Roster


class State(msgspec.Struct):
    """The content of the file."""

    token: str
    rotations: int
    offset: float
    renamed: list[tuple[tuple[str, str], str]]
    roster: Kept


class Keepable(Protocol):
    """What a sandbox has to keep."""

    rotations: int
    clock: Clock
    renamed: dict[tuple[str, str], str]
    roster: Roster

    @property
    def token(self) -> str:
        """The district's token."""


class Keeper:
    """Reads and writes a state file; does nothing if there is none to be."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def read(self) -> State | None:
        """What was kept; None if nothing was."""
        if self.path is None or not self.path.exists():
            return None
        return msgspec.json.decode(self.path.read_bytes(), type=State)

    def write(self, sandbox: Keepable) -> None:
        """Replaces the file in one step."""
        if self.path is None:
            return
        offset = 0.0 if sandbox.clock.running else sandbox.clock.offset
        renamed = list(sandbox.renamed.items())
        state = State(sandbox.token, sandbox.rotations, offset, renamed, sandbox.roster.kept())
        growing = self.path.with_name(f".{self.path.name}.part")
        growing.write_bytes(msgspec.json.encode(state))
        growing.replace(self.path)
