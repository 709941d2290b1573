import pytest

from rostering.core.snapshot import BadRow, FileFacts
from rostering.sources.base import SourceError
from rostering.sources.headers import Columns
from rostering.sources.tables import open_table

COLUMNS = Columns(
    file="people.csv",
    space="s:",
    cells=("Person_id", "Name", "Grade", None, "Password"),
    required=("Person_id", "Name"),
    secret=frozenset(("Password",)),
)
HEADER = "Person_id,Name,Grade,Password,Race\n"
REMEMBERED = ("person_id", "name", "grade", "password")
ANN, BOB, EVA = "1,Ann,4,pass1,W\n", "2,Bob,5,pass2,A\n", "3,Eva,6,pass3,B\n"
ROWS = [
    (2, ("1", "Ann", "4", None, "pass1")),
    (3, ("2", "Bob", "5", None, "pass2")),
    (4, ("3", "Eva", "6", None, "pass3")),
]


def scan(tmp_path, content, known=None, columns=COLUMNS, ticks=None):
    """Rows and table of a file with this content."""
    path = tmp_path / "people.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_table(path, columns, "the folder", known, [].append if ticks is None else ticks.append) as table:
        return list(table.rows()), table


def refusal(tmp_path, content, known=None, columns=COLUMNS):
    with pytest.raises(SourceError) as caught:
        scan(tmp_path, content, known, columns)
    return caught.value.code, caught.value.message


def bad(row, *cells):
    return BadRow("s:", "people.csv", row, cells)


PLAIN = HEADER + ANN + BOB + EVA


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        HEADER + ANN.replace("\n", "\r\n") + BOB.replace("\n", "\r") + EVA,
        PLAIN.replace("Person_id", "PERSON_ID").replace("Name", " name "),
        PLAIN.replace("Person_id", "Person id").replace("Name", '"Name"'),
        HEADER.rstrip() + ",,\n" + ANN + BOB + EVA,
        HEADER + ANN.rstrip() + ",,\n" + BOB.rstrip() + ", \n" + EVA,
        HEADER + '"1","Ann",4,"pass1",W\n' + BOB + EVA,
    ],
    ids=[
        *("plain", "utf-8 with mark", "utf-16 little", "utf-16 big", "crlf", "cr only", "mixed ends", "header case"),
        *("header blanks", "header with empty columns", "trailing empty cells", "quoted"),
    ],
)
def test_one_table_however_it_is_written(tmp_path, content):
    rows, table = scan(tmp_path, content)
    assert rows == ROWS
    assert (table.bad, table.bad_ids, table.findings) == ([], [], [])
    assert table.facts == FileFacts(3, REMEMBERED, ended=True)


def test_columns_in_any_order_and_further_ones(tmp_path):
    rows, _ = scan(tmp_path, "Race,Password,Name,ext.club,Person_id,Grade\nW,pass1,Ann,Chess,1,4\n")
    assert rows == ROWS[:1]


def test_a_column_that_is_not_there_says_nothing(tmp_path):
    rows, table = scan(tmp_path, "Person_id,Name\n1,Ann\n")
    assert rows == [(2, ("1", "Ann", None, None, None))]
    assert table.facts == FileFacts(1, ("person_id", "name"), ended=True)


def test_blank_lines_and_rows_count_as_rows_but_hold_nothing(tmp_path):
    rows, table = scan(tmp_path, f"\n{HEADER}\n{ANN},,,,\n   \n{BOB}\n")
    assert rows == [(4, ROWS[0][1]), (7, ROWS[1][1])]
    assert (table.records, table.bad) == (2, [])


def test_a_quoted_line_break_is_one_row(tmp_path):
    rows, table = scan(tmp_path, f'{HEADER}1,"Ann\r\nMarie, B",4,"pa,ss",W\r\n{BOB}')
    assert rows == [(2, ("1", "Ann\r\nMarie, B", "4", None, "pa,ss")), ROWS[1]]
    assert table.bad == []


def test_a_doubled_quote_is_a_quote_and_one_inside_a_bare_cell_too(tmp_path):
    rows, _ = scan(tmp_path, f'{HEADER}1,"Ann ""A"" B",4,,W\n2,5" Bob,5,,W\n')
    assert [cells[1] for _, cells in rows] == ['Ann "A" B', '5" Bob']


