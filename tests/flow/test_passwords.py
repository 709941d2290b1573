"""Passwords of a district through its files (R13 to R16)."""

import json
import logging
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.lifecycle import set_passwords
from rostering.exports import export_roster
from rostering.models import Link
from tests.flow.feeds import Feed, small_district
from tests.flow.town import BY, Town, command, make_town, whole_database


@pytest.fixture
def sis_town(db: None, tmp_path: Path) -> Town:
    return make_town("hill", tmp_path / "hill", passwords="sis")


def with_passwords(**passwords: str) -> Feed:
    """The small district, where everybody has a good password of their own but for those named."""
    feed = small_district()
    for row in (*feed.students, *feed.teachers):
        key = row.get("Student_id") or row["Teacher_id"]
        row["Password"] = passwords.get(key, f"good-{key}")
    return feed


def test_r13_generated_passwords_are_the_username_or_the_fixed_one(town: Town, tmp_path: Path) -> None:
    fixed = make_town("fixed", tmp_path / "fixed", passwords="fixed", fixed_password="apple tree")
    town.sync(with_passwords())
    fixed.sync(with_passwords())

    asked = [("jnunez", word) for word in ("jnunez", "JNUNEZ", "apple tree", "good-s1", "")]
    assert [town.signs_in(*words) for words in asked] == [True, False, False, False, False]
    assert [fixed.signs_in(*words) for words in asked] == [False, False, True, False, False]
    assert town.signs_in("JNunez", "jnunez"), "the username is compared without case, the password is not"


def test_r13_r16_a_sis_password_signs_in_and_only_a_digest_is_stored(sis_town: Town) -> None:
    sis_town.settle(with_passwords(s1="  Blauwe Regenboog  ", s2="ümlaut", t1='a,"b"\n'))

    user = sis_town.user("jnunez")
    assert user.password.startswith(f"roster_hmac${user.district_id}.")
    asked = [
        ("jnunez", "  Blauwe Regenboog  "),
        ("jnunez", "Blauwe Regenboog"),
        ("jnunez", "jnunez"),
        ("jnunez", user.password),
        ("miao", "ümlaut"),
        ("miao", "good-s1"),
        ("bsmith", "good-s3"),
        ("bsmith", "good-s4"),
    ]
    assert [sis_town.signs_in(*words) for words in asked] == [True, False, False, False, True, False, True, False]
    user.refresh_from_db()
    assert not user.password.startswith("roster_"), "who has signed in has a strong hash"
    assert sis_town.plan(sis_town.sync()) == []
    assert sis_town.signs_in("jnunez", "  Blauwe Regenboog  ")


def test_r14_a_short_or_missing_password_falls_back_to_the_username_with_a_warning(sis_town: Town) -> None:
    sis_town.settle(with_passwords(s1="abc", s2="", s3="abcd", t1="   "))

    assert sis_town.warnings() == [
        f"PASSWORD_RULE_FAILED person {key}: {name} has no password of at least 4 characters in the SIS, "
        "so the username serves instead."
        for key, name in (("s1", "José Núñez"), ("s2", "Mia O'Brien"), ("t1", "Ada King"))
    ]
    asked = [("jnunez", "abc"), ("jnunez", "jnunez"), ("miao", "miao"), ("miao", ""), ("bsmith", "abcd")]
    assert [sis_town.signs_in(*words) for words in asked] == [False, True, True, False, True]
    assert not sis_town.signs_in("bsmith", "bsmith")


def test_r14_or_to_the_fixed_one(db: None, tmp_path: Path) -> None:
    town = make_town("hill", tmp_path / "hill", passwords="sis", fallback="fixed", fixed_password="apple tree")

    town.settle(with_passwords(s1="abc"))

    assert [town.signs_in("jnunez", word) for word in ("abc", "jnunez", "apple tree")] == [False, False, True]
    assert town.warnings() == [
        (
            "PASSWORD_RULE_FAILED person s1: José Núñez has no password of at least 4 characters in the SIS, "
            "so the district's fixed password serves instead."
        )
    ]


