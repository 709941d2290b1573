"""`sync --person` and `--section`: one record and what hangs on it, and nothing else, from Clever and from files."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from rostering.models import Run
from rostering.rehearsal.clever import Fault
from tests.flow.feeds import Feed, small_district
from tests.flow.test_clever_access import Clever, clever_of
from tests.flow.town import NOTHING, Town, command, make_town

pytestmark = [pytest.mark.django_db, pytest.mark.source]


@dataclass
class Source:
    """A town with its feed, whichever way it comes; ids are the SIS's."""

    town: Town
    feed: Feed
    send: Callable[[], object]
    clever: Clever | None = None

    def id(self, kind: str, sis_id: str) -> str:
        if self.clever is None:
            return sis_id
        return self.clever.user(sis_id) if kind == "person" else self.clever.record("sections", sis_id)

    def one(self, kind: str, sis_id: str, status: str = "", found: str = "") -> dict[str, Any]:
        """Sync one record; says what the run was about."""
        found = found or self.id(kind, sis_id)
        run = self.town.sync(None, f"--{kind}", found, status=status)
        assert run["only"] == f"{kind} {found}"
        return run

    def planned(self, *options: str) -> list[str]:
        """What another run would do, with the SIS's ids."""
        return self.named(self.town.plan(self.town.sync(None, *options)))

    def named(self, lines: list[str]) -> list[str]:
        """Lines with the SIS's ids in the place of Clever's."""
        if self.clever is None:
            return sorted(lines)
        names = self.clever.known_by() | {
            record["id"]: record["sis_id"]
            for kind in ("schools", "sections")
            for record in self.clever.sandbox.records(kind)
        }
        text = json.dumps(lines, ensure_ascii=False)
        for found, sis_id in names.items():
            text = text.replace(found, sis_id)
        return sorted(json.loads(text))


