"""Take texts from a CSV or JSON Lines file into the opinion index; running it again adds nothing twice."""

import sys
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from civic.accounts.models import District
from civic.core.errors import DomainError
from civic.core.rows import open_table
from civic.opinion.ingest import draft_of_row
from civic.opinion.services import Draft, Outcome, store_documents

BATCH = 500


class Command(BaseCommand):
    help = "把外部文本收进舆情索引（先脱敏）：同一来源的同一条只收一次，可以反复运行"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            help="CSV 或 JSONL，列：text,time,source，可选 id,title,district,street,code,url",
        )
        parser.add_argument("--source", help="没有 source 列时的来源名，默认用文件名")

    def handle(self, *args, **options) -> None:
        path: Path = options["file"]
        source = (options["source"] or path.stem)[:40]
        try:
            table = open_table(path)
        except DomainError as error:
            raise CommandError(error.message) from error
        districts = {district.name: district for district in District.objects.all()}
        self.counts: Counter[Outcome] = Counter()
        bad = 0
        drafts: list[Draft] = []
        with tqdm(total=table.lines, unit="行", desc="舆情", disable=options["verbosity"] == 0) as bar:
            for line in table.rows:
                problem = line.problem
                if line.row is not None:
                    try:
                        drafts.append(draft_of_row(line.row, source=source, districts=districts))
                    except DomainError as error:
                        problem = error.message
                if problem:
                    bad += 1
                    with tqdm.external_write_mode(file=sys.stderr):  # the bar steps aside for the line
                        self.stderr.write(f"第 {line.number} 行：{problem}")
                if len(drafts) >= BATCH:
                    self._store(drafts)
                    drafts = []
                bar.update(max(0, line.number - bar.n))
            self._store(drafts)
            bar.update(max(0, table.lines - bar.n))
        done = "，".join(f"{outcome.value} {self.counts[outcome]}" for outcome in Outcome)
        self.stdout.write(f"{path.name}：{done}，有问题 {bad} 行")
        if not self.counts:
            raise CommandError(f"{path.name} 里没有一行能收进来")

    def _store(self, drafts: list[Draft]) -> None:
        if not drafts:
            return
        try:
            self.counts.update(store_documents(drafts=drafts))
        except DomainError as error:
            raise CommandError(f"{error.message} 已收进的不会重复，修好后再运行一次即可。") from error
