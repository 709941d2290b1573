"""Usernames of a district through its files (R8 to R12)."""

from pathlib import Path

import pytest

from accounts.handmade import add_user
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, make_town


def school_of(people: dict[str, tuple[str, str, str]]) -> Feed:
    """Students by id: first name, last name, grade."""
    feed = Feed()
    feed.school("10", "Hill School")
    feed.teacher("t1", "Ada", "King", school="10")
    for key, (first, last, grade) in people.items():
        feed.student(key, first, last, school="10", Grade=grade)
    feed.section("c1", "All", school="10", teachers=["t1"], students=list(people))
    return feed


def with_sis_usernames(people: dict[str, tuple[str, str, str]]) -> Feed:
    """Students by id: first name, last name, username."""
    feed = school_of({key: (first, last, "5") for key, (first, last, _) in people.items()})
    for key, (_, _, username) in people.items():
        feed.row("students", key)["Username"] = username
    feed.row("teachers", "t1")["Username"] = "AKing"
    return feed


@pytest.fixture
def sis_town(db: None, tmp_path: Path) -> Town:
    return make_town("hill", tmp_path / "hill", usernames="sis")


def test_r9_the_rule_of_each_role_and_grade(town: Town) -> None:
    feed = school_of(
        {
            "01": ("José", "Núñez", "K"),
            "02": ("Łukasz", "Ng", "2"),
            "03": ("Jörg", "O'Brien", "3"),
            "04": ("Søren", "Ångström", "12"),
            "05": ("Ana", "Bo", "PreKindergarten"),
            "06": ("Eva", "Bo", "TransitionalKindergarten"),
            "07": ("Ida", "Bo", "InfantToddler"),
            "08": ("Uma", "Bo", "Preschool"),
            "09": ("Pia", "Bo", "Ungraded"),
            "10": ("Lea", "Bo", "13"),
            "11": ("Mai", "Bo", ""),
            "12": ("Kai", "Bo", "seven"),
            "13": ("李", "小龙", "5"),
            "14": ("Jean Luc", "De La Cruz-Smith Jr.", "5"),
            "15": ("Wolfeschlegelsteinhausen" * 2, "B" * 70, "5"),
            "16": ("★", "♥", "5"),
        }
    )
    feed.staff_member("f1", "Ruth", "Bader", school="10", Staff_email="ruth@hill.example")
    feed.teacher("t2", "Ng", "", school="10")

    town.settle(feed)

    assert town.usernames() == {
        "t1": "aking",
        "t2": "ng",
        "f1": "rbader",
        "01": "josen",
        "02": "lukaszn",
        "03": "jobrien",
        "04": "sangstrom",
        "05": "anab",
        "06": "evab",
        "07": "idab",
        "08": "umab",
        "09": "pbo",
        "10": "lbo",
        "11": "mbo",
        "12": "kbo",
        "13": "lxiaolong",
        "14": "jdelacruzsmithjr",
        "15": "w" + "b" * 63,
        "16": "student",
    }


def test_r10_numbers_go_to_teachers_staff_students_and_then_by_id_as_text(town: Town) -> None:
    feed = school_of({"9": ("Jo", "Smith", "5"), "10": ("Jan", "Smith", "5"), "2": ("Joe", "Smith", "5")})
    feed.staff_member("f9", "Jim", "Smith", school="10")
    feed.teacher("z", "Jane", "Smith", school="10")
    feed.teacher("a", "June", "Smith", school="10")

    town.settle(feed)

    assert town.usernames() == {
        "a": "jsmith",
        "z": "jsmith1",
        "f9": "jsmith2",
        "10": "jsmith3",
        "2": "jsmith4",
        "9": "jsmith5",
        "t1": "aking",
    }


def test_r10_a_re_run_on_an_empty_database_gives_the_same_names_whatever_the_order(town: Town, tmp_path: Path) -> None:
    feed = school_of({str(number): ("Jo", "Smith", "5") for number in range(30)})
    again = make_town("again", tmp_path / "again")
    shuffled = feed.copy()
    shuffled.students = feed.students[::2] + feed.students[1::2]
    shuffled.teachers.reverse()

    town.sync(feed)
    again.sync(shuffled)

    assert town.usernames() == again.usernames()
    assert sorted(town.usernames().values()) == sorted(["aking", "jsmith", *(f"jsmith{n}" for n in range(1, 30))])


