"""Times and query counts of the desk's queue, its filters, district counts and the public list over many cases.

Run: .venv/bin/python tests/bench/bench_desk.py [--cases 20000] [--rounds 20] [--keep FILE]
Makes the cases by bulk insert in a throw-away SQLite database. Each page is asked for by the test client, in one
process: what is timed is view, database and template, without the web server.
"""

import argparse
import os
import platform
import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BATCH = 5000
OPEN_SHARE = 0.05  # of the cases of years, most are closed
WORDS = ["小区门口的垃圾三天没人收", "路口的井盖翘起来了", "半夜还在打桩", "路灯不亮了", "占道摆摊走不过去"]
STREETS = [
    "望京街道",
    "三里屯街道",
    "学院路街道",
    "天通苑北街道",
    "广安门外街道",
    "永顺镇",
    "亦庄镇",
    "马驹桥镇",
]


def set_up(folder: str, database: Path) -> None:
    """Start Django on a database file, new or kept, with everything else in a folder."""
    sys.path[:0] = [str(ROOT), str(ROOT / "site")]
    os.environ |= {"VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "civic.settings.test"}
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = str(database)
    call_command("migrate", verbosity=0)


def fill(count: int, *, start: int = 0) -> None:
    """Insert so many cases with a report, an analysis and one event each; `start` is the first one's number."""
    from django.db import transaction
    from django.utils import timezone

    from civic.accounts.models import Department, District
    from civic.cases.matters import matters
    from civic.cases.models import Case, CaseEvent, Report, ReportAnalysis

    for n in range(30):
        Department.objects.get_or_create(code=f"office-{n}", defaults={"name": f"部门{n}"})
    districts = list(District.objects.values_list("pk", flat=True)) or [None]
    offices = list(Department.objects.values_list("pk", flat=True))
    codes, chance, now = list(matters()), random.Random(1), timezone.now()
    open_steps = ["intake", "filing", "dispatch", "handling", "feedback", "verification"]
    for first in range(start, start + count, BATCH):
        cases = []
        for n in range(first, min(first + BATCH, start + count)):
            is_open = chance.random() < OPEN_SHARE
            # Oldest first, as they come; three years of them.
            at = now - timedelta(minutes=(start + count - n) * 1_576_800 / count)
            step = chance.choice(open_steps) if is_open else "closed"
            by_nlp = chance.random() < 0.7
            cases.append(
                Case(
                    step=step, outcome="" if is_open else "resolved", closed_at=None if is_open else at,
                    matter_code=chance.choice(codes), code_source="nlp" if by_nlp else "clerk",
                    code_certain=by_nlp and chance.random() < 0.8, request_type="complaint",
                    urgent=chance.random() < 0.03, district_id=chance.choice(districts),
                    department_id=chance.choice(offices) if step not in {"intake", "filing"} else None,
                    street=chance.choice(STREETS), lon=116.4, lat=39.9, public_lon=116.4, public_lat=39.9,
                    public_cell=chance.randrange(1 << 40), received_at=at, updated_at=at, step_at=at,
                    due_at=now + timedelta(hours=chance.randrange(-200, 200)) if is_open else None,
                    supervised_at=at if is_open and chance.random() < 0.02 else None,
                    urged=chance.choice([0] * 20 + [1, 2]),
                )
            )  # fmt: skip
        with transaction.atomic():
            Case.objects.bulk_create(cases)
            reports = Report.objects.bulk_create(
                Report(
                    number=f"BJ{first + n:013d}", case=case, channel=chance.choice(["web", "wechat", "api"]),
                    text=f"{chance.choice(WORDS)}，第{first + n}次反映", received_at=case.received_at,
                )
                for n, case in enumerate(cases)
            )  # fmt: skip
            ReportAnalysis.objects.bulk_create(
                ReportAnalysis(
                    report=report, matter_code=case.matter_code, confidence=chance.random(),
                    request_type="complaint", request_confidence=0.9, model_version="bench",
                )
                for report, case in zip(reports, cases, strict=True)
            )  # fmt: skip
            CaseEvent.objects.bulk_create(
                CaseEvent(case=case, kind="received", to_step="intake", created_at=case.received_at)
                for case in cases
            )


def measure(client, address: str, rounds: int) -> tuple[float, float, int, int]:
    """Return the median and the 95th percentile in milliseconds, the queries, and the status of a page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    response = client.get(address)
    with CaptureQueriesContext(connection):
        client.get(address)
        queries = list(connection.queries_log)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        client.get(address)
        times.append(1000 * (time.perf_counter() - start))
    times.sort()
    slowest = max(queries, key=lambda query: float(query["time"]), default=None)
    if slowest and float(slowest["time"]) > 0.05:
        print(f"    {slowest['time']} s: {slowest['sql'][:60]} … {slowest['sql'][-220:]}")
    return times[len(times) // 2], times[int(0.95 * (len(times) - 1))], len(queries), response.status_code


def pages() -> dict[str, str]:
    """Return what is measured: a name and an address."""
    from civic.accounts.models import District

    district = District.objects.values_list("code", flat=True).first() or ""
    queue = "/admin/cases/"
    return {
        "queue": queue,
        "queue, page 20": f"{queue}?page=20",
        "queue, one step": f"{queue}?step=handling",
        "queue, closed": f"{queue}?step=closed",
        "queue, all": f"{queue}?step=all",
        "queue, district": f"{queue}?district={district}",
        "queue, district, all": f"{queue}?step=all&district={district}",
        "queue, street": f"{queue}?street=望京",
        "queue, department": f"{queue}?department=office-3",
        "queue, code": f"{queue}?code=06010",
        "queue, channel": f"{queue}?channel=api",
        "queue, urgent": f"{queue}?urgent=on",
        "queue, unconfirmed": f"{queue}?unconfirmed=on",
        "queue, overdue": f"{queue}?overdue=on",
        "queue, near": f"{queue}?near=on",
        "queue, supervised": f"{queue}?supervised=on",
        "queue, mine": f"{queue}?mine=on",
        "queue, number": f"{queue}?q=BJ0000000000017",
        "queue, words": f"{queue}?q=井盖",
        "triage": f"{queue}triage/",
        "quality of triage": f"{queue}triage/quality/",
        "public list": "/cases/",
        "public list, district": f"/cases/?district={district}",
    }


def count_districts(rounds: int) -> None:
    """Time the counts of open and of all cases by district, each one query."""
    from django.db.models import Count

    from civic.cases.models import Case

    for name, cases in (("open", Case.objects.open()), ("all", Case.objects.all())):
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            list(cases.order_by().values("district").annotate(count=Count("pk")))
            times.append(1000 * (time.perf_counter() - start))
        times.sort()
        show(f"counts by district, {name}", times[len(times) // 2], times[int(0.95 * (len(times) - 1))], 1)


def show(name: str, p50: float, p95: float, queries: int) -> None:
    print(f"{name:32} p50 {p50:8.1f} ms   p95 {p95:8.1f} ms   {queries:3} queries", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="a database file that is filled once and used again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder, options.keep or Path(folder) / "bench.sqlite3")
        from django.contrib.auth.models import Group
        from django.db import connection
        from django.test import Client

        from civic.accounts.models import User
        from civic.accounts.roles import Role
        from civic.cases.models import Case

        start = time.perf_counter()
        if not Case.objects.exists():
            fill(options.cases)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        took, cases = time.perf_counter() - start, Case.objects.count()
        print(f"{cases} cases made in {took:.0f} s; {platform.platform()}", flush=True)
        clerk, _ = User.objects.get_or_create(username="bench-clerk")
        clerk.groups.add(Group.objects.get(name=Role.CASE_CLERK))
        client = Client()
        client.force_login(clerk)
        for name, address in pages().items():
            p50, p95, queries, status = measure(client, address, options.rounds)
            show(name if status == 200 else f"{name} ({status})", p50, p95, queries)
        count_districts(options.rounds)


if __name__ == "__main__":
    main()
