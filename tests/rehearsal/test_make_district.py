import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.rehearsal.reading import contents, read


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("make_district", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_json_is_one_object_with_the_rows_of_each_file(tmp_path: Path) -> None:
    facts = json.loads(run("--out", tmp_path, "--students", 50, "--seed", 4, "--json"))
    assert facts == {
        "out": str(tmp_path),
        "format": "clever",
        "seed": 4,
        "files": {f"{file}.csv": len(rows) for file, rows in read(tmp_path).items()},
    }
    assert facts["files"]["students.csv"] == 50


def test_the_next_day(tmp_path: Path) -> None:
    run("--out", tmp_path / "a", "--students", 400)
    printed = run("--out", tmp_path / "b", "--from", tmp_path / "a", "--churn", 10)
    assert "students.csv" in printed
    assert contents(tmp_path / "a")["students.csv"] != contents(tmp_path / "b")["students.csv"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--students", "0"),
        ("--churn", "5"),
        ("--from", "."),
        ("--students", "5", "--churn", "5", "--from", "."),
        ("--awkward", "--churn", "5", "--from", "."),
        ("--students", "10", "--awkward"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as caught:
        run("--out", tmp_path / "out", *arguments)
    assert caught.value.returncode == 2
    assert not (tmp_path / "out").exists() or contents(tmp_path / "out") == {}


def test_only_the_layouts_that_exist_are_offered(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        run("--out", tmp_path, "--students", 10, "--format", "sds")


def test_a_folder_that_is_not_ours_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(CommandError, match=r"mine\.txt") as caught:
        run("--out", tmp_path, "--students", 40)
    assert caught.value.returncode == 2
    assert contents(tmp_path) == {"mine.txt": b"keep"}
