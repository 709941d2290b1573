"""The life of data warnings (R44): new, continuing since, resolved by themselves, accepted."""

import json
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any

from django.db.models import Count
from django.utils import timezone

from accounts import bulk
from accounts.models import District
from rostering.core.data_warnings import CATALOGUE, Finding
from rostering.models import DataWarning

FAILURES = ("SRC_UNREACHABLE", "SRC_INCOMPLETE", "FILE_SET_PARTIAL", "FILE_HEADER_UNKNOWN")
"""Codes under which a run fails."""
OF_SEVERAL = ("STUDENT_NUMBER_SHARED", "POSSIBLE_DUPLICATE")
"""Codes about records that one of them alone cannot tell."""
OPEN = (DataWarning.State.NEW, DataWarning.State.CONTINUING)
COLUMNS = (
    "message", "fix", "words", "name", "school", "severity", "parent_kind", "parent_key", "classes", "students",
    "state",
)  # fmt: skip


def save_findings(
    district: District,
    findings: Iterable[Finding],
    examined: set[tuple[str, str]],
    sent: Callable[[str, str], bool],
    scope: set[tuple[str, str]] | None = None,
) -> None:
    """Make the warnings of a district say what a run found. To be called in the run's transaction.

    A sticky warning goes on while its record is neither looked at (``examined``) nor gone: ``sent(kind, key)`` tells.
    ``scope``: the only records, (kind, key), that the run was about; warnings about others stay as they are.
    """
    rows: Iterable[Any] = DataWarning.objects.filter(district=district).values()
    known: dict[str, dict[str, Any]] = {row["identity"]: {**row} for row in rows}
    found = {identity(finding): finding for finding in findings if _is_about(scope, finding, known)}
    known = {name: row for name, row in known.items() if name in found or _is_judged(scope, row)}
    _insert(district, {name: finding for name, finding in found.items() if name not in known})
    moved = [
        (row["id"], *values)
        for name, row in known.items()
        if name in found and (values := _values(found[name], row)) != tuple(row[column] for column in COLUMNS)
    ]
    _update(moved)
    again = [row["id"] for name, row in known.items() if name in found and row["state"] == DataWarning.State.RESOLVED]
    now = timezone.now()
    bulk.update(DataWarning, ("since", "resolved_at"), ((pk, now, None) for pk in again))
    unseen = [row for name, row in known.items() if name not in found and row["state"] != DataWarning.State.RESOLVED]
    _resolve(row["id"] for row in unseen if not _goes_on(row, examined, sent))
    older = [row["id"] for row in unseen if row["state"] == DataWarning.State.NEW and _goes_on(row, examined, sent)]
    bulk.update(DataWarning, ("state",), ((pk, DataWarning.State.CONTINUING) for pk in older))


def save_failure(district: District, code: str, message: str, kind: str, key: str) -> None:
    """Open the warning of a failed run, in the place of an earlier failure's. Nothing else was looked at."""
    others = DataWarning.objects.filter(district=district, kind=kind, key=key, code__in=FAILURES).exclude(code=code)
    _resolve(others.exclude(state=DataWarning.State.RESOLVED).values_list("pk", flat=True))
    name = _hash(code, kind, key, "")
    before = DataWarning.objects.filter(district=district, identity=name).values_list("state", flat=True).first()
    state = _next_state(before)
    DataWarning.objects.update_or_create(
        district=district,
        identity=name,
        defaults={
            "code": code, "severity": CATALOGUE[code].severity, "kind": kind, "key": key, "message": message,
            "fix": CATALOGUE[code].fix, "state": state, "resolved_at": None,
            **({"since": timezone.now()} if state == DataWarning.State.NEW else {}),
        },
    )  # fmt: skip


def count_open(district: District) -> dict[str, int]:
    """Open warnings per code; those folded under another are not counted (R43)."""
    rows = DataWarning.objects.filter(district=district, state__in=OPEN, parent_kind="")
    return dict(rows.order_by("code").values_list("code").annotate(n=Count("id")))


def identity(finding: Finding) -> str:
    """What makes two findings of two runs the same warning."""
    return _hash(finding.code, finding.kind, finding.key, finding.variant or ("" if finding.key else finding.name))


def _hash(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def _is_judged(scope: set[tuple[str, str]] | None, row: dict[str, Any]) -> bool:
    """Whether a run can tell that a warning no longer holds: not where it takes other records to tell."""
    return scope is None or ((row["kind"], row["key"]) in scope and row["code"] not in OF_SEVERAL)


def _is_about(scope: set[tuple[str, str]] | None, finding: Finding, known: dict[str, dict[str, Any]]) -> bool:
    """Whether a run is to tell of a finding: of others' only that removals wait, if that is not told already."""
    if scope is None:
        return True
    told = identity(finding) in known and known[identity(finding)]["state"] != DataWarning.State.RESOLVED
    if finding.code in ("REMOVALS_HELD", *OF_SEVERAL):
        return not told
    return (finding.kind, finding.key) in scope


def _goes_on(row: dict[str, Any], examined: set[tuple[str, str]], sent: Callable[[str, str], bool]) -> bool:
    place = (row["kind"], row["key"])
    return bool(row["sticky"]) and place not in examined and sent(*place)


def _values(finding: Finding, row: dict[str, Any] | None) -> tuple[Any, ...]:
    """The values of ``COLUMNS`` for a finding, given the warning there was."""
    state = _next_state(row["state"] if row else None)
    parent = finding.parent or ("", "")
    return (
        finding.message, finding.fix, dict(finding.words), finding.name, finding.school, finding.severity, *parent,
        finding.classes, finding.students, str(state),
    )  # fmt: skip


def _next_state(before: str | None) -> DataWarning.State:
    """The state of a warning that is found (again), given the one it was in."""
    if before in (None, DataWarning.State.RESOLVED):
        return DataWarning.State.NEW
    return DataWarning.State.ACCEPTED if before == DataWarning.State.ACCEPTED else DataWarning.State.CONTINUING


def _insert(district: District, found: dict[str, Finding]) -> None:
    DataWarning.objects.bulk_create(
        (
            DataWarning(
                district=district, identity=name, code=finding.code, kind=finding.kind, key=finding.key,
                sticky=finding.sticky, **dict(zip(COLUMNS, _values(finding, None), strict=True)),
            )
            for name, finding in found.items()
        ),
        batch_size=500,
    )  # fmt: skip


def _update(rows: list[tuple[Any, ...]]) -> None:
    words = COLUMNS.index("words") + 1
    bulk.update(DataWarning, COLUMNS, ((*row[:words], json.dumps(row[words]), *row[words + 1 :]) for row in rows))


def _resolve(ids: Iterable[int]) -> None:
    now = timezone.now()
    bulk.update(DataWarning, ("state", "resolved_at"), ((pk, DataWarning.State.RESOLVED, now) for pk in ids))
