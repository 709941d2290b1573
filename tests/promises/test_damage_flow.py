"""R34, from the files to the export: whatever is done to the files, nobody goes who was not taken out for real.

Each case damages a synced district's files at random, syncs twice, puts the good files back, and syncs twice. What a
damage cannot be told from a real removal (a file cut between two rows) is counted among the real removals.
"""

import csv
import io
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from django.db import transaction

from accounts.models import District
from rostering.exports import class_rows, membership_rows, user_rows
from rostering.models import Link, Run
from rostering.rehearsal.csv_files import HEADERS
from rostering.rehearsal.district import write_district
from rostering.sync import run_sync
from tests.promises.town import SLUG, command

pytestmark = [pytest.mark.django_db, pytest.mark.source]

IDS = {
    "schools.csv": ("School_id",),
    "students.csv": ("Student_id",),
    "teachers.csv": ("Teacher_id",),
    "staff.csv": ("Staff_id",),
    "sections.csv": ("Section_id",),
    "enrollments.csv": ("Section_id", "Student_id"),
}
SPACES = {"students.csv": "s:", "teachers.csv": "t:", "staff.csv": "f:"}
STRAY = (b"\xff", b"\0", b'"', b",", b"\n", b"\r", b"\r\n", b'","', b'"\n', b'\n"', b",,", b"\xc3", b"\xe2\x82")
ENDS = (b"\n", b"\r", b"\r\n", b'\n"')
"""Over the last letter of an id these leave a whole row with another id, which nobody can tell."""

SECONDS = 30
CASES = 16
Key = tuple[str, ...]
Files = dict[str, list[bytes]]


class Spent(Exception):  # noqa: N818 no error
    """There is nothing left to damage."""


@dataclass
class Case:
    """Files on their way to ruin: the lines of each, the header first; and what was taken out for real."""

    dice: Random
    files: Files
    gone: set[Key] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    sealed: set[str] = field(default_factory=set)

    def some_file(self, *names: str) -> str:
        """A file to damage; none whose encoding was changed, where a byte more is another letter in an id."""
        whole = [name for name in names or self.files if len(self.files.get(name, ())) > 1 and name not in self.sealed]
        if not whole:
            raise Spent
        return self.dice.choice(whole)

    def some_row(self, file: str) -> int:
        return self.dice.randrange(1, len(self.files[file]))

    def say(self, *words: object) -> None:
        self.told.append(" ".join(map(str, words)))


def cells_of(line: bytes) -> list[str]:
    return next(csv.reader([line.decode("utf-8", "surrogateescape").replace("\0", "?")], strict=False), [])


