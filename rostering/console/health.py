"""How a district's roster is: one sentence, what waits for a decision, and what is still to be set up (R3, R46)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.timesince import timesince

from accounts.models import District
from rostering.connections import sync_settings_of
from rostering.feed_state import known_of
from rostering.models import Connection, DataWarning, Review, Run
from rostering.pauses import pause_of

STALE = timedelta(hours=36)
"""A nightly sync that is older than this was missed."""
APPLIED = (Run.Status.SUCCEEDED, Run.Status.HELD)
Tone = Literal["good", "wait", "wrong", "plain"]


@dataclass(frozen=True, slots=True)
class Health:
    """One sentence about the roster, what it means, and the run that it is about."""

    tone: Tone
    sentence: str
    detail: str
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a coordinator: how many, of what, and where it is decided."""

    count: int
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the set-up. ``address``: where it is done; empty where it is not for this console."""

    done: bool
    words: str
    hint: str
    address: str = ""


def ago_of(then: datetime, now: datetime) -> str:
    """How long ago, in words."""
    return f"{timesince(then, now)} ago" if now - then > timedelta(minutes=1) else "just now"


def syncs_of(district: District) -> "list[Run]":
    """The last 30 syncs of a whole district, the latest first; previews and single records are none."""
    runs = Run.objects.filter(district=district, mode__in=Run.SYNCS, only="").exclude(status=Run.Status.PREVIEWED)
    return list(runs.order_by("-started", "-pk")[:30])


def health_of(syncs: "list[Run]", connected: bool, now: datetime) -> Health:
    """The state of a district, by its syncs."""
    if not syncs:
        hint = "The first sync brings the roster in." if connected else "Connect the district's SIS first."
        return Health("plain", "Nothing has been synced yet", hint)
    last = syncs[0]
    ago = ago_of(last.finished or last.started, now)
    if last.status == Run.Status.RUNNING:
        return Health(
            "plain", "A sync is running now", f"It was started {ago}. Nothing is half done if it stops.", last
        )
    if last.status == Run.Status.FAILED:
        return Health("wrong", "The last sync failed; nothing was changed", last.error_message, last)
    if last.decision == Run.Decision.OPEN:
        removals = sum(last.held.values())
        detail = f"{removals:,} removals look unusual and wait for your decision. Everything else was done {ago}."
        return Health("wait", "The roster is up to date, but removals wait", detail, last)
    if now - (last.finished or last.started) > STALE:
        return Health("wait", "The roster has not been synced lately", f"The last sync ended {ago}.", last)
    return Health("good", "The roster is up to date", f"The last sync ended {ago} and went well.", last)


def waiting_for(district: District) -> "list[Waiting]":
    """What waits for a decision or a look, the most urgent first."""
    held = Run.objects.filter(district=district, decision=Run.Decision.OPEN).first()
    reviews = Review.objects.filter(district=district, state=Review.State.OPEN).count()
    found = DataWarning.objects.filter(district=district, state=DataWarning.State.NEW).aggregate(
        errors=Count("pk", filter=Q(severity__in=("HOLD", "ERROR"))), others=Count("pk", filter=Q(severity="WARN"))
    )
    warnings = reverse("admin:warnings", args=[district.slug])
    rows = [
        (sum(held.held.values()) if held else 0, "removals wait for a decision",
         reverse("admin:hold", args=[district.slug, held.pk]) if held else ""),
        (reviews, "people may be somebody who is here already", reverse("admin:matching", args=[district.slug])),
        (found["errors"], "new warnings keep somebody or something out", f"{warnings}?severity=ERROR"),
        (found["others"], "new warnings about incomplete records", f"{warnings}?severity=WARN"),
    ]  # fmt: skip
    return [Waiting(count, words, address) for count, words, address in rows if count]


def steps_of(district: District, connection: Connection | None, syncs: "list[Run]") -> "list[Step]":
    """The set-up of a district until its first sync is applied; empty afterwards (R3)."""
    if any(run.status in APPLIED for run in syncs):
        return []
    previewed = Run.objects.filter(district=district, status=Run.Status.PREVIEWED).exists()
    sync = reverse("admin:sync", args=[district.slug])
    tested = bool(connection and connection.check_report and "error" not in connection.check_report)
    sharing = sync_settings_of(district).get_sharing_display()
    usernames, passwords = district.get_usernames_display(), district.get_passwords_display()
    return [
        Step(
            connection is not None,
            "Connect the SIS",
            "Clever, an SFTP server or a folder.",
            reverse("admin:connection", args=[district.slug]),
        ),
        Step(tested, "Test the connection", "Reads everything once and changes nothing.", sync),
        Step(connection is not None, "Choose what is shared", f"Now: {sharing}."),
        Step(True, "Choose usernames and passwords", f"Now: usernames {usernames}, passwords {passwords}."),
        Step(
            previewed, "Preview the first sync", "Shows who is matched, new or doubtful, before anything happens.", sync
        ),
        Step(False, "Run the first sync", "Makes the accounts and classes.", sync),
    ]


def freshness_of(
    district: District, connection: Connection | None, syncs: "list[Run]", today: datetime
) -> dict[str, str]:
    """When the roster last moved on its way to us, label -> words."""
    applied = next((run for run in syncs if run.status in APPLIED), None)
    pause = pause_of(sync_settings_of(district), today.date())
    known = known_of(connection) if connection else {"Source": "Not connected yet"}
    known["Last applied here"] = ago_of(applied.finished or applied.started, today) if applied else "Never"
    if pause:
        known["Pause"] = f"{'No scheduled syncs' if pause.kind == 'paused' else 'Only additions'} {pause.words}"
    return known
