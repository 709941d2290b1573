"""Real SFTP servers on loopback: asyncssh in a thread, and OpenSSH where the machine has it."""

import asyncio
import getpass
import os
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import asyncssh

from rostering.sources.sftp import SftpSecret, SftpSettings

SSHD = Path("/usr/sbin/sshd")
ED25519 = "ssh-ed25519"

OnRead = Callable[[str, int, int], str]
"""(file name, offset, length) before each answer -> "" to go on, "drop" to cut the connection, "stall" to go silent,
"end" to say that the file ends here."""

OnList = Callable[[], None]


@dataclass
class SftpServer:
    """What a client needs to come in, and what the server saw.

    ``host_key``: ``TYPE BASE64``. ``path``: the directory as the server names it, ``root``: the same on this disk.
    ``password`` is empty where the server takes keys only. ``connections`` counts the callers,
    ``sign_ins`` are the names that they gave, ``reads`` the names and offsets that they asked for.
    """

    root: Path
    path: str
    user: str
    password: str
    host_key: str
    client_key_pem: str
    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    sign_ins: list[str] = field(default_factory=list)
    reads: list[tuple[str, int]] = field(default_factory=list)

    @property
    def settings(self) -> SftpSettings:
        return SftpSettings(self.host, self.port, self.user, self.path, self.host_key)

    @property
    def secret(self) -> SftpSecret:
        return SftpSecret(password=self.password) if self.password else SftpSecret(private_key=self.client_key_pem)


class _Door(asyncssh.SSHServer):
    """Who may come in."""

    def __init__(self, known: SftpServer, callers: list[asyncssh.SSHServerConnection], refuse_first: int) -> None:
        self.known, self.callers, self.refuse_first = known, callers, refuse_first

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.callers.append(conn)
        self.known.connections += 1
        if self.known.connections <= self.refuse_first:
            conn.abort()

    def begin_auth(self, username: str) -> bool:
        self.known.sign_ins.append(username)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (self.known.user, self.known.password)


class _Files(asyncssh.SFTPServer):
    """What is there to be read, and what happens when it is."""

    def __init__(self, chan: asyncssh.SSHServerChannel, known: SftpServer, on_read: OnRead, on_list: OnList) -> None:
        super().__init__(chan, chroot=os.fsencode(known.root))
        self.known, self.on_read, self.on_list = known, on_read, on_list

    def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        self.on_list()
        return super().scandir(path)

    async def read(self, file_obj: BinaryIO, offset: int, size: int) -> bytes:
        name = Path(os.fsdecode(file_obj.name)).name
        self.known.reads.append((name, offset))
        what = self.on_read(name, offset, size)
        if what == "drop":
            self.connection.abort()
        if what == "stall":
            await asyncio.Event().wait()
        return b"" if what == "end" else super().read(file_obj, offset, size)


@contextmanager
def sftp_server(
    root: Path,
    *,
    user: str = "district",
    password: str = "correct-horse",
    on_read: OnRead = lambda _name, _offset, _length: "",
    on_list: OnList = lambda: None,
    refuse_first: int = 0,
    offer_sftp: bool = True,
    key_type: str = ED25519,
) -> Iterator[SftpServer]:
    """Serve ``root`` as ``/`` by password and by key until the block ends.

    ``on_list`` runs before each listing. The first ``refuse_first`` callers are hung up on. Without ``offer_sftp``
    people may sign in, and that is all. ``key_type``: of the host key named and of the client's key; where it is
    not Ed25519 the server has an Ed25519 host key beside it, as servers do.
    """
    ours, theirs = asyncssh.generate_private_key(key_type), asyncssh.generate_private_key(key_type)
    beside = [] if key_type == ED25519 else [asyncssh.generate_private_key(ED25519)]
    known = SftpServer(root, "/", user, password, public_text(ours), theirs.export_private_key().decode())
    callers: list[asyncssh.SSHServerConnection] = []

    async def serve(ready: Callable[[asyncio.AbstractEventLoop, asyncio.Event], None]) -> None:
        stop = asyncio.Event()
        acceptor = await asyncssh.listen(
            known.host,
            0,
            server_factory=lambda: _Door(known, callers, refuse_first),
            server_host_keys=[ours, *beside],
            authorized_client_keys=asyncssh.import_authorized_keys(public_text(theirs)),
            sftp_factory=(lambda chan: _Files(chan, known, on_read, on_list)) if offer_sftp else None,
        )
        known.port = acceptor.get_port()
        ready(asyncio.get_running_loop(), stop)
        await stop.wait()
        acceptor.close()
        for conn in callers:
            conn.abort()
        await acceptor.wait_closed()
        await asyncio.gather(*(conn.wait_closed() for conn in callers), return_exceptions=True)

    with _in_thread(serve):
        yield known


def public_text(key: asyncssh.SSHKey) -> str:
    """TYPE BASE64 of a key."""
    return " ".join(key.export_public_key().decode().split()[:2])


@contextmanager
def _in_thread(serve: Callable) -> Iterator[None]:
    """Run a server's coroutine in a thread with a loop of its own, from ready to stopped."""
    started = threading.Event()
    handles = []

    def ready(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
        handles.extend([loop, stop])
        started.set()

    thread = threading.Thread(target=lambda: asyncio.run(serve(ready)), name="sftp-server")
    thread.start()
    try:
        assert started.wait(10), "the SFTP server did not start"
        yield
    finally:
        if handles:
            loop, stop = handles
            loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        assert not thread.is_alive()


@contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[tuple[SftpSettings, list[float]]]:
    """What listens on a port but is no SSH server: ``answer`` gets each caller. Yields its address and the calls."""
    calls: list[float] = []
    kept: list[socket.socket] = []
    key = public_text(asyncssh.generate_private_key("ssh-ed25519"))

    def accept() -> None:
        while True:
            try:
                caller, _address = server.accept()
            except OSError:
                return
            calls.append(time.monotonic())
            kept.append(caller)
            answer(caller)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield SftpSettings("127.0.0.1", server.getsockname()[1], "district", "/", key), calls
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for caller in kept:
                caller.close()


@contextmanager
def openssh_server(root: Path, work: Path) -> Iterator[SftpServer]:
    """OpenSSH's own server for the user who runs the tests, by key only; ``work`` takes its files."""
    ours, theirs = asyncssh.generate_private_key(ED25519), asyncssh.generate_private_key(ED25519)
    host_key, allowed, config, log = (work / name for name in ("host_key", "allowed", "sshd_config", "sshd.log"))
    host_key.touch(0o600)
    ours.write_private_key(str(host_key))
    allowed.write_text(public_text(theirs) + "\n")
    port = _free_port()
    lines = [
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {host_key}",
        f"AuthorizedKeysFile {allowed}",
        f"PidFile {work / 'sshd.pid'}",
        "PasswordAuthentication no",
        "PermitRootLogin yes",
        "StrictModes no",
        "UsePAM no",
        "Subsystem sftp internal-sftp",
    ]
    config.write_text("\n".join(lines) + "\n")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd's empty room; Debian makes it when the service starts
    known = SftpServer(root, str(root), getpass.getuser(), "", public_text(ours), theirs.export_private_key().decode())
    known.port = port
    with subprocess.Popen([str(SSHD), "-D", "-f", str(config), "-E", str(log)]) as process:
        try:
            _await_port(port, process, log)
            yield known
        finally:
            process.terminate()
            process.wait(10)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def _await_port(port: int, process: subprocess.Popen, log: Path) -> None:
    for _attempt in range(100):
        assert process.poll() is None, log.read_text()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"sshd does not listen: {log.read_text()}")
