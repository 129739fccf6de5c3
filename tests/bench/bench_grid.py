"""Time of finding the responsible grid cell of a point, as intake does once a report.

Run: .venv/bin/python tests/bench/bench_grid.py [--cells 20000] [--rounds 1000]
Lays the cells as squares over the inner city (half a degree each way) in a throw-away SQLite database.
"""

import argparse
import math
import os
import platform
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEST, SOUTH, EDGE = 116.15, 39.7, 0.5


def set_up(folder: str) -> None:
    """Start Django with an empty, migrated database in a folder."""
    sys.path[:0] = [str(ROOT), str(ROOT / "site")]
    os.environ |= {"VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "civic.settings.local"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def lay(count: int) -> int:
    """Store at least `count` cells and return how many there are."""
    from civic.accounts.models import District
    from civic.places.models import GridCell

    side = math.ceil(math.sqrt(count))
    step, district = EDGE / side, District.objects.get(name="朝阳区")
    cells = []
    for column in range(side):
        for row in range(side):
            west, south = WEST + column * step, SOUTH + row * step
            east, north = west + step, south + step
            ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
            cells.append(
                GridCell(
                    code=f"B{column}-{row}",
                    name="网格",
                    district=district,
                    polygon={"type": "Polygon", "coordinates": [ring]},
                    west=west,
                    south=south,
                    east=east,
                    north=north,
                )
            )
    GridCell.objects.bulk_create(cells, batch_size=2000)
    return len(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        from civic.places.grid import GridIndex, cell_at

        count, chance = lay(options.cells), random.Random(7)
        times = []
        for _ in range(options.rounds):
            point = chance.uniform(WEST, WEST + EDGE), chance.uniform(SOUTH, SOUTH + EDGE)
            start = time.perf_counter()
            found = cell_at(*point)
            times.append((time.perf_counter() - start) * 1000)
            assert found is not None
        times.sort()
        start = time.perf_counter()
        index = GridIndex()
        built = time.perf_counter() - start
        start = time.perf_counter()
        for _ in range(options.rounds):
            index.cell_at(chance.uniform(WEST, WEST + EDGE), chance.uniform(SOUTH, SOUTH + EDGE))
        each = (time.perf_counter() - start) * 1000 / options.rounds
        print(
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {count} cells"
        )
        print(
            f"one point by the database: p50 {times[len(times) // 2]:.2f} ms, p95 {times[int(0.95 * len(times))]:.2f} ms"
        )
        print(f"in memory: built in {built:.2f} s, then {each:.3f} ms a point")


if __name__ == "__main__":
    main()
