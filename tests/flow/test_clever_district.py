"""What a district goes through at Clever: pauses, holds, hidden people, ids that change, parts that are shared."""

import json
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts import keys
from accounts.models import District
from rostering.connections import share
from rostering.models import Link, SaidChunk
from rostering.rehearsal.clever import Fault, Sandbox, serving
from rostering.rehearsal.clever.clock import START
from tests.flow.clever import connect_town, connection_of
from tests.flow.feeds import Feed, small_district
from tests.flow.test_clever_access import QUICK, Clever, clever_of
from tests.flow.test_clever_single import roomy_district
from tests.flow.town import BY, Town, command, whole_database

pytestmark = [pytest.mark.django_db, pytest.mark.source]

SENSITIVE = {
    "DOB": "3/9/2016", "Race": "Two or More Races", "Hispanic_Latino": "Y", "Frl_status": "Reduced", "Iep_status": "Y",
    "Ell_status": "Y", "Home_language": "Quechua", "Gender": "X",
}  # fmt: skip
CONTACT = {
    "Contact_sis_id": "k1", "Contact_name": "Petra Elternteil", "Contact_relationship": "Parent",
    "Contact_type": "Parent/Guardian", "Contact_phone": "602-555-0142", "Contact_email": "petra@mail.example",
}  # fmt: skip


PAUSED = (
    "Syncing is paused until 2027-07-30 (set by the district, in Clever). What is new is taken over; nobody is removed "
    "meanwhile."
)


@pytest.fixture
def clever(tmp_path: Path) -> Iterator[Clever]:
    with clever_of(tmp_path / "hill", roomy_district()) as found:
        yield found


def everything_kept() -> str:
    """Every cell of the database, and what is encrypted of Clever's words in clear."""
    said = [zlib.decompress(keys.decrypt_bytes(bytes(body))).decode() for body in chunk_bodies()]
    return "\n".join([whole_database(), *said])


def chunk_bodies() -> list[bytes]:
    return list(SaidChunk.objects.values_list("body", flat=True))


def mode(run: dict[str, Any]) -> tuple[str, str]:
    return run["mode"], run.get("why_full", "")


def full_equals(town: Town) -> None:
    """A full pull finds nothing to change and leaves everything as it is (R36)."""
    before = town.everything()
    run = town.sync(None, "--full")
    assert (town.plan(run), town.everything()) == ([], before)


# -- pauses and holds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--full",)])
def test_r33_a_paused_district_removes_nobody_and_takes_over_what_is_new(
    options: tuple[str, ...], clever: Clever
) -> None:
    """Sharing still takes effect while Clever pauses a district (§2.7): a new person is shared, others no longer."""
    town, sandbox = clever.town, clever.sandbox
    idle, student, klass = clever.user("s7"), clever.user("s1"), clever.record("sections", "c4")
    sandbox.hide("users", idle)
    town.sync()
    assert "idahl" not in town.usernames().values()
    before = town.users(), town.rosters()

    sandbox.pause("2027-05-26", "2027-07-30")
    sandbox.share("users", idle)
    sandbox.hide("users", student)
    sandbox.hide("sections", klass)
    run = town.sync(None, *options)

    assert {kind: counts["archive"] for kind, counts in run["counts"].items()} == {
        "schools": 0, "people": 0, "classes": 0, "memberships": 0,
    }  # fmt: skip
    assert run["counts"]["people"]["create"] == 1
    assert [line for line in town.users() if "idahl" not in line] == before[0]
    assert town.rosters() == before[1]
    assert town.warnings("SYNC_PAUSED") == [f"SYNC_PAUSED source : {PAUSED}"]
    assert town.plan(town.sync(None, *options)) == []

    sandbox.resume()
    run = town.sync(None, *options)
    assert (run["counts"]["people"]["archive"], run["counts"]["classes"]["archive"]) == (1, 1)
    assert town.warnings("SYNC_PAUSED") == []
    assert town.usernames()[student] == "jnunez (inactive)"
    assert sorted(town.rosters()) == ["Art", "Latin", "Maths 4"]
    full_equals(town)


