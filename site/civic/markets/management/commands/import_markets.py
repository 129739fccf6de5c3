"""Import markets from a CSV or JSON Lines file; running it again changes nothing that has not changed."""

import sys
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from civic.core.errors import DomainError
from civic.core.rows import open_table
from civic.markets.services import CoordinateSystem, Outcome, identify, import_market


class Command(BaseCommand):
    help = "导入菜市场：同一来源的同一编号总是同一个市场，可以反复导入"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="CSV 或 JSONL，列：id,name,address,lon,lat,hours,products,note"
        )
        parser.add_argument("--source", help="来源名，默认用文件名")
        parser.add_argument("--demo", action="store_true", help="标为演示数据")
        parser.add_argument(
            "--coordinates",
            choices=[system.value for system in CoordinateSystem],
            default=CoordinateSystem.WGS84.value,
            help="文件里坐标的系统，默认 wgs84",
        )

    def handle(self, *args, **options) -> None:
        path: Path = options["file"]
        source = (options["source"] or path.stem)[:40]
        coordinates = CoordinateSystem(options["coordinates"])
        try:
            table = open_table(path)
        except DomainError as error:
            raise CommandError(error.message) from error
        counts: Counter[Outcome] = Counter()
        bad = 0
        seen: dict[str, int] = {}
        quiet = options["verbosity"] == 0
        with tqdm(total=table.lines, unit="行", desc="菜市场", disable=quiet) as bar:
            for line in table.rows:
                bar.update(max(0, line.number - bar.n))
                problem = line.problem
                if line.row is not None:
                    number = identify(line.row)
                    if number in seen:
                        problem = f"编号与第 {seen[number]} 行重复"
                    else:
                        try:
                            _, outcome = import_market(
                                row=line.row, source=source, is_demo=options["demo"], coordinates=coordinates
                            )
                        except DomainError as error:
                            problem = error.message
                        else:
                            counts[outcome] += 1
                            seen[number] = line.number
                if problem:
                    bad += 1
                    with tqdm.external_write_mode(file=sys.stderr):  # the bar steps aside for the line
                        self.stderr.write(f"第 {line.number} 行：{problem}")
            bar.update(max(0, table.lines - bar.n))
        done = "，".join(f"{outcome.value} {counts[outcome]}" for outcome in Outcome)
        self.stdout.write(f"{path.name}：{done}，有问题 {bad} 行")
        if not counts:
            raise CommandError(f"{path.name} 里没有一行能导入")
