import os
import shutil
import socket
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from rostering.sources.base import SourceError
from rostering.sources.sftp import SftpSecret, SftpSettings, check_host_key, describe_host_key, open_sftp
from tests.sftp_server import SSHD, listener, openssh_server, public_text, sftp_server

FILES = {
    "students.csv": b"Student_id,Last_name\r\n0001,Jos\xc3\xa9\r\n",
    "Teachers.CSV": b"Teacher_id\n" + b"17\n" * 400_000,
    "sections.csv": b"",
}
OFFERED = {name.lower(): content for name, content in FILES.items()}
HOUR = 3600


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A district's directory: three files an hour old, and things that are not ours to read."""
    root = tmp_path / "upload"
    (root / "archive").mkdir(parents=True)
    (root / "archive" / "enrollments.csv").write_bytes(b"old")
    (root / "readme.txt").write_bytes(b"not for us")
    for name, content in FILES.items():
        write(root / name, content, age=HOUR)
    return root


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where copies go; nothing may be left in it, whatever happened."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


def write(path: Path, content: bytes, age: float) -> None:
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)


def read(settings: SftpSettings, secret: SftpSecret, quiet: int = 300, **more) -> dict[str, bytes]:
    """The content of every file that the source offers."""
    with open_sftp(settings, secret, quiet, **{"timeout": 5, "pauses": ()} | more) as files:
        return {name: path.read_bytes() for name, path in files.paths.items()}


def refusal(settings: SftpSettings, secret: SftpSecret, quiet: int = 300, **more) -> tuple[str, str]:
    """Code and message with which the source refuses."""
    with pytest.raises(SourceError) as caught:
        read(settings, secret, quiet, **more)
    return caught.value.code, caught.value.message


def unreachable(settings: SftpSettings, why: str) -> tuple[str, str]:
    left = "Nothing was changed; the roster of the last good run is still in place."
    return "SRC_UNREACHABLE", f"We could not reach {settings.label}: {why}. {left}"


def incomplete(settings: SftpSettings, why: str) -> tuple[str, str]:
    left = "Nothing was changed; the last complete roster is still in place."
    return "SRC_INCOMPLETE", f"{settings.label} sent only part of the data: {why}. {left}"


STILL_WRITTEN = "its files are still being written"
MUTE = "port {port} did not answer in time or as SFTP does. Check address, port and the server's firewall"
NOBODY = "nothing answers on port {port}. Check address and port, and that the server is running"
NOT_LET_IN = 'it did not let "{user}" sign in. Check user, password and key: they may have changed or expired'
NO_KEY_READ = "the private key cannot be read. Enter all the text of an RSA, ECDSA or Ed25519 key for OpenSSH"
NO_HOST_KEY_READ = "the host key cannot be read. It is one line, like: ssh-ed25519 AAAAC3Nza…"
NO_PLAIN_FILE = "courses.csv is no plain file but, perhaps, a link. Put the file itself there"


# -- the whole set ---------------------------------------------------------------------------------------------


def test_the_set_is_copied_whole_and_nothing_else(root, temporary):
    with sftp_server(root) as server, open_sftp(server.settings, server.secret, 300) as files:
        assert files.label == "sftp://127.0.0.1/"
        assert {name: path.read_bytes() for name, path in files.paths.items()} == OFFERED
        (copies,) = temporary.iterdir()
        assert copies.stat().st_mode & 0o777 == 0o700
        assert {path.parent for path in files.paths.values()} == {copies}
        assert sorted(path.name for path in copies.iterdir()) == sorted(FILES)


@pytest.mark.skipif(not SSHD.exists(), reason=f"OpenSSH's server is not installed here ({SSHD})")
def test_openssh_serves_the_same(root, tmp_path):
    with openssh_server(root, tmp_path) as server:
        assert describe_host_key(server.host, server.port) == server.host_key
        assert read(server.settings, server.secret) == OFFERED
        nowhere = replace(server.settings, path=str(root / "nowhere"))
        assert refusal(nowhere, server.secret) == unreachable(nowhere, "there is no such directory. Check the path")
        (root / "courses.csv").symlink_to("students.csv")
        assert refusal(server.settings, server.secret) == incomplete(server.settings, NO_PLAIN_FILE)


