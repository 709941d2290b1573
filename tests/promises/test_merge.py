"""R28: two accounts become one, what they had stays whole, and the merge can be taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.handmade import add_user
from accounts.models import AuditEntry, District, User, UserSchool
from classes.handmade import add_class, load_items
from classes.models import Class, CurriculumItem, Membership, Work
from rostering.merges import MergeRefusedError, merge_users
from rostering.models import Link, Merge, Run
from rostering.turns import turn_of
from tests.conftest import EXAMPLES
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, command, make_town
from tests.promises.town import command as answer

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def twice() -> Feed:
    """The small district, in which Ben Smith is sent twice: s3 in grade 4 at school 10, s7 in grade 5 at school 20."""
    feed = small_district()
    feed.student("s7", "Benjamin", "Smith", school="20", Grade="5")
    feed.enroll("c3", "s7")
    feed.enroll("c2", "s7", "s3")
    return feed


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = make_town("hill", tmp_path / "hill")
    town.settle(twice())
    assert (town.usernames()["s3"], town.usernames()["s4"], town.usernames()["s7"]) == ("bsmith", "bsmith1", "bsmith2")
    load_items([CurriculumItem(code=code, title=code) for code in ("sums", "maps", "verbs")], by=BY)
    return town


def merge(town: Town, keep: str, other: str, *options: str) -> dict[str, Any]:
    done, code = command("merge", town.slug, keep, other, *options)
    assert code == 0
    return done


def split(done: dict[str, Any]) -> dict[str, Any]:
    taken_back, code = command("split", str(done["merge"]))
    assert code == 0
    return taken_back


def work(town: Town, username: str, code: str, score: int | None = None, *, done: bool = False, hours: int = 0) -> Work:
    return Work.objects.create(
        user=town.user(username),
        item=CurriculumItem.objects.get(code=code),
        klass=Class.objects.get(district=town.district, number=1),
        status="done" if done else "in_progress",
        score=score,
        updated=NOON + timedelta(hours=hours),
    )


def all_rows(town: Town) -> list[Any]:
    """Every row that a merge may touch, but for how links are looked at anew."""
    district = town.district
    return [
        list(User.objects.filter(district=district).order_by("pk").values_list()),
        list(UserSchool.objects.filter(user__district=district).order_by("user", "position").values_list(*SCHOOLS)),
        list(Membership.objects.filter(klass__district=district).order_by("pk").values_list()),
        list(Work.objects.filter(user__district=district).order_by("pk").values_list()),
        list(SocialAccount.objects.order_by("pk").values_list("pk", "user", "provider", "uid")),
        list(EmailAddress.objects.order_by("pk").values_list()),
        list(Link.objects.filter(district=district).order_by("pk").values_list("pk", "object_id", "state", "live")),
    ]


SCHOOLS = ("user", "school", "position")


@contextmanager
def somebody_running(town: Town) -> Iterator[None]:
    """Another process, as far as the district's turn goes."""
    taken, done = Event(), Event()

    district = town.district
    thread = Thread(target=lambda: hold_turn(district, taken, done))
    thread.start()
    assert taken.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


def hold_turn(district: District, taken: Event, done: Event) -> None:
    with turn_of(district):
        taken.set()
        done.wait(60)
    connection.close()


def works(town: Town, username: str) -> list[str]:
    rows = town.user(username).work.order_by("item__code")
    return [f"{row.item.code} {row.status} {row.score}" for row in rows]


# -- what moves -------------------------------------------------------------------------------------------