def line_of(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode("utf-8", "surrogateescape")


def keys_of(file: str, line: bytes) -> set[Key]:
    """What a good line is the record of."""
    cells = dict(zip(HEADERS[file], cells_of(line), strict=False))
    if file == "enrollments.csv":
        return {("seat", cells["Section_id"], "s:" + cells["Student_id"])}
    found = cells.get(IDS[file][0], "")
    if file in SPACES:
        return {("person", SPACES[file] + found)}
    return {("section" if file == "sections.csv" else "school", found)}


# -- ways of doing damage ---------------------------------------------------------------------------------------


def stray(case: Case) -> None:
    """A byte that belongs nowhere, put in or over another; over another only where that is no part of an id."""
    file = case.some_file()
    row = case.dice.randrange(len(case.files[file])) if case.dice.random() < 0.2 else case.some_row(file)
    line = case.files[file][row]
    at, what = case.dice.randrange(len(line) + 1), case.dice.choice(STRAY)
    over = what not in ENDS and case.dice.randrange(2)
    case.files[file][row] = line[:at] + what + line[at + over :]
    case.say("stray", file, row, at, what, "over" if over else "in")


def lost_mark(case: Case) -> None:
    """A comma, a quote or a line end that is missing."""
    file = case.some_file()
    row = case.some_row(file)
    line = case.files[file][row]
    places = [at for at, byte in enumerate(line) if byte in b',"\n']
    at = case.dice.choice(places)
    case.files[file][row] = line[:at] + line[at + 1 :]
    case.say("lost", file, row, at, line[at : at + 1])


def change_cell(case: Case) -> None:
    """Other text in a cell that is no id: an ordinary change, and rubbish."""
    file = case.some_file("students.csv", "teachers.csv", "staff.csv", "sections.csv", "schools.csv")
    row = case.some_row(file)
    cells = cells_of(case.files[file][row])
    free = [place for place, name in enumerate(HEADERS[file]) if not name.lower().endswith("_id") or name == "State_id"]
    place = case.dice.choice(free)
    text = case.dice.choice(
        ("", " ", "x", "=1+1", "O'Neil", '"', "Ünïcødé", "a" * 1500, "\t", "a\nb", "1E+05", cells[-1])
    )
    if place < len(cells):
        cells[place] = text
        case.files[file][row] = line_of(cells)
    case.say("cell", file, row, HEADERS[file][place], repr(text[:20]))


def drop_cell(case: Case) -> None:
    file = case.some_file()
    row = case.some_row(file)
    cells = cells_of(case.files[file][row])
    place = case.dice.randrange(max(1, len(cells)))
    del cells[place : place + 1]
    case.files[file][row] = line_of(cells)
    case.say("drop cell", file, row, place)


def blank_id(case: Case) -> None:
    file = case.some_file()
    row = case.some_row(file)
    cells = cells_of(case.files[file][row])
    name = case.dice.choice((*IDS[file], "School_id"))
    if len(cells) == len(HEADERS[file]):
        cells[HEADERS[file].index(name)] = case.dice.choice(("", "  ", "\u00a0"))
        case.files[file][row] = line_of(cells)
    case.say("blank", file, row, name)


def duplicate(case: Case) -> None:
    file = case.some_file()
    lines = case.files[file]
    for _ in range(case.dice.choice((1, 3, 30))):
        lines.insert(case.dice.randrange(1, len(lines) + 1), lines[case.some_row(file)])
    case.say("duplicate", file)


def shuffle(case: Case) -> None:
    file = case.some_file()
    head, *rows = case.files[file]
    case.dice.shuffle(rows)
    case.files[file] = [head, *rows]
    case.say("shuffle", file)


def cut(case: Case) -> None:
    file = case.some_file()
    lines = case.files[file]
    row = case.some_row(file) if case.dice.random() < 0.5 else max(1, len(lines) - case.dice.randrange(1, 4))
    line, lost = lines[row], lines[row:]
    at = case.dice.choice((0, 0, len(line) - 1, case.dice.randrange(len(line))))
    for one in lost:
        case.gone |= keys_of(file, one)
    case.files[file] = [*lines[:row], *([line[:at]] if at else [])]
    case.say("cut", file, row, at, "of", len(lines))


def drop_column(case: Case) -> None:
    file = case.some_file()
    names = HEADERS[file]
    place = case.dice.randrange(len(names))
    case.files[file] = [
        line_of(cell for at, cell in enumerate(cells_of(line)) if at != place) for line in case.files[file]
    ]
    case.say("drop column", file, names[place])


def rename_column(case: Case) -> None:
    file = case.some_file()
    names = cells_of(case.files[file][0])
    place = case.dice.randrange(len(names))
    name = names[place]
    names[place] = case.dice.choice((name[:-1], name.lower(), name.replace("_", " "), name + "x", "", name[1:], "foo"))
    case.files[file][0] = line_of(names)
    case.say("rename", file, name, repr(names[place]))


def encode(case: Case) -> None:
    file = case.some_file()
    text = b"".join(case.files[file]).decode("utf-8", "replace")
    encoding = case.dice.choice(("latin-1", "utf-16", "utf-16-le", "utf-8-sig", "cp1252", "cp437"))
    case.files[file] = text.encode(encoding, "replace").splitlines(keepends=True)
    case.sealed.add(file)
    case.say("encode", file, encoding)


def merge(case: Case) -> None:
    file = case.some_file()
    lines = case.files[file]
    row = case.some_row(file)
    lines[row] = lines[row].rstrip(b"\r\n") + case.dice.choice((b"", b",", b" ", b'"'))
    case.say("merge", file, row, lines[row][-1:])


def quotes(case: Case) -> None:
    file = case.some_file()
    row = case.some_row(file)
    line = bytearray(case.files[file][row])
    for _ in range(case.dice.choice((1, 2, 2, 3, 6))):
        line.insert(case.dice.randrange(len(line) + 1), ord('"'))
    case.files[file][row] = bytes(line)
    case.say("quotes", file, row, bytes(line)[:80])


def without_file(case: Case) -> None:
    file = case.some_file()
    del case.files[file]
    case.say("without", file)


def empty_file(case: Case) -> None:
    file = case.some_file()
    case.files[file] = case.dice.choice(([], [case.files[file][0]], [b"<html>Not found</html>\n"], [b"\n", b"\n"]))
    if len(case.files[file]) == 1 and case.files[file][0].startswith(b"School"):
        case.gone.add(("all", file))
    case.say("empty", file, case.files[file][:1])


DAMAGE: tuple[Callable[[Case], None], ...] = (
    *(stray, stray, stray, lost_mark, lost_mark, change_cell, drop_cell, blank_id, blank_id, duplicate, shuffle, cut),
    *(drop_column, rename_column, encode, merge, quotes, quotes, without_file, empty_file),
)


def leave(case: Case) -> None:
    """Take a few students, seats, sections or staff out for real, with what names them."""
    dice, files = case.dice, case.files
    for _ in range(dice.randrange(1, 5)):
        file = dice.choice(
            ("students.csv", "students.csv", "enrollments.csv", "enrollments.csv", "sections.csv", "staff.csv")
        )
        taken = keys_of(file, files[file][case.some_row(file)])
        case.gone |= taken
        ((_, *ids),) = taken
        key = ids[0][2:] if file in SPACES else ids[0]
        kept = [line for line in files[file][1:] if not keys_of(file, line) & taken]
        files[file] = [files[file][0], *kept]
        if file in ("students.csv", "sections.csv"):
            place = 2 if file == "students.csv" else 1
            head, *seats = files["enrollments.csv"]
            files["enrollments.csv"] = [head, *(line for line in seats if cells_of(line)[place] != key)]
        case.say("leave", *taken)


# -- a case ---------------------------------------------------------------------------------------------------


@dataclass
class State:
    """What a district holds: the rows of its export, and what is live by source key."""

    users: list[list[str]]
    classes: list[list[str]]
    memberships: list[list[str]]
    usernames: dict[str, str]
    numbers: dict[str, str]
    live: set[Key]
    accounts: dict[str, set[str]]


def state_of(district: District) -> State:
    users, classes, seats = (
        [list(map(str, row)) for row in rows(district)] for rows in (user_rows, class_rows, membership_rows)
    )
    links = list(Link.objects.filter(district=district).exclude(object_id=None).values_list("kind", "key", "object_id"))
    names = dict(district.users.values_list("pk", "username"))
    accounts: dict[str, set[str]] = {}
    for kind, key, row in links:
        if kind == "person":
            accounts.setdefault(names[row], set()).add(key)
    numbers = {row[3]: row[0] for row in classes if row[3]}
    sections = {number: section for section, number in numbers.items()}
    live = {("person", key) for row in users if row[-2] == "active" for key in accounts.get(row[0], ())}
    live |= {("section", row[3]) for row in classes if row[5] == "active"}
    live |= {("seat", sections[row[0]], "@" + row[1]) for row in seats}
    usernames = {key: names[row] for kind, key, row in links if kind == "person"}
    return State(users, classes, seats, usernames, numbers, live, accounts)


class Broken(AssertionError):  # noqa: N818 what a case shows
    """An invariant that does not hold."""


def sync(district: District, what: str) -> Run:
    """A run that ends in good order."""
    start = time.monotonic()
    run = run_sync(district, by="a test")
    took = time.monotonic() - start
    if run.status not in ("succeeded", "held", "failed") or took > SECONDS:
        raise Broken(f"{what}: {run.status} after {took:.1f} s")
    if run.status == "failed":
        if not run.error_message or run.error_code in ("PLAN_MOVED", "INTERRUPTED"):
            raise Broken(f"{what}: {run.error_code} {run.error_message}")
        return run
    sent = sum(number for name, number in run.outcomes.items() if name not in ("withdrawn", "waiting"))
    if sent != sum(run.records.values()) or min(run.outcomes.values()) < 0:
        raise Broken(f"{what}: outcomes {run.outcomes} of {run.records}")
    return run


def done(run: Run) -> dict[str, int]:
    return {
        f"{kind} {action}": number
        for kind, counts in run.counts.items()
        for action, number in counts.items()
        if number and action != "unchanged"
    }


def excused(key: Key, gone: set[Key], before: State) -> bool:
    """Whether something that is live no more was taken out for real, by itself or with its person or class."""
    kind, one, *rest = key
    if ("all", {"person": "students.csv", "section": "sections.csv", "seat": "enrollments.csv"}[kind]) in gone:
        return True
    if kind == "person":
        others = before.accounts[before.usernames[one]]
        return any(("person", other) in gone for other in others) or any(of == "all" for of, *_ in gone)
    if kind == "section":
        return key in gone
    people = before.accounts.get(rest[0][1:], set())
    return ("section", one) in gone or any(("seat", one, who) in gone or ("person", who) in gone for who in people)


def write(folder: Path, files: Files) -> None:
    for path in folder.iterdir():
        path.unlink()
    for name, lines in files.items():
        (folder / name).write_bytes(b"".join(lines))


def check(folder: Path, district: District, case: Case, good: Files, before: State) -> None:
    """The life of one case; nothing of it stays."""
    with transaction.atomic():
        try:
            write(folder, case.files)
            run = sync(district, "damaged")
            bad = state_of(district)
            lost = {key for key in before.live - bad.live if not excused(key, case.gone, before)}
            if lost:
                raise Broken(f"lost {len(lost)}: {sorted(lost)[:5]} ({run.status}, {done(run)})")
            if run.status == "failed" and (bad.users, bad.classes, bad.memberships) != (
                before.users, before.classes, before.memberships,
            ):  # fmt: skip
                raise Broken("a failed run changed something")
            names_stay(before, bad)
            again = sync(district, "damaged again")
            if again.status != run.status or (done(again) and run.status != "failed") or again.held != run.held:
                raise Broken(f"again: {done(again)} {again.status} {again.held}; first {run.status} {run.held}")
            write(folder, good)
            back = sync(district, "restored")
            if back.status != "succeeded":
                raise Broken(f"restored: {back.status} {back.error_message} {back.held}")
            last = sync(district, "restored again")
            after = state_of(district)
            if done(last) or last.status != "succeeded":
                raise Broken(f"restored again: {done(last)} {last.status}")
            names_stay(before, after)
            same(before, after)
        finally:
            transaction.set_rollback(True)
    write(folder, good)


def names_stay(before: State, after: State) -> None:
    for then, now in ((before.usernames, after.usernames), (before.numbers, after.numbers)):
        moved = {key: (name, now.get(key)) for key, name in then.items() if now.get(key) != name}
        if moved:
            raise Broken(f"renamed: {dict(list(moved.items())[:4])}")


def same(before: State, after: State) -> None:
    """The roster before, beside which there may be things made under damage, which are not in use any more."""
    for name, status in (("users", "inactive"), ("classes", "archived"), ("memberships", None)):
        then, now = getattr(before, name), getattr(after, name)
        missing = [row for row in then if row not in now]
        extra = [row for row in now if row not in then]
        if missing or any(status not in row for row in extra):
            raise Broken(f"{name} differ: {missing[:2]} became {extra[:2]}")


def found(folder: Path, students: int, seed: int, *policies: str, awkward: bool) -> tuple[District, Files, State]:
    """A district that was synced, its files, and what it holds."""
    write_district(folder, students, seed, awkward=awkward)
    for words in (("add_district", SLUG, "--name", "Lark", *policies), ("connect", SLUG, "folder", "--path", folder)):
        assert command(*words).code == 0
    district = District.objects.get(slug=SLUG)
    sync(district, "first")
    files = {path.name: path.read_bytes().splitlines(keepends=True) for path in sorted(folder.iterdir())}
    return district, files, state_of(district)


def case_of(seed: str, good: Files) -> Case:
    dice = Random(seed)
    case = Case(dice, {name: list(lines) for name, lines in good.items()})
    if dice.random() < 0.4:
        leave(case)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 12))):
        with suppress(Spent):
            dice.choice(DAMAGE)(case)
    return case


