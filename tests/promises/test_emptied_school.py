"""R33: one small school that is emptied inside a large district waits, and the rest of the run goes through.

``EMPTIED_STUDENTS`` (3,000) is the size of the rest of the district.
"""

import csv
import logging
import os
from pathlib import Path

import pytest

from rostering.rehearsal.churn import write_next_day
from rostering.rehearsal.district import write_district
from tests.promises.town import Town, command, counted, held, numbered

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600)]

STUDENTS = int(os.environ.get("EMPTIED_STUDENTS", "3000"))
SEED, CHURN, PUPILS, CLASSES = 33, 1, 30, 2


def add(folder: Path, file: str, *rows: dict[str, str]) -> None:
    """Write rows at the end of one of a district's files."""
    with (folder / f"{file}.csv").open("r+", encoding="utf-8", newline="") as out:
        header = next(csv.reader(out))
        out.seek(0, os.SEEK_END)
        csv.DictWriter(out, header, restval="", lineterminator="\r\n").writerows(rows)


def add_school(folder: Path) -> None:
    add(folder, "schools", {"School_id": "tiny", "School_name": "Tiny School"})


def fill_school(folder: Path) -> None:
    """Thirty pupils in two classes of a teacher each."""
    at = {"School_id": "tiny"}
    for number in range(1, CLASSES + 1):
        teacher, section = f"tiny-t{number}", f"tiny-c{number}"
        add(folder, "teachers", {**at, "Teacher_id": teacher, "First_name": "Ti", "Last_name": f"Ny{number}"})
        add(folder, "sections", {**at, "Section_id": section, "Teacher_id": teacher, "Name": f"Tiny {number}"})
        pupils = [f"tiny-{number}-{one}" for one in range(1, PUPILS // CLASSES + 1)]
        names = {"First_name": "Tim", "Last_name": "Iny", "Grade": "3"}
        add(folder, "students", *({**at, **names, "Student_id": pupil} for pupil in pupils))
        add(folder, "enrollments", *({**at, "Section_id": section, "Student_id": pupil} for pupil in pupils))


@pytest.fixture
def days(tmp_path: Path) -> dict[str, Path]:
    """The district of today; tomorrow as it should be, and with the school emptied."""
    made = {name: tmp_path / name for name in ("today", "full", "empty")}
    write_district(made["today"], STUDENTS, SEED)
    write_next_day(made["today"], made["full"], CHURN, SEED)
    write_next_day(made["today"], made["empty"], CHURN, SEED)
    for folder in made.values():
        add_school(folder)
    fill_school(made["today"])
    fill_school(made["full"])
    return made


def connected(slug: str, folder: Path) -> Town:
    command("add_district", slug, "--name", slug.title())
    assert command("connect", slug, "folder", "--path", folder).code == 0
    return Town(folder, slug)


def test_r33_an_emptied_school_waits_and_the_rest_of_the_district_goes_through(days: dict[str, Path]) -> None:
    """But for what waits, the district is the one in which the school was not emptied."""
    towns = [connected("lark", days["today"]), connected("twin", days["today"])]
    for town in towns:
        assert town.sync()["status"] == "succeeded"
    for town, day in zip(towns, (days["empty"], days["full"]), strict=True):
        assert command("connect", town.slug, "folder", "--path", day).code == 0
    run, twin = (town.sync() for town in towns)
    for one in (*towns[0].runs, *towns[1].runs):
        log.warning(
            "%s: %s, %s s, held %s, %s", one["district"], one["status"], one["seconds"], held(one), counted(one)
        )
    classes = numbered("tiny-c", CLASSES)
    assert (run["status"], held(run)) == ("held", {"people": PUPILS + CLASSES, "classes": CLASSES})
    assert (twin["status"], held(twin)) == ("succeeded", {})
    assert counted(run) == counted(twin)
    assert counted(run)["people"]["archive"] > 0
    changes = command("run", run["run"], "--json").json["changes"]
    assert {change["school"] for change in changes if change["held"]} == {"tiny"}
    one, other = (town.roster() for town in towns)
    assert (one.users, one.classes, one.memberships) == (other.users, other.classes, other.memberships)
    assert command("approve", run["run"], "--school", "tiny").code == 0
    gone = towns[0].roster().inactive() - other.inactive()
    assert (len(gone), {key for key in gone if key in classes}) == (PUPILS + 2 * CLASSES, set(classes))
