"""What is known of a district's feed, for people: where the roster comes from and how it stands there."""

from datetime import datetime

from django.utils import formats, timezone

from rostering.models import Connection
from rostering.sources.clever_said import day

STATES = {
    "running": "Clever is syncing the district now",
    "success": "The district's last sync to Clever went well",
    "pending": "The district has something to put right in Clever",
    "error": "Clever has something to put right",
    "paused": "The district is paused at Clever: nobody is removed meanwhile",
}
"""Clever's words for a district's state (clever.md §1.10.1)."""


def known_of(connection: Connection) -> dict[str, str]:
    """Label -> words, of what is known; only a connection to Clever has more than its source."""
    facts = connection.facts
    said = {
        "Source": connection.get_source_display(),
        "Trouble": connection.broken,
        "Name at the source": facts.get("name") or "",
        "State at the source": STATES.get((facts.get("state") or "").lower(), facts.get("state") or ""),
        "The SIS last reached the source": _moment(facts.get("last_sync")),
        "Pause": _pause(facts),
        "Sign-ins from": day(facts.get("launch_date")),
        "Everything last read": _shown(connection.last_full),
        "Changes last read": _shown(connection.cursor_read),
    }
    return {label: words for label, words in said.items() if words}


def _pause(facts: dict[str, str]) -> str:
    start, end = day(facts.get("pause_start")), day(facts.get("pause_end"))
    return f"{start or 'now'} to {end or 'further notice'}" if start or end else ""


def _moment(raw: str | None) -> str:
    """A moment as Clever writes it; its own words where they are no moment."""
    try:
        return _shown(datetime.fromisoformat(raw)) if raw else ""
    except ValueError:
        return raw or ""


def _shown(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return formats.date_format(timezone.localtime(moment) if timezone.is_aware(moment) else moment, "F j, Y, H:i")
