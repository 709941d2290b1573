"""R24: a class made by hand is linked to a section, keeps its items and work, and can be unlinked again."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.handmade import add_user
from accounts.lifecycle import Actor
from accounts.locks import LockedError
from accounts.models import AuditEntry
from classes.handmade import add_class, load_items
from classes.lifecycle import archive_classes, assign_items, change_classes
from classes.models import Class, CurriculumItem, Membership, Work
from rostering.connections import share
from rostering.models import Link, PlanChunk, Run
from tests.conftest import EXAMPLES
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, command, make_town
from tests.promises.test_merge import somebody_running, undone
from tests.promises.town import command as answer

pytestmark = pytest.mark.django_db
ART = "2 | Art | 10 | c2 |  | active | yes | aking;aroe | no"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """With a class 4, Drawing, made by Ada for s1, s2 and Kai from the other school; Mia has worked in it."""
    town = make_town("hill", tmp_path / "hill")
    town.settle(small_district())
    people = [town.user(name) for name in ("jnunez", "miao", "klund")]
    klass = add_class(town.district, "Drawing", town.user("aking"), people, by=BY)
    load_items([CurriculumItem(code="lines", title="Lines")], by=BY)
    item = CurriculumItem.objects.get()
    assign_items(klass, [item], by=BY)
    Work.objects.create(user=town.user("miao"), item=item, klass=klass, score=3)
    return town


def link(town: Town, number: int, section: str, *options: str) -> dict[str, Any]:
    done, code = command("link", town.slug, str(number), section, *options)
    assert code == 0
    return done


def unlink(town: Town, number: int) -> dict[str, Any]:
    done, code = command("unlink", town.slug, str(number))
    assert code == 0
    return done


def all_rows(town: Town) -> list[Any]:
    """Every row that linking may touch, but for how links are looked at anew, and for seats that ended."""
    district = town.district
    return [
        list(Class.objects.filter(district=district).order_by("pk").values_list()),
        list(Membership.objects.filter(klass__district=district, active=True).order_by("pk").values_list()),
        list(Work.objects.order_by("pk").values_list()),
        list(Link.objects.filter(district=district).order_by("pk").values_list("key", "object_id", "state", "manual")),
    ]


# -- linking ----------------------------------------------------------------------------------------------


def test_r24_the_section_feeds_the_class_from_then_on(town: Town) -> None:
    done = link(town, 4, "c2")

    assert done == {
        "district": "hill", "run": Run.objects.get(mode="link").pk, "applied": True, "class_id": 4,
        "section_id": "c2", "added": ["bsmith1"], "removed": ["jnunez", "klund"], "own_class": 2,
    }  # fmt: skip
    assert [line for line in town.classes() if "| 2 " in f"| {line}" or "| 4 " in f"| {line}"] == [
        "2 | Art | 10 |  |  | archived | no | aking;aroe | no",
        "4 | Art | 10 | c2 |  | active | yes | aking;aroe | yes",
    ]
    assert [line for line in town.seats() if line.startswith(("2 |", "4 |"))] == [
        "4 | aking | teacher | yes",
        "4 | aroe | teacher | yes",
        "4 | bsmith1 | student | yes",
        "4 | miao | student | yes",
    ]
    assert list(Work.objects.values_list("user__username", "klass__number", "score")) == [("miao", 4, 3)]
    with pytest.raises(LockedError):
        change_classes(
            town.district, {Class.objects.get(number=4).pk: {"name": "x"}}, by=Actor("coordinator 1")
        )  # fmt: skip


def test_r24_the_next_syncs_plan_nothing_and_later_ones_keep_it_true(town: Town) -> None:
    link(town, 4, "c2")
    before = town.everything()

    assert (town.plan(town.sync()), town.plan(town.sync(None, "--full"))) == ([], [])
    assert town.everything() == before
    feed = small_district()
    feed.row("sections", "c2")["Name"] = "Fine Art"
    feed.leave("c2", "s4")
    feed.enroll("c2", "s3")
    town.settle(feed)
    assert town.rosters()["Fine Art"] == "aking aroe / bsmith miao"
    gone = feed.copy()
    gone.drop("sections", "c2")
    town.settle(gone)
    assert [line.split(" | ")[5] for line in town.classes() if line.startswith("4 ")] == ["archived"]
    town.settle(feed)
    assert town.rosters()["Fine Art"] == "aking aroe / bsmith miao"


def test_r24_a_preview_shows_who_would_join_and_leave_and_links_nothing(town: Town) -> None:
    before, rows = town.everything(), all_rows(town)

    done = link(town, 4, "c2", "--preview")

    assert (done["applied"], done["added"], done["removed"]) == (False, ["bsmith1"], ["jnunez", "klund"])
    assert (town.everything(), all_rows(town)) == (before, rows)
    assert town.plan(done) == [
        "match class c2: linked by hand; name Drawing → Art",
        "match membership c2/t1: linked by hand",
        "create membership c2/t2: linked by hand",
        "match membership c2/s2: linked by hand",
        "create membership c2/s4: linked by hand",
        "archive membership c2/s1: linked by hand",
        "archive membership c2/s6: linked by hand",
        "archive class c2: linked by hand; status active → archived",
    ]
    assert town.plan(link(town, 4, "c2")) == town.plan(done)


def test_r24_a_teacher_by_hand_whom_the_section_does_not_name_stays(town: Town) -> None:
    link(town, 4, "c3")

    assert town.rosters()["Latin"] == "aking zng / eholm klund"
    town.settle()
    assert town.rosters()["Latin"] == "aking zng / eholm klund"


# -- unlinking --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", ["c1", "c2", "c3"])
@pytest.mark.parametrize("synced_between", [False, True])
def test_r24_unlinking_restores_both_classes_exactly(town: Town, section: str, synced_between: bool) -> None:
    before, rows = town.everything(), all_rows(town)
    done = link(town, 4, section)
    if synced_between:
        town.settle()

    taken_back = unlink(town, 4)

    assert (town.everything(), all_rows(town)) == (before, rows)
    assert (taken_back["added"], taken_back["removed"]) == (done["removed"], done["added"])
    assert taken_back["own_class"] == done["own_class"]
    town.settle()
    assert (town.everything(), all_rows(town)) == (before, rows)
    assert link(town, 4, section)["added"] == done["added"]


def test_r24_what_happened_since_the_link_stays_in_the_class(town: Town) -> None:
    """Students of later syncs stay, as by hand, and who has worked there; the section's own class is as it is now."""
    link(town, 4, "c2")
    feed = small_district()
    feed.row("sections", "c2")["Name"] = "Fine Art"
    feed.enroll("c2", "s3")
    feed.leave("c2", "s2")
    town.settle(feed)
    item = CurriculumItem.objects.get()
    Work.objects.create(user=town.user("bsmith1"), item=item, klass=Class.objects.get(number=4))

    unlink(town, 4)
    town.settle()

    assert [line for line in town.classes() if line.startswith(("2 ", "4 "))] == [
        "2 | Fine Art | 10 | c2 |  | active | yes | aking;aroe | no",
        "4 | Fine Art | 10 |  |  | active | no | aking | yes",
    ]
    assert [line for line in town.seats() if line.startswith(("2 |", "4 |"))] == [
        "2 | aking | teacher | yes",
        "2 | aroe | teacher | yes",
        "2 | bsmith | student | yes",
        "2 | bsmith1 | student | yes",
        "4 | aking | teacher | no",
        "4 | bsmith | student | no",
        "4 | bsmith1 | student | no",
        "4 | jnunez | student | no",
        "4 | klund | student | no",
    ]
    by_hand = Actor("teacher 1")
    change_classes(town.district, {Class.objects.get(number=4).pk: {"name": "Mine"}}, by=by_hand)


