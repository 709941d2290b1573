"""A small district as Clever's CSV files, ways to spoil it, and ways to see what a reading made of it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from rostering.core.snapshot import FileFacts, Snapshot
from rostering.sources.base import Reading
from rostering.sources.folder import open_folder
from rostering.sources.layouts import read_files

FILES = {
    "schools.csv": "School_id,School_name,School_number\n010,Harborview,10\n020,Larkfield Middle,20\n",
    "students.csv": (
        "School_id,Student_id,Student_number,Last_name,First_name,Grade,Student_email,Username,Password,DOB\n"
        "010,S1,1001,Nuñez-O'Dea,Thijs,4,,thijs,secret-one,03/09/2016\n"
        "010,S2,1002,Li,Mo,K,mo@larkfield.example,mo,secret-two,2014-11-30\n"
        "020,S3,1003,Søby,Ann Marie,06,,,,\n"
    ),
    "teachers.csv": (
        "School_id,Teacher_id,Teacher_email,First_name,Last_name\n"
        "010,T1,oona@larkfield.example,Oona,Quill\n"
        "020,T2,,Idris,Vance\n"
    ),
    "sections.csv": (
        "School_id,Section_id,Teacher_id,Teacher_2_id,Name,Course_name,Period\n"
        "010,M1,T1,,Math 4,Grade 4 Math,2\n"
        "020,M2,T2,,,Grade 6 Math,1\n"
    ),
    "enrollments.csv": "School_id,Section_id,Student_id\n010,M1,S1\n010,M1,S2\n020,M2,S3\n",
}

Told = list[tuple[str, str, str, str]]


class Seals:
    """Digests that show nothing of what they were made from."""

    def password(self, key: str, raw: str) -> str:
        return "sealed " + hashlib.sha256(f"{key} {raw}".encode()).hexdigest()[:8]

    def birth(self, iso_date: str) -> str:
        return "born " + hashlib.sha256(iso_date.encode()).hexdigest()[:8]


SEALS = Seals()


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Put files into a folder, text as UTF-8 without touching its line ends."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read_folder(folder: Path, layout: str = "auto", memory: Mapping[str, FileFacts] | None = None) -> Snapshot:
    with open_folder(folder, quiet=0, label="the folder") as files:
        return read_files(files, layout, Reading(SEALS, memory or {}, lambda phase, rows: None))


def read(
    folder: Path, changes: Mapping[str, str | bytes | None] | None = None, memory: Mapping[str, FileFacts] | None = None
) -> Snapshot:
    """The district as read, with some of its files replaced, or left out (None)."""
    files = {name: content for name, content in {**FILES, **(changes or {})}.items() if content is not None}
    return read_folder(write(folder, files), "clever", memory)


def add(name: str, *lines: str) -> dict[str, str | bytes | None]:
    """One of the district's files with further lines."""
    return {name: FILES[name] + "".join(f"{line}\n" for line in lines)}


def told(snapshot: Snapshot) -> Told:
    """What a reading found: code, kind, key and message."""
    return [(found.code, found.kind, found.key, found.message) for found in snapshot.findings]


def unreadable(snapshot: Snapshot) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """The rows that count as seen although nobody can tell what they say."""
    return [(bad.space, bad.file, bad.row, bad.cells) for bad in snapshot.bad_rows]