def test_r28_two_accounts_become_one_with_the_classes_work_and_records_of_both(town: Town) -> None:
    work(town, "bsmith", "sums", 3)
    work(town, "bsmith2", "maps", 7, done=True)

    done = merge(town, "bsmith", "bsmith2")

    made = Merge.objects.get()
    assert done == {
        "district": "hill", "merge": made.pk, "run": made.run_id, "keep": "bsmith", "other": "bsmith2",
        "moved": {"seats": 2, "work": 1, "links": 1, "identities": 0},
    }  # fmt: skip
    assert [line for line in town.users() if "Smith" in line and line.startswith("bsmith")] == [
        "bsmith | student | Ben | Smith |  | 4 |  | s3 | s3;s7 | 10;20 | active | yes",
        "bsmith1 | student | Bo | Smith |  | 4 |  | s4 | s4 | 10 | active | yes",
        "bsmith2 | student | Benjamin | Smith |  | 5 |  | s7 |  | 20 | inactive | no",
    ]
    assert town.rosters() == {
        "Maths 4": "aking / bsmith jnunez miao",
        "Art": "aking aroe / bsmith bsmith1 miao",
        "Latin": "zng / bsmith eholm klund",
    }
    assert (works(town, "bsmith"), works(town, "bsmith2")) == (["maps done 7", "sums in_progress 3"], [])
    assert town.signs_in("bsmith", "bsmith")
    assert not town.signs_in("bsmith2", "bsmith2")


def test_r28_a_preview_shows_what_would_move_and_moves_nothing(town: Town) -> None:
    work(town, "bsmith2", "maps", 7)
    before, rows = town.everything(), all_rows(town)

    done = merge(town, "bsmith", "bsmith2", "--preview")

    assert (done["merge"], done["moved"]) == (None, {"seats": 2, "work": 1, "links": 1, "identities": 0})
    assert (town.everything(), all_rows(town), Merge.objects.count()) == (before, rows, 0)
    run, locked = Run.objects.get(pk=done["run"]), town.user("bsmith2").managed_fields
    assert (run.mode, run.status, run.by) == ("merge", "previewed", "command line")
    assert town.plan(done) == [
        "change person s3: merged with bsmith2; schools 10 → 10;20; work – → 1 more",
        f"archive person s7: merged into bsmith; managed_fields {locked} → –; status active → inactive",
        "archive membership c2/s7: one seat of two",
        "match membership c3/s3: moves with the account",
    ]
    applied = merge(town, "bsmith", "bsmith2")
    assert (town.plan(applied), applied["moved"]) == (town.plan(done), done["moved"])


def test_r28_of_two_pieces_of_work_on_one_item_the_better_stays_and_none_is_lost(town: Town) -> None:
    work(town, "bsmith", "sums", 9)
    work(town, "bsmith2", "sums", 2, done=True)
    work(town, "bsmith", "maps", 4, done=True)
    work(town, "bsmith2", "maps", None, done=True, hours=5)
    work(town, "bsmith", "verbs", 4)
    work(town, "bsmith2", "verbs", 4, hours=1)
    before = all_rows(town)

    done = merge(town, "bsmith", "bsmith2")

    assert done["moved"]["work"] == 2
    assert works(town, "bsmith") == ["maps done 4", "sums done 2", "verbs in_progress 4"]
    assert works(town, "bsmith2") == ["maps done None", "sums in_progress 9", "verbs in_progress 4"]
    assert town.user("bsmith").work.get(item__code="verbs").updated == NOON + timedelta(hours=1)
    split(done)
    assert all_rows(town) == before


def test_r28_seats_of_both_in_one_class_become_one(town: Town) -> None:
    """By hand and by the roster, ended and not."""
    district = town.district
    add_class(district, "Chess", town.user("aking"), [town.user("bsmith"), town.user("bsmith2")], by=BY)
    add_class(district, "Choir", town.user("aking"), [town.user("bsmith2")], by=BY)
    Membership.objects.filter(klass__name="Chess", user__username="bsmith").update(active=False)
    Membership.objects.filter(klass__name="Latin", user__username="klund").update(synced=False)
    before = all_rows(town)

    done = merge(town, "bsmith", "bsmith2")

    assert done["moved"]["seats"] == 4
    assert [line for line in town.seats() if "bsmith |" in line or "bsmith2" in line] == [
        "1 | bsmith | student | yes",
        "2 | bsmith | student | yes",
        "3 | bsmith | student | yes",
        "4 | bsmith | student | no",
        "5 | bsmith | student | no",
    ]
    split(done)
    assert all_rows(town) == before


