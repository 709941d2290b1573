import pytest

from rostering.sources.base import Reading, SourceError
from rostering.sources.folder import open_folder
from rostering.sources.layouts import read_files
from tests.sources import district, test_sds
from tests.sources.district import SEALS, read_folder, write

WANTED = (
    "Clever wants schools.csv, students.csv, teachers.csv, sections.csv and enrollments.csv; "
    "Microsoft SDS v1 wants School.csv, Section.csv, Student.csv, Teacher.csv, StudentEnrollment.csv "
    "and TeacherRoster.csv"
)
LEFT = "Nothing was changed; nobody was removed because of it."


def refusal(folder, layout="auto"):
    with pytest.raises(SourceError) as caught:
        read_folder(folder, layout)
    return caught.value.code, caught.value.message


def without(files, *names):
    return {name: content for name, content in files.items() if name not in names}


@pytest.mark.parametrize("change", [str, str.upper, str.title])
def test_the_layout_is_known_by_the_names_of_the_files_in_any_case(tmp_path, change):
    clever = write(tmp_path / "clever", {change(name): text for name, text in district.FILES.items()})
    sds = write(tmp_path / "sds", {change(name): text for name, text in test_sds.FILES.items()})
    assert list(read_folder(clever).schools) == ["010", "020"]
    assert list(read_folder(sds).schools) == ["10", "20"]


def test_a_whole_layout_is_known_beside_a_stray_file_of_another(tmp_path):
    folder = write(tmp_path, {**district.FILES, "student.csv": "x"})
    assert list(read_folder(folder).schools) == ["010", "020"]


@pytest.mark.parametrize("layout", ["auto", "clever"])
def test_r34_every_missing_file_is_named(tmp_path, layout):
    folder = write(tmp_path, without(district.FILES, "students.csv", "sections.csv"))
    assert refusal(folder, layout) == (
        "FILE_SET_PARTIAL",
        f"students.csv and sections.csv are missing from the folder. {LEFT}",
    )


@pytest.mark.parametrize("name", test_sds.FILES)
def test_r34_each_file_of_sds_is_required(tmp_path, name):
    folder = write(tmp_path, without(test_sds.FILES, name))
    assert refusal(folder) == ("FILE_SET_PARTIAL", f"{name} is missing from the folder. {LEFT}")


@pytest.mark.parametrize("name", district.FILES)
def test_r34_each_file_of_clever_is_required(tmp_path, name):
    folder = write(tmp_path, without(district.FILES, name))
    assert refusal(folder) == ("FILE_SET_PARTIAL", f"{name} is missing from the folder. {LEFT}")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({**district.FILES, **test_sds.FILES}, None),
        (dict.fromkeys(("orgs.csv", "users.csv", "enrollments.csv"), "x"), "enrollments.csv, orgs.csv and users.csv"),
        ({"students.csv": "x", "teachers.csv": "x", "School.csv": "x"}, "school.csv, students.csv and teachers.csv"),
        ({"roster.csv": "x"}, "roster.csv"),
    ],
    ids=["both", "oneroster", "parts of both", "none"],
)
def test_a_layout_is_never_guessed(tmp_path, files, found):
    code, message = refusal(write(tmp_path, files))
    assert code == "FILE_SET_PARTIAL"
    assert message.startswith(f"We cannot tell which layout the files in the folder have. {WANTED}; we found ")
    assert message.endswith(LEFT)
    assert found is None or f"we found {found}. " in message


def test_both_layouts_in_one_folder_can_be_read_when_one_is_named(tmp_path):
    folder = write(tmp_path, {**district.FILES, **test_sds.FILES})
    assert [next(iter(read_folder(folder, layout).schools)) for layout in ("clever", "sds")] == ["010", "10"]


def test_progress_counts_the_rows_of_all_files(tmp_path):
    many = district.FILES["enrollments.csv"] + "010,M1,S1\n" * 45_000
    folder = write(tmp_path, {**district.FILES, "enrollments.csv": many})
    told: list[tuple[str, int]] = []
    with open_folder(folder, quiet=0) as files:
        read_files(files, "auto", Reading(SEALS, {}, lambda phase, rows: told.append((phase, rows))))
    assert told == [("reading", rows) for rows in (2, 5, 7, 20_007, 40_007, 45_010, 45_012)]