def test_r24_a_class_whose_section_is_gone_comes_back_by_unlinking(town: Town) -> None:
    link(town, 4, "c2")
    feed = small_district()
    feed.drop("sections", "c2")
    town.settle(feed)

    unlink(town, 4)
    town.settle()

    assert [line for line in town.classes() if line.startswith(("2 ", "4 "))] == [
        "2 | Art | 10 | c2 |  | archived | yes | aking;aroe | no",
        "4 | Drawing | 10 |  |  | active | no | aking | yes",
    ]
    town.settle(small_district())
    assert ART in town.classes()


def test_r24_when_the_plan_is_no_longer_kept_everybody_stays_and_the_section_gets_a_new_class(town: Town) -> None:
    link(town, 4, "c2")
    PlanChunk.objects.all().delete()

    assert unlink(town, 4)["own_class"] is None

    assert town.rosters()["Art"] == "aking aroe / bsmith1 miao"
    town.settle()
    assert [line for line in town.classes() if "Art" in line] == [
        "2 | Art | 10 |  |  | archived | no | aking;aroe | no",
        "4 | Art | 10 |  |  | active | no | aking;aroe | yes",
        "5 | Art | 10 | c2 |  | active | yes | aking;aroe | no",
    ]


# -- refusals ---------------------------------------------------------------------------------------------


