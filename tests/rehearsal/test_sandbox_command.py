import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.rehearsal.clever_files import Client, example, write


def test_it_serves_until_ctrl_c(tmp_path: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has Ctrl-C ignored
    command = [sys.executable, "manage.py", "clever_sandbox", "--port", "0", "--json", "--data"]
    folder = write(tmp_path, example())
    with subprocess.Popen([*command, str(folder)], stdout=subprocess.PIPE, text=True) as process:
        try:
            facts = json.loads(read_object(process))
            with Client(facts["url"], facts["token"]) as client:
                assert client.ids("/v3.0/districts") == [facts["district"]]
            process.send_signal(signal.SIGINT)
            process.wait(10)
        finally:
            process.kill()
    assert process.returncode == 0
    assert facts["connect"] == (
        f"echo {facts['token']} | python manage.py connect SLUG clever --token-stdin "
        f"--api-url {facts['url']} --api-version v3.1"
    )
    assert facts["url"].startswith("http://127.0.0.1:")


def read_object(process: "subprocess.Popen[str]") -> str:
    """The one JSON object that a script finds on standard output while the sandbox runs on."""
    lines: list[str] = []
    while process.stdout and lines[-1:] != ["}\n"]:
        lines.append(process.stdout.readline())
        assert lines[-1]
    return "".join(lines)


def test_what_cannot_be_served(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"has no schools\.csv.*make_district"):
        call_command("clever_sandbox", data=tmp_path, port=0)
    (tmp_path / "state.json").write_text("{}")
    folder = write(tmp_path / "day", example())
    with pytest.raises(CommandError, match="cannot start"):
        call_command("clever_sandbox", data=folder, port=0, state=tmp_path / "state.json")
    with pytest.raises(CommandError, match="from 0 to 65535") as wrong:
        call_command("clever_sandbox", data=folder, port=99999)
    assert wrong.value.returncode == 2
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match="cannot be used"):
            call_command("clever_sandbox", data=folder, port=taken.getsockname()[1])
