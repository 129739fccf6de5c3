"""Write what clerks decided about matter codes as JSON lines, for `python -m nlp train --corrections`."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser
from django.utils.dateparse import parse_date

from civic.cases.corrections import corrections


class Command(BaseCommand):
    help = "导出受理员确认或更正过的事项代码（text, code, time，已脱敏），供 python -m nlp train --corrections 训练"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, help="写入的文件，默认写到标准输出")
        parser.add_argument("--since", type=parse_date, help="只要这一天及以后的决定，如 2026-05-01")

    def handle(self, *args, **options) -> None:
        count = 0
        with ExitStack() as stack:
            out = stack.enter_context(options["out"].open("w", encoding="utf-8")) if options["out"] else None
            for row in corrections(since=options["since"]):
                line = json.dumps(row, ensure_ascii=False)
                print(line, file=out or self.stdout)
                count += 1
        print(f"{count} 条", file=sys.stderr)
