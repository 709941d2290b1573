"""Connecting a district from the console: tried first, secrets shown nowhere (R49)."""

import pytest

from accounts.models import AuditEntry
from rostering.models import Connection
from rostering.rehearsal.clever import Sandbox, serving
from rostering.rehearsal.district import write_district

PAGE = "/console/in/oak/connection/"


@pytest.fixture
def files(tmp_path):
    write_district(tmp_path / "files", 30, 5)
    return tmp_path / "files"


def test_ops_connect_a_folder(world, ops, files):
    done = ops.post(PAGE, {"way": "folder", "path": str(files), "layout": "auto"}, follow=True).content.decode()
    assert "Connected. It holds " in done
    connection = Connection.objects.get(district=world.oak.district)
    assert (connection.source, connection.settings) == ("folder", {"path": str(files)})
    assert AuditEntry.objects.filter(verb="connect", actor=world.ops).count() == 1


def test_a_folder_that_is_not_there_is_not_stored(world, ops, tmp_path):
    page = ops.post(PAGE, {"way": "folder", "path": str(tmp_path / "nowhere"), "layout": "auto"}).content.decode()
    assert "The connection was not stored." in page
    assert (
        "Write the whole path" in ops.post(PAGE, {"way": "folder", "path": "files", "layout": "auto"}).content.decode()
    )
    assert not Connection.objects.exists()


def test_r49_a_coordinator_names_no_path_of_our_machine(world, coordinator, files):
    assert coordinator.get(PAGE, {"way": "folder"}).status_code == 404
    assert coordinator.post(PAGE, {"way": "folder", "path": str(files), "layout": "auto"}).status_code == 404
    assert "Folder on our machine" not in coordinator.get(PAGE).content.decode()
    assert not Connection.objects.exists()


def test_r49_clever_is_tried_and_the_token_shown_nowhere(world, coordinator, files, tmp_path, settings):
    sandbox = Sandbox(data=files, seed=5, state=tmp_path / "sandbox.json", running=True)
    with serving(sandbox) as url:
        settings.CLEVER_API_URL = url
        wrong = coordinator.post(PAGE, {"way": "clever", "token": "not-it", "version": "v3.1"}).content.decode()
        assert ("The connection was not stored." in wrong, "not-it" in wrong) == (True, False)
        done = coordinator.post(PAGE, {"way": "clever", "token": sandbox.token, "version": "v3.1"}, follow=True)
        assert "Connected. Clever calls it " in done.content.decode()
        connection = Connection.objects.get(district=world.oak.district)
        assert connection.settings["district"] == sandbox.district_id
        pages = [done.content.decode(), coordinator.get(PAGE).content.decode(), connection.secret]
        assert [sandbox.token in page for page in pages] == [False] * 3


def test_an_sftp_form_says_what_is_wrong_beside_the_field(world, coordinator):
    given = {"way": "sftp", "host": "sftp.example.org", "port": "22", "user": "u", "path": "/", "layout": "auto"}
    page = coordinator.post(PAGE, {**given, "host_key": "nonsense", "password": "secret-word"})
    assert set(page.context["form"].errors) == {"host_key"}
    assert "secret-word" not in page.content.decode()
    assert not Connection.objects.exists()


def test_r47_the_connection_is_for_those_who_see_the_whole_district(world, as_user, school_coordinator):
    for client in (school_coordinator, as_user(world.elm.users["coordinator"])):
        assert (client.get(PAGE).status_code, client.post(PAGE, {"way": "clever"}).status_code) == (404, 404)