def test_r28_sign_in_identities_move_and_come_back(town: Town) -> None:
    keep, other = town.user("bsmith"), town.user("bsmith2")
    SocialAccount.objects.create(user=other, provider="clever", uid="u7")
    EmailAddress.objects.create(user=keep, email="ben@hill.example", primary=True)
    EmailAddress.objects.create(user=other, email="BEN@hill.example", primary=True)
    EmailAddress.objects.create(user=other, email="b@hill.example")
    before = all_rows(town)

    done = merge(town, "bsmith", "bsmith2")

    assert done["moved"]["identities"] == 2
    assert list(SocialAccount.objects.values_list("user", flat=True)) == [keep.pk]
    assert list(EmailAddress.objects.order_by("pk").values_list("user", "email", "primary")) == [
        (keep.pk, "ben@hill.example", True), (other.pk, "BEN@hill.example", True), (keep.pk, "b@hill.example", False),
    ]  # fmt: skip
    assert split(done)["moved"]["identities"] == 2
    assert all_rows(town) == before


def test_r28_an_account_made_by_hand_takes_over_what_the_roster_says_of_the_other(town: Town) -> None:
    """The way in for a district that had accounts before its roster."""
    school = town.user("bsmith2").user_schools.get().school_id
    made = add_user(
        town.district, role="student", first_name="Benny", last_name="S", grade="3", schools=(school,), by=BY,
        password="my own",
    )  # fmt: skip
    before = town.everything()

    done = merge(town, made.username, "bsmith")

    assert [line for line in town.users() if line.startswith(("bennys", "bs |", "bsmith |"))] == [
        "bs | student | Ben | Smith |  | 4 |  | s3 | s3 | 10 | active | yes",
        "bsmith | student | Ben | Smith |  | 4 |  | s3 |  | 10 | inactive | no",
    ]
    assert town.signs_in("bs", "my own")
    town.settle()
    feed = twice()
    feed.row("students", "s3")["Grade"] = "6"
    assert town.plan(town.settle(feed)) == ["change person s3: changed in the source; grade 4 → 6"]
    town.settle(twice())
    split(done)
    assert town.everything() == before
    town.settle()
    assert town.everything() == before


def test_r28_a_hand_made_account_goes_into_the_one_of_the_roster(town: Town) -> None:
    made = add_user(town.district, role="student", first_name="Benny", last_name="S", grade="3", by=BY)
    klass = add_class(town.district, "Chess", town.user("aking"), [made], by=BY)
    before = town.everything()

    done = merge(town, "bsmith", "bs")

    assert f"{klass.number} | bsmith | student | no" in town.seats()
    assert town.usernames()["s3"] == "bsmith"
    town.settle()
    split(done)
    assert town.everything() == before


def test_r28_an_educators_records_make_one_person_of_several_roles(town: Town) -> None:
    feed = twice()
    feed.staff_member("f9", "Ada", "Konig", school="20")
    town.settle(feed)
    before = town.everything()

    done = merge(town, "aking", "akonig")

    assert [line for line in town.users() if line.startswith("aking")] == [
        "aking | teacher;staff | Ada | King | ada@hill.example |  |  | t1 | f9;t1 | 10;20 | active | yes"
    ]
    town.settle()
    split(done)
    town.settle()
    assert town.everything() == before


# -- the syncs afterwards ---------------------------------------------------------------------------------


def test_r28_the_next_syncs_see_one_person(town: Town) -> None:
    merge(town, "bsmith", "bsmith2")
    before = town.everything()

    first, second = town.sync(), town.sync()

    assert (town.plan(first), town.plan(second)) == ([], [])
    assert town.everything()[:3] == before[:3]
    assert town.warnings() == [], "they are at both schools now"