@pytest.mark.parametrize(
    ("line", "why", "cells", "ids"),
    [
        (b"2,B\xf6b,5,pass2,A\n", "it is not written in UTF-8", ("2", "B\ufffdb", "5"), ["2"]),
        (b"2,Bob,5,p\xe4ss,A\n", "it is not written in UTF-8", ("2", "Bob", "5"), ["2"]),
        (b"\xf62,Bob,5,pass2,A\n", "it is not written in UTF-8", ("\ufffd2", "Bob", "5"), []),
        (b"2,B\0ob,5,pass2,A\n", "it holds a NUL character", ("2", "Bob", "5"), ["2"]),
        (b"2," + b"B" * 1001 + b",5,pass2,A\n", "Name has more than 1000 characters", ("2", "B" * 1001, "5"), ["2"]),
        (b"2,Bob,5\n", "it has 3 cells instead of 5", ("2", "Bob", "5"), ["2"]),
        (b"2,Bob, Jr,5,pass2,A\n", "it has 6 cells instead of 5", ("2", "Bob", "Jr", "A"), ["2"]),
        (b",Bob, Jr,5,pass2,A\n", "it has 6 cells instead of 5", ("Bob", "Jr", "A"), []),
        (b"2,Bob," + b"x" * 60 + b",5,pass2,A\n", "it has 6 cells instead of 5", ("2", "Bob", "A"), ["2"]),
        (b'2,"Bob" B,5,pass2,A\n', "a quote is not closed or out of place", ("2", "Bob B", "5", "A"), ["2"]),
        (b'"2""",Bob,5,pass2,A\n', "a quote is not closed or out of place", ("2", "Bob", "5", "A"), ["2"]),
        (b'2",Bob,5,pass2,A\n', "a quote is not closed or out of place", ("2", "Bob", "5", "A"), ["2"]),
        (b'2,"Bob,5,pass2,A\n', "a quote is not closed or out of place", ("2", "Bob", "5", "A"), ["2"]),
        (b'2,Bob,5,"pass2,A\n', "a quote is not closed or out of place", ("2", "Bob", "5", "A"), ["2"]),
    ],
    ids=[
        *("latin-1", "latin-1 in a secret", "latin-1 in the id", "nul", "too long", "too few", "too many"),
        *(
            "too many without id",
            "too many and long",
            "text after a quote",
            "quote in the id",
            "quote after the id",
            "open quote",
            "open quote in a secret",
        ),
    ],
)
def test_r34_an_unreadable_row_is_told_and_its_neighbours_are_read(tmp_path, line, why, cells, ids):
    rows, table = scan(tmp_path, HEADER.encode() + ANN.encode() + line + EVA.encode() + ANN.encode())
    assert rows == [ROWS[0], ROWS[2], (5, ROWS[0][1])]
    assert (table.bad, table.bad_ids) == ([bad(3, *cells)], ids)
    assert [found.message for found in table.findings] == [
        (
            f"1 of the rows in people.csv could not be read (first: row 3, {why}). "
            "Existing accounts and classes were left alone."
        )
    ]
    assert table.facts.rows == 4


def test_r34_an_empty_cell_too_many_in_a_single_row_has_moved_the_others(tmp_path):
    rows, table = scan(tmp_path, HEADER.replace("Race", "Race,") + ANN + "2,Bob,5,pass2,A,\n" + EVA)
    assert (rows, table.bad) == (ROWS, [])
    rows, table = scan(tmp_path, HEADER + ANN + "2,Smith, Bob,5,pass2,\n" + EVA)
    assert (rows, table.bad) == ([ROWS[0], ROWS[2]], [bad(3, "2", "Smith", "Bob")])


def test_r34_a_quote_that_is_closed_rows_later_swallows_none_of_them(tmp_path):
    content = f'{HEADER}1,"Ann,4,pass1,W\n{BOB}{EVA}4,"Kim",7,pass4,W\n'
    rows, table = scan(tmp_path, content)
    assert rows == [*ROWS[1:], (5, ("4", "Kim", "7", None, "pass4"))]
    assert table.bad == [bad(2, "1", "Ann", "4", "W")]


def test_r34_a_swallowed_row_is_found_even_where_the_cells_add_up(tmp_path):
    roster = Columns("pairs.csv", "enrollment", ("Section_id", "Note"), ("Section_id", "Note"))
    rows, table = scan(tmp_path, 'Section_id,X,Note\nA,1,"n\nB,2,m\nC,3,o"\nD,4,p\n', columns=roster)
    assert rows == [(3, ("B", "m")), (5, ("D", "p"))]
    assert table.bad == [
        BadRow("enrollment", "pairs.csv", 2, ("A", "1", "n")),
        BadRow("enrollment", "pairs.csv", 4, ("C", "3", "o")),
    ]


