"""A migrated database kept between runs: migrating costs half a minute, copying a file nothing.

The copy is good for as long as no migration, no installed package and no content that migrating reads changes.
"""

import hashlib
import os
import shutil
import sqlite3
from importlib.metadata import distributions
from pathlib import Path

from django.apps import apps
from django.conf import settings

FOLDER = "test-databases"
READ_BY_MIGRATE = ("site/civic/accounts/roles.py", "content/places/divisions.csv")


def template_path() -> Path:
    """Return where the migrated database of exactly this state of the code is kept."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    digest.update("\n".join(sorted(f"{item.name} {item.version}" for item in distributions())).encode())
    ours = [config for config in apps.get_app_configs() if Path(config.path).is_relative_to(root)]
    files = [path for config in ours for path in Path(config.path, "migrations").glob("*.py")]
    files += [path for config in ours if (path := Path(config.path, "models.py")).exists()]
    files += [path for config in ours for path in Path(config.path, "models").glob("*.py")]
    files += [root / name for name in READ_BY_MIGRATE]
    for path in sorted(files):
        digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return settings.VAR_DIR / FOLDER / f"{digest.hexdigest()[:24]}.sqlite3"


def take(template: Path, target: Path) -> bool:
    """Copy the template to where the tests want their database; return whether there is one."""
    if not template.exists():
        return False
    shutil.copyfile(template, target)
    os.utime(template)
    return True


def keep(template: Path, source: Path) -> None:
    """Make a fresh database the template and forget the templates of other states, but the newest four."""
    template.parent.mkdir(parents=True, exist_ok=True)
    unfinished = template.with_suffix(f".{os.getpid()}")
    with sqlite3.connect(source) as fresh, sqlite3.connect(unfinished) as copy:
        fresh.backup(copy)
    fresh.close()
    copy.close()
    unfinished.replace(template)
    known = sorted(template.parent.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in known[4:]:
        path.unlink(missing_ok=True)
