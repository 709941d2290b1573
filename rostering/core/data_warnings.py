"""The catalogue of data warnings (R42), and how one is said.

A **finding** is a warning before it has a life: a code, whom it is about and the words to fill in. Severity:
HOLD (part of a run waits for a person), ERROR (not created or updated), WARN (created, but incomplete or at
risk), INFO (expected, shown on look-up). An ERROR or HOLD never removes anything that exists.
"""

from dataclasses import dataclass, field
from typing import Literal

from rostering.core.records import source_id

Severity = Literal["HOLD", "ERROR", "WARN", "INFO"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of the catalogue: ``message`` and ``fix`` are format strings over a finding's ``words``."""

    severity: Severity
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found in the data that somebody should know.

    ``kind``: ``source, file, school, person, section, enrollment``. ``key``: the record's key (a file's name for
    ``file``; ``""`` where there is no id). ``name`` and ``school`` (a school key) are for people to read and
    filter. ``words`` fill the catalogue's message. ``parent``: (kind, key) of the record whose
    warning this one waits behind (R43). ``classes`` and ``students``: how many are affected.
    ``sticky``: found while planning a moved record, so it continues while that record does not move.
    ``variant``: tells several findings of one code about one record apart. ``waiting``: keys of the students who wait,
    where several findings may count the same ones.
    """

    code: str
    kind: str
    key: str
    name: str = ""
    school: str = ""
    words: dict[str, str | int] = field(default_factory=dict)
    parent: tuple[str, str] | None = None
    classes: int = 0
    students: int = 0
    sticky: bool = False
    variant: str = ""
    waiting: frozenset[str] = frozenset()

    @property
    def severity(self) -> Severity:
        """The severity that the catalogue gives the code."""
        return CATALOGUE[self.code].severity

    @property
    def message(self) -> str:
        """The plain reason, as a coordinator reads it."""
        return CATALOGUE[self.code].message.format(**self.words)

    @property
    def fix(self) -> str:
        """What to change at the source."""
        return CATALOGUE[self.code].fix.format(**self.words)


def as_json(finding: Finding) -> dict[str, str | dict[str, int]]:
    """A finding as reports print it, before it has a life."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "kind": finding.kind,
        "source_id": source_id(finding.kind, finding.key),
        "name": finding.name,
        "school": finding.school,
        "message": finding.message,
        "fix": finding.fix,
        "affects": {"classes": finding.classes, "students": finding.students},
    }