def test_r34_a_line_break_inside_an_id_is_an_open_quote(tmp_path):
    rows, table = scan(tmp_path, f'{HEADER}"1\n2",Bob,5,pass2,A\n{EVA}')
    assert rows == [ROWS[2]]
    assert [(found.row, found.cells) for found in table.bad] == [(2, ("1",)), (3, ("2", "Bob", "5", "A"))]


def test_r34_an_open_quote_does_not_reach_to_the_end_of_a_long_file(tmp_path):
    lines = [f"{number},Kim,4,pass,W\n" for number in range(5000)]
    lines[7] = '7,"Kim,4,pass,W\n'
    rows, table = scan(tmp_path, HEADER + "".join(lines))
    assert [cells[0] for _, cells in rows] == [str(number) for number in range(5000) if number != 7]
    assert table.bad == [bad(9, "7", "Kim", "4", "W")]


def test_r34_undecodable_bytes_in_utf_16(tmp_path):
    content = (HEADER + ANN + BOB + EVA).encode("utf-16-le").replace("Bob".encode("utf-16-le"), b"B\0\x00\xd8b\0")
    rows, table = scan(tmp_path, b"\xff\xfe" + content)
    assert rows == [ROWS[0], ROWS[2]]
    assert table.bad == [bad(3, "2", "B\ufffdb", "5")]


def test_r5_r16_cells_of_an_unreadable_row_hold_nothing_that_we_do_not_use(tmp_path):
    content = HEADER.encode() + "9,Jörg,5,my secret,disabled\n".encode("latin-1") + ANN.encode()
    _, table = scan(tmp_path, content)
    assert table.bad == [bad(2, "9", "J\ufffdrg", "5")]


# -- the end of the file ------------------------------------------------------------------------------------------

ENDED = FileFacts(3, REMEMBERED, ended=True)
NOT_ENDED = FileFacts(3, REMEMBERED, ended=False)


@pytest.mark.parametrize(
    ("content", "known"),
    [
        (HEADER + ANN + "2,Bo", None),
        (HEADER + ANN + "2,Bo", NOT_ENDED),
        (HEADER + ANN + '2,"Bo', None),
        (HEADER + ANN + '2,Bob,5,pass2,"A', None),
        (HEADER + ANN + '2,"Bob\nJunio', None),
        (HEADER.encode() + ANN.encode() + b"2,Bob,5,pass2,J\xc3", None),
        ((HEADER + ANN + BOB).encode("utf-16")[:-3], None),
        (HEADER + ANN + BOB.rstrip(), ENDED),
        (HEADER.rstrip(), ENDED),
    ],
    ids=[
        *("too few cells", "too few, as before", "in a quote", "in the last quote", "in a quoted line break"),
        *("inside a character", "inside a wide character", "whole row but no end", "header only but no end"),
    ],
)
def test_r34_a_file_that_was_cut_off_is_not_used(tmp_path, content, known):
    text = content if isinstance(content, str) else content.decode("utf-16", "replace") if content[0] > 200 else "\n\n"
    last = len(text.splitlines()) if isinstance(content, str) or content[0] > 200 else 3
    assert refusal(tmp_path, content, known) == (
        "SRC_INCOMPLETE",
        (
            f"the folder sent only part of the data: people.csv seems to be cut off in row {last}. "
            "Nothing was changed; the last complete roster is still in place."
        ),
    )


@pytest.mark.parametrize("known", [None, NOT_ENDED])
def test_a_whole_last_row_without_line_end_is_a_row(tmp_path, known):
    rows, table = scan(tmp_path, HEADER + ANN + BOB + EVA.rstrip(), known)
    assert rows == ROWS
    assert table.facts == FileFacts(3, REMEMBERED, ended=False)


@pytest.mark.parametrize("tail", ["  ", "\x1a", "\t"])
def test_blanks_after_the_last_line_end_are_no_row(tmp_path, tail):
    rows, table = scan(tmp_path, PLAIN + tail, ENDED)
    assert rows == ROWS
    assert table.facts == ENDED


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b" \r\n", b"\xff\xfe"])
def test_r34_an_empty_file_is_not_used(tmp_path, content):
    assert refusal(tmp_path, content) == (
        "SRC_INCOMPLETE",
        (
            "the folder sent only part of the data: people.csv is empty. "
            "Nothing was changed; the last complete roster is still in place."
        ),
    )


def test_a_header_by_itself_is_no_record(tmp_path):
    rows, table = scan(tmp_path, HEADER)
    assert rows == []
    assert table.facts == FileFacts(0, REMEMBERED, ended=True)


