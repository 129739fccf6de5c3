"""Importing a whole table: row by row, each bad row named, what was taken before not taken again."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.db import DatabaseError
from django.utils import timezone

from civic.accounts.models import User
from civic.accounts.services import system_account
from civic.cases.imports.columns import choose_columns
from civic.cases.imports.tickets import CRS, Outcome, submit_ticket, ticket_of, try_ticket
from civic.core.errors import DomainError, InvalidInput
from civic.core.rows import Line, Row, Table, headings_of, open_table

SOURCE_LIMIT = 40


class Done(NamedTuple):
    """What became of a row; `problem` is the Chinese sentence for one that was not taken."""

    number: int
    outcome: Outcome
    problem: str = ""


@dataclass
class Import:
    """A file that is ready to be imported: its columns are known, its partner's name is clean."""

    path: Path
    source: str
    headings: list[str]
    columns: dict[str, str]
    table: Table
    crs: str = "wgs84"
    dry_run: bool = False
    counts: Counter[Outcome] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """How many rows came out one way or another."""
        return self.counts.total()

    def summary(self) -> str:
        """Return the counts in a sentence."""
        done = "，".join(f"{outcome.value} {self.counts[outcome]} 行" for outcome in Outcome)
        return f"{self.path.name}：{'试运行，什么都没有存。' if self.dry_run else ''}{done}"


def prepare(
    path: Path, *, source: str, given: Mapping[str, str] | None = None, crs: str = "wgs84", dry_run: bool = False
) -> Import:  # fmt: skip
    """Open a file and settle its columns; raises InvalidInput for what nothing can be imported from."""
    source = check_source(source)
    if crs not in CRS:
        raise InvalidInput(f"坐标系只能是 {'、'.join(CRS)}。")
    headings = headings_of(path)
    columns = choose_columns(headings, given or {})
    return Import(path, source, headings, columns, open_table(path), crs, dry_run)


def check_source(source: str) -> str:
    """Return the partner's name; InvalidInput for none or too long a one."""
    source = " ".join(source.replace("\x00", "").split())
    if not source or len(source) > SOURCE_LIMIT or not source.isprintable():
        message = f"来源名要写 1 到 {SOURCE_LIMIT} 个字，例如 hotline12345。"
        raise InvalidInput(message, fields={"source": message})
    return source


def run(job: Import, *, after: int = 0) -> Iterator[Done]:
    """Import the rows `after` a number and yield what became of each; may be stopped and go on at any row."""
    now = timezone.now()
    partner = _partner(job)
    seen: dict[str, int] = {}
    for line in job.table.rows:
        if line.number <= after:
            continue
        done = _row(job, line, partner, now, seen)
        job.counts[done.outcome] += 1
        yield done


def _partner(job: Import) -> User | None:
    if job.dry_run:  # even the partner's account is not made
        return User.objects.filter(username=f"{User.Kind.PARTNER}:{job.source}").first()
    return system_account(name=job.source, kind=User.Kind.PARTNER)


def take_line(line: Line, *, columns: Mapping[str, str], crs: str, partner: User, now: datetime) -> Done:
    """Submit one row, and say what became of it."""
    return _tried(line, lambda row: submit_ticket(ticket_of(row, columns, crs=crs, now=now), partner=partner))


def _row(job: Import, line: Line, partner: User | None, now: datetime, seen: dict[str, int]) -> Done:
    if partner is not None and not job.dry_run:
        return take_line(line, columns=job.columns, crs=job.crs, partner=partner, now=now)
    return _tried(
        line,
        lambda row: try_ticket(ticket_of(row, job.columns, crs=job.crs, now=now), partner=partner, seen=seen),
    )


def _tried(line: Line, take: Callable[[Row], Outcome]) -> Done:
    if line.row is None:
        return Done(line.number, Outcome.BAD, line.problem)
    try:
        return Done(line.number, take(line.row))
    except DomainError as error:
        return Done(line.number, Outcome.BAD, error.message)
    except DatabaseError:
        return Done(line.number, Outcome.BAD, "数据库忙或不可用，这一行没有存，稍后再导入一次即可")