CATALOGUE: dict[str, Entry] = {
    # -- the source and its files ---------------------------------------------------------------------------
    "SRC_UNREACHABLE": Entry(
        "HOLD",
        "We could not reach {source}: {why}. Nothing was changed; the roster of the last good run is still in place.",
        "Check that the address, the user and the key or password are right and have not expired.",
    ),
    "SRC_INCOMPLETE": Entry(
        "HOLD",
        "{source} sent only part of the data: {why}. Nothing was changed; the last complete roster is still in place.",
        "This usually clears with the next run. If it does not, have the full export made again.",
    ),
    "FILE_SET_PARTIAL": Entry(
        "HOLD",
        "{file} is missing from the upload. Nobody was removed because of it.",
        "Send all the files together, even if one of them has no changes.",
    ),
    "FILE_HEADER_UNKNOWN": Entry(
        "HOLD",
        'In {file} we expected a column "{want}" and found {found}. {left}',
        "Restore the header exactly as it was; do not open the file in a spreadsheet and save it again.",
    ),
    "FILE_ROW_UNREADABLE": Entry(
        "ERROR",
        "{n} of the rows in {file} could not be read (first: row {row}, {why}). "
        "Existing accounts and classes were left alone.",
        "Export the file again as UTF-8 CSV and look at row {row} for a stray quote, comma or line break.",
    ),
    "ROW_REPEATED": Entry(
        "WARN",
        "{id} stands in {file} {n} times (rows {rows}). We used row {first}.",
        "Remove the extra rows, or give each person or section its own id.",
    ),
    "ID_DIGITS_LOST": Entry(
        "WARN",
        "{n} ids in {file} look damaged: for example {found}, where the other files have {likely}. We did not guess.",
        "Export straight from the SIS and keep the id columns as text, so that leading zeros stay.",
    ),
    "RECORD_UNREADABLE": Entry(
        "ERROR",
        "The source sent {kind} {id} in a form that we cannot read. It was left as it is here.",
        "Look the record up in Clever. If it seems right there, send its id to our support.",
    ),
    "SRC_STALE": Entry(
        "WARN",
        "The connection works, but nothing new has reached Clever from your SIS since {since}.",
        "Look in Clever for a failed, held or paused sync of the SIS.",
    ),
    "SRC_DRIFT": Entry(
        "WARN",
        "The regular full check found {n} records that Clever's events had not told us of ({kinds}). "
        "They are right again.",
        "Nothing, if it was once. If it comes back, events may be switched off for our app: tell our support.",
    ),
    "SYNC_PAUSED": Entry(
        "INFO",
        "Syncing is paused {until} (set by {who}). What is new is taken over; nobody is removed meanwhile.",
        "End the pause where it was set, or wait.",
    ),
    "REMOVALS_HELD": Entry(
        "HOLD",
        "{place}: {n} of {total} {what} would be removed ({why}). "
        "We are waiting for you; new and changed records went ahead.",
        "If this is right, approve it. If not, put the sharing or the export right, or discard it.",
    ),
    "IDS_CHANGED": Entry(
        "HOLD",
        "{who} at {school} seem to be here already under other ids, by name and grade alone. Nobody was doubled or "
        "removed; they wait for you.",
        "Decide them in the match review. Ask your SIS team why the ids changed, before the next term.",
    ),
    # -- schools ------------------------------------------------------------------------------------------
    "SCHOOL_NOT_SET_UP": Entry(
        "ERROR",
        'School "{id}" is named by {people} people and {classes} sections, but the list of schools does not have it. '
        "New ones wait; those that we have stay as they are.",
        "Add the school to the schools file, or correct the school id on these records.",
    ),
    "SCHOOL_EMPTY": Entry(
        "WARN",
        "{name} is shared but has no {what}.",
        "Check what is shared, and that the new term is active in the SIS.",
    ),
    # -- people -------------------------------------------------------------------------------------------
    "STUDENT_NO_ID": Entry(
        "ERROR",
        "The student {name} ({file}, row {row}) has no id, so no account could be made.",
        "Enter the student's id in the SIS.",
    ),
    "RECORD_NO_ID": Entry(
        "ERROR",
        "Row {row} of {file} ({name}) has no id, so it was left out.",
        "Enter the id in the SIS.",
    ),
    "STUDENT_NAME_MISSING": Entry(
        "ERROR",
        "Student {id} has no {part} name, so no account was made; an account that is there stays as it is.",
        "Complete the name in the SIS.",
    ),
    "STUDENT_NUMBER_SHARED": Entry(
        "WARN",
        "{a} and {b} both carry student number {number}. Both work; the number matches nobody until it is put right.",
        "Give each the right number; do not delete either record first.",
    ),
    "GRADE_MISSING": Entry(
        "WARN",
        '{name}\'s grade is "{value}", which we do not recognise, so grade-level materials are off.',
        "Set a valid grade in the SIS.",
    ),
    "EMAIL_INVALID": Entry(
        "WARN",
        '"{email}" is not an email address. {name} has an account without it.',
        "Correct the email in the SIS.",
    ),
    "TEACHER_NO_CLASS": Entry(
        "WARN",
        "{name} is shared but teaches no section in the data.",
        "Put the teacher on a section, or ignore this for support staff.",
    ),
    "TEACHER_GONE_HAS_CLASS": Entry(
        "WARN",
        "{name} is no longer in the SIS but is the only teacher of {classes} classes. The classes stay as they are.",
        "Put the new or substitute teacher on the section.",
    ),
    "MULTI_ROLE": Entry(
        "INFO",
        "{name} appears as {roles}; there is one account, which counts as {chosen}.",
        "Nothing, unless these are two people who share one email address.",
    ),
    "POSSIBLE_DUPLICATE": Entry(
        "WARN",
        "{a} and {b} may be the same person ({evidence}). Both accounts work for now.",
        "If it is one person, merge the accounts; if two, correct the one that is wrong in the SIS.",
    ),
    "MATCH_UNCLEAR": Entry(
        "HOLD",
        "{found} could be {name}; we did not guess. There is no new account, and no seat in a class, until you decide.",
        "Choose the account in the match review, or say there that this is somebody new.",
    ),
    "STUDENT_NO_CLASS": Entry(
        "WARN",
        "{name} is in no section that we received, so no teacher can see them.",
        "Enrol the student, or share the section they are in.",
    ),
    # -- usernames and passwords --------------------------------------------------------------------------
    "USERNAME_CLASH": Entry(
        "WARN",
        'The username "{want}" was taken, so {name} got "{given}".',
        "Give the person a username of their own in the SIS.",
    ),
    "USERNAME_RULE_FAILED": Entry(
        "WARN",
        'The username "{want}" from the SIS is {why}, so {name} got "{given}".',
        "Enter a username of letters A to Z and digits in the SIS.",
    ),
    "PASSWORD_RULE_FAILED": Entry(
        "WARN",
        "{who} no password of at least 4 characters in the SIS, so {fallback} serves instead.",
        "Enter a password of at least 4 characters in the SIS.",
    ),
    # -- classes and enrollments --------------------------------------------------------------------------
    "CLASS_NO_TEACHER": Entry(
        "ERROR",
        "{name} has no teacher {where}, so its {students} students cannot see it.",
        "Assign a teacher to the section, and share that teacher.",
    ),
    "CHILD_OF_TEACHER": Entry("INFO", "Waiting on: {parent}.", "Put right what is said there."),
    "CLASS_NO_STUDENTS": Entry("INFO", "{name} has no students yet.", "Enrol students, or close the section."),
    "CLASS_DUPLICATE_ID": Entry(
        "ERROR",
        'Section id {id} is used for "{a}" and "{b}". The first has its class; the second was left out.',
        "Give each section its own id (for example with school and term in it).",
    ),
    "CLASS_ID_REUSED": Entry(
        "HOLD",
        'Section {id} was "{old}" and is now "{new}", with other teachers and students. Nobody was put into the old '
        "class: it is archived with its work, and the section gets a class of its own.",
        "Check that it is another class. Ask for new section ids each year.",
    ),
    "CLASS_NAME_UNUSABLE": Entry(
        "WARN",
        'Section {id} arrived without a name; we show "{shown}".',
        "Put a course name and period on the section.",
    ),
    "ENROLL_STUDENT_UNKNOWN": Entry(
        "ERROR",
        "{n} enrollments name students that we did not receive (for example {id}).",
        "Share those students, or remove the leftover rows.",
    ),
    "ENROLL_CLASS_UNKNOWN": Entry(
        "ERROR",
        "{n} enrollments name sections that we did not receive (for example {id}).",
        "Share those sections (a list of shared sections does not grow by itself), or remove the leftover rows.",
    ),
    "ENROLL_OTHER_SCHOOL": Entry(
        "WARN",
        "{name} attends {home} but is in a class at {other}. We allowed it.",
        "Correct the section, or add the second school to the student.",
    ),
}
