"""The changes of a run's plan, searched and filtered, a page at a time, without ever holding the whole plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from accounts.models import District
from rostering.models import Link, Run
from rostering.reports import listed_changes

SIZE = 50
ACTIONS = ("create", "change", "archive", "restore", "match", "rekey")
KINDS = ("school", "person", "class", "membership")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is empty is not asked."""

    action: str = ""
    kind: str = ""
    school: str = ""
    text: str = ""
    held: bool = False

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Wanted":
        """From the address of a page."""
        return cls(
            asked.get("action", "") if asked.get("action") in ACTIONS else "",
            asked.get("kind", "") if asked.get("kind") in KINDS else "",
            asked.get("school", "").strip(), asked.get("q", "").strip().casefold(), asked.get("held") == "yes",
        )  # fmt: skip

    def fits(self, change: Mapping[str, Any]) -> bool:
        """Whether a change, as ``reports.listed_changes`` lists it, is one of those."""
        return (
            (not self.action or change["action"] == self.action)
            and (not self.kind or change["kind"] == self.kind)
            and (not self.school or change["school"] == self.school)
            and (not self.held or change["held"])
            and (not self.text or self.text in f"{change['name']}\n{change['source_id']}".casefold())
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """One page of changes. ``more``: whether there is another one after it."""

    rows: list[dict[str, Any]]
    number: int
    more: bool


def changes_of(run: Run, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The changes that are looked for, each with its school's name. Raises PlanForgottenError."""
    schools = school_names(run.district)
    for change in listed_changes(run):
        if wanted.fits(change):
            yield {**change, "school_name": schools.get(change["school"], change["school"])}


def page_of_changes(run: Run, wanted: Wanted, number: int) -> Changes:
    """The page of that number, from 1; the plan is read only as far as the page goes."""
    start = (max(1, number) - 1) * SIZE
    found = list(islice(changes_of(run, wanted), start, start + SIZE + 1))
    return Changes(found[:SIZE], max(1, number), len(found) > SIZE)


def school_names(district: District) -> dict[str, str]:
    """School's source id -> its name."""
    return dict(Link.objects.filter(district=district, kind="school").values_list("key", "name"))
