"""A town whose roster comes from Clever: the sandbox stands in for Clever, over real HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from accounts.lifecycle import save_district
from rostering.connections import connect
from rostering.models import Connection
from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.clever import Sandbox, serving
from rostering.rehearsal.district import write_district
from tests.flow.town import BY, Town


@contextmanager
def clever_town(
    slug: str, data: Path, version: str = "v3.1", sandbox: Sandbox | None = None, **policies: str
) -> Iterator[tuple[Town, Sandbox]]:
    """A district connected to a sandbox that serves a folder."""
    served = sandbox or Sandbox(data=data, seed=7)
    with serving(served) as url:
        yield connect_town(slug, served, url, version, **policies), served


def connect_town(slug: str, served: Sandbox, url: str, version: str = "v3.1", **policies: str) -> Town:
    """A district connected to a sandbox that is served already."""
    district, _ = save_district(slug, by=BY, name=slug.title(), **policies)
    values = {"district": served.district_id, "api_url": url, "version": version}
    connect(district, "clever", values, {"token": served.token}, layout="auto", quiet=0, by=BY)
    return Town(slug, served.data)


def connection_of(town: Town) -> Connection:
    return Connection.objects.get(district=town.district)


def days(folder: Path, students: int, number: int, churn: float, *, awkward: bool = False, seed: int = 3) -> list[Path]:
    """The folders of a district's days."""
    write_district(folder / "0", students, seed, awkward=awkward)
    for day in range(1, number):
        write_next_day(folder / str(day - 1), folder / str(day), churn, seed + day)
    return [folder / str(day) for day in range(number)]


def without_ids(town: Town, names: dict[str, str]) -> dict[str, list[list[str]]]:
    """The exports with the SIS's ids in the place of Clever's (``names``), and of our own class numbers."""
    classes = {row[0]: row for row in (line.split(" | ") for line in town.classes())}

    def renamed(cell: str) -> str:
        return ";".join(names.get(one, one) for one in cell.split(";"))

    return {
        "users": sorted([*row[:8], renamed(row[9]), *row[10:]] for row in split(town.users())),
        "classes": sorted([row[1], renamed(row[2]), renamed(row[3]), *row[4:]] for row in classes.values()),
        "seats": sorted([renamed(classes[row[0]][3]), *row[1:]] for row in split(town.seats())),
    }


def split(lines: list[str]) -> list[list[str]]:
    return [line.split(" | ") for line in lines]


def sis_ids(served: Sandbox) -> dict[str, str]:
    """Clever's id -> the SIS's, of schools and sections."""
    records: list[dict[str, Any]] = [*served.records("schools"), *served.records("sections")]
    return {record["id"]: record["sis_id"] for record in records}