def test_r14_the_warning_goes_when_the_sis_sends_one_and_the_one_sent_serves(sis_town: Town) -> None:
    sis_town.settle(with_passwords(s1="abc"))

    run = sis_town.settle(with_passwords(s1="abcde"))

    assert sis_town.plan(run) == ["change person s1: changed in the source; password set → set"]
    assert sis_town.warnings() == []
    assert [sis_town.signs_in("jnunez", word) for word in ("jnunez", "abcde")] == [False, True]


def test_r14_many_without_one_are_told_by_school(sis_town: Town) -> None:
    feed = with_passwords()
    for number in range(101):
        feed.student(f"n{number:03}", "No", f"Word{number}", school="20")
    feed.row("students", "s1")["Password"] = "abc"
    feed.enroll("c3", *(f"n{number:03}" for number in range(101)))

    sis_town.settle(feed)

    assert sis_town.warnings() == [
        (
            "PASSWORD_RULE_FAILED school 10: 1 people (for example José Núñez) have no password of at least 4 "
            "characters in the SIS, so the username serves instead."
        ),
        (
            "PASSWORD_RULE_FAILED school 20: 101 people (for example No Word0) have no password of at least 4 "
            "characters in the SIS, so the username serves instead."
        ),
    ]


def test_r15_a_password_changed_here_stays_until_the_sis_sends_another(sis_town: Town) -> None:
    feed = with_passwords()
    sis_town.sync(feed)
    set_passwords([sis_town.user("jnunez")], "my own", by=BY)

    def works() -> list[str]:
        return [word for word in ("good-s1", "my own", "brand new") if sis_town.signs_in("jnunez", word)]

    sis_town.settle(feed)
    assert works() == ["my own"], "the same one again changes nothing"

    feed.row("students", "s1")["Grade"] = "5"
    assert sis_town.plan(sis_town.settle(feed)) == ["change person s1: changed in the source; grade 4 → 5"]
    assert works() == ["my own"], "nor when something else changes"

    feed.row("students", "s1")["Password"] = "brand new"
    run = sis_town.settle(feed)
    assert sis_town.changes(run)[0]["fields"] == {"password": ["set", "set"]}
    assert works() == ["brand new"]


@pytest.mark.parametrize("between", ["", "abc", "   "])
def test_r15_one_that_was_left_out_for_a_day_and_is_the_same_again_changes_nothing(
    sis_town: Town, between: str
) -> None:
    feed = with_passwords()
    sis_town.sync(feed)
    set_passwords([sis_town.user("jnunez")], "my own", by=BY)
    for password in (between, "good-s1"):
        feed.row("students", "s1")["Password"] = password
        assert sis_town.plan(sis_town.settle(feed)) == []
        assert sis_town.signs_in("jnunez", "my own")

    feed.row("students", "s1")["Password"] = "brand new"
    sis_town.settle(feed)
    assert sis_town.signs_in("jnunez", "brand new")


def test_r15_a_column_that_was_missing_for_a_day_resets_nobody(sis_town: Town) -> None:
    feed = with_passwords()
    sis_town.sync(feed)
    set_passwords([sis_town.user("jnunez")], "my own", by=BY)
    feed.write(sis_town.folder)
    students = sis_town.folder / "students.csv"
    whole = students.read_text()
    students.write_text(whole.replace("Password", "Pass word?", 1))
    run = sis_town.sync()
    assert "FILE_HEADER_UNKNOWN" in run["warnings"]

    students.write_text(whole)
    run = sis_town.sync()

    assert sis_town.plan(run) == []
    assert sis_town.signs_in("jnunez", "my own")
    assert sis_town.signs_in("miao", "good-s2")


def test_r15_one_changed_while_the_record_was_blocked_is_applied_afterwards(sis_town: Town) -> None:
    feed = with_passwords()
    sis_town.sync(feed)
    feed.row("students", "s1").update(First_name="", Password="brand new")
    sis_town.settle(feed)
    assert sis_town.signs_in("jnunez", "good-s1")
    feed.row("students", "s1")["First_name"] = "José"

    run = sis_town.settle(feed)

    assert sis_town.plan(run) == ["change person s1: changed in the source; password set → set"]
    assert sis_town.signs_in("jnunez", "brand new")