def refused(town: Town, number: int, section: str) -> str:
    """Why a class cannot be linked; neither the preview nor the command changed anything."""
    before, rows, runs = town.everything(), all_rows(town), Run.objects.count()
    answers = [answer("link", town.slug, number, section, *options) for options in (("--preview",), ())]
    assert [one.code for one in answers] == [1, 1]
    assert (town.everything(), all_rows(town), Run.objects.count()) == (before, rows, runs)
    assert answers[0].err == answers[1].err
    return answers[0].err


def test_r24_refused_with_a_reason(town: Town) -> None:
    feed = small_district()
    feed.section("c7", "Music", school="10", teachers=[])
    feed.section("c8", "Dance", school="10", teachers=["t1"])
    town.settle(feed)
    feed.drop("sections", "c8")
    town.settle(feed)
    add_class(town.district, "Old", town.user("aking"), [], by=BY)
    archive_classes(town.district, [Class.objects.get(name="Old").pk], by=BY)

    assert [refused(town, *pair) for pair in ((4, "c7"), (4, "c8"), (4, "c9"), (1, "c2"), (6, "c2"))] == [
        "Section c7 cannot be used as it is sent; `explain` says why. It cannot be linked now.",
        "Section c8 is no longer sent by the source. It cannot be linked now.",
        "The source of hill never sent a section c9.",
        "Maths 4 is fed by section c1 already. Only a class that was made by hand can be linked.",
        "Old is archived. Only a class that is in use can be linked.",
    ]
    link(town, 4, "c2")
    assert refused(town, 4, "c1").startswith("Art is fed by section c2 already.")


def test_r24_a_section_that_is_not_shared_or_waits_is_refused(town: Town) -> None:
    feed = small_district()
    for number in range(11, 17):
        feed.section(f"c{number}", f"Extra {number}", school="10", teachers=["t1"])
    town.settle(feed)
    town.sync(small_district(), status="held")
    assert refused(town, 4, "c11") == (
        "Section c11 is no longer sent, and its removal waits for a decision. It cannot be linked now."
    )
    town.settle(feed)
    share(town.district, "schools", ["10"], by=BY)
    run = town.sync(status="held")
    town.approve(run)
    assert refused(town, 4, "c3") == "Section c3 is not shared by the district. It cannot be linked now."


def test_r24_a_section_whose_own_class_is_in_use_is_refused(town: Town) -> None:
    art = Class.objects.get(name="Art")
    assign_items(art, [CurriculumItem.objects.get()], by=BY)

    assert refused(town, 4, "c2") == (
        "Section c2 feeds class 2 (Art), which has items. Use that class instead of class 4."
    )
    art.assignments.all().delete()
    Work.objects.create(user=town.user("bsmith1"), item=CurriculumItem.objects.get(), klass=art)
    assert refused(town, 4, "c2") == (
        "Section c2 feeds class 2 (Art), which has work. Use that class instead of class 4."
    )
    link(town, 4, "c1")
    other = add_class(town.district, "Sums", town.user("aking"), [], by=BY)
    Class.objects.get(number=4).assignments.all().delete()
    Work.objects.all().delete()
    assert refused(town, other.number, "c1") == (
        "Section c1 feeds class 4 (Maths 4), which was linked to it by hand. "
        f"Use that class instead of class {other.number}, or unlink it first."
    )


