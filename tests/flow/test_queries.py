"""The queries of a run do not grow with the district (architecture rule 4)."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.flow.feeds import Feed
from tests.flow.town import Town, make_town


def district_of(students: int) -> Feed:
    """A teacher and a section for every ten students."""
    feed = Feed()
    feed.school("10", "Hill School")
    for number in range(students // 10):
        feed.teacher(f"t{number}", "Tea", f"Cher{number}", school="10", Teacher_email=f"t{number}@hill.example")
        keys = [f"{number}-{place}" for place in range(10)]
        for key in keys:
            feed.student(key, "Stu", f"Dent{key}", school="10", Password="a password")
        feed.section(f"c{number}", f"Class {number}", school="10", teachers=[f"t{number}"], students=keys)
    return feed


def queries(town: Town, feed: Feed | None = None) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        town.sync(feed)
    return [re.sub(r"^\d+ times: ", "", query["sql"]).split(" ")[0] for query in captured]


@pytest.fixture
def towns(db: None, tmp_path: Path) -> dict[int, Town]:
    made = {}
    for students in (30, 300):
        made[students] = make_town(f"of{students}", tmp_path / str(students), passwords="sis")
        made[students].sync(district_of(students))
    return made


def test_r35_an_unchanged_run_asks_as_much_of_300_students_as_of_30(towns: dict[int, Town]) -> None:
    small, large = queries(towns[30]), queries(towns[300])

    assert small == large


def test_r35_so_does_a_first_run(db: None, tmp_path: Path) -> None:
    counted = {
        students: len(queries(make_town(f"of{students}", tmp_path / str(students)), district_of(students)))
        for students in (30, 300)
    }

    assert counted[30] == counted[300]


def test_r35_and_one_that_changes_everybody(towns: dict[int, Town]) -> None:
    counted = {}
    for students, town in towns.items():
        feed = district_of(students)
        for row in feed.students:
            row.update(Grade="6", Password="another one")
        for row in feed.sections:
            row["Name"] = f"New {row['Name']}"
        counted[students] = len(queries(town, feed))

    assert counted[30] == counted[300]