def test_r33_a_pause_holds_back_files_and_the_rollover_comes_with_its_end(clever: Clever) -> None:
    town, feed = clever.town, clever.feed
    town.sync()
    clever.sandbox.pause()
    before = town.everything()[:3]
    feed.row("students", "s1")["Grade"] = "5"
    feed.leave("c1", "s1")
    clever.send()
    assert town.plan(town.sync()) == []
    assert town.everything()[:3] == before
    clever.sandbox.resume()
    run = town.sync()
    assert mode(run) == ("delta", "")
    assert (run["counts"]["people"]["update"], run["counts"]["memberships"]["archive"]) == (1, 1)
    full_equals(town)


def test_r34_a_hold_at_clever_is_a_quiet_day_and_then_all_comes_at_once(clever: Clever) -> None:
    town, feed = clever.town, clever.feed
    town.sync()
    before = town.everything()
    clever.sandbox.hold()
    feed.drop("students", "s1")
    feed.row("sections", "c1")["Name"] = "Maths"
    clever.send()
    assert town.plan(town.sync()) == []
    assert town.everything() == before
    clever.sandbox.resume()
    run = town.sync()
    assert (run["counts"]["people"]["archive"], run["counts"]["classes"]["update"]) == (1, 1)
    full_equals(town)


def test_src_stale_tells_since_when_nothing_has_come(clever: Clever) -> None:
    """Clever works, but the SIS has sent nothing to it for over a week."""
    clever.town.sync()
    since = START.date().isoformat()
    assert clever.town.warnings("SRC_STALE") == [
        f"SRC_STALE source : The connection works, but nothing new has reached Clever from your SIS since {since}."
    ]
    clever.sandbox.advance(seconds=(timezone.now() - START - timedelta(days=6)).total_seconds())
    clever.send()
    clever.town.sync()
    assert clever.town.warnings("SRC_STALE") == []


# -- hidden and shared again ------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--full",)])
def test_r30_hidden_students_leave_their_seats_are_counted_and_they_come_back(
    options: tuple[str, ...], clever: Clever
) -> None:
    town, sandbox = clever.town, clever.sandbox
    town.sync()
    before, hidden = town.everything(), [clever.user("s2"), clever.user("s5")]
    sandbox.hide("users", *hidden)

    run = town.sync(None, *options)

    assert run["counts"]["people"]["archive"] == 2
    assert run["records"]["enrollments"] == 8
    assert town.rosters() == {
        "Maths 4": "aking / bsmith jnunez", "Art": "aking aroe / bsmith1", "Latin": "zng / klund",
        "Music": "aroe / bsmith",
    }  # fmt: skip
    [warned] = [one for one in command("warnings", "hill")[0]["warnings"] if one["code"] == "ENROLL_STUDENT_UNKNOWN"]
    assert warned["affects"] == {"classes": 3, "students": 2}
    assert "3" in warned["message"]
    assert town.plan(town.sync(None, *options)) == []

    sandbox.share("users", *hidden)
    run = town.sync(None, *options)
    assert (run["counts"]["people"]["restore"], run["counts"]["people"]["create"]) == (2, 0)
    assert town.everything() == before
    full_equals(town)


def test_r34_a_hidden_teacher_leaves_the_class_as_it_is(clever: Clever) -> None:
    """A section whose teacher we are not given is no section without one (R19)."""
    town = clever.town
    town.sync()
    clever.sandbox.hide("users", clever.user("t2"))
    town.sync()
    assert {"Art", "Music"} <= set(town.rosters())
    assert "bsmith" in town.rosters()["Music"]
    clever.sandbox.share("users", hidden_user(clever, "t2"))
    town.sync()
    assert town.rosters()["Music"] == "aroe / bsmith"
    full_equals(town)


def hidden_user(clever: Clever, sis_id: str) -> str:
    """Clever's id of a user who is hidden."""
    for found, line in clever.sandbox.roster.records["users"].items():
        if any(role and role.get("sis_id") == sis_id for role in json.loads(line)["roles"].values()):
            return found
    raise AssertionError(sis_id)


# -- people of many roles ---------------------------------------------------------------------------------------