@pytest.fixture(params=["clever", "folder"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    feed = roomy_district()
    if request.param == "folder":
        town = make_town("hill", tmp_path / "hill")
        town.sync(feed)
        yield Source(town, feed, lambda: feed.write(town.folder))
        return
    with clever_of(tmp_path / "hill", feed) as clever:
        clever.town.sync()
        yield Source(clever.town, feed, clever.send, clever)


def roomy_district() -> Feed:
    """``small_district`` with a third class of t2's (c4: s3) and an idle student (s7), so that no last one goes."""
    feed = small_district()
    feed.section("c4", "Music", school="10", teachers=["t2"], students=["s3"])
    feed.student("s7", "Ida", "Dahl", school="10", Grade="4")
    return feed


def change_elsewhere(feed: Feed) -> None:
    """What else changes at the source and is none of s1's, s3's, c1's, c4's."""
    feed.row("students", "s5")["Last_name"] = "Changed"
    feed.drop("students", "s6")
    feed.student("s8", "New", "Comer", school="20")
    feed.enroll("c3", "s8")
    feed.row("sections", "c3")["Name"] = "Greek"
    feed.row("teachers", "t3")["First_name"] = "Zora"
    feed.row("schools", "20")["School_name"] = "Sea School"


def others(town: Town, *words: str) -> tuple[list[str], ...]:
    """Everything of the district but the lines that hold one of these words."""
    return tuple([line for line in lines if not any(word in line for word in words)] for lines in town.everything())


def test_r2_a_new_student_comes_with_their_seats(source: Source) -> None:
    source.feed.student("s9", "Una", "Vik", school="10", Grade="4")
    source.feed.enroll("c1", "s9")
    source.feed.enroll("c4", "s9")
    change_elsewhere(source.feed)
    source.send()
    before = source.town.everything()

    run = source.one("person", "s9")

    seats = run["counts"]["memberships"]
    assert (run["counts"]["people"]["create"], seats["create"], run["held"]) == (
        1, 2, dict.fromkeys(("schools", "people", "classes", "memberships"), 0),
    )  # fmt: skip
    assert {
        kind: {**counts, "unchanged": 0} for kind, counts in run["counts"].items() if kind in ("schools", "classes")
    }
    assert source.town.rosters() == {
        "Maths 4": "aking / bsmith jnunez miao uvik", "Art": "aking aroe / bsmith1 miao",
        "Latin": "zng / eholm klund", "Music": "aroe / bsmith uvik",
    }  # fmt: skip
    assert others(source.town, "uvik") == before
    planned = source.planned()
    assert [line for line in planned if "s9" in line or "c1" in line or "c4" in line] == []
    assert planned == source.named(planned) != []


def test_r2_a_student_who_moved_leaves_the_old_section(source: Source) -> None:
    source.feed.leave("c1", "s1")
    source.feed.enroll("c4", "s1")
    change_elsewhere(source.feed)
    source.send()
    before = source.town.users(), source.town.classes(), source.town.warnings()

    source.one("person", "s1")

    assert source.town.rosters() == {
        "Maths 4": "aking / bsmith miao", "Art": "aking aroe / bsmith1 miao",
        "Latin": "zng / eholm klund", "Music": "aroe / bsmith jnunez",
    }  # fmt: skip
    assert (source.town.users(), source.town.classes(), source.town.warnings()) == before
    assert [line for line in source.planned() if any(key in line for key in ("s1", "c1", "c4"))] == []


def test_r7_a_changed_name_is_taken_over_alone(source: Source) -> None:
    source.feed.row("students", "s1")["Last_name"] = "Núñez-Ruiz"
    change_elsewhere(source.feed)
    source.send()
    before = others(source.town, "jnunez | student")

    run = source.one("person", "s1")

    assert source.named(source.town.plan(run)) == [
        "change person s1: changed in the source; last_name Núñez → Núñez-Ruiz"
    ]
    assert others(source.town, "jnunez | student") == before
    assert [line for line in source.planned() if "s1" in line] == []


def test_r30_a_person_who_is_gone_is_deactivated_and_nobody_else(source: Source) -> None:
    found = source.id("person", "s1")
    source.feed.drop("students", "s1")
    change_elsewhere(source.feed)
    source.send()
    before = others(source.town, "jnunez")

    run = source.one("person", "s1", found=found)

    assert run["counts"]["people"] == {**run["counts"]["people"], "archive": 1, "create": 0, "update": 0}
    assert not source.town.user("jnunez").is_active
    assert "jnunez" not in " ".join(source.town.rosters().values())
    assert others(source.town, "jnunez") == before
    assert [line for line in source.planned() if found in line or "s1:" in line] == []
    assert not source.town.user("jnunez").is_active


def test_r33_the_last_teacher_of_a_school_waits_though_asked_for_alone(source: Source) -> None:
    found = source.id("person", "t3")
    source.feed.drop("teachers", "t3")
    source.feed.teach("c3", "t1")
    source.send()
    before = source.town.users()

    run = source.one("person", "t3", status="held", found=found)

    assert run["held"]["people"] == 1
    assert source.town.users() == before
    done = source.town.approve(run)["done"]
    assert done["people"] == 1
    assert not source.town.user("zng").is_active


@pytest.mark.parametrize("kind", ["person", "section"])
def test_r2_an_unknown_id_changes_nothing(kind: str, source: Source) -> None:
    change_elsewhere(source.feed)
    source.send()
    before = source.town.everything()
    run = source.one(kind, "", found="f" * 24)
    assert source.town.plan(run) == []
    assert source.town.everything() == before


MALFORMED = ("100917", "no such id", "../schools", "a/b?c=d#e", "李")


@pytest.mark.parametrize("found", MALFORMED)
def test_r2_an_id_that_is_none_changes_nobody(found: str, source: Source) -> None:
    change_elsewhere(source.feed)
    source.send()
    before = source.town.everything()
    command("sync", "hill", "--person", found)
    command("sync", "hill", "--section", found)
    assert source.town.everything()[:3] == before[:3]


def test_r2_a_section_comes_with_its_people(source: Source) -> None:
    source.feed.student("s9", "Una", "Vik", school="10", Grade="4")
    source.feed.enroll("c1", "s9")
    source.feed.leave("c1", "s3")
    source.feed.row("sections", "c1")["Name"] = "Maths 4 A"
    source.feed.row("students", "s2")["First_name"] = "Maya"
    change_elsewhere(source.feed)
    source.send()
    before = others(source.town, "uvik", "Maths 4", "miao | student", "bsmith | student | yes")

    run = source.one("section", "c1")

    assert run["status"] == "succeeded"
    assert source.town.rosters() == {
        "Maths 4 A": "aking / jnunez miao uvik", "Art": "aking aroe / bsmith1 miao",
        "Latin": "zng / eholm klund", "Music": "aroe / bsmith",
    }  # fmt: skip
    assert "Maya" in " ".join(source.town.users())
    assert others(source.town, "uvik", "Maths 4", "miao | student", "bsmith | student | yes") == before
    touched = ("s9", "c1", "s2", "s3")
    assert [line for line in source.planned() if any(key in line for key in touched)] == []


def test_r20_a_section_that_is_gone_leaves_alone(source: Source) -> None:
    found = source.id("section", "c4")
    source.feed.drop("sections", "c4")
    change_elsewhere(source.feed)
    source.send()
    before = source.town.users()
    run = source.one("section", "c4", found=found)
    assert run["counts"]["classes"]["archive"] == 1
    assert sorted(source.town.rosters()) == ["Art", "Latin", "Maths 4"]
    assert source.town.users() == before


def test_r33_an_open_hold_stays_open(source: Source) -> None:
    """Whatever a run of one record finds, what waits for a coordinator goes on waiting, and can be approved."""
    source.feed.drop("sections", "c3")
    source.send()
    held = source.town.sync(status="held")
    warned = source.town.warnings()
    source.feed.row("students", "s1")["Last_name"] = "Other"
    source.send()
    source.one("person", "s1")
    assert source.town.warnings() == warned
    assert Run.objects.get(pk=held["run"]).decision == "open"
    assert source.town.approve(held)["done"]["classes"] == 1


def test_r44_warnings_of_others_stay_as_they_are(source: Source) -> None:
    source.feed.row("students", "s4")["Grade"] = "fourth"
    source.feed.row("students", "s5")["Student_number"] = "77"
    source.feed.row("students", "s6")["Student_number"] = "77"
    source.feed.section("c9", "No teacher", school="10", teachers=[], students=["s7"])
    source.send()
    source.town.sync()
    before = source.town.warnings()
    assert len(before) > 2
    for kind, key in (("person", "s1"), ("section", "c1"), ("person", "t1")):
        source.one(kind, key)
        assert source.town.warnings() == before, (kind, key)


@pytest.mark.parametrize(("kind", "key"), [("person", "s7"), ("person", "s4"), ("section", "c9")])
def test_r44_the_warnings_of_the_record_itself_are_as_a_whole_run_has_them(kind: str, key: str, source: Source) -> None:
    source.feed.row("students", "s4")["Grade"] = "fourth"
    source.feed.section("c9", "No teacher", school="10", teachers=[], students=["s7"])
    source.send()
    source.town.sync()
    before = source.town.warnings()
    source.one(kind, key)
    assert source.town.warnings() == before


def test_r44_a_number_that_two_share_is_still_told_when_one_of_them_is_asked_for(source: Source) -> None:
    """Also the number still serves no matching (R34): the other one is in the district, though not in the answer."""
    for key in ("s5", "s6"):
        source.feed.row("students", key)["Student_number"] = "77"
    source.send()
    source.town.sync()
    before = source.town.everything()
    assert "77" in " ".join(before[3])
    source.one("person", "s5")
    assert source.town.everything() == before


def test_r44_a_removal_that_waits_is_told_of(source: Source) -> None:
    found = source.id("person", "t3")
    source.feed.drop("teachers", "t3")
    source.feed.teach("c3", "t1")
    source.send()
    run = source.one("person", "t3", status="held", found=found)
    assert run["warnings"].get("REMOVALS_HELD") == 1


def test_r44_a_removal_that_waits_again_is_told_of_again(source: Source) -> None:
    """The warning was there before and resolved itself."""
    found, back = source.id("person", "t3"), source.feed.copy()
    source.feed.drop("teachers", "t3")
    source.send()
    source.town.sync(status="held")
    assert [line.split(":")[0].split()[0] for line in source.town.warnings("REMOVALS_HELD")] != []
    source.feed.teachers = back.teachers
    source.send()
    source.town.sync()
    assert source.town.warnings("REMOVALS_HELD") == []
    source.feed.drop("teachers", "t3")
    source.send()
    run = source.one("person", "t3", status="held", found=found)
    assert run["warnings"].get("REMOVALS_HELD") == 1


def test_r33_a_removal_that_waits_beside_an_open_hold_can_be_approved_after_a_whole_run(source: Source) -> None:
    found = source.id("person", "t3")
    source.feed.drop("sections", "c3")
    source.send()
    first = source.town.sync(status="held")
    source.feed.drop("teachers", "t3")
    source.send()
    source.one("person", "t3", status="held", found=found)
    assert source.town.approve(first)["done"] == {"schools": 0, "people": 0, "classes": 1, "memberships": 0}
    again = source.town.sync(status="held")
    assert source.town.approve(again)["done"]["people"] == 1
    assert not source.town.user("zng").is_active


def test_r29_an_id_that_a_student_and_a_teacher_share_means_both(tmp_path: Path) -> None:
    """In files the ids of students and of teachers are two lists."""
    town, feed = make_town("hill", tmp_path / "files"), roomy_district()
    feed.student("t1", "Same", "Id", school="10", Grade="4")
    feed.enroll("c4", "t1")
    town.sync(feed)
    feed.row("students", "t1")["Last_name"] = "Idem"
    feed.row("teachers", "t1")["First_name"] = "Ava"
    change_elsewhere(feed)
    feed.write(town.folder)
    before = others(town, "sid | student", "aking | teacher")
    run = town.sync(None, "--person", "t1")
    assert (run["counts"]["people"]["update"], run["counts"]["people"]["archive"]) == (2, 0)
    assert others(town, "sid | student", "aking | teacher") == before


@pytest.mark.parametrize("key", ["s1", "s5", "t1", "t3"])
def test_r35_a_person_who_did_not_change_plans_nothing(key: str, source: Source) -> None:
    before = source.town.everything()
    run = source.one("person", key)
    assert source.town.plan(run) == []
    assert {kind: counts | NOTHING for kind, counts in run["counts"].items()} == run["counts"]
    assert source.town.everything() == before


def test_r32_a_preview_of_one_record_changes_nothing(source: Source) -> None:
    source.feed.row("students", "s1")["Last_name"] = "Other"
    source.send()
    before = source.town.everything()
    run = source.town.sync(None, "--person", source.id("person", "s1"), "--preview")
    assert source.named(source.town.plan(run)) == ["change person s1: changed in the source; last_name Núñez → Other"]
    assert source.town.everything() == before
    assert source.planned() == ["change person s1: changed in the source; last_name Núñez → Other"]


@pytest.mark.parametrize(
    "options", [("--all", "--person", "s1"), ("hill", "hill2", "--person", "s1"), ("--all", "--section", "c1")]
)
def test_one_record_is_of_one_district(options: tuple[str, ...], source: Source) -> None:
    with pytest.raises(CommandError, match="for one district") as raised:
        call_command("sync", *options)
    assert raised.value.returncode == 2


@pytest.mark.parametrize("option", ["--person", "--section"])
def test_an_empty_id_is_no_sync_of_the_whole_district(option: str, source: Source) -> None:
    """`sync hill --person "$ID"` with the variable unset."""
    change_elsewhere(source.feed)
    source.send()
    before = source.town.everything()
    with contextlib.suppress(CommandError):
        command("sync", "hill", option, "")
    assert source.town.everything() == before


# -- at Clever only ---------------------------------------------------------------------------------------------


@pytest.fixture
def clever(tmp_path: Path) -> Iterator[Clever]:
    with clever_of(tmp_path / "hill", roomy_district()) as found:
        found.town.sync()
        yield found


def test_a_person_costs_a_handful_of_requests(clever: Clever) -> None:
    clever.requested()
    student = clever.user("s1")
    clever.town.sync(None, "--person", student)
    whole = ["/v3.1/districts", f"/v3.1/users/{student}", "/v3.1/schools", "/v3.1/schools"]
    assert clever.requested() == [*whole, f"/v3.1/users/{student}/sections"]


@pytest.mark.parametrize(
    "kind",
    ["500", "truncated", "html", "dropped", "no-id", "unordered", "duplicate-page", "400"],
)
@pytest.mark.parametrize("what", ["person", "section"])
def test_r34_a_fault_while_one_record_is_read_takes_nobody_away(what: str, kind: str, clever: Clever) -> None:
    before = clever.town.everything()
    found = clever.user("s1") if what == "person" else clever.record("sections", "c1")
    for at in range(1 + len(kind) % 2, 7, 2):
        clever.sandbox.fail(Fault(kind, at=at, times=None))
        command("sync", "hill", f"--{what}", found)
        clever.sandbox.clear_faults()
        assert clever.town.everything()[:3] == before[:3], at
    clever.town.sync()
    assert clever.town.everything() == before


@pytest.mark.parametrize("kind", ["empty-page", "no-next", "wrong-count"])
@pytest.mark.parametrize("what", ["person", "section"])
def test_r34_a_number_of_schools_that_does_not_agree_fails_the_run(what: str, kind: str, clever: Clever) -> None:
    before = clever.town.everything()
    found = clever.user("s1") if what == "person" else clever.record("sections", "c1")
    clever.sandbox.fail(Fault(kind, at="/v3.1/schools*", times=None))
    [run] = command("sync", "hill", f"--{what}", found)[0]["runs"]
    assert (run["status"], run["error"]["code"]) == ("failed", "SRC_INCOMPLETE")
    assert clever.town.everything()[:3] == before[:3]


@pytest.mark.parametrize("kind", ["empty-page", "no-next"])
def test_r34_a_list_that_hangs_on_a_record_and_ends_early_takes_nobody_away(kind: str, clever: Clever) -> None:
    """These lists have no count; who is not named in them is not gone."""
    before = clever.town.everything()
    student, section = clever.user("s1"), clever.record("sections", "c1")
    clever.sandbox.fail(
        Fault(kind, at=f"/v3.1/users/{student}/sections*", times=None),
        Fault(kind, at=f"/v3.1/sections/{section}/users*", times=None),
    )
    for options in (("--person", student), ("--section", section)):
        assert clever.town.plan(clever.town.sync(None, *options)) == []
    clever.sandbox.clear_faults()
    assert clever.town.everything() == before
    assert clever.town.plan(clever.town.sync()) == []


@pytest.mark.parametrize("what", ["person", "section"])
def test_r34_a_record_that_is_redirected_away_is_no_success(what: str, clever: Clever) -> None:
    path, found = ("users", clever.user("s1")) if what == "person" else ("sections", clever.record("sections", "c1"))
    clever.sandbox.fail(Fault("redirect", at=f"/v3.1/{path}/{found}", times=None))
    answer, code = command("sync", "hill", f"--{what}", found)
    assert (answer["runs"][0]["status"], code) == ("failed", 1)


@pytest.mark.parametrize("what", ["person", "section"])
def test_an_id_that_is_none_raises_no_warning_for_the_district(what: str, clever: Clever) -> None:
    """An SIS id typed in the place of Clever's: the district would be told that Clever cannot be reached."""
    before = clever.town.warnings()
    command("sync", "hill", f"--{what}", "100917")
    assert clever.town.warnings() == before


def test_r34_another_record_than_the_one_asked_for_is_not_taken_down(clever: Clever) -> None:
    """Else a made-up section stays among what Clever said, and every delta from then on warns about it."""
    before, found = clever.town.everything(), clever.record("sections", "c1")
    clever.sandbox.fail(Fault("wrong-shape", at=f"/v3.1/sections/{found}", times=None))
    answer, _ = command("sync", "hill", "--section", found)
    clever.sandbox.clear_faults()
    clever.town.sync()
    assert clever.town.everything() == before
    assert answer["runs"][0]["status"] == "failed"


def test_r36_one_record_does_not_hide_that_events_are_off(clever: Clever) -> None:
    """A delta without events is full if Clever has synced since the last whole run (§2.1), not since any run."""
    clever.town.sync()
    clever.sandbox.switch_events(on=False)
    change_elsewhere(clever.feed)
    clever.send()
    clever.town.sync(None, "--person", clever.user("s1"))
    run = command("sync", "hill")[0]["runs"][0]
    assert (run["mode"], "Greek" in clever.town.rosters()) == ("full", True)


def test_r36_a_person_read_ahead_of_the_events_is_as_a_full_pull_has_them(clever: Clever) -> None:
    for name in ("B", "C"):
        clever.feed.row("students", "s1")["Last_name"] = name
        clever.send()
    clever.town.sync(None, "--person", clever.user("s1"))
    run = clever.town.sync()
    assert (run["mode"], clever.town.plan(run)) == ("delta", [])
    assert clever.town.plan(clever.town.sync(None, "--full")) == []


def test_r34_one_record_while_the_district_is_paused_removes_nobody(clever: Clever) -> None:
    student = clever.user("s1")
    clever.sandbox.pause()
    clever.sandbox.hide("users", student)
    before = clever.town.users()
    run = clever.town.sync(None, "--person", student)
    assert clever.town.plan(run) == []
    assert clever.town.users() == before


def test_r18_the_name_of_a_class_does_not_hang_on_whose_sync_it_was(tmp_path: Path) -> None:
    """A section without a name gets one of course, teacher and period."""
    feed = roomy_district()
    feed.row("sections", "c1").update(Course_name="Algebra", Period="3")
    with clever_of(tmp_path / "named", feed) as clever:
        found = clever.record("sections", "c1")
        sections = clever.sandbox.roster.records["sections"]
        sections[found] = json.dumps({**json.loads(sections[found]), "name": ""}).encode()
        clever.town.sync()
        before = clever.town.classes()
        assert "Algebra - King - 3" in " ".join(before)
        clever.town.sync(None, "--person", clever.user("s1"))
        assert clever.town.classes() == before


def test_r34_a_person_whose_record_cannot_be_read_stays_as_they_are(clever: Clever) -> None:
    student, before = clever.user("s1"), clever.town.everything()
    users = clever.sandbox.roster.records["users"]
    kept = users[student]
    for spoil in ({"roles": None}, {"name": "José Núñez"}, {"roles": {"student": {"schools": "10"}}}):
        users[student] = json.dumps({**json.loads(kept), **spoil}).encode()
        command("sync", "hill", "--person", student)
        assert clever.town.everything()[:3] == before[:3], spoil
        command("sync", "hill", "--section", clever.record("sections", "c1"))
        assert clever.town.everything()[:3] == before[:3], spoil
    users[student] = kept
    clever.town.sync(None, "--person", student)
    clever.town.sync()
    assert clever.town.everything() == before
