"""R1, R27: accounts that were here before the sync are found again, and doubtful ones wait for a person."""

from typing import Any

import pytest
from django.core.management.base import CommandError

from accounts.handmade import add_user
from accounts.lifecycle import deactivate_users
from accounts.models import AuditEntry, User
from classes.handmade import load_items
from classes.lifecycle import NewClass, NewSeat, create_classes, enroll
from classes.models import Class, CurriculumItem, Work
from rostering.models import Review
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, command, make_town

UNCLEAR = (
    "MATCH_UNCLEAR person t1: 2 accounts that are here could be Ada King; we did not guess. There is no new account, "
    "and no seat in a class, until you decide."
)
MATCHED = ("match", "create", "archive")


def by_hand(town: Town, role: str, first: str, last: str, **more: Any) -> User:
    return add_user(town.district, role=role, first_name=first, last_name=last, by=BY, **more)


def did(run: dict[str, Any]) -> tuple[int, ...]:
    """How many people were matched, created, archived."""
    return tuple(run["counts"]["people"][name] for name in MATCHED)


def reviews(town: Town) -> list[dict[str, Any]]:
    return command("review", town.slug)[0]["reviews"]


def test_r1_r27_three_hundred_accounts_with_their_work_are_matched(town: Town) -> None:
    """By student number and by email: same accounts, usernames, passwords, classes made by hand, and work."""
    feed = Feed()
    feed.school("10", "Hill School")
    feed.teacher("t1", "Ada", "King", school="10", Teacher_email="ADA@hill.example", Teacher_number="77")
    keys = [f"s{number}" for number in range(299)]
    for number, key in enumerate(keys):
        feed.student(key, "Stu", f"Dent {number}", school="10", Student_number=f"00{number}")
    feed.section("c1", "Maths", school="10", teachers=["t1"], students=keys[:30])
    ada = by_hand(town, "teacher", "Ada", "King", email="ada@hill.example", username="queen", password="my own secret")
    students = [
        by_hand(town, "student", "Stu", f"Dent {number}", student_number=f"00{number}", username=f"kid{number}")
        for number in range(299)
    ]
    [own] = create_classes(town.district, [NewClass("Ada's own")], by=BY)
    enroll(town.district, [NewSeat(own, ada.pk, "teacher"), NewSeat(own, students[0].pk, "student")], by=BY)
    load_items([CurriculumItem(code="a", title="A")], by=BY)
    item = CurriculumItem.objects.get()
    work = [Work.objects.create(user=user, item=item, klass_id=own, score=5).pk for user in students]

    preview = town.sync(feed, "--preview")
    assert (did(preview), User.objects.exclude(managed_fields="").count()) == ((300, 0, 0), 0)
    run = town.settle()

    assert did(run) == (300, 0, 0)
    assert town.plan(run)[1] == ("match person s0: same student number; grade – → 5; schools – → 10; sis_id – → s0")
    assert town.usernames() == {"t1": "queen"} | {key: f"kid{number}" for number, key in enumerate(keys)}
    assert town.signs_in("queen", "my own secret")
    assert town.signs_in("kid7", "kid7")
    assert town.rosters()["Ada's own"] == "queen / kid0"
    assert len(town.rosters()["Maths"].split()) == 32
    assert list(Work.objects.order_by("pk").values_list("pk", flat=True)) == sorted(work)


def test_r27_under_the_sis_policy_the_sis_names_them_if_it_can(tmp_path: Any, db: None) -> None:
    town = make_town("hill", tmp_path / "hill", usernames="sis")
    feed = small_district()
    for key, name in (("s1", "jose4"), ("s2", "not good"), ("s3", "ben4")):
        feed.row("students", key).update(Student_number=f"0{key}", Username=name)
    for first, last, key in (("José", "Núñez", "s1"), ("Mia", "O'Brien", "s2"), ("Ben", "Smith", "s3")):
        by_hand(town, "student", first, last, student_number=f"0{key}", username=f"old{key}")
    by_hand(town, "coordinator", "Bo", "Ss", username="ben4")

    town.settle(feed)

    assert {key: name for key, name in town.usernames().items() if key in ("s1", "s2", "s3")} == {
        "s1": "jose4", "s2": "olds2", "s3": "olds3",
    }  # fmt: skip


def test_r27_an_inactive_account_is_active_again_and_other_roles_are_never_taken(town: Town) -> None:
    feed = small_district()
    old = by_hand(town, "teacher", "Ada", "King", email="ada@hill.example", username="old")
    deactivate_users(town.district, [old.pk], by=BY)
    chief = by_hand(town, "coordinator", "Alan", "Roe", email="alan@hill.example", username="chief")
    pupil = by_hand(town, "student", "Zoë", "Ng", email="zoe@lake.example", username="pupil")

    run = town.settle(feed)

    assert "match person t1: same email address; schools – → 10; sis_id – → t1; status inactive → active" in town.plan(
        run
    )
    assert town.usernames()["t1"] == "old"
    assert [User.objects.get(pk=one.pk).managed_fields for one in (chief, pupil)] == ["", ""]


