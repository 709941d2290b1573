"""Who sits in which section: pairs from CSV rows, kept as numbers until a section is packed.

Seven million seats are eight bytes each here; as text they would be a gigabyte.
"""

from array import array

from rostering.core.data_warnings import Finding
from rostering.core.normalize import clean
from rostering.core.records import STUDENT
from rostering.sources.headers import ROSTER, Columns
from rostering.sources.intake import SHOWN, Intake, list_rows, repeat_words
from rostering.sources.tables import Row, Table

ROW_BITS = 32
ROW_MASK = (1 << ROW_BITS) - 1


class Overflow:
    """Findings about single rows of one file: the first 20 are made, the others are counted for one more."""

    def __init__(self) -> None:
        self.made = 0
        self.rows: list[int] = []

    def takes(self, row: int) -> bool:
        """Whether a finding would be one too many; its row is counted then."""
        if self.made < SHOWN:
            self.made += 1
            return False
        self.rows.append(row)
        return True


class Unknown:
    """Pairs that name what was not received, to be told in one finding."""

    def __init__(self) -> None:
        self.pairs = 0
        self.sections = 0
        self.ids: dict[str, None] = {}
        self.schools: set[str] = set()

    def add(self, pairs: int, school: str) -> None:
        """Count the pairs of one section."""
        self.pairs += pairs
        self.sections += 1
        self.schools.add(school)

    def finding(self, code: str, key: str, students: int) -> Finding:
        """All of it, with the first id as the example, and the school if there is only one."""
        school = next(iter(self.schools)) if len(self.schools) == 1 else ""
        words: dict[str, str | int] = {"n": self.pairs, "id": next(iter(self.ids))}
        return Finding(code, ROSTER, key, school=school, words=words, classes=self.sections, students=students)


