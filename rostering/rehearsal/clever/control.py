"""The control API: ``POST /control/<verb>`` with a JSON object. The sandbox alone has it; Clever does not.

    load           {"data": DIR}                      another folder is the district's next day
    advance        {"days": 31} {"seconds": 60}       move the clock
    hide, share    {"kind": "users", "ids": [...]}    stop sharing records, share them again
    pause          {"start": "2027-05-26", "end": "2027-07-30"}
    hold, resume   {}                                 files wait; then all changes come at once
    disconnect     {}                                 the token is refused and leaves the list
    rotate-token   {}                                 another token (connects again)
    change-sis-id  {"kind": "student", "old": "1", "new": "2"}   or teacher, staff, contact, section, school
    events         {"on": false}                      switch events off or on
    next-links     {"on_short_pages": true}           a next link on short pages too
    previous       {"outer": true}                    previous_attributes beside data, not inside
    rate-limit     {"limit": 10, "window": 60}
    fault          {"kind": "500", "at": 3, "times": 1}          or "at": "/v3.1/users*", "seconds", "megabytes"
    clear-faults   {}
    user-tokens    {"html": true}                     what a user's token gets on lists: a web page, else 404
    login          {"user": ID, "redirect_uri": URI}  a code as after a sign-in
    status         {}                                 what is served (GET too)
    requests       {}                                 the last requests (GET too)

Answers 200 with the status (or what was asked for), 400 {"message"} for what is wrong, 404 for an unknown verb.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from rostering.rehearsal.clever.answers import Response, json_response, refusal
from rostering.rehearsal.clever.clock import stamp
from rostering.rehearsal.clever.events import KINDS
from rostering.rehearsal.clever.faults import Fault
from rostering.rehearsal.clever.sandbox import Sandbox
from rostering.rehearsal.clever.tables import DataRefusedError

Asked = dict[str, Any]
LAST_REQUESTS = 1000


def status(sandbox: Sandbox) -> Asked:
    """What is served now."""
    return {
        "district": sandbox.district_id,
        "state": sandbox.state,
        "token": sandbox.token,
        "clock": stamp(sandbox.clock.now()),
        "data": str(sandbox.data),
        "records": {kind: len(sandbox.roster.visible(kind)) for kind in KINDS},
        "events": len(sandbox.roster.events()),
        "faults": len(sandbox.faults),
        "requests": len(sandbox.requests),
    }


def switch_next_links(sandbox: Sandbox, on_short_pages: bool) -> None:
    """Show ``next`` on short pages too."""
    sandbox.api.next_on_short_pages = on_short_pages


def switch_previous(sandbox: Sandbox, outer: bool) -> None:
    """Move ``previous_attributes`` outwards or inwards."""
    sandbox.api.outer_previous = outer


def set_rate_limit(sandbox: Sandbox, limit: int, window: int = 60) -> None:
    """Set the requests per token and window of seconds."""
    sandbox.limits.limit, sandbox.limits.window = int(limit), max(1, int(window))


def switch_user_tokens(sandbox: Sandbox, html: bool) -> None:
    """Choose what a user's token gets on lists."""
    sandbox.user_token_gets_html = html


def last_requests(sandbox: Sandbox) -> Asked:
    """The last requests."""
    last = list(sandbox.requests)[-LAST_REQUESTS:]
    return {"requests": [{"method": method, "target": target, "token": token} for method, target, token in last]}


VERBS: dict[str, Callable[..., Any]] = {
    "load": lambda sandbox, data: sandbox.load(Path(data)),
    "advance": lambda sandbox, days=0, seconds=0: sandbox.advance(days, seconds),
    "hide": lambda sandbox, kind, ids: sandbox.hide(kind, *ids),
    "share": lambda sandbox, kind, ids: sandbox.share(kind, *ids),
    "pause": lambda sandbox, **days: sandbox.pause(**days),
    "hold": lambda sandbox: sandbox.hold(),
    "resume": lambda sandbox: sandbox.resume(),
    "disconnect": lambda sandbox: sandbox.disconnect(),
    "rotate-token": lambda sandbox: {"token": sandbox.rotate_token()},
    "change-sis-id": lambda sandbox, kind, old, new: sandbox.change_sis_id(kind, old, new),
    "events": lambda sandbox, on: sandbox.switch_events(on),
    "next-links": switch_next_links,
    "previous": switch_previous,
    "rate-limit": set_rate_limit,
    "fault": lambda sandbox, **fault: sandbox.fail(Fault(**fault)),
    "clear-faults": lambda sandbox: sandbox.clear_faults(),
    "user-tokens": switch_user_tokens,
    "login": lambda sandbox, user, redirect_uri="": {"code": sandbox.login(user, redirect_uri)},
    "status": status,
    "requests": last_requests,
}
READ_ONLY = ("status", "requests")


def answer_control(sandbox: Sandbox, method: str, verb: str, body: bytes) -> Response:
    """Do what is asked for."""
    if verb not in VERBS:
        return refusal(404, f"There is no control {verb!r}. Controls: {', '.join(VERBS)}.")
    if method != "POST" and verb not in READ_ONLY:
        return refusal(405, "Use POST.")
    try:
        asked = msgspec.json.decode(body or b"{}", type=Asked)
        found = VERBS[verb](sandbox, **asked)
    except (TypeError, ValueError, KeyError, DataRefusedError, msgspec.MsgspecError) as error:
        return refusal(400, f"{verb}: {error}")
    return json_response(found if isinstance(found, dict) else status(sandbox))
