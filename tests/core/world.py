"""An in-memory district: it answers the planner as the database does, and plays plans. For property tests."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rostering.core.absence import GUARD_OF_ROLE
from rostering.core.changes import Change
from rostering.core.diff_people import PLAIN_FIELDS as PERSON_FIELDS
from rostering.core.diff_schools import FIELDS as SCHOOL_FIELDS
from rostering.core.diff_sections import PLAIN_FIELDS as CLASS_FIELDS
from rostering.core.diff_sections import counts_as_removal
from rostering.core.holdings import Fields, HeldSeat, Links, LinkState
from rostering.core.plan import make_changes
from rostering.core.planning import Mark, Planning, Rules
from rostering.core.sharing import Sharing, share
from rostering.core.snapshot import Fingerprints, Snapshot
from rostering.core.validate import validate


@dataclass
class Row:
    fields: Fields
    active: bool = True
    managed: bool = True


@dataclass
class World:
    schools: dict[int, Row] = field(default_factory=dict)
    users: dict[int, Row] = field(default_factory=dict)
    classes: dict[int, Row] = field(default_factory=dict)
    seat_rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    links: Links = field(default_factory=Links)
    decided: dict[str, int | None] = field(default_factory=dict)
    lines: dict[tuple[str, str], bytes] = field(default_factory=dict)
    fingerprints: Fingerprints = field(default_factory=lambda: Fingerprints(b"k" * 32))

    # -- core.holdings.Holdings ---------------------------------------------------------------------------

    def school_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        return {pk: {name: self.schools[pk].fields.get(name, "") for name in SCHOOL_FIELDS} for pk in ids}

    def user_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        names = (*PERSON_FIELDS, "username", "roles", "schools")
        return {pk: {name: self.users[pk].fields.get(name, "") for name in names} for pk in ids}

    def class_rows(self, ids: Iterable[int]) -> Mapping[int, Fields]:
        return {pk: {name: self.classes[pk].fields.get(name, "") for name in CLASS_FIELDS} for pk in ids}

    def seats(self, class_ids: Iterable[int]) -> Mapping[int, list[HeldSeat]]:
        wanted, result = set(class_ids), dict[int, list[HeldSeat]]()
        by_words = sorted(self.links.people.items(), key=lambda item: (item[1].live, ("person", item[0]) in self.lines))
        keys = {link.object_id: key for key, link in by_words if link.object_id}
        for pk, seat in self.seat_rows.items():
            if seat["class"] in wanted:
                user = seat["user"]
                held = HeldSeat(
                    pk, keys.get(user, ""), seat["role"], seat["active"], seat["synced"], seat["hold"], user
                )
                result.setdefault(seat["class"], []).append(held)
        return result

    def seated_in(self, user_ids: Iterable[int]) -> set[int]:
        users = set(user_ids)
        return {
            seat["class"]
            for seat in self.seat_rows.values()
            if seat["user"] in users and seat["active"] and seat["synced"] and self.classes[seat["class"]].active
        }

    def said(self, kind: str, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((key, self.lines[kind, key]) for key in keys if (kind, key) in self.lines)

    def unfed_users(self) -> Mapping[int, bool]:
        fed = {link.object_id for link in self.links.people.values()}
        return {pk: row.active for pk, row in self.users.items() if pk not in fed}

    def decisions(self) -> Mapping[str, int | None]:
        return self.decided

    def usernames(self) -> Iterable[str]:
        return [row.fields["username"] for row in self.users.values()]

    def totals(self) -> Mapping[tuple[str, str], int]:
        totals: dict[tuple[str, str], int] = {}

        def add(school: str, kind: str, number: int = 1) -> None:
            totals[school, kind] = totals.get((school, kind), 0) + number

        for row in self.users.values():
            if row.active and row.managed:
                add(row.fields.get("schools", "").split(";")[0], GUARD_OF_ROLE[row.fields["roles"].split(";")[0]])
        for row in self.classes.values():
            if row.active:
                add(row.fields.get("school", ""), "classes")
        for seat in self.seat_rows.values():
            klass = self.classes[seat["class"]]
            if seat["active"] and klass.active:
                add(klass.fields.get("school", ""), "seats")
        return totals

    def active_seats(self) -> int:
        return sum(seat["active"] and self.classes[seat["class"]].active for seat in self.seat_rows.values())

    # -- a run -------------------------------------------------------------------------------------------

    def plan(self, snapshot: Snapshot, rules: Rules, sharing: Sharing) -> tuple[Planning, list[Change]]:
        not_shared = share(snapshot, sharing)
        findings = validate(snapshot)
        planning = Planning(snapshot, self.links, self, self.fingerprints, rules, not_shared, findings=findings)
        return planning, list(make_changes(planning))

    def sync(self, snapshot: Snapshot, rules: Rules, sharing: Sharing | None = None) -> tuple[Planning, list[Change]]:
        planning, changes = self.plan(snapshot, rules, sharing or Sharing())
        self.play(planning, changes)
        return planning, changes

    def play(self, planning: Planning, changes: list[Change]) -> None:
        made: dict[tuple[str, str], int] = {}
        for change in changes:
            if not change.held:
                PLAY[change.kind](self, change, made, planning.links)
        links = planning.links
        self.links = Links(dict(links.schools), dict(links.people), dict(links.sections))
        for mark in planning.marks:
            self._move(planning, mark, made)

    def _move(self, planning: Planning, mark: Mark, made: dict[tuple[str, str], int]) -> None:
        links = self.links.of(mark.kind)
        before = links.get(mark.key)
        of = mark.of or mark.key
        row = made.get((mark.kind, of), links[of].object_id if of in links else None)
        said = mark.said and mark.key in planning.snapshot.of(mark.kind)
        fingerprint = planning.fingerprint(mark.kind, mark.key) if said and not mark.reopen else ""
        pk = before.id if before and before.id else len(links) + 1
        links[mark.key] = LinkState(pk, None if mark.unlink else row, mark.state, mark.live, fingerprint)
        if said:
            line = planning.snapshot.of(mark.kind).line(mark.key)
            self.lines[mark.kind, mark.key] = planning.recalled.get(mark.key, line) if mark.kind == "person" else line
        elif mark.forget:
            self.lines.pop((mark.kind, mark.key), None)

    def _write(self, rows: dict[int, Row], change: Change, made: dict[tuple[str, str], int]) -> int:
        new = {name: value for name, (_, value) in change.fields.items() if name not in ("status", "password")}
        if change.action == "create":
            pk = made["section" if change.kind == "class" else change.kind, change.key] = len(rows) + 1
            rows[pk] = Row(new)
            return pk
        assert change.object_id is not None
        row = rows[change.object_id]
        row.fields.update(new)
        row.active = {"archive": False, "restore": True}.get(change.action, row.active or "status" in change.fields)
        row.managed = True
        return change.object_id

    def play_school(self, change: Change, made: dict[tuple[str, str], int], links: Links) -> None:
        self._write(self.schools, change, made)
        for old in change.was:
            for row in self.users.values():
                keys = row.fields.get("schools", "").split(";")
                row.fields["schools"] = ";".join(change.key if key == old else key for key in keys)
            for row in self.classes.values():
                if row.fields.get("school") == old:
                    row.fields["school"] = change.key

    def play_person(self, change: Change, made: dict[tuple[str, str], int], links: Links) -> None:
        self._write(self.users, change, made)

    def play_class(self, change: Change, made: dict[tuple[str, str], int], links: Links) -> None:
        pk = self._write(self.classes, change, made)
        for seat in change.seats:
            if seat.held:
                for row in seat.ids if counts_as_removal(seat) else ():
                    self.seat_rows[row]["hold"] = "waiting"
                continue
            if seat.action == "create":
                for person in seat.people:
                    link = links.people.get(person)
                    user = made.get(("person", person)) or (link and link.object_id)
                    self.seat_rows[len(self.seat_rows) + 1] = {
                        "class": pk, "user": user, "role": seat.role, "active": True, "synced": True, "hold": "",
                    }  # fmt: skip
            for row in seat.ids:
                self.seat_rows[row].update(active=seat.action != "archive", hold="")

    # -- what people see ---------------------------------------------------------------------------------

    def seen(self) -> dict[str, Any]:
        """Accounts, classes and seats by source key: what two worlds are compared by."""
        user_keys: dict[int | None, str] = {}
        for key, link in sorted(self.links.people.items(), reverse=True):
            if ("person", key) in self.lines:
                user_keys[link.object_id] = key
        class_keys = {link.object_id: key for key, link in self.links.sections.items()}
        users = {
            user_keys.get(pk, row.fields["username"]): (
                row.active,
                {k: v for k, v in row.fields.items() if v and k != "username"},
            )
            for pk, row in self.users.items()
        }
        classes = {
            class_keys[pk]: (row.active, {k: v for k, v in row.fields.items() if v})
            for pk, row in self.classes.items()
            if pk in class_keys
        }
        seats = {
            (class_keys.get(seat["class"]), user_keys.get(seat["user"]), seat["role"])
            for seat in self.seat_rows.values()
            if seat["active"] and self.classes[seat["class"]].active
        }
        given_up = sorted(row.fields["name"] for pk, row in self.classes.items() if pk not in class_keys)
        return {"users": users, "classes": classes, "seats": seats, "given up": given_up}


PLAY = {"school": World.play_school, "person": World.play_person, "class": World.play_class}
