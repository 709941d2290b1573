"""Which layout a set of CSV files has, and reading it."""

from collections.abc import Callable
from dataclasses import dataclass

from rostering.core.snapshot import Snapshot
from rostering.sources import csv_clever, csv_sds
from rostering.sources.base import Reading, SourceError
from rostering.sources.files import FileSet, join_names


@dataclass(frozen=True)
class Layout:
    """A published way to lay a roster out in CSV files."""

    name: str
    required: tuple[str, ...]
    read: Callable[[FileSet, Reading], Snapshot]

    def held_by(self, files: FileSet) -> int:
        """How many of the required files are there."""
        return sum(name.lower() in files.paths for name in self.required)


LAYOUTS = {
    "clever": Layout("Clever", csv_clever.REQUIRED, csv_clever.read_clever),
    "sds": Layout("Microsoft SDS v1", csv_sds.REQUIRED, csv_sds.read_sds),
}


def read_files(files: FileSet, format: str, reading: Reading) -> Snapshot:  # noqa: A002 the word of the settings
    """Read a set of files in a layout, or in the one that its file names show (``auto``)."""
    layout = _recognise(files) if format == "auto" else LAYOUTS[format]
    return layout.read(files, reading)


def _recognise(files: FileSet) -> Layout:
    """The one layout of which all files are there, else the one of which most are; never a guess between two."""
    layouts = LAYOUTS.values()
    whole = [layout for layout in layouts if layout.held_by(files) == len(layout.required)]
    begun = [layout for layout in layouts if layout.held_by(files)]
    if len(whole) == 1:
        return whole[0]
    if not whole and len(begun) == 1 and begun[0].held_by(files) > 1:
        return begun[0]
    wanted = "; ".join(f"{layout.name} wants {join_names(layout.required)}" for layout in layouts)
    found = f"found {join_names(sorted(files.paths))}" if files.paths else "found no CSV file"
    raise SourceError(
        "FILE_SET_PARTIAL",
        f"We cannot tell which layout the files in {files.label} have. {wanted}; we {found}. "
        "Nothing was changed; nobody was removed because of it.",
    )
