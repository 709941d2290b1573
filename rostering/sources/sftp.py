"""Files from an SFTP server (R2): signed in to a known server, copied whole, then read like a folder.

The server is known by its **pinned** host key, compared before the user or a secret is sent; accepting another one is
a person's act. Nothing is parsed off the wire: the files go to a private directory, gone when the reading ends.

A source yields everything or raises ``SourceError`` (R34). ``SRC_UNREACHABLE``: we did not get to the files (address,
host key, sign-in, no such directory, not allowed). ``SRC_INCOMPLETE``: we got there, but not to a whole, settled set.
No message quotes what was entered as a secret or host key, or what the server said, beyond the names of files.
"""

import io
import logging
import math
import shutil
import socket
import stat
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko import AuthenticationException, BadHostKeyException, PKey, SSHClient, SSHException
from paramiko.pkey import UnknownKeyType
from paramiko.ssh_exception import IncompatiblePeer, NoValidConnectionsError

from rostering.sources.base import SourceError, source_error
from rostering.sources.files import FileSet
from rostering.sources.folder import open_folder

log = logging.getLogger(__name__)
DIRECTORY = "its directory"
STILL_WRITTEN = "its files are still being written"
MOST_FILES, MOST_BYTES = 100, 4 << 30
PAUSES = (1.0, 4.0)  # seconds between the attempts to connect, of which there is one more
SETTLE = 10  # seconds between two listings that are compared where the server's clock tells nothing
WIRE = (SSHException, OSError, EOFError, UnicodeError)  # what paramiko raises of a bad server or a bad way to it
FINAL = (AuthenticationException, BadHostKeyException, IncompatiblePeer, UnicodeError)  # of these, not to be repeated
Listing = dict[str, tuple[int, int | None]]  # name -> size, and mtime by the server's clock


@dataclass(frozen=True, slots=True)
class SftpSettings:
    """Where the files are. ``host_key``: ``TYPE BASE64``, as in a server's ``ssh_host_*_key.pub``."""

    host: str
    port: int
    user: str
    path: str
    host_key: str

    @property
    def label(self) -> str:
        """What messages call the source."""
        return f"sftp://{self.host}/{self.path.lstrip('/')}"

    def unreachable(self, why: str) -> SourceError:
        """Said where we did not get to the files."""
        return source_error("SRC_UNREACHABLE", source=self.label, why=why)

    def incomplete(self, why: str) -> SourceError:
        """Said where we got there, but not to all of them as they will stay."""
        return source_error("SRC_INCOMPLETE", source=self.label, why=why)


@dataclass(frozen=True, slots=True)
class SftpSecret:
    """What signs in: a password, a private key (its text, without a passphrase), or both."""

    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)


@contextmanager
def open_sftp(
    settings: SftpSettings,
    secret: SftpSecret,
    quiet: int,
    timeout: int = 30,
    budget: int = 3600,
    *,
    pauses: tuple[float, ...] = PAUSES,
) -> Iterator[FileSet]:
    """Copy the directory's ``.csv`` and ``.zip`` files and open the copies as a folder.

    In seconds: ``quiet``, for which the newest file must be unchanged; ``timeout``, for each step of connecting and
    each silence; ``budget``, from the sign-in to the last byte. Only connecting is tried again.
    """
    with TemporaryDirectory(prefix="roster-sftp-") as name:
        with closing(SSHClient()) as client:
            _connect(client, settings, secret, timeout, pauses)
            with _limited(client, budget, settings.incomplete(f"copying took over {budget} seconds")):
                _copy(_Directory(client, settings, timeout), Path(name), quiet)
        with open_folder(Path(name), quiet=0, label=settings.label) as files:
            yield files


def check_host_key(text: str) -> PKey:
    """The public key that ``TYPE BASE64`` names (a comment may follow); ValueError, for people, if it names none."""
    try:
        kind, data = text.split()[:2]
        return PKey.from_type_string(kind, b64decode(data, validate=True))
    except (ValueError, TypeError, SSHException, UnknownKeyType):
        raise ValueError("the host key cannot be read. It is one line, like: ssh-ed25519 AAAAC3Nza…") from None


def describe_host_key(host: str, port: int, timeout: int = 30) -> str:
    """The host key that a server shows, as ``TYPE BASE64``: for a person to compare, never trusted by itself."""
    try:
        with closing(paramiko.Transport(socket.create_connection((host, port), timeout))) as transport:
            transport.banner_timeout = timeout
            transport.start_client(timeout=timeout)
            key = transport.get_remote_server_key()
    except WIRE as error:
        raise source_error("SRC_UNREACHABLE", source=host, why=_why_refused(error, port)) from error
    return f"{key.get_name()} {key.get_base64()}"


