"""Imports that a clerk starts: the file waits in private storage, the outbox takes it slice by slice, resumably.

What is known of an import lies beside its file as JSON: how far it is, its counts, the rows that were not taken.
"""

import contextlib
import json
import shutil
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.imports.columns import choose_columns, guess_columns
from civic.cases.imports.runs import check_source, prepare, run
from civic.cases.imports.tickets import CRS, Outcome, ticket_of
from civic.cases.models import private_storage
from civic.core import outbox
from civic.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from civic.core.rows import headings_of, open_table

FOLDER = "imports"
KINDS = (".csv", ".xlsx")
SLICE_SECONDS = 25  # an outbox lease is a minute: a slice ends well within it, the next goes on
SLICE_ROWS = 2000
SHEET_ROWS = 20_000  # of a workbook, which each slice reads from its beginning; a CSV has no such limit
PROBLEMS_KEPT = 5000
PREVIEW_ROWS = 8
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


def _name(key: str, suffix: str) -> str:
    return f"{FOLDER}/{key}{suffix}"


def _save(job: Job) -> None:
    storage, name = private_storage(), _name(job.key, ".json")
    storage.delete(name)
    storage.save(name, ContentFile(json.dumps(asdict(job), ensure_ascii=False).encode("utf-8", "replace")))


def find_job(key: str, actor: User) -> Job:
    """Return an import; NotFound when there is none, NotAllowed for who may not import."""
    _require_clerk(actor)
    return _load(key)


def _load(key: str) -> Job:
    try:
        key = str(uuid.UUID(key))
        with private_storage().open(_name(key, ".json")) as file:
            given = json.load(file)
    except (ValueError, OSError) as error:
        raise NotFound("没有这次导入，或者它已经过期。") from error
    return Job(**{**given, "problems": [tuple(one) for one in given["problems"]]})


def _require_clerk(actor: User) -> None:
    if not policies.can_import(actor):
        raise NotAllowed("只有受理员可以导入工单。")


@contextlib.contextmanager
def _local_file(job: Job) -> Iterator[Path]:
    """Give the job's file as a path, wherever the storage keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"工单{job.suffix}"  # as it is named in sentences about it
        with path.open("wb") as local, private_storage().open(_name(job.key, job.suffix)) as stored:
            shutil.copyfileobj(stored, local)
        yield path


def take_file(*, file: UploadedFile, source: str, crs: str, actor: User) -> Job:
    """Keep an uploaded table and look at its headings; raises InvalidInput for what nothing can be read from."""
    _require_clerk(actor)
    filename = " ".join((file.name or "").replace("\x00", "").split())[-100:]
    suffix = Path(filename).suffix.lower()
    if suffix not in KINDS:
        message = "请选择 CSV 或 XLSX 文件。"
        raise InvalidInput(message, fields={"file": message})
    source = check_source(source)
    if crs not in CRS:
        raise InvalidInput("没有这个坐标系。", fields={"crs": "没有这个坐标系。"})
    key = str(uuid.uuid4())
    job = Job(
        key, actor.pk, str(actor), filename, source, crs, [], {}, 0, timezone.now().isoformat(),
    )  # fmt: skip
    storage = private_storage()
    storage.save(_name(key, suffix), file)
    try:
        with _local_file(job) as path:
            job.headings = headings_of(path)
            job.columns = guess_columns(job.headings)
            job.rows = open_table(path).lines
        if suffix == ".xlsx" and job.rows > SHEET_ROWS:
            raise InvalidInput(f"XLSX 一次最多 {SHEET_ROWS} 行，请另存为 CSV 再上传，或分成几个文件。")
    except DomainError as error:
        storage.delete(_name(key, suffix))
        raise InvalidInput(error.message, fields={"file": error.message}) from error
    _save(job)
    return job


def preview(job: Job) -> list[dict[str, Any]]:
    """Return the first rows as they would be read with the job's columns, each with what is wrong with it."""
    rows: list[dict[str, Any]] = []
    now = timezone.now()
    with _local_file(job) as path:
        for line in open_table(path).rows:
            problem = line.problem
            if line.row is not None:
                try:
                    ticket_of(line.row, job.columns, crs=job.crs, now=now)
                except DomainError as error:
                    problem = error.message
            cells = [_short((line.row or {}).get(column, "")) for column in job.columns.values()]
            rows.append({"number": line.number, "cells": cells, "problem": problem})
            if len(rows) >= PREVIEW_ROWS:
                break
    return rows


