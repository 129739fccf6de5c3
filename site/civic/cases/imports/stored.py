"""Where imports wait: the uploaded table and, beside it as JSON, what is known of its import; never half of it."""

import contextlib
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from civic.cases.imports.tickets import Outcome
from civic.cases.models import private_storage
from civic.core.errors import NotFound

FOLDER = "imports"
KEPT = timedelta(days=30)  # people's words and numbers do not lie about for ever


@dataclass
class Job:
    """One import."""

    key: str
    owner: int
    owner_name: str
    filename: str
    source: str
    crs: str
    headings: list[str]
    columns: dict[str, str]
    rows: int
    created_at: str
    state: str = "preview"  # then "running", "done" or "failed"
    row: int = 0  # the last row that was worked on
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    failure: str = ""
    interrupted: bool = False  # failed by no fault of the file: whoever revives the dead letter lets it go on
    finished_at: str = ""

    @property
    def suffix(self) -> str:
        """The kind of file."""
        return Path(self.filename).suffix.lower()

    @property
    def percent(self) -> int:
        """How much of the file is done."""
        return 100 if self.state == "done" else min(99, self.row * 100 // max(1, self.rows))

    @property
    def bad(self) -> int:
        """How many rows were not taken."""
        return self.counts.get(Outcome.BAD.name, 0)


def name_of(key: str, suffix: str) -> str:
    """Return the name of one of a job's files in private storage."""
    return f"{FOLDER}/{key}{suffix}"


def save(job: Job) -> None:
    """Keep what is known of a job; whoever dies meanwhile leaves what was known before, whole."""
    content = json.dumps(asdict(job), ensure_ascii=False).encode("utf-8", "replace")
    path = Path(private_storage().path(name_of(job.key, ".json")))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(prefix=f"{job.key}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise


def load(key: str) -> Job:
    """Return a job; NotFound when there is none."""
    try:
        key = str(uuid.UUID(key))
        with private_storage().open(name_of(key, ".json")) as file:
            given = json.load(file)
    except (ValueError, OSError) as error:
        raise NotFound("没有这次导入，或者它已经过期。") from error
    return Job(**{**given, "problems": [tuple(one) for one in given["problems"]]})


def all_jobs() -> list[Job]:
    """Return every job that is kept, newest first."""
    jobs = []
    for name in _names():
        if name.endswith(".json"):
            with contextlib.suppress(NotFound):
                jobs.append(load(name.removesuffix(".json")))
    return sorted(jobs, key=lambda job: job.created_at, reverse=True)


def touched_at(job: Job) -> datetime:
    """Return when a job was last saved."""
    return private_storage().get_modified_time(name_of(job.key, ".json"))


@contextlib.contextmanager
def local_file(job: Job) -> Iterator[Path]:
    """Give the job's table as a path, wherever the storage keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"工单{job.suffix}"  # as it is named in sentences about it
        with path.open("wb") as local, private_storage().open(name_of(job.key, job.suffix)) as stored:
            shutil.copyfileobj(stored, local)
        yield path


def sweep_imports() -> int:
    """Delete imports older than KEPT with their files; return how many files."""
    storage, before = private_storage(), timezone.now() - KEPT
    names = [name_of(name, "") for name in _names()]
    old = [name for name in names if storage.get_modified_time(name) < before]
    for name in old:
        storage.delete(name)
    return len(old)


def _names() -> list[str]:
    storage = private_storage()
    return storage.listdir(FOLDER)[1] if storage.exists(FOLDER) else []
