"""R48: ops run everything from ``manage.py``, with ``--json`` and exit codes that mean something (interface.md)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import ManagementUtility, get_commands

from tests.flow.feeds import small_district
from tests.promises.machine import Machine, district, machine
from tests.promises.test_failure import missing
from tests.promises.town import as_json, command, found_town, numbered, two_schools

OURS = sorted(
    name for name, app in get_commands().items() if app in ("accounts", "classes", "rostering") and name != "migrate"
)
FROM_INTERFACE = {
    *("demo", "add_district", "connect", "share", "check_source", "sync", "runs", "run", "approve", "discard"),
    *("add_user", "add_class", "load_curriculum", "assign", "unassign", "explain", "warnings", "export_roster"),
    *("doctor", "make_district", "clever_sandbox"),
}


# -- help ----------------------------------------------------------------------------------------------------


def help_of(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        ManagementUtility(["manage.py", name, "--help"]).execute()
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (0, "")
    return out


def test_r48_every_command_of_the_interface_is_there() -> None:
    assert FROM_INTERFACE - set(OURS) == set()


@pytest.mark.parametrize("name", OURS)
def test_r48_every_command_explains_itself_and_takes_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of(name, capsys)
    assert text.startswith("usage: ")
    assert "--json" in text
    described = re.sub(r"\s+", " ", text.partition("\n\n")[2])
    assert len(described) > 100, "a sentence that says what it does"


@pytest.mark.parametrize("name", sorted(set(OURS) - {"demo", "doctor", "strengthen_passwords", "sync"}))
def test_r48_without_what_it_needs_a_command_is_wrong_usage(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """That of `sync` is below: it can be named districts or --all, so that no argument is required by itself."""
    with pytest.raises(SystemExit) as ended:
        ManagementUtility(["manage.py", name]).execute()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert "error: " in err


# -- wrong usage -----------------------------------------------------------------------------------------------

UNKNOWN_DISTRICT = (
    ("connect", "nowhere", "folder", "--path", "/tmp"),
    ("share", "nowhere", "--all"),
    ("check_source", "nowhere"),
    ("sync", "nowhere"),
    ("sync", "lark", "nowhere"),
    ("runs", "nowhere"),
    ("explain", "nowhere", "t1"),
    ("warnings", "nowhere"),
    ("export_roster", "nowhere", "--out", "/tmp/nowhere"),
    ("add_user", "nowhere", "--role", "student", "--first", "A", "--last", "B"),
    ("add_class", "nowhere", "--teacher", "aking", "--name", "Club"),
    ("assign", "nowhere", "1", "item"),
    ("unassign", "nowhere", "1", "item"),
)
WRONG = (
    ("sync",),
    ("sync", "lark", "--all"),
    ("run", "1000000"),
    ("approve", "1000000"),
    ("discard", "1000000"),
    ("warnings", "lark", "--code", "NONSENSE"),
    ("add_district", "new"),
    ("add_district", "no spaces", "--name", "New"),
    ("add_district", "lark", "--passwords", "fixed"),
    ("add_user", "lark", "--role", "ops", "--first", "A", "--last", "B"),
    ("add_user", "lark", "--role", "coordinator", "--first", "A", "--last", "B"),
    ("add_user", "lark", "--role", "student", "--first", "A", "--last", "B", "--school", "99"),
    ("add_user", "lark", "--role", "student", "--first", "A", "--last", "B", "--username", "AKING"),
    ("add_class", "lark", "--teacher", "nobody", "--name", "Club"),
    ("assign", "lark", "1000000", "item"),
    ("assign", "lark", "1", "no-such-item"),
    ("connect", "lark", "sftp", "--path", "/"),
    (
        *("connect", "lark", "sftp", "--path", "/", "--host", "h", "--user", "u"),
        *("--host-key", "k", "--key-file", "/nowhere"),
    ),
    ("make_district", "--out", "/tmp/x", "--students", "10", "--churn", "2"),
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("words", [*UNKNOWN_DISTRICT, *WRONG], ids=" ".join)
def test_r48_wrong_usage_is_2_and_prints_nothing(folder: Path, words: tuple[str, ...]) -> None:
    town = found_town(folder, small_district())
    town.sync()
    before = town.roster()
    answer = command(*words, "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err
    assert town.roster() == before
    if "nowhere" in words[1:3] and words in UNKNOWN_DISTRICT:
        assert answer.err == "There is no district 'nowhere'. Districts: lark."


@pytest.mark.django_db
def test_r48_failures_are_1_and_leave_everything_as_it_was(folder: Path, tmp_path: Path) -> None:
    town = found_town(folder, small_district())
    town.sync()
    before = town.roster()
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "items.csv").write_text("code,title\n,Nameless\n")
    for words in (
        ("approve", town.runs[0]["run"]),
        ("discard", town.runs[0]["run"]),
        ("connect", "lark", "folder", "--path", tmp_path / "nowhere"),
        ("export_roster", "lark", "--out", tmp_path / "file"),
        ("load_curriculum", tmp_path / "nowhere.csv"),
        ("load_curriculum", tmp_path / "items.csv"),
    ):
        answer = command(*words, "--json")
        assert (words, answer.code, answer.out) == (words, 1, "")
        assert answer.err
    assert town.roster() == before
    assert town.sync()["status"] == "succeeded", "the connection is still the one that works"


@pytest.mark.django_db
def test_r48_a_district_without_a_feed_fails_in_words() -> None:
    command("add_district", "lark", "--name", "Lark")
    said = "lark is not connected to a source yet. Connect it: manage.py connect --help"
    synced, checked = command("sync", "lark", "--json"), command("check_source", "lark", "--json")
    (run,) = synced.json["runs"]
    told = (run["district"], run["run"], run["status"], run["error"])
    assert (synced.code, told) == (1, ("lark", None, "failed", {"code": "NOT_CONNECTED", "message": said}))
    assert (checked.code, checked.out, checked.err) == (1, "", said)


# -- JSON ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_r48_every_command_prints_one_json_object_and_nothing_else(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    feed = two_schools(students=10)
    feed.write(folder)
    (tmp_path / "items.csv").write_text("code,title\nfractions,Fractions\n")
    done = set[str]()

    def keys(*words: str | int | Path, code: int = 0, said: str = "") -> set[str]:
        answer = command(*words, "--json", said=said)
        assert (words, answer.code) == (words, code), answer.err
        done.add(str(words[0]))
        return set(as_json(answer.out))

    assert keys("add_district", "lark", "--name", "Lark", "--fixed-password-stdin", said="apple tree\n") == {
        "district", "name", "created", "usernames", "passwords", "fallback",
    }  # fmt: skip
    assert keys("connect", "lark", "folder", "--path", folder) == {"district", "source", "tested", "files"}
    assert keys("share", "lark", "--all") == {"district", "sharing", "ids", "unknown"}
    assert keys("check_source", "lark") == {"district", "records", "counts", "held", "outcomes", "warnings"}
    assert keys("sync", "lark", "--preview") == {"runs"}
    assert keys("sync", "--all") == {"runs"}
    feed.drop("students", *numbered("s", 5))
    feed.write(folder)
    assert keys("sync", "lark", "--full", code=3) == {"runs"}
    (held, *_) = command("runs", "lark", "--json", "--limit", 1).json["runs"]
    assert keys("runs", "lark") == {"runs"}
    assert keys("run", held["run"]) == {
        "run", "district", "status", "mode", "started", "seconds", "by", "decision", "changes", "outcomes",
    }  # fmt: skip
    assert keys("explain", "lark", "s1") == {"found"}
    assert keys("warnings", "lark", "--all") == {"warnings"}
    assert keys("export_roster", "lark", "--out", tmp_path / "out") == {"district", "out", "rows"}
    assert keys("discard", held["run"]) == {"run", "district", "decision", "done", "left", "waiting"}
    feed.drop("students", *numbered("s", 10)[5:])
    feed.write(folder)
    waiting = command("sync", "lark", "--json").json["runs"][0]["run"]
    assert keys("approve", waiting) == {"run", "district", "decision", "done", "left", "waiting"}
    assert keys("limits", "lark") == {"district", "limits", "grace_days"}
    pause = {"district", "pause", "from", "until", "switch", "by", "today"}
    assert (keys("pause", "lark"), keys("sync", "--all"), keys("resume", "lark")) == (pause, {"runs", "paused"}, pause)
    assert keys("rehearse", "lark", "--from", folder) == set(held) - {"started", "decision"} | {"rehearsal"}
    assert keys("add_user", "lark", "--role", "teacher", "--first", "Han", "--last", "Made") == {
        "district", "username", "role",
    }  # fmt: skip
    assert keys("add_class", "lark", "--teacher", "hmade", "--name", "Club") == {
        "district", "class_id", "name", "students",
    }  # fmt: skip
    assert keys("review", "lark") == {"reviews"}
    assert keys("permit", "lark", "teachers-create-students", "on") == {
        "district", "teachers_create_students", "schools",
    }  # fmt: skip
    assert keys("undo", waiting, "--preview") >= {"run", "undoes", "undone", "left", "changes"}
    assert keys("load_curriculum", tmp_path / "items.csv") == {"items"}
    assert keys("assign", "lark", 1, "fractions") == {"district", "class_id", "assigned"}
    assert keys("unassign", "lark", 1, "fractions") == {"district", "class_id", "unassigned"}
    assert keys("make_district", "--out", tmp_path / "made", "--students", 40) == {"out", "format", "seed", "files"}
    assert keys("strengthen_passwords") == {"strengthened", "changed_meanwhile", "left", "seconds"}
    missing("students.csv")(folder)
    assert keys("check_source", "lark", code=1) == {"district", "error"}
    assert keys("sync", "lark", code=1) == {"runs"}
    elsewhere = {"demo", "doctor", "clever_sandbox"}  # about a whole installation, or serving
    tried_by_their_own_tests = {"merge", "split", "link", "unlink", "decide", "release", "reset_second_step"}
    assert set(OURS) - done == elsewhere | tried_by_their_own_tests
    assert capfd.readouterr().out == ""


@pytest.mark.django_db
def test_r48_the_json_of_a_run_is_as_the_interface_says(folder: Path) -> None:
    town = found_town(folder, small_district())
    run = town.sync()
    actions = {"create", "update", "archive", "restore", "match", "rekey", "unchanged"}
    kinds = {"schools", "people", "classes", "memberships"}
    assert set(run) - {"code"} == {
        "district", "run", "status", "mode", "seconds", "records", "counts", "held", "warnings",
    }  # fmt: skip
    assert (run["district"], run["status"], run["mode"], type(run["seconds"])) == ("lark", "succeeded", "full", float)
    assert run["records"] == {"schools": 2, "people": 9, "sections": 3, "enrollments": 7}
    assert {kind: set(counts) for kind, counts in run["counts"].items()} == dict.fromkeys(kinds, actions)
    assert run["held"] == dict.fromkeys(kinds, 0)
    missing("students.csv")(folder)
    failed = town.sync()
    assert set(failed) - {"code"} == set(run) - {"code"} | {"error"}
    assert set(failed["error"]) == {"code", "message"}
    assert (set(failed["counts"]), set(failed["held"])) == (kinds, kinds)


@pytest.mark.django_db
def test_r48_the_changes_of_a_run_are_as_the_interface_says(folder: Path) -> None:
    feed = small_district()
    town = found_town(folder, feed, "--usernames", "sis", "--passwords", "sis", "--fallback", "username")
    run = town.sync()
    changes = town.changes(run["run"])
    assert {frozenset(change) for change in changes} == {
        frozenset(("action", "kind", "source_id", "name", "school", "fields", "reason", "held"))
    }
    assert {(change["kind"], change["action"]) for change in changes} == {
        (kind, "create") for kind in ("school", "person", "class", "membership")
    }
    assert all(change["reason"] for change in changes)
    feed.row("students", "s1")["Password"] = "opensesame"
    feed.row("students", "s1")["Grade"] = "6"
    town.sync(feed)
    feed.row("students", "s1")["Password"] = "opensesame2"
    (change,) = town.changes(town.sync(feed)["run"])
    assert (change["action"], change["kind"], change["source_id"], change["fields"]) == (
        "change", "person", "s1", {"password": ["set", "set"]},
    )  # fmt: skip
    for run in town.runs:
        assert "opensesame" not in command("run", run["run"], "--json").out


# -- exit codes, of processes ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with four districts, synced: ``fine``, ``holds`` (removals), ``fails`` (a missing file), ``bare``."""
    folder = tmp_path_factory.mktemp("machine")
    feeds = {slug: two_schools(students=10) for slug in ("fine", "holds", "fails")}
    for slug, feed in feeds.items():
        feed.write(folder / slug)
    with machine(folder) as made:
        commands = [words for slug in feeds for words in district(slug, folder / slug)]
        made.do(*commands, ("sync", "--all"), ("add_district", "bare", "--name", "Bare"))
        feeds["holds"].drop("students", *numbered("s", 5))
        feeds["holds"].write(folder / "holds")
        (folder / "fails" / "students.csv").unlink()
        yield made