def _pinned_key(settings: SftpSettings, timeout: int) -> PKey:
    """The key that the server must show; without one, a ValueError that says which it shows."""
    if settings.host_key.strip():
        return check_host_key(settings.host_key)
    shown = describe_host_key(settings.host, settings.port, timeout)
    raise ValueError(
        f'no host key was entered. The server shows "{shown}" ({check_host_key(shown).fingerprint}). Ask those who run '
        "it whether that is theirs, and enter it only then"
    )


def _own_key(secret: SftpSecret) -> PKey | None:
    """Our key, if we use one, as ssh-keygen or openssl wrote it; ValueError, for people, where nothing can sign in."""
    if not (secret.private_key.strip() or secret.password):
        raise ValueError("neither a password nor a private key was entered. Enter one of them")
    if not secret.private_key.strip():
        return None
    data = "\n".join([*secret.private_key.strip().splitlines(), ""]).encode()
    load = serialization.load_ssh_private_key if b"OPENSSH" in data[:40] else serialization.load_pem_private_key
    try:
        key = load(data, None)  # paramiko's own loader fails on half of the ECDSA keys that carry no comment
    except TypeError:
        raise ValueError("the private key is locked with a passphrase. Make one without for this use") from None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, rsa.RSAPrivateKey):
        return paramiko.RSAKey(key=key)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return paramiko.ECDSAKey(vals=(key, key.public_key()))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
        return paramiko.Ed25519Key.from_private_key(io.StringIO(text))
    raise ValueError("the private key cannot be read. Enter all the text of an RSA, ECDSA or Ed25519 key for OpenSSH")


def _connect(
    client: SSHClient, settings: SftpSettings, secret: SftpSecret, timeout: int, pauses: tuple[float, ...]
) -> None:
    """Sign in to the pinned server. A refusal is final; a fault of the network is tried again after each pause."""
    try:
        pinned, key = _pinned_key(settings, timeout), _own_key(secret)
    except ValueError as error:
        raise settings.unreachable(str(error)) from None
    known_as = settings.host if settings.port == paramiko.config.SSH_PORT else f"[{settings.host}]:{settings.port}"
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    client.get_host_keys().add(known_as, pinned.get_name(), pinned)
    for pause in (*pauses, None):
        try:
            client.connect(
                *(settings.host, settings.port, settings.user, secret.password or None, key),
                timeout=timeout,
                banner_timeout=timeout,
                auth_timeout=timeout,
                channel_timeout=timeout,
                allow_agent=False,
                look_for_keys=False,
            )
            break
        except WIRE as error:
            client.close()
            if pause is None or isinstance(error, FINAL):
                raise settings.unreachable(_why_refused(error, settings.port, settings.user)) from error
            log.info("Connecting to %s failed (%s), trying again", settings.label, type(error).__name__)
            time.sleep(pause)


def _why_refused(error: BaseException, port: int, user: str = "") -> str:
    """What went wrong while connecting, and what to do, for a coordinator; none of it in the server's words."""
    if isinstance(error, BadHostKeyException):
        return (
            f"it shows the host key {error.key.fingerprint} and not the one entered, {error.expected_key.fingerprint}. "
            "We did not sign in. Enter the new key only if the people who run the server say that they changed it"
        )
    if isinstance(error, AuthenticationException):
        return f'it did not let "{user}" sign in. Check user, password and key: they may have changed or expired'
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return "no server of this name was found. Check how its address is spelt"
    if isinstance(error, (ConnectionRefusedError, NoValidConnectionsError)):
        return f"nothing answers on port {port}. Check address and port, and that the server is running"
    return f"port {port} did not answer in time or as SFTP does. Check address, port and the server's firewall"


@contextmanager
def _limited(client: SSHClient, seconds: float, late: SourceError) -> Iterator[None]:
    """Close the connection after so many seconds, which ends any waiting in the block; it then raises ``late``."""
    ends = time.monotonic() + seconds
    timer = threading.Timer(seconds, client.close)
    timer.start()
    try:
        yield
    except (SourceError, *WIRE) as error:
        if time.monotonic() < ends:
            raise
        raise late from error
    finally:
        timer.cancel()
        timer.join()