def test_r28_the_record_of_the_kept_account_rules_and_the_other_changes_nothing(town: Town) -> None:
    merge(town, "bsmith", "bsmith2")
    feed = twice()
    feed.row("students", "s7").update({"First_name": "Benno", "Grade": "8"})

    assert town.plan(town.settle(feed)) == []
    feed.row("students", "s3")["Grade"] = "6"
    assert town.plan(town.settle(feed)) == ["change person s3: changed in the source; grade 4 → 6"]
    feed.row("students", "s7")["School_id"] = "10"
    assert town.plan(town.settle(feed)) == ["change person s3: changed in the source; schools 10;20 → 10"]


@pytest.mark.parametrize("gone", ["s3", "s7"])
@pytest.mark.parametrize("synced_between", [False, True])
def test_r28_nobody_leaves_while_one_of_both_records_is_sent(town: Town, gone: str, synced_between: bool) -> None:
    merge(town, "bsmith", "bsmith2")
    if synced_between:
        town.settle()
    feed = twice()
    feed.drop("students", gone)

    town.settle(feed)

    [line] = [line for line in town.users() if line.startswith("bsmith |")]
    assert line.split(" | ")[-2:] == ["active", "yes"]
    stays = {"s3": ["Art", "Latin"], "s7": ["Maths 4", "Art"]}[gone]
    assert [name for name, people in town.rosters().items() if " bsmith " in f" {people} "] == stays
    town.settle(twice())
    assert town.usernames() == town.usernames() | {"s3;s7": "bsmith"}
    assert town.rosters()["Latin"] == "zng / bsmith eholm klund"


def test_r28_who_is_sent_by_neither_record_leaves_and_comes_back(town: Town) -> None:
    merge(town, "bsmith", "bsmith2")
    before = town.everything()
    feed = twice()
    feed.drop("students", "s3", "s7")

    town.settle(feed)

    assert [line.split(" | ")[10] for line in town.users() if line.startswith("bsmith |")] == ["inactive"]
    assert [line for line in town.seats() if "bsmith |" in line] == []
    town.settle(twice())
    assert town.everything()[:3] == before[:3]


@pytest.mark.parametrize("broken", ["s3", "s7"])
def test_r34_a_record_that_cannot_be_used_changes_nothing_of_the_account(town: Town, broken: str) -> None:
    merge(town, "bsmith", "bsmith2")
    town.settle()
    before = town.everything()[:3]
    feed = twice()
    feed.row("students", broken).update({"First_name": "", "Last_name": ""})

    town.sync(feed)
    town.sync()

    assert town.everything()[:3] == before
    town.settle(twice())
    assert town.everything()[:3] == before


@pytest.mark.parametrize("asked", ["s3", "s7"])
def test_r28_a_single_record_of_a_merged_person_is_synced_as_that_person(town: Town, asked: str) -> None:
    merge(town, "bsmith", "bsmith2")
    before = town.everything()[:3]

    assert town.plan(town.sync(None, "--person", asked)) == []
    town.settle()
    assert town.plan(town.sync(None, "--person", asked)) == []
    assert town.everything()[:3] == before
    feed = twice()
    feed.leave("c3", "s7")
    feed.row("students", "s7")["Grade"] = "8"
    assert town.plan(town.sync(feed, "--person", asked)) == ["archive membership c3/s3: no longer enrolled"]


def test_r12_r15_usernames_and_passwords_of_the_sis_follow_the_record_that_rules(tmp_path: Path) -> None:
    town = make_town("dale", tmp_path / "dale", usernames="sis", passwords="sis")
    feed = twice()
    for key in ("s3", "s7"):
        feed.row("students", key).update({"Username": f"ben{key}", "Password": f"secret {key}"})
    town.settle(feed)
    done = merge(town, "bens3", "bens7")
    town.settle()
    feed.row("students", "s7").update({"Username": "benny", "Password": "another"})
    assert town.plan(town.settle(feed)) == []
    feed.row("students", "s3").update({"Username": "benno", "Password": "a new one"})

    assert town.plan(town.settle(feed)) == [
        "change person s3: changed in the source; password set → set; username bens3 → benno"
    ]

    assert town.signs_in("benno", "a new one")
    split(done)
    assert town.plan(town.settle()) == [
        "change person s7: changed in the source; password set → set; username bens7 → benny"
    ]
    assert (town.signs_in("benny", "another"), town.signs_in("benno", "a new one")) == (True, True)


