"""Cases and the grid cells that hold them: when a place comes, and after cells were imported."""

from io import StringIO

import pytest
from django.core.management import call_command

from civic.accounts.models import District
from civic.cases.models import Case
from civic.cases.services import supply_place
from civic.core import outbox
from civic.demo.grid import load_grid
from civic.demo.rows import rows_of
from civic.places.grid import cell_at
from civic.places.models import GridCell
from tests.factories import ELSEWHERE, INSIDE, bring_to, make_report
from tests.site.cases.test_relocation import cell

pytestmark = pytest.mark.django_db


def assign() -> str:
    out = StringIO()
    call_command("assign_grid", stdout=out, verbosity=0)
    return out.getvalue()


def test_a_place_that_comes_later_brings_its_cell() -> None:
    there = cell("HD1", "海淀区", ELSEWHERE)
    report = make_report(lon=None, lat=None)
    assert report.case.grid_cell is None
    supply_place(report=report, lon=ELSEWHERE[0], lat=ELSEWHERE[1], source="gps")
    assert Case.objects.get().grid_cell == there
    assert make_report(address="海淀区").case.grid_cell is None


def test_open_cases_follow_the_cells_and_closed_ones_keep_theirs() -> None:
    first = cell("CY1", "朝阳区", INSIDE)
    open_case, closed, unplaced = make_report(), make_report(), make_report(lon=None, lat=None)
    outbox.drain()
    closed.case.refresh_from_db()
    bring_to(closed, "closed")
    GridCell.objects.filter(pk=first.pk).update(
        polygon={"type": "Polygon", "coordinates": [[[116.6, 39.9], [116.61, 39.9], [116.6, 39.91], [116.6, 39.9]]]},
        west=116.6, south=39.9, east=116.61, north=39.91,
    )  # fmt: skip
    second = cell("CY2", "朝阳区", INSIDE)
    elsewhere = make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    outbox.drain()
    assert "看了 2 件未结案的案件，1 件换了网格" in assign()
    cells = dict(Case.objects.values_list("pk", "grid_cell"))
    assert cells == {
        open_case.case_id: second.pk, closed.case_id: first.pk, unplaced.case_id: None, elsewhere.case_id: None,
    }  # fmt: skip
    assert "0 件换了网格" in assign()
    GridCell.objects.all().delete()
    assert Case.objects.filter(grid_cell=None).count() == 4
    assert "0 件换了网格" in assign()


def test_more_cases_than_one_batch_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("civic.cases.services.grid_assignment.BATCH", 2)
    for _ in range(5):
        make_report()
    there = cell("CY1", "朝阳区", INSIDE)
    assert "看了 5 件未结案的案件，5 件换了网格" in assign()
    assert set(Case.objects.values_list("grid_cell", flat=True)) == {there.pk}


def test_the_demo_has_cells_that_say_so_for_all_its_streets() -> None:
    rows = list(rows_of("cases.csv"))
    count = load_grid(rows)
    assert load_grid(rows) == GridCell.objects.count() == count
    assert not GridCell.objects.exclude(name__contains="演示").exclude(person__contains="演示").exists()
    streets = set(GridCell.objects.values_list("district__name", "street"))
    assert streets == {(row["district"], row["street"]) for row in rows}
    held = [cell_at(float(row["lon"]), float(row["lat"])) for row in rows]
    assert sum(
        found is not None and found.street == row["street"] for found, row in zip(held, rows, strict=True)
    ) > (0.95 * len(rows))
    assert District.objects.filter(gridcell__in=[one for one in held if one]).distinct().count() > 5
