"""Who stands behind a code of Clever: the exchange, and the account that the roster has for that person (clever.md §4).

Nobody is found by name or email, no account is ever made here, and nothing that Clever says is stored.
"""

from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
import requests
from django.conf import settings
from requests.auth import AuthBase, HTTPBasicAuth

from accounts.models import District, User
from rostering.core.records import USER
from rostering.explain import answers
from rostering.models import Connection, Link
from rostering.sources.clever_api import CONNECT_SECONDS, Bearer, is_safe

MOST_SECONDS = 10
"""Longer than that nobody looks at an empty page."""
NOT_CONNECTED, NOT_RECEIVED, INACTIVE, UNCLEAR = (
    "DISTRICT_NOT_CONNECTED", "NOT_RECEIVED", "ACCOUNT_INACTIVE", "TWO_ACCOUNTS",
)  # fmt: skip


class CleverSilentError(Exception):
    """Clever does not answer, or not as it should. Trying again later may help."""


class CodeRefusedError(Exception):
    """Clever does not take the code: it was used, or is over a minute old."""


class NoAccountError(Exception):
    """Nobody may be signed in for this person. ``code``: the reason (R39), for a coordinator."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Token(msgspec.Struct):
    access_token: str


class _Who(msgspec.Struct):
    id: str
    district: str | None = None


class _Me(msgspec.Struct):
    type: str
    data: _Who


@dataclass(frozen=True)
class Person:
    """A person by Clever's ids."""

    key: str
    district: str


T = TypeVar("T")


def is_offered(district: District | None) -> bool:
    """Whether a district's people can sign in with Clever: we are an app there, and its roster comes from there."""
    if district is None or not all(settings.CLEVER_CLIENT):
        return False
    return Connection.objects.filter(district=district, source=Connection.Source.CLEVER).exists()


def authorize_url(callback: str, state: str, slug: str) -> str:
    """Where Clever asks who it is. ``slug``: the district, if we know it, so that Clever need not ask."""
    asked = {"response_type": "code", "client_id": settings.CLEVER_CLIENT[0], "redirect_uri": callback, "state": state}
    connected = Connection.objects.filter(district__slug=slug, source=Connection.Source.CLEVER).first()
    if connected and connected.settings.get("district"):
        asked["district_id"] = connected.settings["district"]
    return f"{settings.CLEVER_OAUTH_URL}/oauth/authorize?{urlencode(asked)}"


def person_behind(code: str, callback: str) -> Person:
    """The person who signed in at Clever. Raises CodeRefusedError and CleverSilentError."""
    body = {"code": code, "grant_type": "authorization_code", "redirect_uri": callback}
    address = f"{settings.CLEVER_OAUTH_URL}/oauth/tokens"
    token = _ask("POST", address, HTTPBasicAuth(*settings.CLEVER_CLIENT), _Token, body).access_token
    me = _ask("GET", f"{settings.CLEVER_API_URL}/v3.1/me", Bearer(token), _Me)
    if me.type != "user" or not me.data.id:
        raise CleverSilentError
    return Person(me.data.id, me.data.district or "")


def account_of(person: Person) -> User:
    """The one active account that the roster has for a person, by Clever's ids alone. Raises NoAccountError."""
    clever = Connection.objects.filter(source=Connection.Source.CLEVER, settings__district=person.district)
    districts = list(District.objects.filter(connection__in=clever)) if person.district else []
    if not districts:
        raise NoAccountError(NOT_CONNECTED)
    links = list(
        Link.objects.filter(district__in=districts, kind=Link.Kind.PERSON, key=USER + person.key)
        .select_related("district")
        .order_by("pk")
    )
    if not links:
        raise NoAccountError(NOT_RECEIVED)
    found = [user for link in links if (user := _active(link))]
    if len(found) > 1:
        raise NoAccountError(UNCLEAR)
    if not found:
        raise NoAccountError(_reason(links[0], person))
    return found[0]


def _active(link: Link) -> User | None:
    if link.object_id is None:
        return None
    users = User.objects.select_related("district").filter(district=link.district, is_active=True)
    return users.filter(pk=link.object_id).first()


def _reason(link: Link, person: Person) -> str:
    """What "Why is … not here?" says of the record, as a code."""
    _, answer = answers(link.district, person.key, [link])[0]
    if answer["outcome"] in ("in_use", "unchanged"):
        return INACTIVE
    return str(answer["code"] or answer["outcome"].upper())


def _ask(method: str, address: str, auth: AuthBase, kind: type[T], body: dict[str, str] | None = None) -> T:
    """One request, not tried again: a person waits, and a code is good once."""
    if not is_safe(address):
        raise CleverSilentError
    timeouts = (min(CONNECT_SECONDS, settings.CLEVER_TIMEOUT), min(MOST_SECONDS, settings.CLEVER_TIMEOUT))
    try:
        answer = requests.request(method, address, auth=auth, json=body, timeout=timeouts, allow_redirects=False)
    except requests.RequestException:
        raise CleverSilentError from None
    if method == "POST" and answer.status_code == requests.codes.bad_request:
        raise CodeRefusedError
    if answer.status_code != requests.codes.ok:
        raise CleverSilentError
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError:
        raise CleverSilentError from None