def test_a_zip_is_read_like_a_folder_that_holds_it(tmp_path):
    inside, root = tmp_path / "inside", tmp_path / "root"
    inside.mkdir()
    (root / "out" / "daily").mkdir(parents=True)
    (inside / "students.csv").write_bytes(FILES["students.csv"])
    shutil.make_archive(str(root / "out" / "daily" / "roster"), "zip", inside)
    with sftp_server(root) as server:
        assert read(replace(server.settings, path="out/daily/"), server.secret, quiet=0) == {
            "students.csv": FILES["students.csv"]
        }


@pytest.mark.parametrize("key_type", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
def test_a_key_of_each_kind_signs_in_and_pins(root, key_type):
    with sftp_server(root, key_type=key_type) as server:
        pasted = server.client_key_pem.strip().replace("\n", "\r\n")
        assert read(server.settings, SftpSecret(private_key=pasted)) == OFFERED


# -- not reached -----------------------------------------------------------------------------------------------


def test_a_wrong_password_is_tried_once(root):
    with sftp_server(root) as server:
        why = NOT_LET_IN.format(user="district")
        secret = SftpSecret(password="wrong")
        assert refusal(server.settings, secret, pauses=(0, 0)) == unreachable(server.settings, why)
        assert server.connections == 1


def test_a_key_that_the_server_does_not_know(root):
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    with sftp_server(root) as server:
        why = NOT_LET_IN.format(user="district")
        assert refusal(server.settings, SftpSecret(private_key=stranger)) == unreachable(server.settings, why)


def test_another_host_key_is_refused_before_we_say_who_we_are(root):
    other = public_text(asyncssh.generate_private_key("ssh-ed25519"))
    with sftp_server(root) as server:
        settings = replace(server.settings, host_key=other)
        shown, entered = check_host_key(server.host_key).fingerprint, check_host_key(other).fingerprint
        assert shown.startswith("SHA256:")
        assert refusal(settings, server.secret, pauses=(0, 0)) == unreachable(
            settings,
            f"it shows the host key {shown} and not the one entered, {entered}. We did not sign in. Enter the new key "
            "only if the people who run the server say that they changed it",
        )
        assert (server.connections, server.sign_ins) == (1, [])


def test_without_a_host_key_the_refusal_shows_it_and_accepts_nothing(root):
    with sftp_server(root) as server:
        settings = replace(server.settings, host_key=" ")
        shown = check_host_key(server.host_key).fingerprint
        assert describe_host_key(server.host, server.port) == server.host_key
        assert refusal(settings, server.secret) == unreachable(
            settings,
            f'no host key was entered. The server shows "{server.host_key}" ({shown}). Ask those who run it '
            "whether that is theirs, and enter it only then",
        )
        assert server.sign_ins == []


@pytest.mark.parametrize("entered", ["ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 ???", "ssh-dss AAAAB3NzaC1kc3M="])
def test_a_host_key_that_is_none(root, entered):
    settings = SftpSettings("127.0.0.1", 1, "district", "/", entered)
    assert refusal(settings, SftpSecret(password="x")) == unreachable(settings, NO_HOST_KEY_READ)


def test_a_private_key_that_is_locked_cut_or_missing(root):
    key = asyncssh.generate_private_key("ssh-ed25519")
    settings = SftpSettings("127.0.0.1", 1, "district", "/", public_text(key))
    locked = key.export_private_key(passphrase="open sesame").decode()
    whole = key.export_private_key().decode()
    why = "the private key is locked with a passphrase. Make one without for this use"
    assert refusal(settings, SftpSecret(private_key=locked)) == unreachable(settings, why)
    for text in (whole[: len(whole) // 2], "PuTTY-User-Key-File-3: ssh-ed25519", public_text(key)):
        assert refusal(settings, SftpSecret(private_key=text)) == unreachable(settings, NO_KEY_READ)
    why = "neither a password nor a private key was entered. Enter one of them"
    assert refusal(settings, SftpSecret()) == unreachable(settings, why)


def test_a_directory_that_is_missing_or_closed_to_us(root):
    def closed() -> None:
        raise asyncssh.SFTPPermissionDenied("no")

    with sftp_server(root) as server:
        settings = replace(server.settings, path="/nowhere")
        assert refusal(settings, server.secret) == unreachable(settings, "there is no such directory. Check the path")
    with sftp_server(root, on_list=closed) as server:
        why = '"district" may not read its directory. Ask its owner to allow it'
        assert refusal(server.settings, server.secret) == unreachable(server.settings, why)


def test_a_server_without_sftp(root):
    with sftp_server(root, offer_sftp=False) as server:
        why = "it let us sign in, but offers no SFTP. Ask the people who run it to allow it"
        assert refusal(server.settings, server.secret) == unreachable(server.settings, why)


def test_faults_of_the_network_are_tried_again_after_a_pause():
    with listener(socket.socket.close) as (settings, calls):
        why = MUTE.format(port=settings.port)
        assert refusal(settings, SftpSecret(password="x"), pauses=(0.05, 0.2)) == unreachable(settings, why)
        first, second, third = calls
        assert (second - first >= 0.05, third - second >= 0.2) == (True, True)
    assert refusal(settings, SftpSecret(password="x")) == unreachable(settings, NOBODY.format(port=settings.port))


def test_a_server_that_comes_back_is_read(root):
    with sftp_server(root, refuse_first=2) as server:
        assert read(server.settings, server.secret, pauses=(0, 0)) == OFFERED
        assert server.connections == 3


def test_a_server_that_says_nothing():
    with listener(lambda _caller: None) as (settings, _calls):
        why = MUTE.format(port=settings.port)
        assert refusal(settings, SftpSecret(password="x"), timeout=0.3) == unreachable(settings, why)
        with pytest.raises(SourceError, match="did not answer in time"):
            describe_host_key(settings.host, settings.port, timeout=0.3)


def test_a_name_that_no_server_has(root):
    settings = SftpSettings("a..b", 22, "district", "/", public_text(asyncssh.generate_private_key("ssh-ed25519")))
    why = "no server of this name was found. Check how its address is spelt"
    assert refusal(settings, SftpSecret(password="x")) == unreachable(settings, why)


# -- reached, but not a whole and settled set ------------------------------------------------------------------


@pytest.mark.parametrize("change", [b"0002,Li\r\n", b""], ids=["longer", "touched"])
def test_a_file_that_changes_while_we_copy(root, change):
    def append(name: str, _offset: int, _length: int) -> str:
        with (root / "students.csv").open("ab") as file:
            file.write(change)
        os.utime(root / "students.csv", (time.time() - 1800,) * 2)
        return ""

    with sftp_server(root, on_read=append) as server:
        assert refusal(server.settings, server.secret) == incomplete(server.settings, STILL_WRITTEN)


@pytest.mark.parametrize("size", [0, 100_000, 5_000_000])
def test_a_file_that_was_rewritten_since_the_listing(root, size):
    """The listing's size is what counts: neither an end that came early nor one that never comes is taken."""

    def rewrite(_name: str, _offset: int, _length: int) -> str:
        os.truncate(root / "Teachers.CSV", size)
        return ""

    (root / "students.csv").rename(root / "a.csv")  # is read first, by any order that servers have
    with sftp_server(root, on_read=rewrite) as server:
        assert refusal(server.settings, server.secret) == incomplete(server.settings, STILL_WRITTEN)


def test_a_file_that_comes_or_goes_while_we_copy(root):
    def send(_name: str, _offset: int, _length: int) -> str:
        write(root / "enrollments.csv", b"", age=HOUR)
        return ""

    with sftp_server(root, on_read=send) as server:
        assert refusal(server.settings, server.secret) == incomplete(server.settings, STILL_WRITTEN)


def broken_off(settings: SftpSettings) -> tuple[str, str]:
    return incomplete(settings, "the connection broke off, or the server failed, at Teachers.CSV")


def at_the_end(what: str) -> Callable[[str, int, int], str]:
    return lambda _name, offset, length: what if offset + length >= len(FILES["Teachers.CSV"]) else ""


def test_a_connection_that_drops_while_we_copy(root):
    with sftp_server(root, on_read=at_the_end("drop")) as server:
        assert refusal(server.settings, server.secret, pauses=(0, 0)) == broken_off(server.settings)
        assert ("Teachers.CSV", 0) in server.reads
        assert server.connections == 1


def test_a_server_that_ends_a_file_before_its_end(root):
    with sftp_server(root, on_read=at_the_end("end")) as server:
        assert refusal(server.settings, server.secret) == incomplete(server.settings, STILL_WRITTEN)


def test_a_server_that_falls_silent_while_we_copy(root):
    with sftp_server(root, on_read=at_the_end("stall")) as server:
        assert refusal(server.settings, server.secret, timeout=0.5) == broken_off(server.settings)


def test_the_budget_ends_a_copying_that_does_not(root):
    with sftp_server(root, on_read=at_the_end("stall")) as server:
        why = "copying took over 1 seconds"
        assert refusal(server.settings, server.secret, budget=1, timeout=30) == incomplete(server.settings, why)


def test_more_than_we_read(root):
    with (root / "huge.zip").open("wb") as file:
        file.truncate(5 * 1024**3)
    with sftp_server(root) as server:
        why = "there are 5 GiB of files, over our 4. Remove old ones"
        assert refusal(server.settings, server.secret) == incomplete(server.settings, why)
        (root / "huge.zip").unlink()
        for number in range(98):
            (root / f"{number}.csv").touch()
        why = "there are 101 files, over our 100. Remove old ones"
        assert refusal(server.settings, server.secret) == incomplete(server.settings, why)
        assert server.reads == []


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_only_plain_files_are_copied(root, tmp_path, kind):
    (tmp_path / "elsewhere.csv").write_text("not for us")
    if kind == "link":
        (root / "courses.csv").symlink_to(tmp_path / "elsewhere.csv")
    else:
        (root / "courses.csv").mkdir()
    with sftp_server(root) as server:
        assert refusal(server.settings, server.secret) == incomplete(server.settings, NO_PLAIN_FILE)
        assert server.reads == []


def test_a_name_that_is_not_utf_8(root):
    Path(os.fsdecode(os.fsencode(root) + b"/Sch\xfcler.csv")).touch()
    with sftp_server(root) as server:
        why = "it has a file whose name is not UTF-8. Rename it"
        assert refusal(server.settings, server.secret) == incomplete(server.settings, why)


# -- quiet -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [0, 250, -250], ids=["now", "lately", "a clock a little ahead"])
def test_a_set_that_changed_lately_is_not_read_yet(root, age):
    write(root / "students.csv", b"Student_id\n", age)
    with sftp_server(root) as server:
        why = "its files changed less than 300 seconds ago, so more may follow"
        assert refusal(server.settings, server.secret) == incomplete(server.settings, why)
        assert server.reads == []
        assert read(server.settings, server.secret, quiet=0).keys() == OFFERED.keys()


def test_where_the_clock_is_wrong_a_second_look_decides(root):
    for name in FILES:
        write(root / name, FILES[name], age=-5 * HOUR)
    looks = []
    with sftp_server(root, on_list=lambda: looks.append(time.monotonic())) as server:
        assert read(server.settings, server.secret, quiet=1) == OFFERED
    assert looks[1] - looks[0] >= 1

    def grow() -> None:
        looks.append(0)
        write(root / "students.csv", b"1\n" * len(looks), age=-5 * HOUR)

    with sftp_server(root, on_list=grow) as server:
        assert refusal(server.settings, server.secret, quiet=1) == incomplete(server.settings, STILL_WRITTEN)
        assert server.reads == []


# -- what must not get out -------------------------------------------------------------------------------------


def test_secrets_stay_out_of_messages_and_logs(root, caplog):
    """A server that repeats the password in its answers, and secrets put into the wrong box."""
    for name in ("", "paramiko", "rostering"):
        caplog.set_level("DEBUG", logger=name)
    password = "hunter2-in-the-open"
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    body = key.splitlines()[2]

    def gossip() -> None:
        raise asyncssh.SFTPFailure(f"your password is {password}")

    with sftp_server(root, password=password, on_list=gossip) as server:
        both = SftpSecret(password, key)
        attempts = [
            (server.settings, server.secret),
            (server.settings, both),
            (server.settings, SftpSecret(password * 2)),
            (server.settings, SftpSecret("", key)),
            (server.settings, SftpSecret("", key.replace(body, body[1:]))),
            (server.settings, SftpSecret("", password)),
            (replace(server.settings, host_key=key), both),
            (replace(server.settings, host_key=password), both),
            (replace(server.settings, port=1), both),
        ]
        said = [repr(both), str(both), repr(SftpSecret(private_key=key))]
        for settings, secret in attempts:
            with pytest.raises(SourceError) as caught:
                read(settings, secret, pauses=(0,))
            said += [caught.value.message, repr(caught.value), repr(settings.label)]
            if secret is not attempts[0][1]:  # the cause of that one is the server's gossip
                said += traceback.format_exception(caught.value)
        assert len(server.sign_ins) >= 4
    ours = [record for record in caplog.records if not record.name.startswith("asyncssh")]
    assert {record.name.partition(".")[0] for record in ours} >= {"paramiko", "rostering"}
    said += [record.getMessage() + (record.exc_text or "") for record in ours]
    assert [text for text in said if password in text or body[1:] in text] == []