@pytest.mark.parametrize(
    ("words", "code", "statuses"),
    [
        (("sync", "fine"), 0, ["succeeded"]),
        (("sync", "holds"), 3, ["held"]),
        (("sync", "holds", "--preview"), 0, ["previewed"]),
        (("sync", "fails"), 1, ["failed"]),
        (("sync", "bare"), 1, ["failed"]),
        (("sync", "nowhere"), 2, None),
        (("sync",), 2, None),
        (("sync", "fine", "holds"), 3, ["succeeded", "held"]),
        (("sync", "holds", "fails", "fine"), 1, ["held", "failed", "succeeded"]),
        (("sync", "--all"), 1, ["failed", "succeeded", "held"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_r48_exit_codes_of_sync(used: Machine, words: tuple[str, ...], code: int, statuses: list[str] | None) -> None:
    answer = used.run(*words, "--json")
    assert (answer.code, "Traceback" in answer.err) == (code, False), answer.err
    if statuses is None:
        assert answer.out == ""
    else:
        assert [run["status"] for run in json.loads(answer.out)["runs"]] == statuses


def test_r48_the_doctor_says_what_is_not_well(used: Machine) -> None:
    answer = used.run("doctor", "--json")
    assert set(answer.json) == {"well", "checks"}
    ill = [check["name"] for check in answer.json["checks"] if check["vital"] and not check["well"]]
    assert (answer.code, answer.json["well"]) == ((1, False) if ill else (0, True)), answer.out
    assert all(check["fix"] for check in answer.json["checks"] if check["name"] in ill)


def test_r48_progress_and_errors_are_beside_the_answer(used: Machine) -> None:
    shown, broken = used.run("warnings", "fine"), used.run("explain", "nowhere", "x", "--json")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out
    assert (broken.code, broken.out) == (2, "")
    assert "There is no district 'nowhere'." in broken.err