def test_r28_a_removal_that_waits_does_not_take_the_merged_account(town: Town) -> None:
    feed = twice()
    feed.drop("students", "s1", "s2", "s3", "s4", "s5", "s6")
    run = town.sync(feed, status="held")
    assert run["held"]["people"] == 4
    merge(town, "bsmith", "bsmith2")

    decided = town.approve(run)

    assert (decided["done"]["people"], decided["left"]) == (3, [])
    assert town.usernames()["s3;s7"] == "bsmith"
    town.settle()
    assert town.usernames()["s3;s7"] == "bsmith"


def test_r28_one_who_left_and_an_account_by_hand_go_on_until_the_record_is_back(town: Town) -> None:
    feed = twice()
    feed.drop("students", "s3")
    town.settle(feed)
    add_user(town.district, role="student", first_name="Benny", last_name="S", grade="3", by=BY)
    before = town.everything()
    done = merge(town, "bs", "bsmith")

    town.settle()

    assert [line.split(" | ")[8:] for line in town.users() if line.startswith("bs |")] == [["s3", "10", "active", "no"]]
    town.settle(twice())
    assert [line.split(" | ")[8:] for line in town.users() if line.startswith("bs |")] == [
        ["s3", "10", "active", "yes"]
    ]
    assert town.rosters()["Maths 4"] == "aking / bs jnunez miao"
    split(done)
    town.settle()
    assert [line.split(" | ")[8:] for line in town.users() if line.startswith("bsmith |")] == [
        ["s3", "10", "active", "yes"]
    ]
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao"
    town.settle(feed)
    assert town.seats() == before[2]


def test_r29_two_accounts_that_the_source_calls_one_person_are_no_duplicate_any_more(tmp_path: Path) -> None:
    town = make_town("dale", tmp_path / "dale")
    feed = small_district()
    feed.staff_member("f1", "Ada", "King", school="20")
    town.settle(feed)
    feed.row("staff", "f1")["Staff_email"] = "ada@hill.example"
    town.settle(feed)
    assert [line.split(":")[0] for line in town.warnings("POSSIBLE_DUPLICATE")] == ["POSSIBLE_DUPLICATE person t1"]

    merge(town, "aking", "aking1")

    town.settle()
    assert town.warnings("POSSIBLE_DUPLICATE") == []
    assert town.usernames()["f1;t1"] == "aking"


# -- taking it back ---------------------------------------------------------------------------------------


def test_r28_a_split_restores_both_sides_exactly(town: Town) -> None:
    work(town, "bsmith2", "maps", 7)
    before, rows = town.everything(), all_rows(town)
    done = merge(town, "bsmith", "bsmith2")

    taken_back = split(done)

    assert taken_back["moved"] == done["moved"]
    assert (town.everything(), all_rows(town)) == (before, rows)
    assert town.signs_in("bsmith2", "bsmith2")
    town.settle()
    assert town.everything() == before


def test_r28_syncs_in_between_do_not_hinder_a_split(town: Town) -> None:
    before = town.everything()
    done = merge(town, "bsmith", "bsmith2")
    town.settle()

    split(done)

    assert town.everything()[:3] == before[:3]
    town.settle()
    assert town.everything() == before


def test_r28_what_the_source_changed_in_between_is_each_persons_own_after_the_next_sync(town: Town) -> None:
    done = merge(town, "bsmith", "bsmith2")
    feed = twice()
    feed.row("students", "s7")["Grade"] = "8"
    feed.row("students", "s3")["Grade"] = "6"
    feed.leave("c2", "s3")
    feed.leave("c3", "s7")
    feed.enroll("c1", "s7")
    town.settle(feed)

    split(done)
    town.settle()

    alone = make_town("dale", town.folder.parent / "dale")
    alone.settle(feed)
    assert town.users() == alone.users()
    assert town.seats() == alone.seats()


