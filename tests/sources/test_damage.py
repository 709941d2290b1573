"""Whatever happens to the bytes of a file, nobody is lost without a word (R34)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostering.core.snapshot import BadRow
from rostering.sources.base import SourceError
from tests.sources.district import FILES, read

HEADER = "School_id,Student_id,Last_name,First_name,Grade,Student_email\n"
LINES = [
    "010,S01,Li,Mo,4,mo@x.example\n",
    "010,S02,Nuñez-O'Dea,Thijs,4,\n",
    '020,S03,"Vo, Jr",Kim,5,\n',
    '020,S04,"Sø\nby",Ann,5,\n',
    '010,S05,"Roth ""Bo""","Bo","6","bo@x.example"\n',
    *(f"010,S{number:02},Orr,Eva,7,\n" for number in range(6, 21)),
]
WHOLE = (HEADER + "".join(LINES)).encode()
KEYS = [f"s:S{number:02}" for number in range(1, 21)]
STRAY = [b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b'",', b',"', b'\n"']


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return read(tmp_path_factory.mktemp("whole"), {"students.csv": WHOLE})


def unaccounted(snapshot):
    """The students of whom a reading says nothing at all."""
    if any(isinstance(bad, BadRow) and bad.space == "s:" for bad in snapshot.bad_rows):
        return []
    return [key for key in KEYS if key not in snapshot.people and ("person", key) not in snapshot.blocked]


def test_the_whole_file(whole):
    assert [key for key in whole.people if key.startswith("s:")] == KEYS
    assert whole.bad_rows == []
    assert whole.people["s:S04"].last_name == "Sø by"
    assert whole.people["s:S05"].last_name == 'Roth "Bo"'


def attempt(folder, content, memory, name="students.csv"):
    """What a reading of the district with this file ends in: a snapshot, or an error."""
    try:
        return read(folder, {name: content}, memory)
    except SourceError as error:
        return error


@given(at=st.integers(0, len(WHOLE)), stray=st.sampled_from(STRAY))
def test_r34_a_stray_byte_anywhere_costs_few_rows_and_loses_nobody(tmp_path_factory, whole, at, stray):
    found = attempt(tmp_path_factory.mktemp("stray"), WHOLE[:at] + stray + WHOLE[at:], whole.files)
    if isinstance(found, SourceError):
        assert at < len(HEADER) or at > len(WHOLE) - len(LINES[-1])
        return
    assert unaccounted(found) == []
    if at > len(HEADER):
        same = [key for key in KEYS if key in found.people and found.people[key] == whole.people[key]]
        assert len(same) >= len(KEYS) - 3


@given(at=st.integers(0, len(WHOLE) - 2))
def test_r34_a_separator_that_is_missing_anywhere_loses_nobody(tmp_path_factory, whole, at):
    place = min((found for mark in b',"\n' if (found := WHOLE.find(mark, at)) >= 0), default=at)
    found = attempt(tmp_path_factory.mktemp("missing"), WHOLE[:place] + WHOLE[place + 1 :], whole.files)
    if isinstance(found, SourceError):
        assert place < len(HEADER) or place == len(WHOLE) - 1
        return
    assert unaccounted(found) == []


def test_r34_a_file_cut_inside_a_row_is_refused_wherever_it_is_cut(tmp_path, whole):
    cuts = range(len(WHOLE))
    taken = [at for at in cuts if not isinstance(attempt(tmp_path, WHOLE[:at], whole.files), SourceError)]
    assert taken == [len((HEADER + "".join(LINES[:n])).encode()) for n in range(len(LINES))]


def test_r34_enrollments_cut_inside_a_row_are_refused_wherever_they_are_cut(tmp_path, whole):
    text, name = FILES["enrollments.csv"], "enrollments.csv"
    cuts = range(len(text))
    taken = [at for at in cuts if not isinstance(attempt(tmp_path, text[:at], whole.files, name), SourceError)]
    assert taken == [at for at in cuts if at and text[at - 1] == "\n"]
