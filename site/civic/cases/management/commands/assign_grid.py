"""Bring the grid cells of open cases up to date after import_grid."""

from django.core.management.base import BaseCommand
from tqdm import tqdm

from civic.cases.services.grid_assignment import assign_cells, open_cases_with_point


class Command(BaseCommand):
    help = "把未结案的案件重新对应到责任网格，导入网格以后运行；可以反复运行"

    def handle(self, *args, **options) -> None:
        looked_at = changed = 0
        total = open_cases_with_point()
        with tqdm(total=total, unit="件", desc="对应网格", disable=options["verbosity"] == 0) as bar:
            for batch in assign_cells():
                bar.update(batch.looked_at)
                looked_at += batch.looked_at
                changed += batch.changed
        self.stdout.write(f"看了 {looked_at} 件未结案的案件，{changed} 件换了网格")
