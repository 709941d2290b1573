"""Newcomers: people without an account, and the accounts that nobody feeds: who of the ones is which of the others.

Sure matches are taken over, doubtful ones wait for a person, and the rest are new (R27, R40). Without newcomers nothing
is asked of what we hold.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from rostering.core.absence import is_proven, is_seen, protected_people
from rostering.core.data_warnings import Finding
from rostering.core.evidence import WORDS as EVIDENCE
from rostering.core.evidence import Evidence, Facts, evidence_of, facts_of_record, side_by_side
from rostering.core.matching import Doubt, match, near
from rostering.core.planning import Adopted, Mark, Planning, Question
from rostering.core.records import STAFF, STUDENT, TEACHER, USER, Person, main_role
from rostering.core.rekey import adopt

DECIDED = "decided in the match review"
CHUNK = 2000
SPACE_OF_ROLE = {"student": STUDENT, "teacher": TEACHER, "staff": STAFF}


def find_accounts(planning: Planning, newcomers: list[str]) -> tuple[list[str], list[str]]:
    """Of people without an account, those who are new, and those who have been given one that was here (``adopted``).

    Who waits for review is in neither: marked, and in ``planning.questions``.
    """
    if not newcomers:
        return [], []
    planning.decided = planning.holdings.decisions()
    was = _lost(planning)
    accounts = _accounts(planning, was)
    adopted = _decided_ones(planning, newcomers, accounts, was)
    settled = {*adopted, *(key for key, row in planning.decided.items() if row is None)}
    facts = {
        key: facts_of_record(planning.snapshot.people[key]) for key in newcomers if accounts and key not in settled
    }
    accounts = _known_better(planning, {row: accounts[row] for row in near(facts, accounts)}, was)
    matches = match(facts, accounts, shared_numbers=shared_numbers(planning), elsewhere=planning.elsewhere)
    for key, found in matches.sure.items():
        _take(planning, key, found.row, Adopted(found.reason, was.get(found.row, ())), live=accounts[found.row].live)
        adopted.append(key)
    for key, doubt in matches.doubtful.items():
        _ask(planning, facts[key], key, doubt, accounts, was)
    _say_ids_changed(planning)
    had = {*adopted, *matches.doubtful}
    return [key for key in newcomers if key not in had], adopted


def shared_numbers(planning: Planning) -> set[str]:
    """Student numbers that several records carry, as ``validate`` has found (R34)."""
    if planning.shared_numbers is not None:
        return set(planning.shared_numbers)
    return {str(finding.words["number"]) for finding in planning.findings if finding.code == "STUDENT_NUMBER_SHARED"}


def evidence_of_newcomers(planning: Planning, but: set[str]) -> set[Evidence]:
    """What the records without an account carry, but for some of them."""
    people, links = planning.snapshot.people, planning.links.people
    fresh = (key for key in people if key not in but and (key not in links or links[key].object_id is None))
    return {found for key in fresh for found in evidence_of(facts_of_record(people[key]))}


def _lost(planning: Planning) -> dict[int, tuple[str, ...]]:
    """Accounts that were fed before and of none of whose records the source speaks today -> their keys."""
    lost: dict[int, list[str]] = {}
    links = planning.links.people
    for key, link in links.items():
        if link.object_id is not None and not _is_sent(planning, key):
            lost.setdefault(link.object_id, []).append(key)
    for key, link in links.items() if lost else ():
        if link.object_id in lost and _is_sent(planning, key):
            del lost[link.object_id]
    return {row: tuple(keys) for row, keys in lost.items()}


def _is_sent(planning: Planning, key: str) -> bool:
    return is_seen(planning, "person", key) or key in planning.sent or ("person", key) in planning.not_shared.keys


def _accounts(planning: Planning, was: Mapping[int, tuple[str, ...]]) -> dict[int, Facts]:
    """All accounts that nobody feeds: those that a record fed before, and those made by hand."""
    links, unfed = planning.links.people, planning.holdings.unfed_users()
    rows = [*was, *unfed]
    accounts: dict[int, Facts] = {}
    for start in range(0, len(rows), CHUNK):
        for row, fields in planning.holdings.user_rows(rows[start : start + CHUNK]).items():
            keys = was.get(row, ())
            ids = frozenset(filter(None, (*(key[2:] for key in keys), fields.get("sis_id", ""))))
            live = any(links[key].live for key in keys) if keys else unfed[row]
            role = main_role(tuple(fields["roles"].split(";")))  # type: ignore[arg-type]
            schools = tuple(filter(None, fields.get("schools", "").split(";")))
            accounts[row] = Facts(role, ids, fields, schools, fed=bool(keys), live=live)
    return accounts


def _known_better(planning: Planning, accounts: dict[int, Facts], was: dict[int, tuple[str, ...]]) -> dict[int, Facts]:
    """With what the source last said of those accounts, and whether their absence is proven.

    In ``was`` the key that has words comes to stand first.
    """
    keys = {key: row for row in accounts for key in was.get(row, ())}
    said = {key: msgspec.json.decode(line, type=Person) for key, line in planning.holdings.said("person", keys) if line}
    for key in said:
        was[keys[key]] = (key, *(one for one in was[keys[key]] if one != key))
    live = {key: "" for key in keys if planning.links.people[key].live}
    safe = protected_people(planning, live, said)
    unproven = {keys[key] for key in live if key in safe or not _is_gone(planning, key, accounts[keys[key]].role)}
    birth = {keys[key]: person.birth or "" for key, person in said.items()}
    return {
        row: replace(facts, birth=birth.get(row, ""), certain=row not in unproven) for row, facts in accounts.items()
    }


def _is_gone(planning: Planning, key: str, role: str) -> bool:
    """Whether it is proven that a record is gone; of a source that numbers all people together, by its role's space."""
    return is_proven(planning, "person", key) or (key[:2] == USER and SPACE_OF_ROLE[role] in planning.snapshot.complete)


