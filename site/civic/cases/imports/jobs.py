"""Imports that a clerk starts: the file waits in private storage, the outbox takes it slice by slice, resumably.

What is known of an import lies beside its file (`stored`): how far it is, its counts, the rows that were not taken.
A process may die between any two steps: a running import whose next slice nobody holds is taken up again.
"""

import logging
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.imports import stored
from civic.cases.imports.columns import choose_columns, guess_columns
from civic.cases.imports.runs import check_source, prepare, run
from civic.cases.imports.stored import Job
from civic.cases.imports.tickets import CRS, ticket_of
from civic.cases.models import private_storage
from civic.core import outbox
from civic.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from civic.core.models import OutboxEvent
from civic.core.rows import headings_of, open_table

logger = logging.getLogger("civic.cases")
KINDS = (".csv", ".xlsx")
SLICE_SECONDS = 25  # an outbox lease is a minute: a slice ends well within it, the next goes on
SLICE_ROWS = 2000
SHEET_ROWS = 20_000  # of a workbook, which each slice reads from its beginning; a CSV has no such limit
PROBLEMS_KEPT = 5000
PREVIEW_ROWS = 8
RECENT = 20
QUIET = timedelta(minutes=2)  # whoever saved a job just now is about to ask for its next slice
TOPIC = "cases.import_slice"


def find_job(key: str, actor: User) -> Job:
    """Return an import; NotFound when there is none, NotAllowed for who may not import."""
    _require_clerk(actor)
    return stored.load(key)


def _require_clerk(actor: User) -> None:
    if not policies.can_import(actor):
        raise NotAllowed("只有受理员可以导入工单。")


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
    storage.save(stored.name_of(key, suffix), file)
    try:
        with stored.local_file(job) as path:
            job.headings = headings_of(path)
            job.columns = guess_columns(job.headings)
            job.rows = open_table(path).lines
        if suffix == ".xlsx" and job.rows > SHEET_ROWS:
            raise InvalidInput(f"XLSX 一次最多 {SHEET_ROWS} 行，请另存为 CSV 再上传，或分成几个文件。")
    except DomainError as error:
        storage.delete(stored.name_of(key, suffix))
        raise InvalidInput(error.message, fields={"file": error.message}) from error
    stored.save(job)
    return job


def preview(job: Job) -> list[dict[str, Any]]:
    """Return the first rows as they would be read with the job's columns, each with what is wrong with it."""
    rows: list[dict[str, Any]] = []
    now = timezone.now()
    with stored.local_file(job) as path:
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
    stored.save(job)
    if start:
        with transaction.atomic():
            _go_on(job)
    return job


def _go_on(job: Job, again: str = "") -> None:
    key = f"import:{job.key}:{job.row}{again}"
    outbox.publish(topic=TOPIC, payload={"job": job.key}, key=key, queue="slow")


def import_slice(payload: dict[str, Any]) -> None:
    """Import the next rows of a job and ask for the slice after; run twice it takes nothing twice."""
    try:
        job = stored.load(payload["job"])
    except NotFound:  # swept away meanwhile
        return
    if job.interrupted:  # its dead letter was revived
        job.state, job.failure, job.interrupted = "running", "", False
    if job.state != "running":
        return
    try:
        _work(job)
    except DomainError as error:
        job.state, job.failure = "failed", error.message
        stored.save(job)
        return
    stored.save(job)
    if job.state == "running":
        with transaction.atomic():
            _go_on(job)


def _work(job: Job) -> None:
    counts = Counter(job.counts)
    until, done_rows = time.monotonic() + SLICE_SECONDS, 0
    with stored.local_file(job) as path:
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


def take_up_again(at: datetime | None = None) -> int:
    """Go on with running imports whose next slice is nobody's work any more; return how many.

    Somebody died between noting the state and asking for the slice, or the slice became a dead letter: then the
    import says so instead of seeming to run for ever.
    """
    at, found = at or timezone.now(), 0
    for job in stored.all_jobs():
        if job.state != "running" or stored.touched_at(job) > at - QUIET:
            continue
        states = set(
            OutboxEvent.objects.filter(topic=TOPIC, payload__job=job.key).values_list("state", flat=True)
        )
        if states & {OutboxEvent.State.PENDING, OutboxEvent.State.LEASED}:
            continue
        found += 1
        if OutboxEvent.State.DEAD in states:
            job.state, job.interrupted = "failed", True
            job.failure = (
                f"做到第 {job.row} 行以后多次中断，已停下。管理员在“失败待办”里重试会接着做；"
                "重新上传同一份文件也可以，有工单编号的行不会重复。"
            )
            stored.save(job)
            continue
        logger.warning("import taken up again", extra={"job": job.key, "row": job.row})
        with transaction.atomic():
            _go_on(job, again=f":{int(at.timestamp())}")
    return found


def recent_jobs() -> list[Job]:
    """Return the imports of the last days, newest first."""
    return stored.all_jobs()[:RECENT]
