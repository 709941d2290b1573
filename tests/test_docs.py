"""The documents say what is there, and nothing that is not there any more."""

import ast
import re
from argparse import Action, ArgumentParser
from pathlib import Path

import pytest
from django.core.management import find_commands, get_commands, load_command_class
from django.core.management.base import BaseCommand

from rostering.core.data_warnings import CATALOGUE

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
APPS = ("accounts", "classes", "rostering")
COMMANDS = {name: app for app in APPS for name in find_commands(str(ROOT / app / "management")) if name != "migrate"}
ALL_TAKE = {"--json"}
"""Said once for all commands, at the top of the page."""

name_of_page = [str(page.relative_to(ROOT)) for page in PAGES]


def sections(page: Path, level: int) -> dict[str, str]:
    """The sections of a page by their headings of that level."""
    _, *parts = re.split(rf"^{'#' * level} (?!#)", page.read_text(), flags=re.MULTILINE)
    return {heading.strip(): text for heading, _, text in (part.partition("\n") for part in parts)}


def parser_of(name: str) -> ArgumentParser:
    """The arguments that a command takes."""
    return load_command_class(COMMANDS[name], name).create_parser("manage.py", name)


def words_of(action: Action) -> set[str]:
    """What an argument is called on the command line and in its document."""
    if action.option_strings:
        return {max(action.option_strings, key=len)}
    return {(action.metavar if isinstance(action.metavar, str) else action.dest).upper()}


def arguments_of(parser: ArgumentParser) -> set[str]:
    """The names of all arguments of a parser."""
    return set().union(*(words_of(action) for action in parser._actions))


def code_of(page: Path) -> str:
    """What stands in a page as code: fenced, indented or between backticks."""
    text = page.read_text()
    blocks = re.findall(r"^```.*?^```", text, flags=re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^    .*$", text, flags=re.MULTILINE)
    return "\n".join([*blocks, *indented, *re.findall(r"`[^`\n]+`", text)])


def anchors_of(page: Path) -> set[str]:
    """The places in a page that a link can name."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def test_every_command_is_documented_and_no_other() -> None:
    assert set(sections(DOCS / "commands.md", 2)) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_argument_of_a_command_is_documented_and_no_other(name: str) -> None:
    told = re.findall(r"^- `(--[\w-]+|[A-Z_]+)", sections(DOCS / "commands.md", 2)[name], flags=re.MULTILINE)
    djangos = arguments_of(BaseCommand().create_parser("manage.py", name))
    taken = arguments_of(parser_of(name))
    assert taken >= ALL_TAKE
    assert set(told) == taken - djangos - ALL_TAKE


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_its_exit_codes_and_has_an_example(name: str) -> None:
    text = sections(DOCS / "commands.md", 2)[name]
    assert re.search(r"Exit codes:\s+0", text)
    assert f"python manage.py {name}" in text


def test_every_environment_variable_is_documented_with_its_default_and_no_other() -> None:
    tree = ast.parse((ROOT / "rosterproject" / "environment.py").read_text())
    read = {
        call.args[0].value: [value.value for value in call.args[1:] if isinstance(value, ast.Constant)]
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if isinstance(call.func.value, ast.Name) and call.func.value.id == "env"
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", (DOCS / "settings.md").read_text(), flags=re.MULTILINE))
    assert set(rows) == set(read)
    said = {name: rows[name] for name, default in read.items() if default}
    assert said == {name: f"`{default[0]}`" for name, default in read.items() if default}


def test_every_data_warning_is_documented_as_the_catalogue_has_it_and_no_other() -> None:
    told = {
        code: dict(re.findall(r"^- ([\w ]+): (.+)$", text, flags=re.MULTILINE))
        for code, text in sections(DOCS / "data-warnings.md", 3).items()
    }
    assert set(told) == set(CATALOGUE)
    assert {code: (one["Severity"], one["Says"], one["Fix"]) for code, one in told.items()} == {
        code: (entry.severity, entry.message, entry.fix) for code, entry in CATALOGUE.items()
    }
    assert [code for code, one in told.items() if not (one["When"] and one["Left alone meanwhile"])] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of_page)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text())
    broken = [
        f"{path}#{anchor}"
        for path, anchor in links
        if not (target := page.parent / path if path else page).exists()
        or (anchor and anchor not in anchors_of(target))
    ]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name_of_page)
def test_every_make_target_and_command_named_is_there(page: Path) -> None:
    targets = re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    code = code_of(page)
    assert set(re.findall(r"\bmake ([a-z][\w-]*)", code)) - set(targets) == set()
    assert set(re.findall(r"\bmanage\.py ([a-z]\w*)", code)) - set(get_commands()) == set()
