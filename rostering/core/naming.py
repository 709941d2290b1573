"""Usernames of a run: who gets which, and what is said about it (R9-R12)."""

from collections.abc import Iterable

from accounts.usernames import UsernamePool, generated_base, usable_from_sis
from rostering.core.data_warnings import Finding
from rostering.core.holdings import Holdings
from rostering.core.planning import Rules
from rostering.core.records import Person, main_role


class Namer:
    """Gives out the free usernames of one district. The names taken are asked for when first needed."""

    def __init__(self, rules: Rules, holdings: Holdings) -> None:
        self.findings: list[Finding] = []
        self._from_sis = rules.usernames == "sis"
        self._holdings = holdings
        self._made: UsernamePool | None = None
        self._claimed: dict[str, str] = {}

    @property
    def _pool(self) -> UsernamePool:
        if self._made is None:
            self._made = UsernamePool(self._holdings.usernames())
        return self._made

    def claim_from_sis(self, people: Iterable[tuple[str, Person]]) -> None:
        """Let newcomers claim the usernames that the SIS sends, in the order given, before any is generated (R10)."""
        for key, person in people:
            wanted = person.username or ""
            if usable_from_sis(wanted) is None and self._pool.claim(wanted):
                self._claimed[key] = wanted

    def name(self, key: str, person: Person) -> str:
        """The username of a newcomer."""
        if key in self._claimed:
            return self._claimed.pop(key)
        base = generated_base(main_role(person.roles), person.grade or "", person.first_name, person.last_name)
        given = self._pool.number(base)
        if self._from_sis:
            self._tell(person, given)
        return given

    def rename(self, person: Person, before: Person | None, held: str, *, fresh: bool = False) -> str:
        """The username that the SIS changed to, when it is valid and free; else empty (R12).

        ``fresh``: the account was made by hand, so the SIS names it for the first time.
        """
        wanted = person.username or ""
        if not self._from_sis or wanted == held:
            return ""
        changed = fresh or (before is not None and wanted != (before.username or ""))
        if usable_from_sis(wanted) is None and changed and (wanted.lower() == held.lower() or self._pool.claim(wanted)):
            return wanted
        self._tell(person, held)
        return ""

    def _tell(self, person: Person, given: str) -> None:
        wanted = person.username or ""
        why = usable_from_sis(wanted)
        code = "USERNAME_RULE_FAILED" if why else "USERNAME_CLASH"
        words: dict[str, str | int] = {"want": wanted, "name": person.label, "given": given, "why": why or ""}
        school = person.schools[0] if person.schools else ""
        self.findings.append(Finding(code, "person", person.key, person.name, school, words, sticky=True))
