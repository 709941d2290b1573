"""The CSV files of a zip, extracted within limits: what an SIS uploads is not trusted to be small or polite."""

import stat
import zlib
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from rostering.sources.base import SourceError, source_error
from rostering.sources.files import by_lower_name

MAX_MEMBERS = 100
MAX_BYTES = 4 << 30
MAX_RATIO = 250
"""A roster shrinks to a tenth or a thirtieth; deflate's limit, which a bomb comes near, is a thousandth."""

SMALL = 1 << 20
"""Members below this size may have any ratio."""

CHUNK = 1 << 20


def extract(archive: Path, place: Path, label: str) -> dict[str, Path]:
    """Write the CSV members of a zip into ``place``; raises SRC_INCOMPLETE unless all came out whole.

    Members may stand at the top or in one folder; other files and hidden ones are left where they are.
    """
    try:
        with ZipFile(archive) as opened:
            members = _tables(opened, archive, label)
            left = MAX_BYTES
            for member in members:
                left -= _write(opened, member, place / PurePosixPath(member.filename).name, left)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _refused(archive, label, "is damaged or was cut off, so it cannot be unpacked") from error
    except _TooLargeError as error:
        raise _refused(archive, label, f"unpacks to more than {MAX_BYTES >> 30} GiB") from error
    except OSError as error:
        raise _refused(archive, label, f"cannot be unpacked ({error.strerror})") from error
    return by_lower_name(label, place.iterdir())


class _TooLargeError(Exception):
    """More came out of the zip than we allow."""


def _refused(archive: Path, label: str, why: str) -> SourceError:
    return source_error("SRC_INCOMPLETE", source=label, why=f"{archive.name} {why}")


def _tables(opened: ZipFile, archive: Path, label: str) -> list[ZipInfo]:
    """The CSV members, after the zip as a whole was found decent."""
    infos = opened.infolist()
    if len(infos) > MAX_MEMBERS:
        raise _refused(archive, label, f"holds {len(infos)} files, more than {MAX_MEMBERS}")
    for info in infos:
        _check(info, archive, label)
    if sum(info.file_size for info in infos) > MAX_BYTES:
        raise _TooLargeError
    members = [info for info in infos if _is_table(info)]
    if not members:
        raise SourceError(
            "FILE_SET_PARTIAL",
            f"We expected CSV files in {archive.name} ({label}) and found none. "
            "Nothing was changed; nobody was removed because of it.",
        )
    if len({PurePosixPath(info.filename).parent for info in members}) > 1:
        raise _refused(archive, label, "holds CSV files in more than one folder, and we cannot tell which ones count")
    if len({info.filename for info in members}) < len(members):
        raise _refused(archive, label, "holds one file twice, and we cannot tell which one counts")
    return members


def _check(info: ZipInfo, archive: Path, label: str) -> None:
    """Refuse a member that leads elsewhere, is encrypted, or is a bomb."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in info.filename or stat.S_ISLNK(info.external_attr >> 16):
        raise _refused(archive, label, f'holds "{info.filename}", which leads out of it')
    if info.flag_bits & 1:
        raise _refused(archive, label, "is encrypted; send it without a password")
    if info.file_size > max(SMALL, info.compress_size * MAX_RATIO):
        raise _refused(
            archive, label, f'holds "{info.filename}", which unpacks to more than {MAX_RATIO} times its size'
        )


def _is_table(info: ZipInfo) -> bool:
    """Whether a member is a CSV file that somebody put there, not a leftover of the packer."""
    path = PurePosixPath(info.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() == ".csv" and len(path.parts) <= 2 and not info.is_dir() and not hidden


def _write(opened: ZipFile, member: ZipInfo, target: Path, limit: int) -> int:
    """Unpack one member, and count while doing so: what a zip says of its sizes may be a lie."""
    written = 0
    with opened.open(member) as source, target.open("xb") as out:
        while chunk := source.read(CHUNK):
            written += len(chunk)
            if written > limit:
                raise _TooLargeError
            out.write(chunk)
    if written != member.file_size:
        raise BadZipFile(member.filename)
    return written
