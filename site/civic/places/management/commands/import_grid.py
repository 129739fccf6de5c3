"""Import responsible grid cells from GeoJSON or a table; running it again changes nothing that has not changed."""

import sys
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from civic.core.errors import DomainError
from civic.places.grid_import import CellOutcome, import_cells, read_cells


class Command(BaseCommand):
    help = "导入责任网格：同一编号总是同一个网格，可以反复导入；之后用 assign_grid 重新对应未结案的案件"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            help="GeoJSON 的 FeatureCollection，或 CSV、JSONL（geometry 列是 WKT 或 GeoJSON）；"
            "列：code,name,district,street,person,phone；坐标 WGS-84",
        )

    def handle(self, *args, **options) -> None:
        path: Path = options["file"]
        try:
            sources = read_cells(path)
        except DomainError as error:
            raise CommandError(error.message) from error
        counts: Counter[CellOutcome] = Counter()
        bad = 0
        with tqdm(total=len(sources), unit="个", desc="责任网格", disable=options["verbosity"] == 0) as bar:
            for result in import_cells(sources):
                bar.update(1)
                if result.outcome is not None:
                    counts[result.outcome] += 1
                else:
                    bad += 1
                    with tqdm.external_write_mode(file=sys.stderr):  # the bar steps aside for the line
                        self.stderr.write(f"{result.where}：{result.problem}")
        done = "，".join(f"{outcome.value} {counts[outcome]}" for outcome in CellOutcome)
        self.stdout.write(f"{path.name}：{done}，有问题 {bad} 个")
        if not counts:
            raise CommandError(f"{path.name} 里没有一个网格能导入")
