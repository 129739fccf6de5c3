"""README.md documents every variable that the settings and the two commands read."""

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPERATING = (
    "ENVS_DIR",
    "PYTHON310",
    "RASA_PORT",
    "BOT_ACTIONS_PORT",
    "RASA_TRACKER_URL",
    "WEB_PROCESSES",
    "DJANGO_SETTINGS_MODULE",
    "CHROMIUM",
)


LIST_VARIABLES = """
import json, civic.settings.base, civic.settings.production, civic.settings.local
from civic.settings.environment import VARIABLES
print(json.dumps([list(variable) for variable in VARIABLES.values()]))
"""


@cache
def variables() -> dict[str, tuple[str, str]]:
    """Return default and meaning of every variable that the settings of any deployment read."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PYTHONPATH": str(ROOT / "site"),
            "VAR_DIR": folder,
            "SECRET_KEY": "for-this-list-only",
        }
        done = subprocess.run(
            [sys.executable, "-c", LIST_VARIABLES],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    return {name: (default, meaning) for name, default, meaning in json.loads(done.stdout)}


def row(name: str, default: str, meaning: str) -> str:
    return f"| `{name}` | {f'`{default}`' if default else '–'} | {meaning} |"


def test_the_settings_are_found():
    assert len(variables()) > 20


@pytest.mark.parametrize("name", sorted(variables()))
def test_each_setting_has_its_row(name):
    assert row(name, *variables()[name]) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_names_no_variable_that_nobody_reads():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = {
        line.split("`")[1]
        for line in text.splitlines()
        if line.startswith("| `") and line.split("`")[1].isupper()
    }
    assert rows - set(variables()) - set(OPERATING) == set()


@pytest.mark.parametrize("name", OPERATING)
def test_what_the_commands_read_is_documented_and_read(name):
    assert f"| `{name}` |" in (ROOT / "README.md").read_text(encoding="utf-8")
    sources = [
        *(ROOT / "site" / "civic" / "core" / "launch").glob("*.py"),
        ROOT / "bot" / "rasa" / "endpoints.yml",
    ]
    assert any(name in path.read_text(encoding="utf-8") for path in sources)


def test_every_option_of_run_is_documented():
    from civic.core.launch.command import options_parser

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    options = [
        option
        for action in options_parser()._actions
        for option in action.option_strings
        if option.startswith("--")
    ]
    assert [option for option in options if f"`{option}" not in text and option != "--help"] == []


def test_every_folder_is_in_the_map():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = [
        path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))
    ]
    assert [name for name in folders if f"`{name}/`" not in text and name != "node_modules"] == []