@pytest.mark.parametrize(("broken", "whole", "refused"), [(5, 4, True), (5, 5, False), (4, 1, False), (6, 0, True)])
def test_r34_a_file_of_which_most_cannot_be_read_is_not_used(tmp_path, broken, whole, refused):
    content = HEADER + ANN * whole + "2,Bob\n" * broken
    if not refused:
        assert len(scan(tmp_path, content)[1].bad) == broken
        return
    first = whole + 2
    assert refusal(tmp_path, content) == (
        "SRC_INCOMPLETE",
        (
            f"the folder sent only part of the data: people.csv has {broken + whole} rows, of which {broken} "
            f"cannot be read (first: row {first}, it has 2 cells instead of 5). "
            "Nothing was changed; the last complete roster is still in place."
        ),
    )


# -- the header ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "want", "found", "left"),
    [
        ("Persn_id,Name", "Person_id", '"Persn_id"', "and nothing was changed."),
        ("PersonID,Name", "Person_id", '"PersonID"', "and nothing was changed."),
        ("Name,Grade", "Person_id", "nothing like it", "and nothing was changed."),
        ("Nam,Persn_id", 'Person_id", "Name', '"Persn_id" and "Nam"', "and nothing was changed."),
        ("Person_id,Name,name ", "name", "two of them", "and nothing was changed."),
        ("Person_id,Name,Club,Club", "Club", "two of them", "and nothing was changed."),
        (
            "Person_id;Name",
            *("Person_id", "columns that are separated by semicolons"),
            "and nothing was changed; separate the columns by commas.",
        ),
        (
            '"Person_id"\t"Name"',
            *("Person_id", "columns that are separated by tabs"),
            "and nothing was changed; separate the columns by commas.",
        ),
        (
            'Person_id,"Name',
            *("Person_id", "a first row that cannot be read"),
            "and nothing was changed; separate the columns by commas.",
        ),
    ],
)
def test_r34_a_header_that_lacks_what_we_need_is_not_used(tmp_path, header, want, found, left):
    assert refusal(tmp_path, f"{header}\n1,Ann\n") == (
        "FILE_HEADER_UNKNOWN",
        f'In people.csv we expected a column "{want}" and found {found}. The file was not used {left}',
    )


def test_utf_16_without_its_mark_is_no_header(tmp_path):
    code, message = refusal(tmp_path, PLAIN.encode("utf-16-le"))
    assert code == "FILE_HEADER_UNKNOWN"
    assert "found a first row that cannot be read" in message


@pytest.mark.parametrize(
    ("header", "want", "found"),
    [
        ("Person_id,Name,Grdae,Password", "Grade", '"Grdae"'),
        ("Person_id,Name,Password", "Grade", "nothing like it"),
        ("Person_id,Name", 'Grade", "Password', "nothing like it"),
        ("Person_id,Name,Pasword,Grad", 'Grade", "Password', '"Grad" and "Pasword"'),
    ],
)
def test_r34_an_optional_column_that_went_missing_is_told_and_stays_remembered(tmp_path, header, want, found):
    content = f"{header}\n1,Ann" + ",x" * (header.count(",") - 1) + "\n"
    rows, table = scan(tmp_path, content, FileFacts(3, REMEMBERED, ended=True))
    assert rows[0][1][2] is None
    assert [(told.code, told.kind, told.key, told.message) for told in table.findings] == [
        (
            *("FILE_HEADER_UNKNOWN", "file", "people.csv"),
            (
                f'In people.csv we expected a column "{want}" and found {found}. '
                "The rest of the file was used, and what we hold of this was left as it is."
            ),
        )
    ]
    assert table.facts.header == REMEMBERED


def test_an_optional_column_that_was_never_there_is_not_missed(tmp_path):
    _, table = scan(tmp_path, "Person_id,Name\n1,Ann\n", FileFacts(3, ("person_id", "name"), ended=True))
    assert table.findings == []


def test_progress_is_told_every_20_000_rows(tmp_path):
    ticks: list[int] = []
    scan(tmp_path, HEADER + ANN * 45_000, ticks=ticks)
    assert ticks == [20_000, 40_000]


def test_a_file_that_cannot_be_opened_is_unreachable(tmp_path):
    with pytest.raises(SourceError) as caught, open_table(tmp_path, COLUMNS, "the folder", None, print):
        pass
    assert (caught.value.code, caught.value.message) == (
        "SRC_UNREACHABLE",
        (
            "We could not reach the folder: people.csv cannot be opened (Is a directory). "
            "Nothing was changed; the roster of the last good run is still in place."
        ),
    )