def test_r29_admins_are_staff_everywhere_contacts_nobody_and_roles_one_account(tmp_path: Path) -> None:
    feed = roomy_district()
    feed.row("students", "s1").update(CONTACT)
    feed.staff_member("f1", "Ada", "King", school="20", Staff_email="ada@hill.example")
    with clever_of(tmp_path / "hill", feed, district_admin=True) as clever:
        town = clever.town
        run = town.sync()
        assert "Elternteil" in json.dumps(clever.sandbox.records("users"))
        staff = [row.split(" | ") for row in town.users() if "staff" in row.split(" | ")[1]]
        [king] = [row for row in town.users() if " King " in row]
        schools = {record["sis_id"]: record["id"] for record in clever.sandbox.records("schools")}
        assert king.split(" | ")[1] == "teacher;staff"
        assert king.split(" | ")[9].split(";") == [schools["10"], schools["20"]]
        [admin] = [row for row in staff if row[1] == "staff"]
        assert sorted(admin[9].split(";")) == sorted(schools.values())
        assert run["records"]["people"] == 11
        assert [word for word in ("Elternteil", "petra@", "555-0142") if word in everything_kept()] == []
        assert len([line for line in town.warnings("MULTI_ROLE") if king.split(" | ")[8] in line]) == 1
        feed.school("30", "New School")
        clever.send()
        town.sync()
        [admin] = [row.split(" | ") for row in town.users() if row.split(" | ")[8] == admin[8]]
        assert len(admin[9].split(";")) == 3
        full_equals(town)


# -- ids that change --------------------------------------------------------------------------------------------


def test_r39_another_sis_id_is_another_user_of_clevers(clever: Clever) -> None:
    """Name, school and grade alone do not say that they are the same (R40): a person has to."""
    town = clever.town
    town.sync()
    before = clever.user("s1")
    clever.sandbox.change_sis_id("student", "s1", "s1b")
    run = town.sync()
    after = clever.user("s1b")
    assert after != before
    assert (town.plan(run), town.usernames()[before]) == ([], "jnunez")
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao"
    assert [one["outcome"] for one in command("explain", "hill", after)[0]["found"]] == ["waiting"]
    [review] = command("review", "hill")[0]["reviews"]
    command("decide", "hill", str(review["review"]), "--new")
    run = town.sync()
    usernames = town.usernames()
    assert (usernames[before], usernames[after]) == ("jnunez (inactive)", "jnunez1")
    assert (run["counts"]["people"]["create"], run["counts"]["people"]["archive"]) == (1, 1)
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez1 miao"
    full_equals(town)


def test_r40_ids_that_all_change_remove_nobody(tmp_path: Path) -> None:
    """A district that moves to another SIS (§3.4), without numbers: everybody stays, and waits for review."""
    feed = large_district()
    with clever_of(tmp_path / "hill", feed) as clever:
        town = clever.town
        town.sync()
        before = town.usernames().values()
        for number in range(12):
            clever.sandbox.change_sis_id("student", f"s{number}", f"new{number}")
        run = town.sync()
        assert (town.plan(run), sorted(town.usernames().values())) == ([], sorted(before))
        reviews = command("review", "hill")[0]["reviews"]
        assert len(reviews) == 12
        for review in reviews:
            command("decide", "hill", str(review["review"]), "--same", review["candidates"][0]["username"])
        run = town.sync()
        assert (run["counts"]["people"]["rekey"], town.warnings("IDS_CHANGED")) == (12, [])
        assert sorted(town.usernames().values()) == sorted(before)
        full_equals(town)


def large_district() -> Feed:
    feed = small_district()
    for number in range(20):
        feed.student(f"s{number}x", "Stu", f"Dent{chr(97 + number)}", school="10")
    for number in range(7, 12):
        feed.student(f"s{number}", "Stu", f"Dant{chr(97 + number)}", school="10")
    feed.student("s0", "Stu", "Dunt", school="10")
    feed.enroll("c1", *(f"s{number}x" for number in range(20)), "s0", *(f"s{number}" for number in range(7, 12)))
    return feed


# -- a part of the district (R4, R5) ----------------------------------------------------------------------------


