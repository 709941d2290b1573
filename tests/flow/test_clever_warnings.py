"""R42: what only Clever can raise, and what comes near it and does not; each goes when it is put right."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from rostering.models import DataWarning
from rostering.rehearsal.clever import Sandbox
from tests.flow.clever import clever_town, days
from tests.flow.town import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def clever(tmp_path: Path) -> Iterator[tuple[Town, Sandbox]]:
    """A district that Clever has synced just now."""
    [folder] = days(tmp_path, 60, 1, 0)
    with clever_town("hill", folder) as (town, sandbox):
        sync_to_clever(sandbox, days_ago=0)
        town.sync()
        yield town, sandbox


def states(code: str) -> list[str]:
    return list(DataWarning.objects.filter(code=code).values_list("state", flat=True))


def test_r42_src_stale(clever: tuple[Town, Sandbox]) -> None:
    """Eight days without a sync of the SIS are too many, six are not; a new sync resolves it."""
    town, sandbox = clever
    sync_to_clever(sandbox, days_ago=6)
    town.sync()
    assert town.warnings("SRC_STALE") == []
    long_ago = sync_to_clever(sandbox, days_ago=9)
    town.sync()
    assert town.warnings("SRC_STALE") == [
        (
            "SRC_STALE source : The connection works, but nothing new has reached Clever from your SIS since "
            f"{long_ago[:10]}."
        )
    ]
    sync_to_clever(sandbox, days_ago=0)
    town.sync()
    assert states("SRC_STALE") == ["resolved"]


def sync_to_clever(sandbox: Sandbox, days_ago: int) -> str:
    """Let the district's last sync to Clever have been some days ago."""
    moment = (timezone.now() - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    sandbox.roster.touch(last_sync=moment)
    return moment


def test_r42_sync_paused(clever: tuple[Town, Sandbox]) -> None:
    town, sandbox = clever
    assert town.warnings("SYNC_PAUSED") == []
    sandbox.pause("2027-05-26", "2027-07-30")
    town.sync()
    assert town.warnings("SYNC_PAUSED") == [
        (
            "SYNC_PAUSED source : Syncing is paused until 2027-07-30 (set by the district, in Clever). "
            "What is new is taken over; nobody is removed meanwhile."
        )
    ]
    sandbox.resume()
    town.sync()
    assert states("SYNC_PAUSED") == ["resolved"]


def test_r34_r42_record_unreadable(clever: tuple[Town, Sandbox]) -> None:
    """A record in another form keeps its account and its seats, in a full pull and by events, until it is right."""
    town, sandbox = clever
    before, student = town.everything()[:3], sandbox.records("sections")[0]["students"][0]
    held = sandbox.roster.records["users"][student]
    for spoilt in (held.replace(b'"name":{', b'"name":[], "other":{'), held.replace(b'"roles":{', b'"other":{')):
        assert spoilt != held
        sandbox.roster.records["users"][student] = spoilt
        town.sync(None, "--full")
        assert town.warnings("RECORD_UNREADABLE") == [
            (
                f"RECORD_UNREADABLE person {student}: The source sent person {student} in a form that we cannot read. "
                "It was left as it is here."
            )
        ]
        assert town.everything()[:3] == before
        town.sync()
        assert states("RECORD_UNREADABLE") == ["continuing"]
        sandbox.roster.records["users"][student] = held
        town.sync(None, "--full")
        assert states("RECORD_UNREADABLE") == ["resolved"]
        assert town.everything()[:3] == before
