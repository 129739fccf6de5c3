"""Load the demo's people, departments, cases and policy documents; refuses to run where there is no demo."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from civic.cases.models import Report
from civic.core.errors import DomainError
from civic.demo import loading
from civic.demo.grid import load_grid
from civic.demo.rows import rows_of
from civic.demo.stories import load_partner, reward
from civic.demo.wiki import load_wiki


class Command(BaseCommand):
    help = "载入演示账号、部门、案件和政策文件（只在本地演示环境）"

    def handle(self, *args, **options) -> None:
        if not settings.DEMO:
            raise CommandError("演示数据只能在 DEMO=1 的本地环境载入。")
        loading.load_departments()
        people = loading.load_people()
        load_partner()
        new: list[Report] = []
        bad = 0
        rows = list(rows_of("cases.csv"))
        cells = load_grid(rows)
        for row in tqdm(rows, desc="演示案件", unit="件", disable=options["verbosity"] == 0):
            try:
                report = loading.load_case(row)
            except (DomainError, ValueError, KeyError) as error:
                bad += 1
                message = getattr(error, "message", str(error))
                self.stderr.write(f"第 {row.get('id', '?')} 行跳过：{message}")
            else:
                new += [report] if report is not None else []
        reward(new)
        said = load_wiki()
        self.stdout.write(
            f"演示：{people} 个账号，{cells} 个网格，{len(rows)} 件案件（新 {len(new)}，跳过 {bad}），"
            f"政务维基新增 {said} 条"
        )
