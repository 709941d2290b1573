"""The paths of the sandbox: data, sign-in and control, with tokens, rate limit and faults in front of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from rostering.rehearsal.clever.answers import HTML, Answer, RefusedError, Response, Single, json_response, refusal
from rostering.rehearsal.clever.control import answer_control
from rostering.rehearsal.clever.faults import draw, instead, spoil_answer, spoil_response
from rostering.rehearsal.clever.oauth import bearer
from rostering.rehearsal.clever.sandbox import Request, Sandbox
from rostering.rehearsal.clever.server import Server, serve_in_thread


class Front:
    """Answers every request to a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def respond(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Response:
        """The response to a request (header names in lower case)."""
        sandbox = self.sandbox
        path, _, query = target.partition("?")
        with sandbox.lock:
            if path.startswith("/control/"):
                return answer_control(sandbox, method, path.removeprefix("/control/"), body)
            sandbox.look()
            sandbox.requests.append(Request(method, target, self._kind_of_token(headers)))
            within, limits = sandbox.limits.count(bearer(headers))
            try:
                if not within:
                    response = refusal(429, "Too many requests")
                elif path.startswith(("/v3.0/", "/v3.1/")):
                    response = self._data(method, target, bearer(headers))
                else:
                    response = sandbox.oauth.answer(method, path, query, headers, body)
            except RefusedError as error:
                response = refusal(error.status, error.message)
            response.headers = limits | response.headers
            return response

    def _kind_of_token(self, headers: dict[str, str]) -> str:
        token, oauth = bearer(headers), self.sandbox.oauth
        if token and token == oauth.token:
            return "district"
        if token:
            return "user" if oauth.user_of(token) else "unknown"
        return "basic" if headers.get("authorization", "").lower().startswith("basic ") else "none"

    def _data(self, method: str, target: str, token: str) -> Response:
        """The response to a data request, with whatever fault is due."""
        fault = draw(self.sandbox.faults, target)
        if fault and (response := instead(fault, target, self.sandbox.limits.reset)):
            return response
        if method not in ("GET", "HEAD"):
            raise RefusedError(501, "Not implemented")
        if not token or token != self.sandbox.oauth.token:
            return self._data_of_user(target, token)
        answer = self._answer(target)
        if fault is None:
            return answer.render()
        return spoil_response(fault, spoil_answer(fault, answer, self._answer).render())

    def _answer(self, target: str) -> Answer:
        path, _, query = target.partition("?")
        return self.sandbox.api.answer(path, query)

    def _data_of_user(self, target: str, token: str) -> Response:
        """What the token of a user may see: who it is, their record and their district (§1.2)."""
        user = self.sandbox.oauth.user_of(token)
        if user is None:
            raise RefusedError(401, "Unauthorized")
        path = target.partition("?")[0]
        version = path.split("/")[1]
        if path == f"/{version}/me":
            return json_response(self.sandbox.oauth.me(user, version))
        if target in (f"/{version}/users/{user}", f"/{version}/districts/{self.sandbox.district_id}"):
            answer = self._answer(path)
            if isinstance(answer, Single):
                return answer.render()
        if self.sandbox.user_token_gets_html:
            return Response(404, b"<!doctype html><title>Not found</title>", HTML)
        raise RefusedError(404, "Resource not found")


def open_server(sandbox: Sandbox, port: int = 0) -> Server:
    """A server for the sandbox on this machine; 0 picks a free port."""
    return Server(Front(sandbox), port)


@contextmanager
def serving(sandbox: Sandbox, port: int = 0) -> Iterator[str]:
    """Serves the sandbox in a thread of this process; gives the base URL."""
    with serve_in_thread(open_server(sandbox, port)) as url:
        yield url