def _short(cell: str) -> str:
    """Return a cell for the preview: coordinates with five decimals say where to the metre."""
    whole, point, decimals = cell.partition(".")
    return f"{whole}.{decimals[:5]}" if point and decimals.isdigit() and whole.isdigit() else cell


def set_columns(*, key: str, columns: Mapping[str, str], actor: User, start: bool) -> Job:
    """Settle which column is what and, with `start`, begin; Conflict once it has begun."""
    job = find_job(key, actor)
    if job.state != "preview":
        raise Conflict("这次导入已经开始了，对应关系不能再改。", code="already_started")
    chosen = {field: heading for field, heading in columns.items() if heading}
    given = dict.fromkeys(guess_columns(job.headings), "") | chosen
    twice = [heading for heading in chosen.values() if list(chosen.values()).count(heading) > 1]
    if twice:
        raise InvalidInput(f"“{twice[0]}”这一列被用了两次。")
    job.columns = choose_columns(job.headings, given)
    if start:
        job.state = "running"
    _save(job)
    if start:
        with transaction.atomic():
            _go_on(job)
    return job


def _go_on(job: Job) -> None:
    outbox.publish(
        topic="cases.import_slice", payload={"job": job.key}, key=f"import:{job.key}:{job.row}", queue="slow"
    )


def import_slice(payload: dict[str, Any]) -> None:
    """Import the next rows of a job and ask for the slice after; run twice it takes nothing twice."""
    try:
        job = _load(payload["job"])
    except NotFound:  # swept away meanwhile
        return
    if job.state != "running":
        return
    try:
        _work(job)
    except DomainError as error:
        job.state, job.failure = "failed", error.message
        _save(job)
        return
    _save(job)
    if job.state == "running":
        with transaction.atomic():
            _go_on(job)


def _work(job: Job) -> None:
    counts = Counter(job.counts)
    until, done_rows = time.monotonic() + SLICE_SECONDS, 0
    with _local_file(job) as path:
        prepared = prepare(path, source=job.source, given=_exactly(job), crs=job.crs)
        for done in run(prepared, after=job.row):
            job.row = done.number
            counts[done.outcome.name] += 1
            if done.problem and len(job.problems) < PROBLEMS_KEPT:
                job.problems.append((done.number, done.problem))
            done_rows += 1
            if done_rows >= SLICE_ROWS or time.monotonic() > until:
                break
        else:
            job.state, job.finished_at = "done", timezone.now().isoformat()
    job.counts = dict(counts)


def _exactly(job: Job) -> dict[str, str]:
    """Return the job's columns so that nothing is guessed beside them."""
    return dict.fromkeys(guess_columns(job.headings), "") | job.columns


def recent_jobs() -> list[Job]:
    """Return the imports of the last days, newest first."""
    storage = private_storage()
    if not storage.exists(FOLDER):
        return []
    jobs = []
    for name in storage.listdir(FOLDER)[1]:
        if name.endswith(".json"):
            with contextlib.suppress(NotFound):
                jobs.append(_load(name.removesuffix(".json")))
    return sorted(jobs, key=lambda job: job.created_at, reverse=True)[:20]


def sweep_imports() -> int:
    """Delete imports older than KEPT with their files; return how many files."""
    storage, before = private_storage(), timezone.now() - KEPT
    if not storage.exists(FOLDER):
        return 0
    old = [
        f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1] if _modified(f"{FOLDER}/{name}") < before
    ]
    for name in old:
        storage.delete(name)
    return len(old)


def _modified(name: str) -> datetime:
    return private_storage().get_modified_time(name)