@pytest.mark.parametrize("awkward", [False, True], ids=["tidy", "awkward"])
def test_r34_whatever_is_done_to_the_files_nobody_goes_who_was_not_taken_out(folder: Path, awkward: bool) -> None:
    district, good, before = found(folder, 60, 5, awkward=awkward)
    for number in range(CASES):
        case = case_of(f"{awkward} {number}", good)
        try:
            check(folder, district, case, good, before)
        except Exception as why:
            why.add_note(" | ".join(case.told))
            raise


# -- what was found once --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [b"", b" "], ids=["joined", "blank"])
def test_r34_two_enrollments_on_one_line_keep_both_seats(folder: Path, mark: bytes) -> None:
    district, good, before = found(folder, 60, 5, awkward=False)
    case = Case(Random(1), {name: list(lines) for name, lines in good.items()})
    for row in (40, 20, 9):
        case.files["enrollments.csv"][row] = case.files["enrollments.csv"][row].rstrip() + mark
    check(folder, district, case, good, before)


@pytest.mark.parametrize("file", IDS)
def test_r34_a_header_that_is_not_utf8_is_refused_in_words(folder: Path, file: str) -> None:
    district, good, before = found(folder, 60, 5, awkward=False)
    for at in (3, len(good[file][0]) - 4):
        case = Case(Random(1), {name: list(lines) for name, lines in good.items()})
        head = case.files[file][0]
        case.files[file][0] = head[:at] + b"\xff" + head[at:]
        check(folder, district, case, good, before)


@pytest.mark.parametrize("spoil", ["lacks its id", "has commas in its id"])
def test_r34_a_class_stays_when_its_row_shows_another_id(folder: Path, spoil: str) -> None:
    district, good, _ = found(folder, 60, 5, awkward=False)
    head, *rows = good["sections.csv"]
    place = HEADERS["sections.csv"].index("Name")
    nameless = [[cell if at != place else "" for at, cell in enumerate(cells_of(row))] for row in rows]
    good["sections.csv"] = [head, *map(line_of, nameless)]
    write(folder, good)
    sync(district, "without names")
    case = Case(Random(1), {name: list(lines) for name, lines in good.items()})
    school, key, teacher, *rest = nameless[4]
    ids = [teacher] if spoil == "lacks its id" else [f"{key},{teacher}"]
    case.files["sections.csv"][5] = line_of([school, *ids, *rest])
    check(folder, district, case, good, state_of(district))
