"""Data warnings in the console: listed by cause, explained, accepted, exported (R42–R44)."""

import csv
import io

import pytest

from accounts.models import AuditEntry
from rostering.models import DataWarning
from rostering.warning_file import place_of

PAGE = "/console/in/oak/warnings/"


@pytest.fixture
def warnings(world):
    """Oakdale's cause with a class that waits for it, and two lesser ones, one of another school."""
    make = DataWarning.objects.create
    common = {"district": world.oak.district, "message": "m", "fix": "f"}
    cause = world.oak.warning
    make(**common, code="ENROLL_STUDENT_UNKNOWN", severity="ERROR", kind="section", key="sec-10", identity="a",
         parent_kind="section", parent_key="sec-9", name="Folded")  # fmt: skip
    make(**common, code="CLASS_NAME_UNUSABLE", severity="WARN", kind="section", key="sec-11", identity="b",
         name="=Nameless", school="9")  # fmt: skip
    make(**common, code="NAME_TWICE", severity="INFO", kind="person", key="s:s7", identity="c", name="Ann",
         state="accepted", accepted_why="Twins.")  # fmt: skip
    return cause


def listed(client, **asked):
    return [row.code for row in client.get(PAGE, asked).context["listed"].page]


def test_r43_causes_are_listed_once_the_worst_first(warnings, coordinator):
    assert listed(coordinator) == ["SECTION_NO_TEACHER", "CLASS_NAME_UNUSABLE"]
    page = coordinator.get(f"{PAGE}{warnings.pk}/")
    assert [row.name for row in page.context["listed"].page] == ["Folded"]
    assert "sections.csv, where Section_id is <bdi>sec-9</bdi>" in page.content.decode()


def test_warnings_are_searched_and_filtered(warnings, coordinator):
    assert listed(coordinator, severity="WARN") == ["CLASS_NAME_UNUSABLE"]
    assert listed(coordinator, code="SECTION_NO_TEACHER") == ["SECTION_NO_TEACHER"]
    assert listed(coordinator, school="9") == ["CLASS_NAME_UNUSABLE"]
    assert listed(coordinator, q="biology") == ["SECTION_NO_TEACHER"]
    assert listed(coordinator, state="accepted") == ["NAME_TWICE"]
    assert listed(coordinator, severity="nonsense", q="nobody") == []


def test_r44_a_warning_is_accepted_with_a_reason_once_and_opened_again(warnings, coordinator, world):
    decide = f"{PAGE}{warnings.pk}/decide/"
    refused = coordinator.post(decide, {"do": "accept", "why": "  "}, follow=True).content.decode()
    assert "Say why it is all right" in refused
    coordinator.post(decide, {"do": "accept", "why": "Starts in May."})
    warnings.refresh_from_db()
    assert (warnings.state, warnings.accepted_why) == ("accepted", "Starts in May.")
    twice = coordinator.post(decide, {"do": "accept", "why": "Again."}, follow=True).content.decode()
    assert "It was accepted or resolved already" in twice
    assert listed(coordinator) == ["CLASS_NAME_UNUSABLE"]
    coordinator.post(decide, {"do": "open"})
    warnings.refresh_from_db()
    assert (warnings.state, warnings.accepted_why) == ("continuing", "")
    assert list(AuditEntry.objects.filter(verb__contains="accept").order_by("pk").values_list("verb", "actor")) == [
        ("accept warnings", world.oak.users["coordinator"].pk),
        ("open accepted warnings", world.oak.users["coordinator"].pk),
    ]


def test_r44_all_of_a_kind_are_accepted_in_one_district_only(warnings, coordinator, world):
    coordinator.post(f"{PAGE}{warnings.pk}/decide/", {"do": "accept", "why": "Known.", "all": "yes"})
    states = DataWarning.objects.filter(code="SECTION_NO_TEACHER").values_list("district__slug", "state")
    assert dict(states) == {"oak": "accepted", "elm": "new"}


def test_r42_the_file_names_the_districts_own_files_and_columns(warnings, coordinator):
    text = b"".join(coordinator.get("/console/in/oak/warnings.csv").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["severity"], row["file"], row["id column"], row["id"], row["name"]) for row in rows] == [
        ("left out", "sections.csv", "Section_id", "sec-9", "Oakdale Biology"),
        ("made, but incomplete", "sections.csv", "Section_id", "sec-11", "'=Nameless"),
    ]
    assert AuditEntry.objects.filter(verb="export warnings", count=2).count() == 1
    assert place_of(None, "file", "students.csv") == ("students.csv", "")
    assert place_of(None, "person", "s:s7") == ("students.csv", "Student_id")


def test_r47_warnings_are_the_districts_own(warnings, world, as_user, coordinator, school_coordinator):
    theirs = f"{PAGE}{world.elm.warning.pk}/"
    assert coordinator.get(theirs).status_code == 404
    assert coordinator.post(f"{theirs}decide/", {"do": "accept", "why": "x"}).status_code == 404
    for client in (school_coordinator, as_user(world.elm.users["coordinator"])):
        pages = (PAGE, f"{PAGE}{warnings.pk}/", "/console/in/oak/warnings.csv")
        assert [client.get(each).status_code for each in pages] == [404, 404, 404]


@pytest.mark.parametrize("count", [1, 30])
def test_the_queries_of_the_list_do_not_grow(world, coordinator, count, django_assert_num_queries):
    for number in range(count):
        DataWarning.objects.create(
            district=world.oak.district, code="NAME_TWICE", severity="INFO", kind="person", key=f"s:{number}",
            identity=str(number), message="m", fix="f",
        )  # fmt: skip
    with django_assert_num_queries(7):
        coordinator.get(PAGE)
