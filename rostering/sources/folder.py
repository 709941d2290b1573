"""A folder on disk as a set of files; a folder that holds one zip counts as what is in it."""

import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rostering.sources.archive import extract
from rostering.sources.base import SourceError, source_error
from rostering.sources.files import FileSet, by_lower_name, join_names

Marks = Mapping[Path, tuple[int, int]]
"""Size and time of last change (ns) of each file: what moves while a file is still being written."""


@contextmanager
def open_folder(path: Path, quiet: int, label: str = "") -> Iterator[FileSet]:
    """The CSV files of a folder, for as long as the context is open.

    ``quiet``: seconds since the last change before the files count as written to the end. ``label``: what messages
    call the source, the path where it is empty. Raises SRC_UNREACHABLE (no such folder, not ours to read, a link
    that leads out of it), SRC_INCOMPLETE (still being written, a broken zip), FILE_SET_PARTIAL (no CSV in it).
    """
    label = label or str(path)
    found = _listing(path, label)
    tables = [entry for entry in found if entry.suffix.lower() == ".csv"]
    archives = [entry for entry in found if entry.suffix.lower() == ".zip"]
    real = {entry: _within(path, entry, label) for entry in tables or archives}
    marks = _marks(real.values(), label)
    _check_quiet(marks, quiet, label)
    if tables:
        paths = {name: real[entry] for name, entry in by_lower_name(label, tables).items()}
        yield FileSet(label, paths)
    else:
        with TemporaryDirectory(prefix="roster-") as place:
            yield FileSet(label, extract(_only(archives, real, label), Path(place), label))
    if _marks(real.values(), label) != marks or _listing(path, label) != found:
        raise _still_written(label, "a file changed while we read it")


def _listing(path: Path, label: str) -> list[Path]:
    """What is in the folder."""
    if path.suffix.lower() == ".zip" and path.is_file():
        raise source_error(
            "SRC_UNREACHABLE", source=label, why=f"it is a zip file; give the folder that holds it, {path.parent}"
        )
    try:
        return sorted(path.iterdir())
    except FileNotFoundError:
        why = "there is no such folder"
    except NotADirectoryError:
        why = "it is a file, not a folder"
    except OSError as error:
        why = error.strerror or "it cannot be read"
    raise source_error("SRC_UNREACHABLE", source=label, why=why)


def _within(folder: Path, entry: Path, label: str) -> Path:
    """The real path of an entry; refused unless it is a plain file inside the folder."""
    try:
        root, real = folder.resolve(strict=True), entry.resolve(strict=True)
        plain = stat.S_ISREG(real.stat().st_mode)
    except (OSError, RuntimeError) as error:
        why = f"{entry.name} leads nowhere that we can read"
        raise source_error("SRC_UNREACHABLE", source=label, why=why) from error
    if not real.is_relative_to(root):
        raise source_error("SRC_UNREACHABLE", source=label, why=f"{entry.name} is a link that leads out of the folder")
    if not plain:
        raise source_error("SRC_UNREACHABLE", source=label, why=f"{entry.name} is not a plain file")
    return real


def _only(archives: list[Path], real: Mapping[Path, Path], label: str) -> Path:
    """The one zip to read where there is no CSV."""
    if len(archives) == 1:
        return real[archives[0]]
    held = f"only {join_names(entry.name for entry in archives)}" if archives else "none"
    raise SourceError(
        "FILE_SET_PARTIAL",
        f"We expected CSV files (or one zip of them) in {label} and found {held}. "
        "Nothing was changed; nobody was removed because of it.",
    )


def _marks(paths: Iterable[Path], label: str) -> Marks:
    """Size and time of last change of each of the files."""
    try:
        states = {path: path.stat() for path in paths}
    except OSError as error:
        raise _still_written(label, "a file went away while we read it") from error
    return {path: (state.st_size, state.st_mtime_ns) for path, state in states.items()}


def _check_quiet(marks: Marks, quiet: int, label: str) -> None:
    """Raise unless the last change is ``quiet`` seconds past; a clock somewhat ahead of ours counts as now."""
    now = time.time()
    for path, (_, changed) in marks.items():
        age = abs(now - changed / 1e9)
        if age < quiet:
            raise _still_written(label, f"{path.name} changed {age:.0f} seconds ago and we wait for {quiet}")


def _still_written(label: str, why: str) -> SourceError:
    return source_error("SRC_INCOMPLETE", source=label, why=f"it is still being written ({why})")
