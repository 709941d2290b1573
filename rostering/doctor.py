"""Checks of an installation: each says whether it is well, and what to do where it is not."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from django.utils import timezone

from accounts import keys
from accounts.mfa import unreadable_secrets
from accounts.models import District
from rostering.models import Connection, Run
from rosterproject import environment

MOST_SKEW = timedelta(seconds=5)
LEAST_SPACE = 2 * 1024**3
LONG_RUN = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``fix`` is empty where it is well; a check that is not ``vital`` only advises."""

    name: str
    well: bool
    message: str
    fix: str = ""
    vital: bool = True


def examine() -> Iterator[Check]:
    """All checks, in the order in which they build on each other."""
    yield _database()
    migrations = _migrations()
    yield migrations
    yield _default_keys()
    if not (settings.DEBUG or settings.MFA_REQUIRED):
        fix = "Set MFA_REQUIRED=1: coordinators and ops then need a second step beside the password."
        yield Check("sign-in", False, "A password alone opens the console.", fix, vital=False)
    yield _space()
    if migrations.well:
        yield from (_clock(), _field_keys(), _connections(), _long_runs(), _worker())


def _database() -> Check:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Check("database", True, f"{connection.vendor} answers.")


def _migrations() -> Check:
    waiting = [f"{migration.app_label}.{migration.name}" for alias in connections for migration, _ in _plan(alias)]
    if waiting:
        return Check("migrations", False, f"{len(waiting)} are not applied.", "Run: manage.py migrate")
    return Check("migrations", True, "All are applied.")


def _plan(alias: str) -> list[tuple[Migration, bool]]:
    executor = MigrationExecutor(connections[alias])
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def _default_keys() -> Check:
    if environment.DEFAULT_FIELD_KEY in settings.FIELD_KEYS or settings.SECRET_KEY == environment.DEFAULT_SECRET_KEY:
        fix = "Fine on a laptop. Before anybody else uses it, set SECRET_KEY and FIELD_KEYS, and DEBUG=0."
        return Check("keys", False, "Keys that everybody knows are in use.", fix, vital=False)
    return Check("keys", True, "SECRET_KEY and FIELD_KEYS are set.")


def _space() -> Check:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    message = f"{free / 1024**3:.1f} GB are free for fetched files."
    return Check("space", free >= LEAST_SPACE, message, "" if free >= LEAST_SPACE else "Make room, or set TMPDIR.")


def _clock() -> Check:
    district = District.objects.annotate(now=Now()).first()
    skew = abs(district.now - timezone.now()) if district else timedelta(0)
    fix = "" if skew <= MOST_SKEW else "Set the clocks by NTP, here and on the database's machine."
    return Check(
        "clock", skew <= MOST_SKEW, f"This machine and the database differ by {skew.total_seconds():.1f} s.", fix
    )


def _field_keys() -> Check:
    locked = []
    for district in District.objects.order_by("slug"):
        try:
            keys.digest_key(district.pk, district.digest_key)
        except keys.FieldKeyError:
            locked.append(district.slug)
    for feed in Connection.objects.exclude(secret="").select_related("district"):
        try:
            keys.decrypt(feed.secret)
        except keys.FieldKeyError:
            locked.append(f"{feed.district.slug} (connection)")
    if count := unreadable_secrets():
        locked.append(f"{count} of two-step sign-in")
    if locked:
        return Check(
            "secrets",
            False,
            f"These cannot be decrypted: {', '.join(locked)}.",
            "Put the old key back into FIELD_KEYS.",
        )
    return Check("secrets", True, "Every stored secret can be decrypted.")


def _connections() -> Check:
    waiting = list(District.objects.filter(connection=None).order_by("slug").values_list("slug", flat=True))
    if waiting:
        fix = "Connect them: manage.py connect --help"
        return Check("connections", False, f"Not connected yet: {', '.join(waiting)}.", fix, vital=False)
    broken = list(
        Connection.objects.exclude(broken="").order_by("district__slug").values_list("district__slug", flat=True)
    )
    if broken:
        fix = "What to do stands on each district's page of the console, and in the error of its last run."
        return Check("connections", False, f"Access lost: {', '.join(broken)}.", fix, vital=False)
    return Check("connections", True, "Every district is connected.")


def _long_runs() -> Check:
    old = Run.objects.filter(status=Run.Status.RUNNING, started__lt=timezone.now() - LONG_RUN).select_related(
        "district"
    )
    if names := [f"{run.pk} ({run.district.slug})" for run in old]:
        fix = "If no process works on it, the next sync of the district closes it by itself."
        return Check("runs", False, f"Running for over two hours: {', '.join(names)}.", fix, vital=False)
    return Check("runs", True, "No run is stuck.")


def _worker() -> Check:
    from django_q.status import Stat

    clusters = Stat.get_all()
    if clusters:
        return Check("worker", True, f"{len(clusters)} worker groups report.")
    fix = "Start one: manage.py qcluster. Syncs started by hand or by cron need none."
    return Check("worker", False, "No worker reports.", fix, vital=False)