def test_r4_a_part_is_always_read_whole_and_nothing_of_the_others_is_kept(tmp_path: Path) -> None:
    feed = roomy_district()
    feed.row("students", "s5").update(Student_email="eva@lake.example", Student_number="990077", Username="evaholm")
    with clever_of(tmp_path / "hill", feed) as clever:
        town, school = clever.town, clever.record("schools", "10")
        share(town.district, "schools", [school], by=BY)
        for number in range(2):
            run = town.sync()
            assert mode(run) == ("full", "the first run" if number == 0 else "only a part of the district is shared")
        assert town.plan(run) == []
        assert sorted(town.rosters()) == ["Art", "Maths 4", "Music"]
        assert SaidChunk.objects.count() == 0
        kept = everything_kept()
        unshared = ("Holm", "Lund", "Zoë", "Lake School", "Latin", "zoe@", "eva@", "990077", "evaholm")
        assert [word for word in unshared if word in kept] == []
        assert "Hill School" in kept
        links = Link.objects.filter(state="not_shared")
        assert {(one.kind, one.said, one.name, one.school, one.fingerprint) for one in links} == {
            ("school", "", "", "", ""), ("person", "", "", "", ""), ("section", "", "", "", ""),
        }  # fmt: skip

        for options in (("--person", clever.user("s5")), ("--section", clever.record("sections", "c3"))):
            run = town.sync(None, *options)
            assert town.plan(run) == []
        assert [word for word in unshared if word in everything_kept()] == []

        share(town.district, "all", [], by=BY)
        assert mode(town.sync())[0] == "full"
        assert "Latin" in town.rosters()
        assert SaidChunk.objects.count() == 5
        assert mode(town.sync()) == ("delta", "")


def test_r4_narrowing_forgets_what_clever_said_of_everybody(tmp_path: Path) -> None:
    with clever_of(tmp_path / "hill", roomy_district()) as clever:
        town, school = clever.town, clever.record("schools", "10")
        town.sync()
        assert "Holm" in everything_kept()
        share(town.district, "schools", [school], by=BY)
        held = town.sync(status="held")
        assert chunk_bodies() == []
        assert mode(held)[0] == "full"
        town.approve(held)
        town.sync()
        assert sorted(town.rosters()) == ["Art", "Maths 4", "Music"]


def test_r4_r36_a_single_section_leaves_its_people_at_their_other_schools(tmp_path: Path) -> None:
    """A student of school 20, which is not shared, sits in sections of two schools that are."""
    feed = roomy_district()
    feed.school("30", "Arts School")
    feed.teacher("t4", "Uma", "Berg", school="30")
    feed.section("c5", "Dance", school="30", teachers=["t4"], students=["s6"])
    feed.enroll("c4", "s6")
    with clever_of(tmp_path / "hill", feed) as clever:
        share(clever.town.district, "schools", [clever.record("schools", key) for key in ("10", "30")], by=BY)
        clever.town.sync()
        before = clever.town.everything()
        clever.town.sync(None, "--section", clever.record("sections", "c5"))
        assert clever.town.everything() == before


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
def test_r5_sensitive_fields_are_nowhere(version: str, tmp_path: Path) -> None:
    feed = roomy_district()
    for key in ("s1", "s2"):
        feed.row("students", key).update(SENSITIVE, Preferred_first_name="Pepe")
    with clever_of(tmp_path / "hill", feed, version=version) as clever:
        served = json.dumps(clever.sandbox.records("users"))
        assert [word for word in ("3/9/2016", "Two or More Races", "Reduced", "Quechua") if word in served] != []
        clever.town.sync()
        feed.row("students", "s1").update(First_name="Josefo", DOB="4/8/2015", Race="Unknown")
        clever.send()
        clever.town.sync()
        clever.town.sync(None, "--person", clever.user("s2"))
        kept = everything_kept()
        assert "Josefo" in kept
        words = ("3/9/2016", "2016-03-09", "4/8/2015", "2015-04-08", "Two or More", "Reduced", "Quechua", "race", "dob")
        assert [word for word in words if word in kept] == []


