"""The sandbox: one district, its app, and everything that can be done to it."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from rostering.rehearsal.clever.clock import Clock
from rostering.rehearsal.clever.faults import Fault
from rostering.rehearsal.clever.folder import Folder
from rostering.rehearsal.clever.ids import digest
from rostering.rehearsal.clever.keeping import Keeper
from rostering.rehearsal.clever.limits import RateLimit
from rostering.rehearsal.clever.oauth import SignIn
from rostering.rehearsal.clever.roster import Roster
from rostering.rehearsal.clever.routes import DataApi
from rostering.rehearsal.clever.shapes import decode
from rostering.rehearsal.clever.source import Source
from rostering.rehearsal.clever.tables import DataRefusedError, Tables, signature

FROZEN = ("paused", "pending")
"""States of a district in which its records stay as they are."""
ID_COLUMNS = {
    "student": ("Student_id",),
    "teacher": ("Teacher_id", *(f"Teacher_{number}_id" for number in range(2, 11))),
    "staff": ("Staff_id",),
    "contact": ("Contact_sis_id",),
    "section": ("Section_id",),
    "school": ("School_id",),
}


class Request(NamedTuple):
    """A request that came in. ``token``: ``district``, ``user``, ``basic``, ``unknown`` or ``none``."""

    method: str
    target: str
    token: str


class Sandbox:
    """A district in ``data`` (a folder of Clever's CSV files), served as Clever's API.

    The same ``seed`` gives the same ids. ``token`` is the district's (else made from the seed). ``state`` is a file
    that keeps everything over a restart. ``district_admin`` shares the district's contact as a user.
    ``running`` lets the clock run; else it stands at ``START`` and moves with each change. ``watch`` takes files that
    changed as the next day. ``tell`` hears what happens. Raises ``DataRefusedError`` if the files are not whole.

    Switches: ``next_on_short_pages``, ``outer_previous`` (place of ``previous_attributes``), ``user_token_gets_html``,
    ``limits.limit`` and ``limits.window`` (rate limit), ``redirect_uris``.
    """

    def __init__(
        self,
        data: Path,
        *,
        seed: int = 1,
        token: str | None = None,
        state: Path | None = None,
        district_admin: bool = False,
        redirect_uris: Iterable[str] = (),
        running: bool = False,
        watch: bool = True,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.lock = threading.RLock()
        self.seed, self.watch, self.tell = seed, watch, tell
        self.keeper = Keeper(state)
        kept = self.keeper.read()
        self.clock = Clock(running, kept.offset if kept else 0.0)
        self.roster = Roster(seed, self.clock, district_admin, kept.roster if kept else None)
        self.api = DataApi(self.roster)
        self.limits = RateLimit()
        self.rotations = kept.rotations if kept else 0
        self.renamed = dict(kept.renamed) if kept else {}
        own = kept.token if kept and kept.rotations else token or digest(seed, "token", 0, size=20)
        self.oauth = SignIn(self.roster, own, tuple(redirect_uris))
        self.user_token_gets_html = False
        self.faults: list[Fault] = []
        self.requests: deque[Request] = deque(maxlen=100_000)
        self.folder = Folder(data)
        if not (kept and self.state in FROZEN):
            self.load(data)

    @property
    def data(self) -> Path:
        """The folder that is served."""
        return self.folder.path

    @property
    def token(self) -> str:
        """The district's token; blank while it is disconnected."""
        return self.oauth.token or ""

    @property
    def district_id(self) -> str:
        """The district's id."""
        return self.roster.district

    @property
    def client_id(self) -> str:
        """The app's id."""
        return self.oauth.client_id

    @property
    def client_secret(self) -> str:
        """The app's secret."""
        return self.oauth.client_secret

    @property
    def state(self) -> str:
        """The state of the district: ``success``, ``paused`` or ``pending``."""
        return str(decode(self.roster.records["districts"][self.district_id])["state"])

    def records(self, kind: str) -> list[dict[str, Any]]:
        """The records that are shared, by id: of districts, schools, terms, courses, users or sections."""
        with self.lock:
            return [decode(self.roster.records[kind][key]) for key in self.roster.visible(kind)]

    def events(self) -> list[dict[str, Any]]:
        """The events of the last 30 days as v3.1 shows them, oldest first."""
        with self.lock:
            return [decode(event.render("v3.1", self.api.outer_previous)) for event in self.roster.events()]

    def load(self, data: Path) -> None:
        """Makes another folder the district's, and its files the next day; frozen, they wait.

        ``DataRefusedError`` if they are not whole; all is then as before.
        """
        with self.lock:
            before, self.folder = self.folder, Folder(data)
            try:
                if not self.roster.records["districts"] or self.state not in FROZEN:
                    self.take()
            except DataRefusedError:
                self.folder = before
                raise

    def take(self) -> None:
        """Reads the folder and makes it the next day."""
        found = signature(self.folder.path)
        source = Source(Tables(self.folder.path, self.renamed))
        if signature(self.folder.path) != found:
            raise DataRefusedError(f"{self.folder.path} is being written.")
        self.clock.tick()
        self.roster.load(source)
        self.folder.taken = found
        self.save()

    def look(self) -> None:
        """Takes the next day if the files have changed; files that are not whole yet are let be."""
        if not self.watch or self.state in FROZEN or not self.folder.has_news():
            return
        try:
            self.take()
            self.tell(f"{self.folder.path} changed: the next day is served.")
        except (DataRefusedError, OSError) as error:
            self.folder.refused = self.folder.seen
            self.tell(f"The files changed but were not taken: {error}")

    def advance(self, days: float = 0, seconds: float = 0) -> None:
        """Moves the clock forward."""
        with self.lock:
            self.clock.advance(timedelta(days=days, seconds=seconds))
            self.save()

    def hide(self, kind: str, *keys: str) -> None:
        """Stops sharing records."""
        self._change_sharing(self.roster.hide, kind, keys)

    def share(self, kind: str, *keys: str) -> None:
        """Shares records again."""
        self._change_sharing(self.roster.share, kind, keys)

    def _change_sharing(self, change: Callable[[str, Iterable[str]], None], kind: str, keys: Iterable[str]) -> None:
        with self.lock:
            self.clock.tick()
            change(kind, keys)
            self.save()

    def pause(self, start: str = "2027-05-26", end: str = "2027-07-30") -> None:
        """Freezes the district as for the summer; new files wait until ``resume``."""
        self._set_district(state="paused", pause_start=start, pause_end=end)

    def hold(self) -> None:
        """Holds the district's sync as after a change that is too large; new files wait until ``resume``."""
        self._set_district(state="pending")

    def resume(self) -> None:
        """Ends a pause or a hold; what has waited is taken at the next look."""
        self._set_district(state="success")
        with self.lock:
            if self.folder.taken != signature(self.folder.path):
                self.take()

    def _set_district(self, **values: str) -> None:
        with self.lock:
            self.clock.tick()
            self.roster.touch(**values)
            self.save()

    def disconnect(self) -> None:
        """The district disconnects the app: its token is refused and leaves the list of tokens."""
        with self.lock:
            self.oauth.token = None

    def rotate_token(self) -> str:
        """Gives the district another token (and connects it again); the one before is refused."""
        with self.lock:
            self.rotations += 1
            self.oauth.token = digest(self.seed, "token", self.rotations, size=20)
            self.save()
            return self.oauth.token

    def change_sis_id(self, kind: str, old: str, new: str) -> None:
        """The district gives a student, teacher, staff member, contact, section or school another id of its own."""
        with self.lock:
            self.renamed |= {(column, old): new for column in ID_COLUMNS[kind]}
            self.take()

    def switch_events(self, on: bool) -> None:
        """Off, no events are made; what happens meanwhile is never told."""
        with self.lock:
            self.roster.log.on = on
            self.save()

    def fail(self, *faults: Fault) -> None:
        """Switches faults on."""
        with self.lock:
            self.faults.extend(faults)

    def clear_faults(self) -> None:
        """Switches all faults off."""
        with self.lock:
            self.faults.clear()

    def login(self, user: str, redirect_uri: str = "") -> str:
        """A code as after a sign-in of this user."""
        with self.lock:
            return self.oauth.login(user, redirect_uri)

    def save(self) -> None:
        """Writes the state file, if there is one."""
        self.keeper.write(self)
