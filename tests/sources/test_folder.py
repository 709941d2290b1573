import os
import stat
import time
import zipfile
from pathlib import Path

import pytest

from rostering.sources import archive
from rostering.sources.base import SourceError
from rostering.sources.folder import open_folder
from tests.sources.district import FILES, write

LEFT = "Nothing was changed; nobody was removed because of it."
UNREACHABLE = "We could not reach {0}: {1}. Nothing was changed; the roster of the last good run is still in place."
INCOMPLETE = "{0} sent only part of the data: {1}. Nothing was changed; the last complete roster is still in place."


@pytest.fixture(autouse=True)
def scratch(tmp_path_factory, monkeypatch):
    """Where temporary folders go; whatever happens, nothing is left in it."""
    place = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


def refusal(path, quiet=0):
    with pytest.raises(SourceError) as caught, open_folder(path, quiet):
        pass
    return caught.value.code, caught.value.message


def contents(path, quiet=0):
    with open_folder(path, quiet) as files:
        return files.label, {name: found.read_text() for name, found in files.paths.items()}


def pack(path, members, compression=zipfile.ZIP_DEFLATED):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def age(folder, seconds):
    for path in folder.iterdir():
        os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_csv_files_by_lower_case_name_whatever_else_is_there(tmp_path):
    write(tmp_path, {"Students.CSV": "a", "schools.csv": "b", "readme.txt": "c", "old.zip": "d"})
    assert contents(tmp_path) == (str(tmp_path), {"students.csv": "a", "schools.csv": "b"})


def test_a_label_stands_for_the_path(tmp_path):
    write(tmp_path, {"schools.csv": "a"})
    with open_folder(tmp_path, 0, label="sftp://example") as files:
        assert files.label == "sftp://example"


def test_names_that_differ_by_case_only(tmp_path):
    write(tmp_path, {"Students.csv": "a", "students.csv": "b"})
    assert refusal(tmp_path) == (
        "SRC_INCOMPLETE",
        (
            f"{tmp_path} holds both Students.csv and students.csv, and we cannot tell which one counts. "
            "Nothing was changed; remove one of them."
        ),
    )


def test_a_folder_that_is_not_there(tmp_path):
    path = tmp_path / "nowhere"
    assert refusal(path) == ("SRC_UNREACHABLE", UNREACHABLE.format(path, "there is no such folder"))


def test_a_file_where_a_folder_was_expected(tmp_path):
    path = write(tmp_path, {"schools.csv": "a"}) / "schools.csv"
    assert refusal(path) == ("SRC_UNREACHABLE", UNREACHABLE.format(path, "it is a file, not a folder"))


def test_a_zip_where_a_folder_was_expected(tmp_path):
    path = pack(tmp_path / "export.zip", FILES)
    why = f"it is a zip file; give the folder that holds it, {tmp_path}"
    assert refusal(path) == ("SRC_UNREACHABLE", UNREACHABLE.format(path, why))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_is_not_ours_to_read(tmp_path):
    (tmp_path / "closed").mkdir(mode=0)
    assert refusal(tmp_path / "closed")[0] == "SRC_UNREACHABLE"


@pytest.mark.parametrize(
    ("names", "found"),
    [((), "none"), (("notes.txt",), "none"), (("a.zip", "b.zip"), "only a.zip and b.zip")],
)
def test_r34_a_folder_without_csv(tmp_path, names, found):
    write(tmp_path, dict.fromkeys(names, "x"))
    message = f"We expected CSV files (or one zip of them) in {tmp_path} and found {found}. {LEFT}"
    assert refusal(tmp_path) == ("FILE_SET_PARTIAL", message)


# -- links --------------------------------------------------------------------------------------------------------


def test_a_link_that_leads_out_of_the_folder(tmp_path):
    outside = write(tmp_path / "outside", {"secret.csv": "a"}) / "secret.csv"
    inside = write(tmp_path / "inside", {"schools.csv": "b"})
    (inside / "students.csv").symlink_to(outside)
    why = "students.csv is a link that leads out of the folder"
    assert refusal(inside) == ("SRC_UNREACHABLE", UNREACHABLE.format(inside, why))


def test_a_zip_that_is_a_link_out_of_the_folder(tmp_path):
    outside = pack(tmp_path / "outside" / "export.zip", FILES)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "export.zip").symlink_to(outside)
    why = "export.zip is a link that leads out of the folder"
    assert refusal(tmp_path / "inside") == ("SRC_UNREACHABLE", UNREACHABLE.format(tmp_path / "inside", why))


