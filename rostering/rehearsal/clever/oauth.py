"""Sign-in with Clever and the list of district tokens (clever.md §1.2.1, §4)."""

import base64
import binascii
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from rostering.rehearsal.clever.answers import HTML, RefusedError, Response, json_response, refusal
from rostering.rehearsal.clever.clock import START, stamp
from rostering.rehearsal.clever.ids import digest
from rostering.rehearsal.clever.roster import Roster
from rostering.rehearsal.clever.shapes import decode

CODE_LIVES, TOKEN_LIVES = 60, 24 * 3600
SHOWN = 50
COOKIE = "clever_sandbox_user"
SCOPES = (
    *("read:district_admins", "read:school_admins", "read:schools", "read:sections", "read:students"),
    *("read:teachers", "read:student_contacts", "read:user_id"),
)


@dataclass
class Code:
    """A code, good for one exchange within a minute."""

    user: str
    redirect_uri: str
    expires: float
    used: bool = False


@dataclass
class SignIn:
    """Clever's OAuth host for one app and one district.

    ``token`` is that of the district, None while it is disconnected. ``redirect_uris`` are those registered, the
    first one being where the portal leads; with none, any is accepted.
    """

    roster: Roster
    token: str | None
    redirect_uris: tuple[str, ...] = ()
    codes: dict[str, Code] = field(default_factory=dict)
    users: dict[str, tuple[str, float]] = field(default_factory=dict)
    issued: int = 0

    @property
    def client_id(self) -> str:
        """The app's id."""
        return digest(self.roster.seed, "client id", size=10)

    @property
    def client_secret(self) -> str:
        """The app's secret."""
        return digest(self.roster.seed, "client secret", size=20)

    def user_of(self, token: str) -> str | None:
        """The user who signed in for this token, while it is good."""
        user, expires = self.users.get(token, ("", 0.0))
        return user if expires > self._seconds() else None

    def login(self, user: str, redirect_uri: str = "") -> str:
        """A code, as it is handed to the app after this user has signed in."""
        self.issued += 1
        code = digest(self.roster.seed, "code", self.issued, size=20)
        uri = redirect_uri or (self.redirect_uris[0] if self.redirect_uris else "")
        self.codes[code] = Code(user, uri, self._seconds() + CODE_LIVES)
        return code

    def answer(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Response:
        """The answer to ``/oauth/...`` and ``/userinfo``."""
        asked = dict(parse_qsl(query, keep_blank_values=True))
        if path == "/oauth/tokens":
            if not self._is_the_app(headers):
                return oauth_error(401, "invalid_client", "client id and secret, by Basic authentication only")
            return self._exchange(headers, body) if method == "POST" else self._tokens(path, query, asked)
        if path in ("/oauth/authorize", "/oauth/portal", "/oauth/instant-login"):
            return self._choose(path, asked, headers)
        if path == "/oauth/logout":
            gone = {"Set-Cookie": f"{COOKIE}=; Path=/; Max-Age=0"}
            return Response(200, b"<p>Signed out of the Clever sandbox.</p>", HTML, gone)
        if path in ("/userinfo", "/oauth/tokeninfo"):
            return self._about(path, bearer(headers))
        raise RefusedError(404, "Resource not found")

    def me(self, user: str, version: str) -> dict[str, Any]:
        """The identity behind a user's token (§4.4)."""
        district = self.roster.district
        return {
            "type": "user",
            "data": {"id": user, "district": district, "type": "user", "authorized_by": "district"},
            "links": [
                {"rel": "self", "uri": "/me"},
                {"rel": "canonical", "uri": f"/{version}/users/{user}"},
                {"rel": "district", "uri": f"/{version}/districts/{district}"},
            ],
        }

    def _seconds(self) -> float:
        return self.roster.clock.now().timestamp()

    def _is_the_app(self, headers: dict[str, str]) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        try:
            return scheme.lower() == "basic" and (
                base64.b64decode(given, validate=True) == f"{self.client_id}:{self.client_secret}".encode()
            )
        except binascii.Error:
            return False

    def _tokens(self, path: str, query: str, asked: dict[str, str]) -> Response:
        """The list of district tokens: flat, one item or none."""
        if asked.get("owner_type", "district") != "district":
            return oauth_error(400, "invalid_request", "owner_type knows only district")
        district, items = self.roster.district, []
        if self.token and asked.get("district", district) == district:
            item = {
                "id": digest(self.token),
                "created": stamp(START),
                "owner": {"type": "district", "id": district},
                "access_token": self.token,
                "scopes": list(SCOPES),
            }
            items.append(item)
        uri = f"{path}?{query}" if query else path
        return json_response({"data": items, "links": [{"rel": "self", "uri": uri}]})

    def _exchange(self, headers: dict[str, str], body: bytes) -> Response:
        """A code for a token (§4.3)."""
        try:
            form = (
                msgspec.json.decode(body, type=dict[str, str])
                if "json" in headers.get("content-type", "")
                else dict(parse_qsl(body.decode()))
            )
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return oauth_error(400, "invalid_request", "the body cannot be read")
        if form.get("grant_type") != "authorization_code":
            return oauth_error(400, "unsupported_grant_type", "grant_type must be authorization_code")
        code = self.codes.get(form.get("code", ""))
        if code is None or code.used or code.expires <= self._seconds():
            return oauth_error(400, "invalid_grant", "invalid code")
        if code.redirect_uri and form.get("redirect_uri") != code.redirect_uri:
            return oauth_error(400, "invalid_grant", "redirect_uri is not the one of the code")
        code.used = True
        token = "il" + digest(form["code"], size=19)
        self.users[token] = (code.user, self._seconds() + TOKEN_LIVES)
        return json_response({"access_token": token, "token_type": "bearer"})

    def _choose(self, path: str, asked: dict[str, str], headers: dict[str, str]) -> Response:
        """The page where a user is chosen; with a user, or a Clever session, the way back to the app."""
        is_button, uri = path == "/oauth/authorize", asked.get("redirect_uri", "")
        if path != "/oauth/portal" and asked.get("client_id") != self.client_id:
            return page(400, "<p>There is no app with this client_id.</p>")
        if is_button and asked.get("response_type") != "code":
            return page(400, "<p>response_type must be code.</p>")
        if is_button and (not uri or (self.redirect_uris and uri not in self.redirect_uris)):
            return page(400, "<p>The redirect_uri is not registered.</p>")
        if not is_button and not self.redirect_uris:
            return page(400, "<p>Register a redirect URI first (--redirect-uri).</p>")
        session = dict(part.strip().partition("=")[::2] for part in headers.get("cookie", "").split(";"))
        user = asked.get("user") or (session.get(COOKIE, "") if asked.get("confirmed") != "false" else "")
        if not user:
            return page(200, self._list_users(path, asked))
        back = {"state": asked["state"]} if is_button and "state" in asked else {}
        to = uri if is_button else self.redirect_uris[0]
        if self.roster.get("users", user) is None:
            return redirect(to, back | {"error": "unauthorized-user"}, user)
        return redirect(to, {"code": self.login(user, to)} | back, user)

    def _list_users(self, path: str, asked: dict[str, str]) -> str:
        """The first users whose record has the text that is looked for."""
        wanted = asked.get("q", "").encode()
        lines: list[str] = []
        for key in self.roster.visible("users"):
            record = self.roster.records["users"][key]
            if wanted in record and len(lines) < SHOWN:
                user = decode(record)
                roles = ", ".join(role for role, found in user["roles"].items() if found)
                words = f"{user['name'].get('first') or ''} {user['name'].get('last') or ''} ({roles})"
                link = f"{path}?{urlencode(asked | {'user': key})}"
                lines.append(f'<li><a href="{escape(link)}">{escape(words)}</a> {key}</li>')
        kept = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in asked.items()
            if name != "q"
        )
        search = f'<form>{kept}<label>Part of the record <input name="q"></label> <button>Find</button></form>'
        return f"<h1>Clever sandbox: who signs in?</h1>{search}<ul>{''.join(lines)}</ul>"

    def _about(self, path: str, token: str) -> Response:
        """``/userinfo`` of a user's token, ``/oauth/tokeninfo`` of any."""
        user = self.user_of(token)
        if path == "/oauth/tokeninfo" and (user or (token and token == self.token)):
            return json_response({"client_id": self.client_id, "scopes": list(SCOPES)})
        record = user and self.roster.get("users", user)
        return json_response(self._userinfo(decode(record))) if record else refusal(401, "Unauthorized")

    def _userinfo(self, user: dict[str, Any]) -> dict[str, Any]:
        role = next(role for role, found in user["roles"].items() if found)
        name = {part: user["name"].get(part) or "" for part in ("first", "last", "middle")}
        return {
            "sub": user["id"],
            "multi_role_user_id": user["id"],
            "user_id": user["roles"][role]["legacy_id"],
            "user_type": role,
            "district_id": user["district"],
            "district": user["district"],
            "email": user.get("email") or "",
            "email_verified": False,
            "name": name,
            "given_name": name["first"],
            "family_name": name["last"],
            "schools": user["roles"][role].get("schools", []),
            "authorized_by": "district",
        }


def bearer(headers: dict[str, str]) -> str:
    """The token of a request; blank if it has none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def oauth_error(status: int, error: str, description: str) -> Response:
    """An error as OAuth words it."""
    return json_response({"error": error, "error_description": description}, status)


def page(status: int, body: str) -> Response:
    """A web page."""
    return Response(status, f"<!doctype html><title>Clever sandbox</title>{body}".encode(), HTML)


def redirect(uri: str, parameters: dict[str, str], user: str) -> Response:
    """Back to the app; the browser keeps its Clever session."""
    joint = "&" if "?" in uri else "?"
    cookie = f"{COOKIE}={user}; Path=/; HttpOnly; SameSite=Lax"
    return Response(302, headers={"Location": f"{uri}{joint}{urlencode(parameters)}", "Set-Cookie": cookie})
