"""Reports per second of both intake APIs, on SQLite and on PostgreSQL, beside an empty view and a bare insert.

Run: .venv/bin/python tests/bench/bench_intake.py [--seconds 10] [--concurrency 8] [--workers 1 2]
     [--database sqlite postgresql] [--peak 60]
Starts its own gunicorn and task worker in a temporary folder, and PostgreSQL where its programs are installed. The
load generator runs on the same machine. `--peak` then sends that many seconds of the municipal line's peak hour (ten
times the average of 11 million a year: 3.5 a second, at random times) and prints how long each answer took.
"""

import argparse
import contextlib
import json
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEAK = 3.5  # reports a second
TEXTS = [
    "天通苑北街路口的井盖翘起来了，骑车经过差点摔倒，晚上没有灯更危险，请尽快派人来修。",
    "楼下工地连着三天半夜两点还在打桩，孩子睡不着，打电话也没人管，希望能管一管夜间施工。",
    "菜市场门口每天早上都有人占道摆摊，公交车进不了站，大家只能走到马路中间去。",
    "小区垃圾桶满了好几天没人清运，天热味道很大，苍蝇很多。",
]
BARE_INSERT = """
import os, sys, time
sys.path[:0] = [{root!r}, {site!r}]
import django; django.setup()
from django.db import transaction
from civic.cases.models import Case, Report
count, start = 0, time.perf_counter()
while time.perf_counter() - start < {seconds}:
    with transaction.atomic():
        case = Case(); case.save(force_insert=True)
        Report(number=f"BARE{{count}}", case=case, channel="api", text={text!r}, lon=116.4, lat=39.9).save(force_insert=True)
    count += 1
print(count / (time.perf_counter() - start))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(port: int, seconds: float, concurrency: int, request) -> list[float]:
    """Send requests from threads until the time is over; return the seconds of each answer."""
    times: list[list[float]] = [[] for _ in range(concurrency)]
    until = time.perf_counter() + seconds

    def person(index: int) -> None:
        connection, count = HTTPConnection("127.0.0.1", port, timeout=30), 0
        while time.perf_counter() < until:
            method, path, body, headers, expected = request(index, count)
            start = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            times[index].append(time.perf_counter() - start)
            if answer.status != expected:
                raise SystemExit(f"{path}: {answer.status}")
            count += 1

    threads = [threading.Thread(target=person, args=(index,)) for index in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [value for row in times for value in row]


def native(index: int, count: int):
    body = json.dumps(
        {"text": TEXTS[count % 4], "lon": 116.35 + count % 90 / 1000, "lat": 39.9 + index / 1000}
    ).encode()
    return "POST", "/api/v1/public/reports/", body, {"Content-Type": "application/json"}, 201


def open311(index: int, count: int):
    form = {"api_key": "demo-key", "service_code": "00000", "description": TEXTS[count % 4],
            "lat": 39.9 + index / 1000, "long": 116.35 + count % 90 / 1000}  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return "POST", "/open311/v2/requests.json", urllib.parse.urlencode(form).encode(), headers, 201


def empty(index: int, count: int):
    return "GET", "/bench-empty", None, {}, 200


def line(name: str, seconds: float, values: list[float]) -> None:
    cuts = statistics.quantiles(values, n=100)
    print(
        f"{name:<34}{len(values) / seconds:>9.1f}/s   p50 {cuts[49] * 1000:7.1f}   p95 {cuts[94] * 1000:7.1f}   p99 {cuts[98] * 1000:7.1f} ms"
    )


def steady(port: int, seconds: float, rate: float) -> list[float]:
    """Send native reports at random times, `rate` a second on average, however long answers take; return seconds."""
    chance, times, threads = random.Random(3), [], []
    begin = time.perf_counter()
    at, count = begin + chance.expovariate(rate), 0

    def one(count: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        method, path, body, headers, expected = native(0, count)
        start = time.perf_counter()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != expected:
            raise SystemExit(f"{path}: {answer.status}")
        times.append(time.perf_counter() - start)
        connection.close()

    while at < begin + seconds:
        time.sleep(max(0.0, at - time.perf_counter()))
        threads.append(threading.Thread(target=one, args=(count,)))
        threads[-1].start()
        at, count = at + chance.expovariate(rate), count + 1
    for thread in threads:
        thread.join()
    return times


@contextlib.contextmanager
def serving(folder: str, env: dict[str, str], workers: int) -> Iterator[int]:
    """Start web and task worker on a migrated database; yield the port, warm."""
    port = free_port()
    subprocess.run([sys.executable, str(ROOT / "site/manage.py"), "migrate", "-v0"], env=env, check=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-k", "gthread", "--threads", "16",
         "-w", str(workers), "--log-level", "error", "civic.wsgi:application"], env=env)  # fmt: skip
    worker = subprocess.Popen([sys.executable, str(ROOT / "site/manage.py"), "worker"], env=env)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        load(port, 4, 4, native)  # warm: the first analysis loads the dictionary
        yield port
    finally:
        server.terminate()
        worker.terminate()
        server.wait()
        worker.wait()


@contextlib.contextmanager
def database(name: str) -> Iterator[dict[str, str]]:
    """Yield the environment that chooses a database; PostgreSQL is started for the while."""
    if name == "sqlite":
        yield {}
        return
    sys.path.insert(0, str(ROOT / "site"))
    from civic.core.launch import postgres

    programs = postgres.binaries()
    if programs is None:
        raise SystemExit("PostgreSQL's programs are not installed")
    with postgres.cluster(programs) as url:
        import psycopg

        with psycopg.connect(url.rsplit("/", 1)[0] + "/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{url.rsplit("/", 1)[1]}"')
        yield {"DATABASE_URL": url}


def measure(name: str, workers: int, options: argparse.Namespace) -> None:
    """Print the figures of one database with so many web processes."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, database(name) as chosen:
        (Path(folder) / "bench_settings.py").write_text(
            "from civic.settings.local import *\nROOT_URLCONF = 'bench_urls'\n"
            "STORAGES = {**STORAGES, 'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.StaticFilesStorage'}}\n"
        )
        (Path(folder) / "bench_urls.py").write_text(
            "from django.http import HttpResponse\nfrom django.urls import path\nfrom civic.urls import *\n"
            "urlpatterns = [path('bench-empty', lambda request: HttpResponse('ok')), *urlpatterns]\n"
        )
        env = {**os.environ, "VAR_DIR": folder + "/var", "DJANGO_SETTINGS_MODULE": "bench_settings", "LOG_LEVEL": "ERROR",
               "PYTHONPATH": f"{folder}:{ROOT / 'site'}:{ROOT}", "BOT_RASA_URL": "", "DATABASE_URL": "", **chosen}  # fmt: skip
        print(f"— {name}, web processes: {workers}", flush=True)
        with serving(folder, env, workers) as port:
            for title, request in (("empty view", empty), ("native API", native), ("Open311", open311)):
                line(title, options.seconds, load(port, options.seconds, options.concurrency, request))
            if options.peak:
                line(f"{PEAK}/s for {options.peak:g} s", options.peak, steady(port, options.peak, PEAK))
        code = BARE_INSERT.format(
            root=str(ROOT), site=str(ROOT / "site"), seconds=options.seconds, text=TEXTS[0]
        )
        bare = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        print(
            f"{'bare insert of case and report':<34}{float(bare.stdout):>9.1f}/s   one connection, one commit each",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--workers", type=int, nargs="+", default=[1])
    parser.add_argument("--database", nargs="+", default=["sqlite"], choices=["sqlite", "postgresql"])
    parser.add_argument("--peak", type=float, default=0, help="seconds of the peak hour")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"concurrency {options.concurrency}, {options.seconds:g} s each")  # fmt: skip
    for name in options.database:
        for workers in options.workers:
            measure(name, workers, options)


if __name__ == "__main__":
    main()