def test_a_link_to_nowhere_and_a_loop(tmp_path):
    (tmp_path / "students.csv").symlink_to("gone.csv")
    why = "students.csv leads nowhere that we can read"
    assert refusal(tmp_path) == ("SRC_UNREACHABLE", UNREACHABLE.format(tmp_path, why))
    (tmp_path / "students.csv").unlink()
    (tmp_path / "students.csv").symlink_to("students.csv")
    assert refusal(tmp_path) == ("SRC_UNREACHABLE", UNREACHABLE.format(tmp_path, why))


def test_a_link_within_the_folder_and_a_folder_that_is_a_link(tmp_path):
    real = write(tmp_path / "real", {"schools-2026.csv": "a"})
    (real / "schools.csv").symlink_to("schools-2026.csv")
    (tmp_path / "current").symlink_to(real)
    assert contents(tmp_path / "current")[1] == {"schools.csv": "a", "schools-2026.csv": "a"}


def test_what_is_not_a_plain_file(tmp_path):
    os.mkfifo(tmp_path / "students.csv")
    why = "students.csv is not a plain file"
    assert refusal(tmp_path) == ("SRC_UNREACHABLE", UNREACHABLE.format(tmp_path, why))


# -- still being written ------------------------------------------------------------------------------------------


def test_r34_files_that_changed_a_moment_ago_are_waited_for(tmp_path):
    write(tmp_path, {"schools.csv": "a", "students.csv": "b"})
    age(tmp_path, 400)
    os.utime(tmp_path / "students.csv", (time.time() - 100, time.time() - 100))
    why = "it is still being written (students.csv changed 100 seconds ago and we wait for 300)"
    assert refusal(tmp_path, quiet=300) == ("SRC_INCOMPLETE", INCOMPLETE.format(tmp_path, why))
    assert contents(tmp_path, quiet=90)[1] == {"schools.csv": "a", "students.csv": "b"}


@pytest.mark.parametrize(("ahead", "refused"), [(60, True), (86_400, False)])
def test_a_clock_ahead_of_ours_counts_as_now_and_a_wrong_date_does_not_wait_for_ever(tmp_path, ahead, refused):
    write(tmp_path, {"schools.csv": "a"})
    age(tmp_path, -ahead)
    if refused:
        assert refusal(tmp_path, quiet=300)[0] == "SRC_INCOMPLETE"
    else:
        assert contents(tmp_path, quiet=300)[1] == {"schools.csv": "a"}


def test_a_zip_that_is_still_being_written(tmp_path):
    pack(tmp_path / "export.zip", FILES)
    assert refusal(tmp_path, quiet=300)[0] == "SRC_INCOMPLETE"


def _grow(folder: Path) -> None:
    with (folder / "schools.csv").open("a") as file:
        file.write("more")


def _touch(folder: Path) -> None:
    os.utime(folder / "schools.csv", (1, 1))


def _arrive(folder: Path) -> None:
    write(folder, {"students.csv": "late"})


def _leave(folder: Path) -> None:
    (folder / "schools.csv").unlink()


@pytest.mark.parametrize("change", [_grow, _touch, _arrive, _leave])
def test_r34_files_that_change_while_they_are_read_are_not_used(tmp_path, change):
    write(tmp_path, {"schools.csv": "a", "teachers.csv": "b"})
    with pytest.raises(SourceError) as caught, open_folder(tmp_path, 0):
        change(tmp_path)
    why = "a file went away while we read it" if change is _leave else "a file changed while we read it"
    assert caught.value.code == "SRC_INCOMPLETE"
    assert caught.value.message == INCOMPLETE.format(tmp_path, f"it is still being written ({why})")


def test_r34_a_zip_that_changes_while_it_is_read_is_not_used(tmp_path):
    pack(tmp_path / "export.zip", FILES)
    with pytest.raises(SourceError) as caught, open_folder(tmp_path, 0):
        pack(tmp_path / "export.zip", {"schools.csv": "other"})
    assert caught.value.code == "SRC_INCOMPLETE"


# -- zip ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "members",
    [
        FILES,
        {f"export/{name}": content for name, content in FILES.items()},
        {name.upper(): content for name, content in FILES.items()},
        {**FILES, "__MACOSX/._schools.csv": "x", ".DS_Store": "x", "._schools.csv": "x", "readme.txt": "x"},
        {
            "export/": "",
            **{f"export/{name}": content for name, content in FILES.items()},
            "export/old/schools.csv": "x",
        },
    ],
    ids=["flat", "one folder", "upper case", "leftovers of a Mac", "deeper files"],
)
def test_one_zip_counts_as_what_is_in_it(tmp_path, members):
    pack(tmp_path / "export.zip", members)
    assert contents(tmp_path) == (str(tmp_path), dict(FILES))