@pytest.mark.parametrize("gone", ["s3", "s7"])
def test_r28_who_left_in_between_leaves_by_the_next_sync(town: Town, gone: str) -> None:
    done = merge(town, "bsmith", "bsmith2")
    feed = twice()
    feed.drop("students", gone)
    town.settle(feed)

    split(done)

    names = {"s3": "bsmith", "s7": "bsmith2"}
    assert [line.split(" | ")[10] for line in town.users() if line.startswith(tuple(names.values()))] == ["active"] * 3
    town.settle()
    stays = {name: name if key != gone else f"{name} (inactive)" for key, name in names.items()}
    assert {key: town.usernames()[key] for key in names} == {key: stays[name] for key, name in names.items()}


def test_r28_what_the_kept_account_did_since_stays_with_it(town: Town) -> None:
    work(town, "bsmith", "sums", 1)
    work(town, "bsmith2", "sums", 5)
    work(town, "bsmith2", "maps", 7)
    done = merge(town, "bsmith", "bsmith2")
    for code, score in (("sums", 9), ("maps", 8)):
        Work.objects.filter(user=town.user("bsmith"), item__code=code).update(score=score, status="done")
    work(town, "bsmith", "verbs", 3)
    add_class(town.district, "Chess", town.user("aking"), [town.user("bsmith")], by=BY)

    split(done)

    assert works(town, "bsmith") == ["maps done 8", "sums done 9", "verbs in_progress 3"]
    assert works(town, "bsmith2") == ["maps in_progress 7", "sums in_progress 5"]
    assert town.rosters()["Chess"] == "aking / bsmith"


def test_r28_several_merges_are_taken_back_from_the_last_one(town: Town) -> None:
    feed = twice()
    feed.student("s8", "Benny", "Smith", school="10", Grade="3")
    feed.enroll("c1", "s8")
    town.settle(feed)
    before = town.everything()
    first = merge(town, "bsmith2", "bsmith3")
    town.settle()
    middle = town.everything()
    second = merge(town, "bsmith", "bsmith2")
    town.settle()
    assert town.usernames()["s3;s7;s8"] == "bsmith"
    assert town.rosters()["Maths 4"] == "aking / bsmith jnunez miao"

    refused = answer("split", first["merge"])

    assert refused.code == 1
    assert refused.err == (
        "bsmith2 was merged again since, and with it what came from bsmith3. "
        f"Take the later merge back first: split {second['merge']}."
    )
    split(second)
    assert town.everything() == middle
    town.settle()
    assert town.everything() == middle
    split(first)
    town.settle()
    assert town.everything() == before


# -- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keep", "other", "why"),
    [
        ("bsmith", "BSMITH", "bsmith is one account. Name two."),
        ("bsmith", "aking", "bsmith is a student and aking a teacher. Students are merged with students only."),
        ("aking", "bsmith", "aking is a teacher and bsmith a student. Students are merged with students only."),
        ("aking", "chief", "chief is a district coordinator. Those are not merged."),
        ("head", "aking", "head is a school coordinator. Those are not merged."),
    ],
)
def test_r28_refused_with_a_reason(town: Town, keep: str, other: str, why: str) -> None:
    for role, username in (("coordinator", "chief"), ("school_coordinator", "head")):
        add_user(town.district, role=role, first_name="C", last_name="C", username=username, by=BY)
    before, rows, runs = town.everything(), all_rows(town), Run.objects.count()

    refused = [answer("merge", "hill", keep, other, *options) for options in ((), ("--preview",))]

    assert [(one.code, one.err) for one in refused] == [(1, why)] * 2
    assert (town.everything(), all_rows(town), Run.objects.count()) == (before, rows, runs)


