"""Times and query counts of the desk's queue, its filters, map and figures, and of the public lists over many cases.

Run: .venv/bin/python tests/bench/bench_desk.py [--cases 20000] [--rounds 20] [--keep FILE] [--concurrency 4 8] [--seconds 5]
Makes the cases by bulk insert in a throw-away SQLite database. Each page is asked for by the test client, in one
process: what is timed is view, database and template, without the web server. Then so many clients at once, each a
thread with a connection of its own, ask a gunicorn of one process as `./run` starts it, on the same machine.
"""

import argparse
import os
import platform
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
BATCH = 5000
OPEN_SHARE = 0.05  # of the cases of years, most are closed
LATE_SHARE = 0.1
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
            CaseEvent.objects.bulk_create(
                CaseEvent(case=case, kind="escalated", created_at=case.received_at + timedelta(days=1),
                          data={"step": "handling", "level": 1, "department_id": case.department_id})
                for case in cases if chance.random() < LATE_SHARE
            )  # fmt: skip


def lay_grid() -> None:
    """Give every thousandth case to the one grid cell of the database, unless it has one."""
    from django.db.models import F

    from civic.accounts.models import District
    from civic.cases.models import Case
    from civic.places.models import GridCell

    cell, fresh = GridCell.objects.get_or_create(
        code="BENCH-1",
        defaults={
            "name": "测试网格", "district": District.objects.all()[0], "polygon": {}, "west": 0, "south": 0,
            "east": 0, "north": 0,
        },
    )  # fmt: skip
    if fresh:
        Case.objects.alias(rest=F("pk") % 1000).filter(rest=0).update(grid_cell=cell)


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


def a_number() -> str:
    """Return the first of the made numbers whose check digit is right: others are looked for in the words."""
    from civic.cases.numbers import parse_number

    return next(number for n in range(1, 100) if (number := parse_number(f"BJ{n:013d}")))


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
        "queue, urged": f"{queue}?urged=on",
        "queue, grid cell": f"{queue}?grid=BENCH-1",
        "queue, grid cell, all": f"{queue}?step=all&grid=BENCH-1",
        "queue, supervised": f"{queue}?supervised=on",
        "queue, mine": f"{queue}?mine=on",
        "queue, number": f"{queue}?q={a_number()}",
        "queue, words": f"{queue}?q=井盖",
        "triage": f"{queue}triage/",
        "quality of triage": f"{queue}triage/quality/",
        "map of the queue": f"{queue}points/",
        "map, district, all": f"{queue}points/?step=all&district={district}",
        "evaluation, 30 days": f"{queue}evaluation/",
        "evaluation, a year": f"{queue}evaluation/?days=365",
        "evaluation, late ones": f"{queue}evaluation/cases/?days=30&what=late",
        "public list": "/cases/",
        "public list, street": "/cases/?street=望京",
        "public list, no street": "/cases/?street=没有",
        "public list, words": "/cases/?q=井盖",
        "Open311": "/open311/v2/requests.json",
        "Open311, updated": "/open311/v2/requests.json?updated_after=2099-01-01T00:00:00Z",
        "public list, district": f"/cases/?district={district}",
    }


TOGETHER = (
    "queue",
    "queue, district",
    "map of the queue",
    "evaluation, 30 days",
    "public list",
    "public list, district",
)


def served(folder: str, database: Path, cookie: str, options: argparse.Namespace) -> None:
    """Time some pages asked for by several clients at once of a served process."""
    served_from = Path(folder) / "db.sqlite3"
    if database.resolve() != served_from.resolve():
        served_from.symlink_to(database.resolve())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}", "LOG_LEVEL": "ERROR", "DATABASE_URL": ""}
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-k", "gthread", "--threads", "32",
               "--log-level", "error", "--no-control-socket", "civic.wsgi:application"]  # fmt: skip
    server = subprocess.Popen(command, env=env)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        for clients in options.concurrency:
            for name in TOGETHER:
                ask_together(port, name, pages()[name], cookie, clients, options.seconds)
    finally:
        server.terminate()
        server.wait()


def ask_together(port: int, name: str, address: str, cookie: str, clients: int, seconds: float) -> None:
    """Ask for one page from so many threads until the time is over, and print how long the answers took."""
    times: list[float] = []
    refused: set[int] = set()

    def ask(connection: HTTPConnection) -> None:
        connection.request(
            "GET", quote(address, safe="/?=&"), headers={"Cookie": cookie, "Host": "localhost"}
        )
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            refused.add(answer.status)

    def person() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        ask(connection)  # warm
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            start = time.perf_counter()
            ask(connection)
            times.append(1000 * (time.perf_counter() - start))
        connection.close()

    threads = [threading.Thread(target=person) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    p50, p95 = (times[len(times) // 2], times[int(0.95 * (len(times) - 1))]) if times else (0.0, 0.0)
    wrong = f"   answered {sorted(refused)}" if refused else ""
    print(f"{f'{name}, {clients} at once':32} p50 {p50:8.1f} ms   p95 {p95:8.1f} ms   {len(times) / seconds:5.1f}/s{wrong}",
          flush=True)  # fmt: skip


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
    parser.add_argument("--concurrency", type=int, nargs="*", default=[4, 8], help="clients at once, served")
    parser.add_argument("--seconds", type=float, default=5, help="for each page asked for together")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = options.keep or Path(folder) / "db.sqlite3"
        set_up(folder, database)
        from django.contrib.auth.models import Group
        from django.db import connection
        from django.test import Client

        from civic.accounts.models import User
        from civic.accounts.roles import Role
        from civic.cases.models import Case

        start = time.perf_counter()
        if not Case.objects.exists():
            fill(options.cases)
        lay_grid()
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
        connection.close()
        served(folder, database, f"sessionid={client.cookies['sessionid'].value}", options)


if __name__ == "__main__":
    main()