# -- Clever's ways of answering ---------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
@pytest.mark.parametrize("page", [1, 3])
def test_r34_next_links_on_short_pages(version: str, page: int, tmp_path: Path) -> None:
    with clever_of(tmp_path / "hill", version=version) as clever, override_settings(CLEVER_PAGE=page):
        clever.sandbox.api.next_on_short_pages = True
        clever.town.sync()
        clever.feed.row("students", "s1")["Last_name"] = "Other"
        clever.feed.student("s8", "New", "Comer", school="20")
        clever.send()
        run = clever.town.sync()
        assert mode(run) == ("delta", "")
        assert (run["counts"]["people"]["create"], run["counts"]["people"]["update"]) == (1, 1)
        full_equals(clever.town)


def test_r34_a_low_rate_limit_is_kept(clever: Clever) -> None:
    clever.sandbox.limits.limit, clever.sandbox.limits.window = 8, 1
    run = clever.town.sync()
    assert run["counts"]["people"]["create"] == 10
    full_equals(clever.town)


def test_r34_too_many_requests_wait_for_the_reset(clever: Clever) -> None:
    clever.sandbox.limits.window = 2
    clever.sandbox.fail(Fault("429", at="/v3.1/users*", times=1))
    began = time.time()
    assert clever.town.sync()["counts"]["people"]["create"] == 10
    assert time.time() - began < 6


@pytest.mark.parametrize("outer", [True, False])
def test_r36_previous_attributes_in_either_place(outer: bool, clever: Clever) -> None:
    clever.sandbox.api.outer_previous = outer
    clever.town.sync()
    clever.feed.row("students", "s1")["Last_name"] = "Other"
    clever.send()
    assert mode(clever.town.sync()) == ("delta", "")
    assert "Other" in " ".join(clever.town.users())
    full_equals(clever.town)


def test_r36_what_changes_while_everything_is_read_is_no_drift(clever: Clever) -> None:
    """The weekly check compares with events up to now, but with lists as they were when they were read."""
    from rostering.delivery import Asked
    from rostering.models import Connection
    from rostering.sync import run_sync

    clever.town.sync()
    clever.feed.row("students", "s1")["Last_name"] = "Before"
    clever.send()
    clever.town.sync()
    Connection.objects.update(last_full=timezone.now() - timedelta(days=8))
    clever.feed.row("students", "s1")["Last_name"] = "Meanwhile"
    total = sum(len(clever.sandbox.records(kind)) for kind in ("schools", "terms", "courses", "users", "sections"))

    def change(phase: str, count: int) -> None:
        if phase == "reading" and count == total:
            clever.send()

    run = run_sync(clever.town.district, by="tests", asked=Asked(), progress=change)
    assert (run.mode, run.why_full, run.drift) == ("full", "the weekly check", {})
    run_of_events = clever.town.sync()
    assert mode(run_of_events) == ("delta", "")
    assert "Meanwhile" in " ".join(clever.town.users())


# -- two districts ----------------------------------------------------------------------------------------------


def test_r41_two_districts_at_clever_do_not_touch_each_other(tmp_path: Path) -> None:
    with clever_of(tmp_path / "hill", roomy_district(), slug="hill", seed=7) as hill:
        hill.town.sync()
        before = hill.town.everything(), chunk_bodies(), connection_of(hill.town).cursor
        other = Sandbox(small_district().write(tmp_path / "lake"), seed=8, watch=False)
        with override_settings(**QUICK), serving(other) as url:
            lake = connect_town("lake", other, url)
            lake.sync()
            feed = small_district()
            feed.drop("students", "s1")
            feed.student("s8", "Only", "Lakes", school="20")
            other.load(feed.write(tmp_path / "lake"))
            lake.sync()
            lake.sync(None, "--person", hill.user("s1"))
            other.disconnect()
            lake.sync(status="failed")
        assert hill.town.everything() == before[0]
        mine = list(SaidChunk.objects.filter(connection=connection_of(hill.town)).values_list("body", flat=True))
        assert mine == before[1]
        assert connection_of(hill.town).cursor == before[2]
        assert connection_of(hill.town).broken == ""
        assert "Lakes" not in " ".join(hill.town.users())
        assert [one.slug for one in District.objects.filter(users__last_name="Lakes")] == ["lake"]
        answer, code = command("sync", "--all")
        assert ([(run["district"], run["status"]) for run in answer["runs"]], code) == (
            [("hill", "succeeded"), ("lake", "failed")], 1,
        )  # fmt: skip