class Rosters:
    """The members of every section, from a file of pairs that is read before the sections are.

    ``space``: that of the members' ids. ``pairs``: seats asked for or left over so far, each once; ``dangling``: those
    of them whose section or member was not received. A member is a number: those received in the order of the
    snapshot, then strangers as they come up. A seat is the member's number and the row's, in one integer.
    """

    def __init__(self, intake: Intake, columns: Columns, space: str) -> None:
        self.pairs = 0
        self.dangling = 0
        self._intake = intake
        self._columns = columns
        self._space = space
        self._keys = [key for key in intake.snapshot.people if key.startswith(space)]
        self._numbers = {key[2:]: number for number, key in enumerate(self._keys)}
        self._received = len(self._keys)
        self._seats: dict[str, array[int]] = {}
        self._schools: dict[str, str] = {}
        self._repeats = Overflow()
        self._unnamed = Overflow()
        self._strangers = Unknown()

    def read(self) -> None:
        """Read the whole file: a section's id, a member's id and, in Clever's layout, the section's school."""
        seats, numbers = self._seats, self._numbers
        with self._intake.table(self._columns) as table:
            for row, values in table.rows():
                held, number = seats.get(values[0]), numbers.get(values[1])
                if held is None or number is None:
                    section, student = clean(values[0]), clean(values[1])
                    if not section or not student:
                        self._say_unnamed(table, row, values)
                        continue
                    held, number = self._held(values, section), self._number(values[1], student)
                held.append(number << ROW_BITS | row)

    def members_of(self, section: str, school: str) -> tuple[str, ...]:
        """The keys of a received section's members, each once, in file order. To be asked once per section."""
        held = self._seats.pop(section, None)
        if held is None:
            return ()
        numbers = self._once(section, held)
        self.pairs += len(numbers)
        keys = self._keys
        if max(numbers) >= self._received:
            self._keep_strangers(school, [number for number in numbers if number >= self._received])
        return tuple([keys[number] for number in numbers])

    def finish(self) -> None:
        """Say what is left when every section has been asked for: pairs that name what was not received."""
        self._say_unknown_students()
        self._say_unknown_sections()
        self._say_folded()

    def _held(self, values: Row, section: str) -> "array[int]":
        """The seats of a section, under the id as written in this row and under the id itself."""
        held = self._seats.get(section)
        if held is None:
            held = self._seats[section] = array("Q")
            if len(values) > 2 and values[2]:
                self._schools[section] = clean(values[2])
        self._seats[values[0]] = held
        return held

    def _number(self, raw: str, student: str) -> int:
        """The number of a student, a new one for a stranger."""
        number = self._numbers.get(student)
        if number is None:
            number = self._numbers[student] = len(self._keys)
            self._keys.append(self._space + student)
        self._numbers[raw] = number
        return number

    def _once(self, section: str, held: "array[int]") -> list[int]:
        """The students of a section, each once; pairs that are repeated are told."""
        numbers = [seat >> ROW_BITS for seat in held]
        unique = dict.fromkeys(numbers)
        if len(unique) == len(numbers):
            return numbers
        rows: dict[int, list[int]] = {}
        for seat in held:
            rows.setdefault(seat >> ROW_BITS, []).append(seat & ROW_MASK)
        for number, several in rows.items():
            if len(several) > 1 and not self._repeats.takes(several[1]):
                what = f"{self._keys[number][2:]} in section {section}"
                words = repeat_words(what, self._columns.file, several)
                self._intake.say("ROW_REPEATED", ROSTER, f"{section} {self._keys[number]}", words)
        return list(unique)

    def _say_unnamed(self, table: Table, row: int, values: Row) -> None:
        """A pair of which one half is blank: it counts as seen (R34)."""
        self._intake.keep_unnamed(table, row, values)
        if not self._unnamed.takes(row):
            name = " ".join(filter(None, map(clean, values[:2]))) or "blank"
            words: dict[str, str | int] = {"name": name, "file": self._columns.file, "row": row}
            self._intake.say("RECORD_NO_ID", ROSTER, "", words, variant=f"{self._columns.file} {name}")

    def _say_folded(self) -> None:
        """What was too much to be told pair by pair."""
        file = self._columns.file
        if rows := self._unnamed.rows:
            words: dict[str, str | int] = {"name": f"{len(rows)} rows", "file": file, "row": list_rows(rows)}
            self._intake.say("RECORD_NO_ID", ROSTER, "", words, variant=file)
        if rows := self._repeats.rows:
            what = f"Each of {len(rows)} more pairs of student and section"
            words = {
                "id": what,
                "file": file,
                "n": "2 or more",
                "rows": list_rows(sorted(rows)),
                "first": "one of each",
            }
            self._intake.say("ROW_REPEATED", ROSTER, "", words, variant=file)

    def _keep_strangers(self, school: str, strangers: list[int]) -> None:
        """Count the students of a section who were not received, and keep those who were not even seen."""
        blocked = self._intake.snapshot.blocked
        self.dangling += len(strangers)
        unseen = [number for number in strangers if ("person", self._keys[number]) not in blocked]
        if unseen:
            self._strangers.add(len(unseen), school)
            self._strangers.ids.update((self._keys[number][2:], None) for number in unseen)

    def _say_unknown_students(self) -> None:
        """One finding for all students who were not received; they stay in the sections, for the accounts to answer.

        Teachers who were not received are told of by their sections.
        """
        for key in self._keys[self._received :]:
            if ("person", key) not in self._intake.snapshot.blocked:
                self._intake.refer(self._columns, self._space, key[2:])
        strangers = self._strangers
        if strangers.pairs and self._space == STUDENT:
            found = strangers.finding("ENROLL_STUDENT_UNKNOWN", "", len(strangers.ids))
            self._intake.snapshot.findings.append(found)

    def _say_unknown_sections(self) -> None:
        """One finding for all sections that were not received."""
        snapshot, unknown, students = self._intake.snapshot, Unknown(), set[int]()
        for section in [name for name in self._seats if name == clean(name)]:
            numbers = self._once(section, self._seats[section])
            self.pairs += len(numbers)
            self.dangling += len(numbers)
            if ("section", section) not in snapshot.blocked:
                students.update(numbers)
                unknown.add(len(numbers), self._schools.get(section, ""))
                unknown.ids[section] = None
                self._intake.refer(self._columns, "section", section)
        self._seats.clear()
        if unknown.pairs:
            key = "" if self._space == STUDENT else self._columns.file.lower()
            snapshot.findings.append(unknown.finding("ENROLL_CLASS_UNKNOWN", key, len(students)))