def test_r24_only_what_was_linked_by_hand_is_unlinked(town: Town) -> None:
    before = town.everything()

    answers = [answer("unlink", "hill", number) for number in (1, 4)]

    assert [(one.code, one.err) for one in answers] == [
        (1, "Maths 4 was made by section c1, not linked to it by hand. It cannot be unlinked."),
        (1, "Drawing is fed by no section. There is nothing to unlink."),
    ]
    link(town, 4, "c2")
    unlink(town, 4)
    assert answer("unlink", "hill", 4).code == 1
    assert town.everything() == before


def test_r24_wrong_usage(town: Town) -> None:
    answers = [answer("link", "hill", 99, "c2"), answer("unlink", "hill", 99), answer("link", "dale", 1, "c2")]

    assert [(one.code, one.err) for one in answers] == [
        (2, "There is no class 99 in hill."),
        (2, "There is no class 99 in hill."),
        (2, "There is no district 'dale'. Districts: hill."),
    ]


def test_r37_while_a_run_is_in_progress_nothing_starts(town: Town) -> None:
    link(town, 4, "c2")
    before = town.everything()

    with somebody_running(town):
        answers = [answer("unlink", "hill", 4), answer("link", "hill", 4, "c1")]

    assert ([one.code for one in answers], town.everything()) == ([4, 4], before)


def test_r41_another_district_with_the_same_sections_is_left_alone(town: Town, tmp_path: Path) -> None:
    dale = make_town("dale", tmp_path / "dale")
    dale.settle(small_district())
    feed = small_district()
    feed.section("only", "Only", school="10", teachers=["t1"])
    dale.settle(feed)
    before = dale.everything(), all_rows(dale)

    link(town, 4, "c2")
    town.settle()
    dale.settle()
    unlink(town, 4)

    assert refused(town, 4, "only") == "The source of hill never sent a section only."
    assert (dale.everything(), all_rows(dale)) == before


def test_r49_link_and_unlink_are_audited(town: Town) -> None:
    link(town, 4, "c2")
    unlink(town, 4)

    entries = AuditEntry.objects.filter(subject="class 4", verb__in=("link class", "unlink class")).order_by("pk")
    assert list(entries.values_list("district__slug", "verb", "actor_label")) == [
        ("hill", "link class", "command line"),
        ("hill", "unlink class", "command line"),
    ]


# -- any class --------------------------------------------------------------------------------------------

NAMES = ("jnunez", "miao", "bsmith", "bsmith1", "eholm", "klund", "hanna")


@given(
    students=st.sets(st.sampled_from(NAMES)),
    ended=st.sets(st.sampled_from(NAMES)),
    teacher=st.sampled_from(["aking", "aroe", "zng"]),
    section=st.sampled_from(["c1", "c2", "c3"]),
    syncs=st.booleans(),
    times=st.integers(1, 2),
)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_r24_link_and_unlink_restore_any_class_and_any_section(
    town: Town, students: set[str], ended: set[str], teacher: str, section: str, syncs: bool, times: int
) -> None:
    with undone():
        add_user(town.district, role="student", first_name="Hanna", last_name="B", username="hanna", by=BY)
        people = [town.user(name) for name in sorted(students | ended)]
        klass = add_class(town.district, "Any", town.user(teacher), people, by=BY)
        klass.memberships.filter(user__username__in=ended - students).update(active=False)
        before, rows = town.everything(), all_rows(town)

        for _ in range(times):
            done = link(town, klass.number, section)
            sent: Feed = small_district()
            named = {row["Student_id"] for row in sent.enrollments if row["Section_id"] == section}
            sits = {seat.split(" | ")[1] for seat in town.seats() if seat.startswith(f"{klass.number} | ")}
            usernames = town.usernames()
            assert {usernames[key] for key in named} == sits - {"aking", "aroe", "zng"}
            if syncs:
                town.settle()
            assert unlink(town, klass.number)["added"] == done["removed"]

        assert (town.everything(), all_rows(town)) == (before, rows)
        town.settle()
        assert (town.everything(), all_rows(town)) == (before, rows)
