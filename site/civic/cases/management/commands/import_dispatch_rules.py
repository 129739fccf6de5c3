"""Import dispatch rules from a CSV or JSON Lines file; running it again changes nothing that has not changed."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from civic.cases.services.dispatch_rules import RuleOutcome, identity, import_rule
from civic.core.errors import DomainError
from civic.core.rows import open_table


class Command(BaseCommand):
    help = "导入派遣规则：代码、地点、时间都相同的是同一条规则，可以反复导入"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            help="CSV 或 JSONL，列：code_prefix,basis,district,street,days,starts,ends,department,priority,note",
        )

    def handle(self, *args, **options) -> None:
        path: Path = options["file"]
        try:
            table = open_table(path)
        except DomainError as error:
            raise CommandError(error.message) from error
        counts: Counter[RuleOutcome] = Counter()
        seen: dict[tuple[Any, ...], int] = {}
        bad = 0
        with tqdm(total=table.lines, unit="行", desc="派遣规则", disable=options["verbosity"] == 0) as bar:
            for line in table.rows:
                bar.update(max(0, line.number - bar.n))
                problem = line.problem
                if line.row is not None:
                    try:
                        key = identity(line.row)
                        if key in seen:
                            problem = f"与第 {seen[key]} 行是同一条规则"
                        else:
                            counts[import_rule(line.row)] += 1
                            seen[key] = line.number
                    except DomainError as error:
                        problem = error.message
                if problem:
                    bad += 1
                    with tqdm.external_write_mode(file=sys.stderr):  # the bar steps aside for the line
                        self.stderr.write(f"第 {line.number} 行：{problem}")
            bar.update(max(0, table.lines - bar.n))
        done = "，".join(f"{outcome.value} {counts[outcome]}" for outcome in RuleOutcome)
        self.stdout.write(f"{path.name}：{done}，有问题 {bad} 行")
        if not counts:
            raise CommandError(f"{path.name} 里没有一条规则能导入")
