"""A large table imported by several processes: each takes chunks of rows, the outcomes come back in their order.

Nothing of Django's is imported above: a fresh process reads this module before it has set Django up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from civic.cases.imports.runs import Done, Import
    from civic.core.rows import Line

CHUNK = 50
AHEAD = 3  # chunks that wait for each process

_chosen: dict[str, Any] = {}  # of a worker process


def run_together(job: Import, processes: int) -> Iterator[Done]:
    """Import like `runs.run`, with several processes; raises BrokenProcessPool when one of them dies.

    The same number twice in one file is one report here too: the database holds what each process finds.
    """
    from django.db import connection
    from django.utils import timezone

    from civic.accounts.models import User
    from civic.accounts.services import system_account

    partner = system_account(name=job.source, kind=User.Kind.PARTNER)
    database = str(connection.settings_dict["NAME"])
    given = (database, job.columns, job.crs, partner.pk, timezone.now())
    waiting: deque[Future[list[Done]]] = deque()
    rows = job.table.rows
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, given) as pool:
        try:
            while True:
                while len(waiting) < processes * AHEAD and (chunk := list(islice(rows, CHUNK))):
                    waiting.append(pool.submit(_take_chunk, chunk))
                if not waiting:
                    return
                for done in waiting.popleft().result():
                    job.counts[done.outcome] += 1
                    yield done
        finally:
            for future in waiting:
                future.cancel()


def _begin(database: str, columns: dict[str, str], crs: str, partner_pk: int, now: Any) -> None:
    import django

    django.setup()
    from django.db import connection

    from civic.accounts.models import User

    connection.settings_dict["NAME"] = database  # where the first process writes
    partner = User.objects.get(pk=partner_pk)
    _chosen.update(columns=columns, crs=crs, partner=partner, now=now)


def _take_chunk(lines: list[Line]) -> list[Done]:
    from civic.cases.imports.runs import take_line

    return [take_line(line, **_chosen) for line in lines]
