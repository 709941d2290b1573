"""The rules of the house that a machine can check, beside those of ruff, mypy and import-linter."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "classes", "rostering")
MODULES = sorted(
    path for app in (*APPS, "rosterproject") for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
TEMPLATES = sorted(path for place in ("templates", *APPS) for path in (ROOT / place).rglob("*.html"))
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)

LONGEST_FUNCTION, LONGEST_FILE, LONGEST_TEMPLATE = 40, 320, 80
LONG_FUNCTIONS: dict[str, str] = {}
LONG_FILES: dict[str, str] = {}
"""Exceptions, each with its reason: "rostering/apply.py" or "rostering/apply.py:apply_plan"."""

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "services", "service", "manager", "managers"}
DJANGOS = {"handle", "add_arguments", "create_parser"}
"""Methods of a command whose contract is Django's."""

IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
names = [found.name for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    importlib.import_module(name)
print(len(names), *sorted(name for name in sys.modules if name.split(".")[0] == "django"))
"""


def place(path: Path) -> str:
    """A path as messages name it."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text())


def imports_of(path: Path) -> Iterator[str]:
    """The full names that a module imports."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def lacks_docstring(path: Path) -> Iterator[str]:
    """The public functions, classes and methods of a module that have no docstring; nested classes need none."""
    module = tree_of(path)
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    methods = [node for owner in classes for node in owner.body if isinstance(node, FUNCTION)]
    passed_over = DJANGOS if "commands" in path.parts else set[str]()
    for node in (*module.body, *methods):
        if isinstance(node, (*FUNCTION, ast.ClassDef)):
            private = node.name.startswith("_") or node.name in passed_over
            if not private and not ast.get_docstring(node):
                yield f"{place(path)}:{node.name}"


@pytest.mark.parametrize("package", ["rostering.core", "rostering.sources"])
def test_package_loads_no_django(package: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, package], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    count, *djangos = loaded.stdout.split()
    assert int(count) == len([path for path in MODULES if place(path).startswith(package.replace(".", "/"))]) - 1
    assert djangos == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [place(path) for path in MODULES if {path.stem, path.parent.name} & VAGUE] == []


def test_there_are_no_signals() -> None:
    wired = [
        f"{place(path)}: {name}"
        for path in MODULES
        for name in imports_of(path)
        if "signals" in name.split(".") or name.startswith("django.dispatch")
    ]
    assert wired == []
    assert [place(path) for path in MODULES if path.stem in ("signals", "receivers")] == []


def test_templates_have_no_inline_style_or_script() -> None:
    inline = re.compile(r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|[\s\"']on[a-z]+\s*=|hx-on|javascript:", re.I)
    found = [f"{place(path)}: {hit.group()}" for path in TEMPLATES for hit in inline.finditer(path.read_text())]
    assert TEMPLATES
    assert found == []


def test_templates_are_short() -> None:
    assert [place(path) for path in TEMPLATES if len(path.read_text().splitlines()) > LONGEST_TEMPLATE] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_says_why(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r "))]
    wanted = re.compile(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+\s+# \S.+")
    assert lines
    assert [line for line in lines if not wanted.fullmatch(line)] == []


def test_no_function_is_too_long() -> None:
    long = [
        f"{place(path)}:{node.name}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, FUNCTION) and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == sorted(LONG_FUNCTIONS)


def test_no_file_is_too_long() -> None:
    long = [place(path) for path in MODULES if len(path.read_text().splitlines()) > LONGEST_FILE]
    assert long == sorted(LONG_FILES)


def test_everything_public_says_what_it_is() -> None:
    checked = [path for path in MODULES if place(path).split("/")[0] in APPS]
    assert [name for path in checked for name in lacks_docstring(path)] == []