def test_the_temporary_folder_goes_even_when_the_reading_fails(tmp_path, scratch):
    pack(tmp_path / "export.zip", FILES)
    with pytest.raises(ZeroDivisionError), open_folder(tmp_path, 0):
        1 / (len(list(scratch.iterdir())) - 1)


def _link(name: str) -> dict[zipfile.ZipInfo, str]:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return {info: "/etc/passwd"}


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"../schools.csv": "x"}, 'holds "../schools.csv", which leads out of it'),
        ({"a/../../schools.csv": "x"}, 'holds "a/../../schools.csv", which leads out of it'),
        ({"/etc/schools.csv": "x"}, 'holds "/etc/schools.csv", which leads out of it'),
        ({"C:schools.csv": "x"}, 'holds "C:schools.csv", which leads out of it'),
        (_link("schools.csv"), 'holds "schools.csv", which leads out of it'),
        (
            {f"{number}.csv": "x" for number in range(101)},
            "holds 101 files, more than 100",
        ),
        (
            {"a/schools.csv": "x", "b/students.csv": "x"},
            "holds CSV files in more than one folder, and we cannot tell which ones count",
        ),
        (
            {"schools.csv": "0" * (1 << 21)},
            'holds "schools.csv", which unpacks to more than 250 times its size',
        ),
    ],
    ids=["parent", "parent inside", "absolute", "drive", "link", "too many", "two folders", "bomb"],
)
def test_a_zip_that_is_not_decent_is_not_used(tmp_path, members, why):
    pack(tmp_path / "export.zip", members)
    assert refusal(tmp_path) == ("SRC_INCOMPLETE", INCOMPLETE.format(tmp_path, f"export.zip {why}"))


def test_a_zip_that_says_it_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_BYTES", 100)
    pack(tmp_path / "export.zip", FILES)
    assert refusal(tmp_path) == ("SRC_INCOMPLETE", INCOMPLETE.format(tmp_path, "export.zip unpacks to more than 0 GiB"))


def test_a_zip_with_one_name_twice(tmp_path):
    path = pack(tmp_path / "export.zip", {"schools-1.csv": "a", "schools-2.csv": "b"})
    path.write_bytes(path.read_bytes().replace(b"schools-2", b"schools-1"))
    why = "export.zip holds one file twice, and we cannot tell which one counts"
    assert refusal(tmp_path) == ("SRC_INCOMPLETE", INCOMPLETE.format(tmp_path, why))


def test_a_zip_whose_names_differ_by_case_only(tmp_path):
    pack(tmp_path / "export.zip", {"Schools.csv": "a", "schools.csv": "b"})
    code, message = refusal(tmp_path)
    assert (code, "holds both Schools.csv and schools.csv" in message) == ("SRC_INCOMPLETE", True)


def _cut(data: bytearray) -> bytearray:
    return data[: len(data) // 2]


def _spoil(data: bytearray) -> bytearray:
    data[60] ^= 0xFF
    return data


def _lie(data: bytearray) -> bytearray:
    """Say in both places that the first member is longer than it is."""
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + offset
        data[at : at + 4] = (5000).to_bytes(4, "little")
    return data


def _no_zip(data: bytearray) -> bytearray:
    return bytearray(b"School_id,School_name\n")


@pytest.mark.parametrize("harm", [_cut, _spoil, _lie, _no_zip])
def test_r34_a_broken_zip_is_not_used(tmp_path, harm):
    path = pack(tmp_path / "export.zip", FILES, zipfile.ZIP_STORED)
    path.write_bytes(harm(bytearray(path.read_bytes())))
    why = "export.zip is damaged or was cut off, so it cannot be unpacked"
    assert refusal(tmp_path) == ("SRC_INCOMPLETE", INCOMPLETE.format(tmp_path, why))


def test_an_encrypted_zip_is_not_used(tmp_path):
    path = pack(tmp_path / "export.zip", {"schools.csv": "x"})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(data)
    why = "export.zip is encrypted; send it without a password"
    assert refusal(tmp_path) == ("SRC_INCOMPLETE", INCOMPLETE.format(tmp_path, why))


def test_r34_a_zip_without_csv(tmp_path):
    pack(tmp_path / "export.zip", {"readme.txt": "x"})
    message = f"We expected CSV files in export.zip ({tmp_path}) and found none. {LEFT}"
    assert refusal(tmp_path) == ("FILE_SET_PARTIAL", message)
