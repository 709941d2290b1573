"""A set of files: what the CSV readers are given, wherever the files came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rostering.sources.base import SourceError


@dataclass(frozen=True)
class FileSet:
    """CSV files by name in lower case. ``label`` is what messages call the source."""

    label: str
    paths: Mapping[str, Path]


def join_names(names: Iterable[str]) -> str:
    """Names as a sentence lists them: ``a.csv, b.csv and c.csv``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def by_lower_name(label: str, paths: Iterable[Path]) -> dict[str, Path]:
    """Paths by their name in lower case; two names that differ by case only are an error."""
    found: dict[str, Path] = {}
    for path in sorted(paths):
        other = found.setdefault(path.name.lower(), path)
        if other is not path:
            raise SourceError(
                "SRC_INCOMPLETE",
                f"{label} holds both {other.name} and {path.name}, and we cannot tell which one counts. "
                "Nothing was changed; remove one of them.",
            )
    return found


def require(files: FileSet, names: Iterable[str]) -> None:
    """Raise FILE_SET_PARTIAL that names every one of these files that is not there (R34)."""
    missing = [name for name in names if name.lower() not in files.paths]
    if missing:
        raise SourceError(
            "FILE_SET_PARTIAL",
            f"{join_names(missing)} {'is' if len(missing) == 1 else 'are'} missing from {files.label}. "
            "Nothing was changed; nobody was removed because of it.",
        )