def test_r10_the_smallest_free_number_counts_names_made_by_hand_and_of_people_who_left(town: Town) -> None:
    for username in ("JSmith", "jsmith2"):
        add_user(town.district, role="student", first_name="X", last_name="Y", username=username, by=BY)
    feed = school_of({"1": ("Jo", "Smith", "5"), "2": ("Joe", "Smith", "5")})
    town.settle(feed)
    assert town.usernames() | {"": ""} == {"": "", "t1": "aking", "1": "jsmith1", "2": "jsmith3"}

    feed.drop("students", "1")
    feed.student("3", "Jan", "Smith", school="10")
    feed.enroll("c1", "3")
    town.settle(feed)

    assert town.usernames() | {"": ""} == {
        "": "",
        "t1": "aking",
        "1": "jsmith1 (inactive)",
        "2": "jsmith3",
        "3": "jsmith4",
    }


def test_r8_r11_usernames_from_the_sis_are_taken_as_sent_and_others_replaced_with_a_warning(sis_town: Town) -> None:
    add_user(sis_town.district, role="student", first_name="X", last_name="Y", username="taken", by=BY)
    feed = with_sis_usernames(
        {
            "1": ("Mia", "Lund", "MiaL99"),
            "2": ("Bo", "Berg", ""),
            "3": ("Eva", "Holm", "eva.holm"),
            "4": ("José", "Núñez", "josé"),
            "5": ("Kai", "Dahl", "TAKEN"),
            "6": ("Ida", "Moe", "mial99"),
            "7": ("Uma", "Ray", "bberg"),
            "8": ("Pia", "Fox", "p" * 65),
            "9": ("Lea", "Ost", "two words"),
        }
    )

    sis_town.settle(feed)

    assert {key: name for key, name in sis_town.usernames().items() if key} == {
        "t1": "AKing",
        "1": "MiaL99",
        "2": "bberg1",
        "3": "eholm",
        "4": "jnunez",
        "5": "kdahl",
        "6": "imoe",
        "7": "bberg",
        "8": "pfox",
        "9": "lost",
    }
    assert sis_town.warnings() == [
        'USERNAME_CLASH person 5: The username "TAKEN" was taken, so Kai Dahl got "kdahl".',
        'USERNAME_CLASH person 6: The username "mial99" was taken, so Ida Moe got "imoe".',
        'USERNAME_RULE_FAILED person 2: The username "" from the SIS is missing, so Bo Berg got "bberg1".',
        (
            'USERNAME_RULE_FAILED person 3: The username "eva.holm" from the SIS is not only letters A to Z and '
            'digits, so Eva Holm got "eholm".'
        ),
        (
            'USERNAME_RULE_FAILED person 4: The username "josé" from the SIS is not only letters A to Z and '
            'digits, so José Núñez got "jnunez".'
        ),
        (
            f'USERNAME_RULE_FAILED person 8: The username "{"p" * 65}" from the SIS is longer than 64 characters, '
            'so Pia Fox got "pfox".'
        ),
        (
            'USERNAME_RULE_FAILED person 9: The username "two words" from the SIS is not only letters A to Z and '
            'digits, so Lea Ost got "lost".'
        ),
    ]


def test_r11_a_username_claimed_by_somebody_who_comes_later_is_taken(sis_town: Town) -> None:
    feed = with_sis_usernames({"1": ("Mia", "Lund", "star")})
    sis_town.sync(feed)
    feed.student("0", "Bo", "Berg", school="10", Username="STAR")
    feed.enroll("c1", "0")

    sis_town.settle(feed)

    assert sis_town.usernames() == {"t1": "AKing", "1": "star", "0": "bberg"}
    assert sis_town.warnings() == ['USERNAME_CLASH person 0: The username "STAR" was taken, so Bo Berg got "bberg".']


def test_r11_a_warning_goes_when_the_sis_sends_a_good_username(sis_town: Town) -> None:
    feed = with_sis_usernames({"1": ("Mia", "Lund", ""), "2": ("Bo", "Berg", "bo1")})
    sis_town.settle(feed)
    assert len(sis_town.warnings()) == 1
    feed.row("students", "1")["Username"] = "mia1"

    run = sis_town.settle(feed)

    assert sis_town.plan(run) == ["change person 1: changed in the source; username mlund → mia1"]
    assert sis_town.warnings() == []


def test_r12_a_new_name_or_grade_does_not_touch_a_generated_username(town: Town) -> None:
    feed = small_district()
    town.sync(feed)
    feed.row("students", "s2").update(First_name="Maria", Last_name="Berg", Grade="3")
    feed.row("teachers", "t1")["Last_name"] = "King-Roe"

    run = town.settle(feed)

    assert town.plan(run) == [
        "change person s2: changed in the source; first_name Mia → Maria; grade 1 → 3; last_name O'Brien → Berg",
        "change person t1: changed in the source; last_name King → King-Roe",
    ]
    assert town.usernames() == {
        "t1": "aking",
        "t2": "aroe",
        "t3": "zng",
        "s1": "jnunez",
        "s2": "miao",
        "s3": "bsmith",
        "s4": "bsmith1",
        "s5": "eholm",
        "s6": "klund",
    }