def test_r41_accounts_of_another_district_are_never_matched(town: Town, tmp_path: Any) -> None:
    other = make_town("lake", tmp_path / "lake")
    by_hand(other, "teacher", "Ada", "King", email="ada@hill.example", username="theirs")

    run = town.settle(small_district())

    assert did(run) == (0, 9, 0)
    assert [user.managed_fields for user in User.objects.filter(district=other.district)] == [""]


def test_r27_a_hand_given_seat_in_a_synced_class_becomes_the_rosters(town: Town) -> None:
    """José was added to Maths by hand before the source knew him."""
    feed = small_district()
    feed.row("students", "s1")["Student_number"] = "7"
    without = feed.copy()
    without.drop("students", "s1")
    town.sync(without)
    jose = by_hand(town, "student", "José", "Núñez", student_number="7", username="pepe")
    maths = Class.objects.get(name="Maths 4")
    enroll(town.district, [NewSeat(maths.pk, jose.pk, "student")], by=BY)

    run = town.settle(feed)

    assert "match membership c1/s1: enrolled" in town.plan(run)
    assert town.rosters()["Maths 4"] == "aking / bsmith miao pepe"


# -- the queue --------------------------------------------------------------------------------------------


def unclear(town: Town) -> Feed:
    """Two accounts by hand with Ada's email; she teaches Maths 4 and Art."""
    for number in (1, 2):
        by_hand(town, "teacher", "Ada", f"King{number}", email="ada@hill.example", username=f"ada{number}")
    return small_district()


def test_r27_two_accounts_that_may_be_hers_wait_side_by_side(town: Town) -> None:
    run = town.settle(unclear(town))

    assert did(run) == (0, 8, 0)
    [review] = reviews(town)
    assert review | {"review": 0, "since": ""} == {
        "review": 0, "kind": "person", "source_id": "t1", "name": "Ada King", "school": "10", "since": "",
        "candidates": [
            {
                "username": f"ada{number}", "label": f"Ada King{number} (ada{number})",
                "evidence": "same email address",
                "agree": {"first_name": "Ada", "roles": "teacher", "email": "ada@hill.example"},
                "differ": {"last_name": [f"King{number}", "King"]},
            }
            for number in (1, 2)
        ],
    }  # fmt: skip
    assert town.warnings() == [UNCLEAR]
    assert town.rosters() == {"Art": "aroe / bsmith1 miao", "Latin": "zng / eholm klund"}
    [found] = command("explain", "hill", "t1")[0]["found"]
    assert (found["outcome"], found["code"]) == ("waiting", "MATCH_UNCLEAR")
    assert found["fix"] == "Choose the account in the match review, or say there that this is somebody new."


@pytest.mark.parametrize("answer", [("--same", "ADA2"), ("--new",)])
def test_r27_what_is_decided_is_done_and_remembered(town: Town, answer: tuple[str, ...]) -> None:
    town.settle(unclear(town))
    [review] = reviews(town)

    assert command("decide", "hill", str(review["review"]), *answer)[1] == 0
    with pytest.raises(CommandError) as error:
        command("decide", "hill", str(review["review"]), "--new")
    run = town.settle()

    assert error.value.returncode == 1
    hers = "ada2" if "--same" in answer else "aking"
    assert did(run) == ((1, 0, 0) if "--same" in answer else (0, 1, 0))
    assert (reviews(town), town.warnings(), town.usernames()["t1"]) == ([], [], hers)
    assert town.rosters()["Maths 4"] == f"{hers} / bsmith jnunez miao"
    assert AuditEntry.objects.filter(verb__startswith="review").count() == 1


def test_r27_a_question_that_answers_itself_is_closed(town: Town) -> None:
    feed = unclear(town)
    town.settle(feed)
    feed.row("teachers", "t1")["Teacher_email"] = "king@hill.example"

    run = town.settle(feed)

    assert (did(run), reviews(town), town.warnings()) == ((0, 1, 0), [], [])
    [review] = Review.objects.all()
    assert review.state == "closed"
    with pytest.raises(CommandError) as error:
        command("decide", "hill", str(review.pk), "--new")
    assert error.value.returncode == 1


def test_r27_wrong_usage_is_refused(town: Town) -> None:
    town.settle(unclear(town))
    [review] = reviews(town)
    number = str(review["review"])
    by_hand(town, "student", "Ada", "Kid", username="kid")

    for args in (
        (number, "--same", "nobody"),
        ("99999", "--new"),
        (number, "--same", "kid"),
        (number, "--same", "aroe"),
    ):
        with pytest.raises(CommandError) as error:
            command("decide", "hill", *args)
        assert error.value.returncode == 2, args
    assert len(reviews(town)) == 1


def test_r27_a_preview_asks_nothing(town: Town) -> None:
    run = town.sync(unclear(town), "--preview")

    assert (did(run), Review.objects.count()) == ((0, 8, 0), 0)


def test_r34_two_records_with_one_student_number_are_two_people(town: Town) -> None:
    by_hand(town, "student", "Ben", "Smith", student_number="7", username="ben")
    feed = small_district()
    for key in ("s3", "s4"):
        feed.row("students", key)["Student_number"] = "7"

    run = town.settle(feed)

    assert (did(run), reviews(town)) == ((0, 9, 0), [])
    assert town.usernames()["s3"] == "bsmith"
