"""A PostgreSQL cluster of one's own for a test run: made in a temporary folder, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from civic.core.launch.supervision import free_port

UNPRIVILEGED = "nobody"
SWITCHES = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    # What is in it need not survive a crash.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # Each test is rolled back: autovacuum would learn that its tables are empty, and the next test's few hundred rows
    # would be joined by reading whole tables again and again, for minutes. Without it the planner assumes some rows.
    "autovacuum": "off",
    "jit": "off",
}


def binaries() -> Path | None:
    """Return the folder with initdb and pg_ctl, newest version first, or None."""
    on_path = shutil.which("initdb")
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True
    )
    for folder in [*([Path(on_path).parent] if on_path else []), *folders]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Start a cluster that listens on loopback and yield its DATABASE_URL; `folder` holds the programs.

    PostgreSQL refuses to run as root, so root starts it as an unprivileged user. Raises CalledProcessError with the
    server's words.
    """
    home = Path(tempfile.mkdtemp(prefix="civic-postgres-"))
    data, log, port = home / "data", home / "log", free_port()
    switches = f"-p {port} -k {home} " + " ".join(f"-c {name}={value}" for name, value in SWITCHES.items())
    if os.getuid() == 0:
        owner = pwd.getpwnam(UNPRIVILEGED)
        os.chown(home, owner.pw_uid, owner.pw_gid)
    try:
        _as_owner(
            folder / "initdb",
            "-D",
            data,
            "-U",
            "civic",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            directory=home,
        )
        _as_owner(folder / "pg_ctl", "-D", data, "-l", log, "-o", switches, "-w", "start", directory=home)
        try:
            yield f"postgresql://civic@127.0.0.1:{port}/civic"
        finally:
            _as_owner(folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", directory=home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _as_owner(*command: object, directory: Path) -> None:
    root = os.getuid() == 0
    owner = pwd.getpwnam(UNPRIVILEGED) if root else None
    subprocess.run(
        [str(part) for part in command],
        cwd=directory,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if root else None,
    )