def test_r28_an_account_is_merged_once_and_a_merge_is_taken_back_once(town: Town) -> None:
    done = merge(town, "bsmith", "bsmith2")
    number = done["merge"]
    already = (
        f"bsmith2 was merged into bsmith already (merge {number}). "
        f"Name bsmith instead, or take that merge back first: split {number}."
    )

    assert (answer("merge", "hill", "bsmith1", "bsmith2").err, answer("merge", "hill", "bsmith2", "bsmith1").err) == (
        already, already,
    )  # fmt: skip
    split(done)
    again = answer("split", number)
    assert (again.code, again.err.startswith(f"Merge {number} was taken back already, on ")) == (1, True)
    assert merge(town, "bsmith2", "bsmith")["merge"] > number


def test_r28_wrong_usage(town: Town) -> None:
    assert [
        (one.code, one.err)
        for one in (
            answer("merge", "hill", "bsmith", "nobody"),
            answer("merge", "dale", "bsmith", "bsmith2"),
            answer("split", 999_999),
        )
    ] == [
        (2, "There is no account nobody in hill."),
        (2, "There is no district 'dale'. Districts: hill."),
        (2, "There is no merge 999999."),
    ]


def test_r37_while_a_run_is_in_progress_nothing_starts(town: Town) -> None:
    done = merge(town, "bsmith", "bsmith2")
    before = town.everything()

    with somebody_running(town):
        answers = [answer("merge", "hill", "bsmith", "bsmith1"), answer("split", done["merge"])]

    assert [one.code for one in answers] == [4, 4]
    assert {one.err for one in answers} == {
        "Another run of hill is in progress. Nothing was started; try again when it is done."
    }
    assert town.everything() == before


def test_r41_another_district_with_the_same_people_is_left_alone(town: Town, tmp_path: Path) -> None:
    dale = make_town("dale", tmp_path / "dale")
    dale.settle(twice())
    before = dale.everything(), all_rows(dale)

    done = merge(town, "bsmith", "bsmith2")
    town.settle()
    dale.settle()
    split(done)

    assert (dale.everything(), all_rows(dale)) == before
    with pytest.raises(MergeRefusedError, match=r"bsmith is in hill and bsmith2 in dale\. Only accounts of one"):
        merge_users(town.user("bsmith"), dale.user("bsmith2"), by=BY)
    ops = add_user(None, role="ops", first_name="O", last_name="P", username="ops", by=BY)
    with pytest.raises(MergeRefusedError, match="belong to no district"):
        merge_users(town.user("bsmith"), ops, by=BY)


def test_r49_merge_and_split_are_audited(town: Town) -> None:
    done = merge(town, "bsmith", "bsmith2")
    split(done)

    entries = AuditEntry.objects.filter(subject=f"merge {done['merge']}").order_by("pk")
    assert list(entries.values_list("district__slug", "verb", "count", "actor_label")) == [
        ("hill", "merge users", 2, "command line"),
        ("hill", "split users", 2, "command line"),
    ]
    assert list(Run.objects.filter(mode__in=("merge", "split")).order_by("pk").values_list("mode", "status")) == [
        ("merge", "succeeded"),
        ("split", "succeeded"),
    ]


# -- any two accounts -------------------------------------------------------------------------------------

SEATS = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 5), st.booleans(), st.booleans()), max_size=8)
WORK = st.lists(
    st.tuples(
        st.integers(0, 1), st.integers(0, 2), st.sampled_from([None, 0, 5]), st.booleans(), st.integers(0, 2)
    ),
    max_size=6,
)  # fmt: skip
PEOPLE = st.sampled_from(["bsmith", "bsmith1", "bsmith2", "klund", "hanna", "bgone"])


