"""Records of people whose accounts a person merged (R28): from then on they are one person with several keys (R29)."""

from collections.abc import Iterable, Mapping

import msgspec

from rostering.core.absence import space_of
from rostering.core.holdings import Links
from rostering.core.records import ROLES
from rostering.core.snapshot import Snapshot

Merged = Mapping[int, Mapping[str, int]]
"""Account -> the keys that merges brought to it, each with its rank: 1 is the first behind the account's own keys."""


def fold_merged(snapshot: Snapshot, links: Links, merged: Merged) -> tuple[dict[str, str], set[str]]:
    """Make one record of those that feed one account by a merge. The one that ranks first rules the fields.

    A record that is not sent, without that being proven, rules on: then nothing of the account is changed. Returns,
    of keys that are not sent, the key that names the account's record now; and the keys that were folded into another.
    """
    heirs: dict[str, str] = {}
    folded: set[str] = set()
    for account, keys in _keys_by_account(links, merged).items():
        ranks = merged[account]
        keys.sort(key=lambda key: _place(links, ranks, key))
        ruling = next((key for key in keys if _rules(snapshot, links, key)), None)
        if ruling is None:
            continue
        primary = snapshot.aliases.get(ruling, ruling)
        for key in keys:
            if not _is_seen(snapshot, key):
                heirs.update({key: primary} if key != primary else {})
            elif key in ranks and key != primary:
                _absorb(snapshot, snapshot.aliases.get(key, key), primary)
                folded.add(key)
    return heirs, folded


def _keys_by_account(links: Links, merged: Merged) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for key, link in links.people.items() if merged else ():
        if link.object_id is not None and link.object_id in merged:
            found.setdefault(link.object_id, []).append(key)
    return found


def _place(links: Links, ranks: Mapping[str, int], key: str) -> tuple[int, bool, bool, str]:
    return ranks.get(key, 0), not links.people[key].live, not links.people[key].fingerprint, key


def _is_seen(snapshot: Snapshot, key: str) -> bool:
    return key in snapshot.people or key in snapshot.aliases or ("person", key) in snapshot.blocked


def _rules(snapshot: Snapshot, links: Links, key: str) -> bool:
    """Whether the record is sent, or may be, for all that was read."""
    proven = space_of("person", key) in snapshot.complete or ("person", key) in snapshot.gone
    return _is_seen(snapshot, key) or (links.people[key].live and not proven)


def _absorb(snapshot: Snapshot, key: str, into: str) -> None:
    """Take a record out of the snapshot; its keys, roles and schools go to another one."""
    if key == into:
        return
    keys: Iterable[str] = (key,)
    if key in snapshot.people:
        record = snapshot.people[key]
        keys = record.keys
        if into in snapshot.people:
            target = snapshot.people[into]
            joined = msgspec.structs.replace(
                target,
                keys=tuple(dict.fromkeys((*target.keys, *keys))),
                roles=tuple(role for role in ROLES if role in (*target.roles, *record.roles)),
                schools=tuple(dict.fromkeys((*target.schools, *record.schools))),
            )
            snapshot.people.add(into, joined)
        snapshot.people.drop(key)
    snapshot.blocked.pop(("person", key), None)
    snapshot.aliases.update(dict.fromkeys(keys, into))
