"""The sandbox over HTTP: real sockets, HTTP/1.1 with connections that stay open, this machine only."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from rostering.rehearsal.clever.answers import Response

PIECES = 20
"""In how many pieces a slow body comes."""


class Answering(Protocol):
    """What a server serves."""

    def respond(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Response:
        """The response to a request; header names are lower case."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "CleverSandbox"
    disable_nagle_algorithm = True
    server: "Server"

    def do_GET(self) -> None:
        """Answer one request."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.answering.respond(self.command, self.path, headers, body))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 names of http.server

    def _send(self, response: Response) -> None:
        """Send a response the way that it says."""
        if response.way == "dropped":
            self.close_connection = True
            return
        ways: dict[str, Callable[[bytes, float], None]] = {"slow": self._trickle, "stalled": self._stall}
        head, body = self._head(response), response.body if self.command != "HEAD" else b""
        if response.way == "whole":
            self.wfile.write(head + body if len(body) < 1 << 16 else head)
            if len(body) >= 1 << 16:
                self.wfile.write(body)
        elif response.way == "dropped-mid-body":
            self.wfile.write(head + body[: len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(head)
            ways[response.way](body, response.seconds)

    def _head(self, response: Response) -> bytes:
        lines = {"Content-Type": response.content_type, "Content-Length": str(len(response.body)), **response.headers}
        status = f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"
        text = "\r\n".join([status, *(f"{name}: {value}" for name, value in lines.items()), "", ""])
        return text.encode("latin-1")

    def _trickle(self, body: bytes, seconds: float) -> None:
        step = max(1, -(-len(body) // PIECES))
        for start in range(0, len(body), step):
            if self.server.closing.wait(seconds / PIECES):
                break
            self.wfile.write(body[start : start + step])

    def _stall(self, _body: bytes, seconds: float) -> None:
        self.server.closing.wait(seconds)
        self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Requests are logged by the sandbox."""


class Server(ThreadingHTTPServer):
    """Serves until it is closed, and then leaves no thread and no socket behind."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, answering: Answering, port: int = 0) -> None:
        self.answering = answering
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Remember the connection, to close it in the end."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Forget the connection and close it."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is none of our faults."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def server_close(self) -> None:
        """Close every connection, and wait for the threads that serve them."""
        self.closing.set()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
        super().server_close()


@contextmanager
def serve_in_thread(server: Server) -> Iterator[str]:
    """Serves in a thread of this process, and closes the server in the end; gives the base URL."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="clever sandbox")
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