@given(pair=st.lists(PEOPLE, min_size=2, max_size=2, unique=True), seats=SEATS, done_work=WORK, syncs=st.booleans())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_r28_merge_and_split_restore_any_two_accounts(
    town: Town, pair: list[str], seats: list[Any], done_work: list[Any], syncs: bool
) -> None:
    """By the roster, by hand, or gone, with any seats and work, and with syncs in between."""
    with undone():
        furnish(town, pair, seats, done_work)
        before, rows = town.everything(), all_rows(town)

        done = merge(town, *pair)
        assert not town.user(pair[1]).is_active
        assert not Membership.objects.filter(user=town.user(pair[1]), active=True).exists()
        if syncs:
            town.settle()
        split(done)

        if syncs:
            town.settle()
        assert (town.everything(), all_rows(town)) == (before, rows)


DAYS = st.lists(
    st.tuples(
        st.sampled_from(["drop", "leave", "enroll", "grade", "break", "school"]),
        st.sampled_from(["s3", "s7", "s6"]),
        st.sampled_from(["c1", "c2", "c3"]),
    ),
    max_size=4,
)  # fmt: skip


def next_day(feed: Feed, changes: list[tuple[str, str, str]]) -> Feed:
    """What happens to some students and their seats; nobody else moves."""
    feed = feed.copy()
    for change, student, section in changes:
        if student not in {row["Student_id"] for row in feed.students}:
            continue
        if change == "drop":
            feed.drop("students", student)
        elif change in ("leave", "enroll"):
            feed.leave(section, student)
            feed.enroll(section, *([student] if change == "enroll" else []))
        else:
            cells = {
                "grade": {"Grade": "6"},
                "break": {"First_name": "", "Last_name": ""},
                "school": {"School_id": "10"},
            }
            feed.row("students", student).update(cells[change])
    return feed


@given(
    pair=st.permutations(["bsmith", "bsmith2", "klund"]), first=DAYS, second=DAYS, third=DAYS, after=st.booleans()
)  # fmt: skip
@example(pair=["bsmith", "bsmith2"], first=[], second=[("drop", "s3", "c1")], third=[], after=False)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_r28_after_a_split_and_a_sync_everything_is_as_if_there_had_been_no_merge(
    town: Town, pair: list[str], first: Any, second: Any, third: Any, after: bool
) -> None:
    """Whatever the source did before, while they were one, and afterwards."""
    with undone():
        dale = make_town("dale", town.folder.parent / "dale")
        dale.settle(twice())
        days = [next_day(twice(), first)]
        days += [next_day(days[-1], second)]
        days += [next_day(days[-1], third) if after else days[-1]]
        for one in (town, dale):
            one.sync(days[0])
        done = merge(town, *pair[:2])
        town.settle(days[1])
        dale.settle(days[1])
        assert [seat for seat in town.seats() if f"| {pair[1]} |" in seat] == []

        split(done)
        for one in (town, dale):
            one.settle(days[2])

        assert town.everything() == dale.everything()


def furnish(town: Town, pair: list[str], seats: list[Any], done_work: list[Any]) -> None:
    """Give both seats and work; ``hanna`` is made by hand, ``bgone`` was sent once."""
    feed = twice()
    feed.student("s9", "Bella", "Gone", school="10", Grade="4")
    town.settle(feed)
    town.settle(twice())
    hanna = add_user(
        town.district, role="student", first_name="Hanna", last_name="B", username="hanna", by=BY
    )  # fmt: skip
    add_class(town.district, "Chess", town.user("aking"), [hanna], by=BY)
    add_class(town.district, "Choir", town.user("zng"), [], by=BY)
    for who, number, active, synced in seats:
        klass = Class.objects.get(district=town.district, number=number)
        place = {"klass": klass, "user": town.user(pair[who]), "role": "student"}
        if not Membership.objects.filter(**place).exists():
            # whom the roster does not name has no synced seat in use, and in no class made by hand
            Membership.objects.create(**place, active=active, synced=synced and not active and klass.synced)
    for who, item, score, finished, hours in done_work:
        code = ("sums", "maps", "verbs")[item]
        if not town.user(pair[who]).work.filter(item__code=code).exists():
            work(town, pair[who], code, score, done=finished, hours=hours)
    town.settle()


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the block is rolled back at its end."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)
