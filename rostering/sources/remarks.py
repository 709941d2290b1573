"""What is missing or wrong with one person, whichever way the record came."""

from rostering.core.data_warnings import Finding
from rostering.core.normalize import clean, grade
from rostering.core.records import Person
from rostering.core.snapshot import Snapshot


def remark(
    snapshot: Snapshot, person: Person, *, first: str | None, last: str | None, email: str | None, grades: str | None
) -> None:
    """Say what is wrong with a person, one root cause each (R43); a student without a name is blocked.

    The texts are as they were sent; ``None`` where the source does not speak of it.
    """
    school = "".join(person.schools[:1])
    name = person.label

    def say(code: str, words: dict[str, str | int]) -> None:
        snapshot.findings.append(Finding(code, "person", person.key, name, school, words))

    sent = (("first", first, person.first_name), ("last", last, person.last_name))
    blank = [part for part, raw, text in sent if raw is not None and not text]
    if blank and "student" in person.roles:
        say("STUDENT_NAME_MISSING", {"id": person.key[2:], "part": " and ".join(blank)})
        snapshot.blocked[("person", person.key)] = "STUDENT_NAME_MISSING"
        return
    if grades is not None and not grade(grades)[1]:
        say("GRADE_MISSING", {"name": name, "value": clean(grades)})
    if person.email == "" and (raw := clean(email or "")):
        say("EMAIL_INVALID", {"name": name, "email": raw})