def test_r15_somebody_who_comes_back_keeps_the_password_they_had(sis_town: Town) -> None:
    feed = with_passwords()
    sis_town.sync(feed)
    set_passwords([sis_town.user("jnunez")], "my own", by=BY)
    away = feed.copy()
    away.drop("students", "s1")
    sis_town.settle(away)
    assert not sis_town.signs_in("jnunez", "my own")

    sis_town.settle(feed)

    assert sis_town.signs_in("jnunez", "my own")


PASSWORD, SHORT, TEACHERS = "Zebra,Quagga\t77!", "Zq1", "Okapi-Tapir"
PARTS = ("Zebra", "Quagga", "77!", "Zq1", "Okapi", "Tapir", "zebra", "okapi")


def test_r16_no_password_is_seen_anywhere(
    sis_town: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """A password is planted in good rows, in rows that cannot be read, and in every kind of change."""
    caplog.set_level(logging.DEBUG)
    feed = with_passwords(s1=PASSWORD, s2=SHORT, t1=TEACHERS, s5=PASSWORD)
    feed.staff_member("f1", "Ada", "King", school="10", Staff_email="ada@hill.example", Password=TEACHERS + "2")
    runs = [sis_town.sync(feed)]
    feed.row("students", "s1")["Password"] = PASSWORD + "again"
    feed.row("students", "s2")["Password"] = PASSWORD
    feed.row("students", "s3")["First_name"], feed.row("students", "s3")["Password"] = "", PASSWORD
    feed.student("", "No", "Id", school="10", Password=PASSWORD)
    feed.student("s7", "Two", "Cells", school="10", Password=PASSWORD)
    feed.write(sis_town.folder)
    path = sis_town.folder / "students.csv"
    lines = path.read_bytes().decode()
    lines += f'10,s8,,,Too,Many,5,,,,"{PASSWORD}",one,more\r\n10,s9,,,Torn,Quote,5,,,,{PASSWORD}"x"\r\n'
    path.write_bytes(lines.encode() + b"10,s10,,,Not,Utf8,5,,,\xff,Zebra-Quagga\r\n")
    runs.append(sis_town.sync())
    assert runs[-1]["warnings"]["FILE_ROW_UNREADABLE"] == 1
    export_roster(sis_town.district, tmp_path / "out", by=BY)

    shown = [json.dumps([runs, sis_town.everything()], ensure_ascii=False)]
    shown += [json.dumps(command("run", str(run["run"])), ensure_ascii=False) for run in runs]
    shown += [json.dumps(command("warnings", "hill", "--all"), ensure_ascii=False)]
    asked = ("s1", "s2", "s3", "s7", "s8", "s9", "s10", "t1", "f1", "José Núñez", "No Id", "ada@hill.example", "miao")
    answers = [command("explain", "hill", text) for text in asked]
    found = {text for text, (answer, _) in zip(asked, answers, strict=True) if answer["found"]}
    assert found >= {text for text in asked if text not in ("s8", "s9", "s10")}, "or else there was nothing to see"
    shown += [json.dumps(answers, ensure_ascii=False)]
    shown += [path.read_text() for path in sorted((tmp_path / "out").iterdir())]
    for line in (["run", str(runs[-1]["run"])], ["warnings", "hill", "--all"], ["explain", "hill", "s1"]):
        call_command(*line, stdout=(out := StringIO()))
        shown.append(out.getvalue())
    shown += [whole_database(), caplog.text, *capsys.readouterr()]
    assert [part for part in PARTS for text in shown if part in text] == []
    assert sis_town.signs_in("jnunez", PASSWORD + "again"), "they were there to be seen"
    assert sis_town.signs_in("aking", TEACHERS)


def test_r16_asking_for_a_password_finds_nobody(sis_town: Town) -> None:
    sis_town.sync(with_passwords(s1=PASSWORD))
    digest = sis_town.user("jnunez").password

    assert [command("explain", "hill", text)[0] for text in (PASSWORD, digest)] == [{"found": []}] * 2
    said = Link.objects.get(district=sis_town.district, key="s:s1").said
    assert digest in said, "what a link remembers is the digest alone"