def test_r8_r12_generated_usernames_ignore_what_the_sis_sends(town: Town) -> None:
    feed = with_sis_usernames({"1": ("Mia", "Lund", "star")})
    town.sync(feed)
    assert town.usernames() == {"t1": "aking", "1": "mlund"}
    feed.row("students", "1")["Username"] = "comet"

    assert town.plan(town.settle(feed)) == []
    assert town.usernames() == {"t1": "aking", "1": "mlund"}


def test_r12_a_changed_sis_username_is_applied_when_valid_and_free_and_shown(sis_town: Town) -> None:
    people = {
        "1": ("Mia", "Lund", "mia"),
        "2": ("Bo", "Berg", "bo"),
        "3": ("Eva", "Holm", "eva"),
        "4": ("Kai", "Dahl", "kai"),
        "5": ("Ida", "Moe", "ida"),
    }
    feed = with_sis_usernames(people)
    sis_town.sync(feed)
    changed = {"1": "mia2", "2": "KAI", "3": "e-v-a", "4": "", "5": "Ida"}
    for key, username in changed.items():
        feed.row("students", key)["Username"] = username

    run = sis_town.settle(feed)

    assert sis_town.plan(run) == [
        "change person 1: changed in the source; username mia → mia2",
        "change person 5: changed in the source; username ida → Ida",
    ]
    assert sis_town.usernames() == {"t1": "AKing", "1": "mia2", "2": "bo", "3": "eva", "4": "kai", "5": "Ida"}
    assert sis_town.warnings() == [
        'USERNAME_CLASH person 2: The username "KAI" was taken, so Bo Berg got "bo".',
        (
            'USERNAME_RULE_FAILED person 3: The username "e-v-a" from the SIS is not only letters A to Z and '
            'digits, so Eva Holm got "eva".'
        ),
        'USERNAME_RULE_FAILED person 4: The username "" from the SIS is missing, so Kai Dahl got "kai".',
    ]
    assert sis_town.signs_in("MIA2", "mia2")
    assert not sis_town.signs_in("mia", "mia")


def test_r12_two_who_swap_usernames_keep_theirs_with_a_warning_each(sis_town: Town) -> None:
    feed = with_sis_usernames({"1": ("Mia", "Lund", "mia"), "2": ("Bo", "Berg", "bo")})
    sis_town.sync(feed)
    feed.row("students", "1")["Username"] = "bo"
    feed.row("students", "2")["Username"] = "mia"

    assert sis_town.plan(sis_town.settle(feed)) == []
    assert sis_town.usernames() == {"t1": "AKing", "1": "mia", "2": "bo"}
    assert sis_town.warnings() == [
        'USERNAME_CLASH person 1: The username "bo" was taken, so Mia Lund got "mia".',
        'USERNAME_CLASH person 2: The username "mia" was taken, so Bo Berg got "bo".',
    ]


def test_r12_of_two_who_are_given_one_new_username_the_first_by_id_gets_it_whatever_the_order(
    sis_town: Town, tmp_path: Path
) -> None:
    feed = with_sis_usernames({"1": ("Mia", "Lund", "mia"), "2": ("Bo", "Berg", "bo")})
    other = make_town("other", tmp_path / "other", usernames="sis")
    sis_town.sync(feed)
    other.sync(feed)
    for key in ("1", "2"):
        feed.row("students", key)["Username"] = "star"
    sis_town.settle(feed)
    feed.students.reverse()

    other.settle(feed)

    assert sis_town.usernames() == other.usernames() == {"t1": "AKing", "1": "star", "2": "bo"}


def test_r12_another_policy_renames_nobody(town: Town) -> None:
    feed = with_sis_usernames({"1": ("Mia", "Lund", "star")})
    town.sync(feed)
    town.change_policies(usernames="sis")
    feed.row("students", "1")["Grade"] = "6"

    run = town.settle(feed)

    assert town.plan(run) == ["change person 1: changed in the source; grade 5 → 6"]
    assert town.usernames() == {"t1": "aking", "1": "mlund"}


def test_r12_a_username_changed_while_the_record_was_blocked_is_applied_afterwards(sis_town: Town) -> None:
    feed = with_sis_usernames({"1": ("Mia", "Lund", "mia"), "2": ("Bo", "Berg", "bo")})
    sis_town.sync(feed)
    feed.row("students", "1").update(First_name="", Username="mia2")
    sis_town.settle(feed)
    assert sis_town.usernames()["1"] == "mia"
    feed.row("students", "1")["First_name"] = "Mia"

    run = sis_town.settle(feed)

    assert sis_town.plan(run) == ["change person 1: changed in the source; username mia → mia2"]
