"""Import a hotline's tickets from a table as reports; running it again takes nothing twice."""

import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from civic.cases.imports.columns import FIELDS, explain, parse_pairs, read_mapping
from civic.cases.imports.parallel import run_together
from civic.cases.imports.runs import prepare, run
from civic.cases.imports.tickets import CRS, Outcome
from civic.core.errors import DomainError

COLUMNS = "、".join(f"{field}（{name}）" for field, (name, _) in FIELDS.items())


class Command(BaseCommand):
    help = "从 CSV 或 XLSX 导入热线工单：同一来源的同一编号只收一次，可以反复导入；坏行逐条指出，其余照收"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV（UTF-8 或 GB18030）、XLSX 或 JSONL 文件")
        parser.add_argument(
            "--map", action="append", default=[], metavar="字段=列名",
            help=f"哪一列是什么，可以写多次；列名写空则不导入该字段。字段：{COLUMNS}",
        )  # fmt: skip
        parser.add_argument("--mapping", type=Path, help="写有“字段: 列名”的 YAML 或 JSON 文件")
        parser.add_argument(
            "--source", default="hotline12345", help="来源名，即合作方账号，默认 hotline12345"
        )
        parser.add_argument("--crs", choices=list(CRS), default="wgs84", help="文件里坐标的系统，默认 wgs84")
        parser.add_argument(
            "--jobs",
            type=int,
            default=1,
            metavar="N",
            help="用几个进程，默认 1；SQLite 一次只有一个写入者，多了不会快",
        )
        parser.add_argument("--dry-run", action="store_true", help="只检查，什么都不存")

    def handle(self, *args, **options) -> None:
        try:
            given = read_mapping(options["mapping"]) if options["mapping"] else {}
            job = prepare(
                options["file"],
                source=options["source"],
                given=given | parse_pairs(options["map"]),
                crs=options["crs"],
                dry_run=options["dry_run"],
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        quiet = options["verbosity"] == 0
        if not quiet:
            for sentence in explain(job.headings, job.columns):
                self.stdout.write(sentence)
        jobs = 1 if job.dry_run else max(1, options["jobs"])
        started = time.monotonic()
        try:
            with tqdm(total=job.table.lines, unit="行", desc="工单", disable=quiet) as bar:
                for done in run(job) if jobs == 1 else run_together(job, jobs):
                    bar.update(max(0, done.number - bar.n))
                    if done.problem:
                        with tqdm.external_write_mode(file=sys.stderr):  # the bar steps aside for the line
                            self.stderr.write(f"第 {done.number} 行：{done.problem}")
                bar.update(max(0, job.table.lines - bar.n))
        except BrokenProcessPool as error:
            raise CommandError(
                f"{job.summary()}。一个进程意外退出，再运行一次即可，已收的不会重复"
            ) from error
        seconds = time.monotonic() - started
        pace = f"用时 {seconds:.1f} 秒，每秒 {job.rows / seconds:.0f} 行" if seconds else ""
        self.stdout.write(f"{job.summary()}。{pace}")
        if not job.rows:
            raise CommandError(f"{job.path.name} 里没有一行数据")
        if bad := job.counts[Outcome.BAD]:
            raise CommandError(f"有 {bad} 行没有导入，改好后再导入一次即可，已收的不会重复")
