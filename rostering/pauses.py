"""Pauses: when a district's scheduled runs do not start, and when its runs only add (R31, R38)."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import transaction

from accounts.lifecycle import Actor, audit
from accounts.models import District
from rostering.connections import sync_settings_of
from rostering.core.data_warnings import Finding
from rostering.models import SyncSettings


class PausedError(Exception):
    """A scheduled run did not start, because the district pauses."""


class PauseError(Exception):
    """The dates of a pause do not fit together."""


@dataclass(frozen=True, slots=True)
class Pause:
    """What pauses on a day. ``paused``: no scheduled run starts; ``additive``: runs remove and hold nothing.

    ``until``: the first day on which it no longer does; ``None``: until further notice.
    """

    kind: Literal["paused", "additive"]
    until: date | None
    who: str

    @property
    def words(self) -> str:
        """How long, in words."""
        return f"until {self.until.isoformat()}" if self.until else "until further notice"


def pause_of(decided: SyncSettings, today: date) -> Pause | None:
    """What scheduled runs meet on a day: the district's pause, or that runs only add."""
    if decided.pause == SyncSettings.Pause.PAUSED and _in_window(decided, today):
        return Pause("paused", decided.pause_until, decided.pause_by)
    return additive_pause_of(decided, today)


def additive_pause_of(decided: SyncSettings, today: date) -> Pause | None:
    """Whether runs only add on a day: within the dates that were set, or before the switch date (R31).

    A run by hand meets nothing else: on a day on which scheduled ones pause it is like any other day's (R38).
    """
    switch = decided.switch_date if decided.switch_date and today < decided.switch_date else None
    if decided.pause == SyncSettings.Pause.ADDITIVE and _in_window(decided, today):
        until = decided.pause_until and max(decided.pause_until, switch or decided.pause_until)
        return Pause("additive", until, decided.pause_by)
    return Pause("additive", switch, decided.pause_by) if switch else None


def _in_window(decided: SyncSettings, today: date) -> bool:
    begun = decided.pause_from is None or decided.pause_from <= today
    return begun and (decided.pause_until is None or today < decided.pause_until)


def refuse_paused(district: District, today: date) -> None:
    """Raise PausedError on a day on which the district's scheduled runs pause."""
    pause = pause_of(sync_settings_of(district), today)
    if pause is not None and pause.kind == "paused":
        raise PausedError(
            f"{district.slug} is paused {pause.words} (set by {pause.who}). Nothing was started; "
            f"sync it by name, or end the pause: manage.py resume {district.slug}"
        )


def remark_on(pause: Pause) -> Finding:
    """What an additive pause means for the roster."""
    return Finding("SYNC_PAUSED", "source", "", words={"until": pause.words, "who": pause.who}, variant="district")


@transaction.atomic
def set_pause(
    district: District, kind: SyncSettings.Pause, *, start: date | None = None, until: date | None = None, by: Actor
) -> SyncSettings:
    """Pause a district's scheduled runs, or let its runs only add. Another pause is replaced; the switch date stays."""
    if start and until and until <= start:
        raise PauseError(f"A pause from {start} that ends on {until} has no day in it. Nothing was changed.")
    words = " ".join(f"{name} {day}" for name, day in (("from", start), ("until", until)) if day)
    values = {"pause": kind, "pause_from": start, "pause_until": until, "pause_by": by.label}
    return _decide(district, values, by, "pause", f"{kind} {words}".strip())


def set_switch_date(district: District, day: date, *, by: Actor) -> SyncSettings:
    """Let runs only add until a day, for next year's roster; on it everything is applied, guards included (R31)."""
    return _decide(district, {"switch_date": day, "pause_by": by.label}, by, "set switch date", day.isoformat())


def end_pause(district: District, *, switch: bool = False, by: Actor) -> SyncSettings:
    """End a pause. The switch date goes with ``switch`` only: without it last year's classes would leave tonight."""
    values: dict[str, Any] = {"pause": SyncSettings.Pause.NONE, "pause_from": None, "pause_until": None}
    if switch:
        values["switch_date"] = None
    return _decide(district, values, by, "resume", "and no switch date" if switch else "")


def state_of(decided: SyncSettings, today: date) -> dict[str, Any]:
    """A district's pauses for scripts: what was set, and what that is today."""
    pause = pause_of(decided, today)
    return {
        "district": decided.district.slug,
        "pause": decided.pause,
        "from": _day(decided.pause_from),
        "until": _day(decided.pause_until),
        "switch": _day(decided.switch_date),
        "by": decided.pause_by,
        "today": pause.kind if pause else "",
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


@transaction.atomic
def _decide(district: District, values: dict[str, Any], by: Actor, verb: str, subject: str) -> SyncSettings:
    decided, _ = SyncSettings.objects.update_or_create(district=district, defaults=values)
    audit(district, by, verb, 1, subject)
    return decided
