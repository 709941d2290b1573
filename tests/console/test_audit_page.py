"""The audit log in the console (R49)."""

import csv
import io

from accounts.lifecycle import Actor, audit
from accounts.models import AuditEntry

PAGE = "/console/in/oak/audit/"


def listed(client, **asked):
    return [entry.verb for entry in client.get(PAGE, asked).context["listed"].page]


def test_r49_entries_are_found_by_who_what_and_when(world, coordinator):
    AuditEntry.objects.all().delete()
    cora = world.oak.users["coordinator"]
    audit(world.oak.district, Actor.of(cora), "set passwords", 1, "=user 7")
    audit(world.oak.district, Actor("run 9"), "create users", 40)
    audit(world.elm.district, Actor("run 10"), "change users", 40)
    assert listed(coordinator) == ["create users", "set passwords"]
    assert listed(coordinator, verb="create users") == ["create users"]
    assert listed(coordinator, q="oakdalecoord") == ["set passwords"]
    assert listed(coordinator, q="run 9") == ["create users"]
    assert listed(coordinator, until="2001-01-01") == []
    assert listed(coordinator, until="nonsense", **{"from": "2001-01-01"}) == ["create users", "set passwords"]
    text = b"".join(coordinator.get("/console/in/oak/audit.csv").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["who"], row["what"], row["how many"], row["about"]) for row in rows][1:] == [
        ("run 9", "create users", "40", ""),
        ("Cora Oakdalecoord", "set passwords", "1", "'=user 7"),
    ]
    assert rows[0]["what"] == "export audit log"


def test_r47_the_log_is_for_those_who_see_the_whole_district(world, as_user, school_coordinator):
    for client in (school_coordinator, as_user(world.elm.users["coordinator"])):
        assert (client.get(PAGE).status_code, client.get("/console/in/oak/audit.csv").status_code) == (404, 404)
