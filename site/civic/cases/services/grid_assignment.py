"""Giving open cases the grid cells that hold them, after cells were imported."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db import transaction

from civic.cases.models import Case, Report
from civic.core.models import OutboxEvent
from civic.places.grid import GridIndex, cell_at

BATCH = 500


class Assigned(NamedTuple):
    """What one batch came to."""

    looked_at: int
    changed: int


def assign_to_new(report_pks: Sequence[int]) -> None:
    """Give the cases of new reports their cells, as far as they have a point and no cell yet."""
    new = Case.objects.filter(reports__in=report_pks, lon__isnull=False, grid_cell=None).distinct()
    for pk, lon, lat in new.values_list("pk", "lon", "lat"):
        cell = cell_at(lon, lat) if lon is not None and lat is not None else None
        if cell is not None:
            # Somebody may have moved the case meanwhile: the cell goes with the point that was looked up.
            Case.objects.filter(pk=pk, lon=lon, lat=lat, grid_cell=None).update(grid_cell=cell)


def is_awaited(reports: Sequence[Report]) -> bool:
    """Whether the outbox has yet to look for the cell of one of these reports."""
    keys = [f"submitted:{report.pk}" for report in reports]
    waiting = (OutboxEvent.State.PENDING, OutboxEvent.State.LEASED)
    return OutboxEvent.objects.filter(key__in=keys, state__in=waiting).exists()


def open_cases_with_point() -> int:
    """Return how many cases there are to look at."""
    return Case.objects.open().filter(lon__isnull=False).count()


def assign_cells() -> Iterator[Assigned]:
    """Bring the grid cell of every open case up to date; each batch is a transaction of its own.

    A closed case keeps the cell that was responsible when it was closed.
    """
    index, last = GridIndex(), 0
    while True:
        with transaction.atomic():
            cases = Case.objects.open().filter(lon__isnull=False, pk__gt=last).order_by("pk")
            rows = list(cases.select_for_update().values_list("pk", "lon", "lat", "grid_cell")[:BATCH])
            moved: dict[int | None, list[int]] = defaultdict(list)
            for pk, lon, lat, before in rows:
                cell = index.cell_at(lon, lat)
                if cell != before:
                    moved[cell].append(pk)
            for cell, pks in moved.items():
                Case.objects.filter(pk__in=pks).update(grid_cell=cell)
        if not rows:
            return
        last = rows[-1][0]
        yield Assigned(len(rows), sum(len(pks) for pks in moved.values()))
