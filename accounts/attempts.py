"""How often a wrong password may be tried (R47), without locking a whole school that has one address.

An account is slowed from one address after ``PER_ACCOUNT`` wrong tries in ``WINDOW``; from other addresses its owner
still gets in. An address as a whole is slowed after wrong tries at more than ``ACCOUNTS`` accounts. What was typed is
counted, so the answer is the same whether the account exists. Counted in the database: every server sees the same.
"""

import ipaddress
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Attempt, District
from accounts.usernames import username_key

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
ACCOUNTS = 50


def address_of(request: HttpRequest) -> str:
    """Whose address a request comes from: what the outermost of our own proxies saw (setting PROXIES).

    Everything further left in X-Forwarded-For is what the sender claims. An IPv6 home has many addresses, so its
    first half counts.
    """
    seen = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    ours = settings.PROXIES
    raw = seen[-ours] if 0 < ours <= len(seen) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        return ""
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def minutes_to_wait(district: District | None, username: str, address: str) -> int:
    """After how many minutes this account may be tried again from this address; 0: at once. Two queries."""
    now = timezone.now()
    recent = Attempt.objects.filter(address=address, at__gt=now - WINDOW)
    tries = list(
        recent.filter(account=_account(district, username)).order_by("-at").values_list("at", flat=True)[:PER_ACCOUNT]
    )
    accounts = list(
        recent.values("account")
        .annotate(last=Max("at"))
        .order_by("-last")
        .values_list("last", flat=True)[: ACCOUNTS + 1]
    )
    waits = [0]
    if len(tries) == PER_ACCOUNT:
        waits.append(_minutes(tries[-1], now))
    if len(accounts) > ACCOUNTS:
        waits.append(_minutes(accounts[-1], now))
    return max(waits)


@transaction.atomic
def count_wrong(district: District | None, username: str, address: str) -> None:
    """Remember a wrong try; those of before the window are forgotten."""
    now = timezone.now()
    Attempt.objects.filter(at__lte=now - WINDOW).delete()
    Attempt.objects.create(district=district, account=_account(district, username), address=address, at=now)


def forget_wrong(district: District | None, username: str, address: str) -> None:
    """The owner got in from here: earlier slips no longer count."""
    Attempt.objects.filter(account=_account(district, username), address=address).delete()


def _account(district: District | None, username: str) -> str:
    """A digest, because people type passwords where the username belongs."""
    typed = f"{district.pk if district else 0}/{username_key(username)}"
    return salted_hmac("accounts.attempts", typed, algorithm="sha256").hexdigest()


def _minutes(oldest: datetime, now: datetime) -> int:
    return max(1, ceil((oldest + WINDOW - now).total_seconds() / 60))