def _copy(directory: "_Directory", target: Path, quiet: int) -> None:
    """All files into ``target``, unless they change meanwhile; the server's second listing is the proof."""
    before = directory.listing()
    total = sum(size for size, _mtime in before.values())
    if total > MOST_BYTES:
        raise directory.place.incomplete(
            f"there are {total >> 30} GiB of files, over our {MOST_BYTES >> 30}. Remove old ones"
        )
    if total > shutil.disk_usage(target).free:
        raise directory.place.incomplete("our disk has no room for it. Tell the people who run this service")
    _check_quiet(directory, before, quiet)
    for name, (size, _mtime) in before.items():
        directory.fetch(name, size, target / name)
    if directory.listing() != before:
        raise directory.place.incomplete(STILL_WRITTEN)


def _check_quiet(directory: "_Directory", before: Listing, quiet: int) -> None:
    """Refuse a set whose newest file is younger than ``quiet`` seconds.

    SFTP does not tell the server's time, so ages are taken from our own clock. A file up to ``quiet`` ahead of us
    counts as just written: that passes by itself. One further in the future, or without a time, says that the clocks
    disagree; as waiting could last for ever, the set must be the same after a moment instead. A server's clock that
    is behind makes files look old: then only the listing after the copying protects.
    """
    now = time.time()
    ages = [now - (mtime or math.inf) for _size, mtime in before.values()]
    if any(-quiet <= age < quiet for age in ages):
        raise directory.place.incomplete(f"its files changed less than {quiet} seconds ago, so more may follow")
    if quiet and any(age < -quiet for age in ages):
        time.sleep(min(SETTLE, quiet))
        if directory.listing() != before:
            raise directory.place.incomplete(STILL_WRITTEN)


class _Directory:
    """One directory of a server that we are signed in to; its failures are told as ``SourceError``."""

    def __init__(self, client: SSHClient, settings: SftpSettings, timeout: int) -> None:
        self._client, self.place = client, settings
        self._at = (settings.path or ".").rstrip("/") + "/"
        no_sftp = settings.unreachable("it let us sign in, but offers no SFTP. Ask the people who run it to allow it")
        try:
            with _limited(client, timeout, no_sftp):  # a request for a subsystem waits for ever by itself
                self._sftp = client.open_sftp()
        except WIRE as error:
            raise no_sftp from error
        if channel := self._sftp.get_channel():
            channel.settimeout(timeout)
            channel.get_transport().set_keepalive(15)

    def listing(self) -> Listing:
        """The files to copy. A link, a folder so named or an evil name refuses the whole set."""
        with self._told(DIRECTORY):
            names = [name for name in self._sftp.listdir(self._at) if name.lower().endswith((".csv", ".zip"))]
        if len(names) > MOST_FILES:
            raise self.place.incomplete(f"there are {len(names)} files, over our {MOST_FILES}. Remove old ones")
        files: Listing = {}
        for name in names:
            with self._told(name):
                seen = self._sftp.lstat(self._at + name)
            plain = stat.S_IFMT(seen.st_mode or 0) in (0, stat.S_IFREG)  # 0: some servers do not say
            if not plain or seen.st_size is None or "/" in name or "\0" in name:
                raise self.place.incomplete(f"{name} is no plain file but, perhaps, a link. Put the file itself there")
            files[name] = (seen.st_size, seen.st_mtime)
        return files

    def fetch(self, name: str, size: int, target: Path) -> None:
        """Copy one file; if it is longer or shorter than ``size``, somebody is writing it."""

        def stop_if_longer(done: int, _size: int) -> None:
            if done > size:
                self._client.close()  # closing only the file would wait for everything that was asked for
                raise self.place.incomplete(STILL_WRITTEN)

        with self._told(name):
            self._sftp.get(self._at + name, str(target), callback=stop_if_longer)
        if target.stat().st_size != size:
            raise self.place.incomplete(STILL_WRITTEN)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except UnicodeError as error:
            raise self.place.incomplete("it has a file whose name is not UTF-8. Rename it") from error
        except PermissionError as error:
            raise self.place.unreachable(
                f'"{self.place.user}" may not read {what}. Ask its owner to allow it'
            ) from error
        except WIRE as error:
            if what == DIRECTORY and isinstance(error, FileNotFoundError):
                raise self.place.unreachable("there is no such directory. Check the path") from error
            raise self.place.incomplete(f"the connection broke off, or the server failed, at {what}") from error