def _decided_ones(
    planning: Planning, newcomers: Iterable[str], accounts: dict[int, Facts], was: dict[int, tuple[str, ...]]
) -> list[str]:
    """Take over the accounts that were decided on and are still nobody's. Returns whose."""
    rows = {row: key for key in newcomers if (row := planning.decided.get(key)) is not None and row in accounts}
    chosen = _known_better(planning, {row: accounts[row] for row in rows}, was) if rows else {}
    for row, key in rows.items():
        _take(planning, key, row, Adopted(DECIDED, was.get(row, ())), live=chosen[row].live)
        del accounts[row]
    return list(rows.values())


def _take(planning: Planning, key: str, row: int, adopted: Adopted, *, live: bool) -> None:
    adopt(planning, "person", key, row, adopted, live=live)
    planning.disowned.discard(key)
    planning.accounts.difference_update(adopted.was)


def _ask(
    planning: Planning,
    record: Facts,
    key: str,
    doubt: Doubt,
    accounts: Mapping[int, Facts],
    was: dict[int, tuple[str, ...]],
) -> None:
    """Leave a newcomer, and the accounts that may be theirs, to a person; until then nothing happens to either."""
    person = planning.snapshot.people[key]
    school = "".join(person.schools[:1])
    candidates = tuple(_candidate(record, row, accounts[row], kind) for row, kind in doubt.rows.items())
    planning.questions[key] = Question(key, person.name, school, candidates, doubt.weak)
    planning.awaited.update(("person", row) for row in doubt.rows)
    planning.examined.add(("person", key))
    for one in person.keys:
        planning.mark(Mark("person", one, "review", live=False, said=one == key))
    planning.alike[key] = tuple(was[row][0] for row in doubt.rows if row in was)
    if not doubt.weak:
        count = len(candidates)
        words: dict[str, str | int] = {"found": found_words(count), "name": person.label}
        planning.findings.append(Finding("MATCH_UNCLEAR", "person", key, person.label, school, words))


def found_words(count: int) -> str:
    """So many accounts, as the start of a sentence."""
    return f"{count} accounts that are here" if count > 1 else "An account that is here"


def _candidate(record: Facts, row: int, account: Facts, kind: str) -> dict[str, Any]:
    agree, differ = side_by_side(record, account)
    label = f"{account.name} ({account.fields['username']})".strip()
    return {"object_id": row, "label": label, "agree": agree, "differ": differ, "evidence": EVIDENCE[kind]}


def _say_ids_changed(planning: Planning) -> None:
    """One finding per school for those whom only name, school and grade speak for (R40)."""
    counts = Counter(question.school for question in planning.questions.values() if question.weak)
    for school, count in sorted(counts.items()):
        name = planning.label("school", school)
        who = f"{count} people" if count > 1 else "Somebody"
        words: dict[str, str | int] = {"who": who, "school": name}
        planning.findings.append(Finding("IDS_CHANGED", "school", school, name, school, words))
