"""Times, queries and sizes of the wiki's pages on a 75 KB document that has been edited 343 times, beside django-wiki.

Run: .venv/bin/python tests/bench/bench_wiki.py [--rounds 40] [--file FILE] [--only replayed deep pending comments beside]
     [--deep 10000] [--pending 10000] [--hottest 1000] [--comments 5000]
The document is made by wiki_text.py, or read from FILE. Each page is asked for by the test client, in one process: what
is timed is middleware, view, database and template, without the web server. `beside` makes an environment of its own for
django-wiki, which needs a package index, and replays the same edits there.
"""

import argparse
import difflib
import json
import platform
import random
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_desk import ROOT, set_up
from wiki_documents import REASON, Documents, stopwatch
from wiki_text import edited, policy

EDITS = 343  # accepted on the plan that the original wiki was known for
PARTS = ("replayed", "deep", "pending", "comments", "beside")
BESIDE = ["wiki==0.13.0", "Django==5.2.19"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--file", type=Path, help="a policy text to use in place of the made one")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--deep", type=int, default=10_000, help="versions of the deep history")
    parser.add_argument("--pending", type=int, default=10_000)
    parser.add_argument("--hottest", type=int, default=1000, help="of the pending, on one clause")
    parser.add_argument("--comments", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-wiki-") as folder:
        set_up(folder, Path(folder) / "bench.sqlite3")
        from django.conf import settings
        from django.test.utils import setup_test_environment

        setup_test_environment()
        settings.WIKI_SUGGESTIONS_PER_HOUR = settings.WIKI_COMMENTS_PER_HOUR = 10**6
        print(f"{platform.platform()}, Python {platform.python_version()}, {options.rounds} rounds")
        text = options.file.read_text("utf-8") if options.file else policy()
        bench = Bench(Path(folder), text, options)
        for part in PARTS:
            if part in options.only:
                getattr(bench, part)()


class Bench:
    """One throw-away site; each part makes a document of its own from the same text."""

    def __init__(self, folder: Path, text: str, options: argparse.Namespace) -> None:
        from django.contrib.auth import get_user_model
        from django.test import Client
        from django.urls import reverse

        reverse("wiki:index")  # loads the addresses, as a served process has
        self.folder, self.text, self.options, self.chance = folder, text, options, random.Random(7)
        users = get_user_model().objects
        self.chief = users.create_superuser("bench-chief", password="bench")
        self.people = [users.create_user(f"bench-{n}") for n in range(50)]
        self.documents = Documents(folder, text, self.chance, self.chief, self.people)
        self.reader, self.writer, self.desk = Client(), Client(), Client()
        self.writer.force_login(self.people[0])
        self.desk.force_login(self.chief)

    # --- the parts ------------------------------------------------------------------------------

    def replayed(self) -> None:
        """Import, 343 accepted edits, and every page of the document."""
        file = self.folder / "replayed.txt"
        file.write_text(self.text, "utf-8")
        title(f"{len(self.text.encode()):,} bytes of text, {EDITS} accepted edits")
        took = stopwatch(lambda: self.documents.imported(file))
        row("import_policy", [took], goal="2000")
        document = self.documents.named("replayed")
        submits, accepts = [], []
        for _ in range(EDITS):
            submit, accept = self.documents.accept_one(document)
            submits.append(submit)
            accepts.append(accept)
        row("submit a suggestion (service)", submits)
        row("accept it (service)", accepts)
        self._pages(document)
        self._save(document)

    def deep(self) -> None:
        """The same pages on a document with thousands of versions."""
        title(f"{self.options.deep:,} versions of the same text")
        document = self.documents.made("deep")
        self.documents.add_versions(document, self.options.deep)
        self._pages(document)

    def pending(self) -> None:
        """The desk with thousands of pending suggestions, and accepting one beside a thousand others."""
        from django.urls import reverse

        from wiki.models import Suggestion
        from wiki.services import accept_suggestion

        title(f"{self.options.pending:,} pending suggestions, {self.options.hottest:,} of them on one clause")
        document = self.documents.made("pending")
        hottest = self.documents.add_suggestions(document, self.options.pending, self.options.hottest)
        self._page("desk list", self.desk, reverse("wiki_desk:index"), goal="200")
        self._page(
            "desk, the hottest clause", self.desk, reverse("wiki_desk:clause", args=[hottest]), goal="200"
        )
        self._page(
            "public clause page, hottest", self.reader, reverse("wiki:clause", args=[document.slug, hottest])
        )
        self._page("document", self.reader, document.get_absolute_url())
        self._save(document)
        times = []
        for _ in range(5):
            one = Suggestion.objects.filter(clause_id=hottest).undecided().order_by("?").first()
            if one is None or one.status != "pending":
                continue
            times.append(stopwatch(accept_suggestion, moderator=self.chief, suggestion=one, reason=""))
        row("accept one there, the others carried", times, goal="1000")

    def comments(self) -> None:
        """A document with thousands of comments."""
        from django.urls import reverse

        title(f"{self.options.comments:,} comments on one document")
        document = self.documents.made("comments")
        hottest = self.documents.add_comments(document, self.options.comments)
        self._page("document", self.reader, document.get_absolute_url(), goal="150")
        self._page(
            "clause with a tenth of them",
            self.reader,
            reverse("wiki:clause", args=[document.slug, hottest]),
            goal="150",
        )
        for name in ("comments", "ledger"):
            self._page(name, self.reader, reverse(f"wiki:{name}", args=[document.slug]), goal="150")

    def beside(self) -> None:
        """django-wiki on the same text and edits, in an environment of its own; and two ways to compare characters."""
        title("beside: django-wiki, the same text and edits, the same kind of client")
        place = self.folder / "beside"
        venv.create(place / "venv", with_pip=True)
        python = place / "venv" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", *BESIDE], check=True)
        texts = [self.text]
        lines = self.text.split("\n")
        for _ in range(EDITS):
            at = self.chance.choice([n for n, line in enumerate(lines) if len(line) > 15])
            lines[at] = edited(lines[at], self.chance)
            texts.append("\n".join(lines))
        (place / "revisions.json").write_text(json.dumps(texts), "utf-8")
        script = Path(__file__).with_name("beside_django_wiki.py")
        out = subprocess.run(
            [python, script, place, str(self.options.rounds)], check=True, capture_output=True, text=True
        )
        for name, times in json.loads(out.stdout.splitlines()[-1]).items():
            row(f"django-wiki: {name}", times)
        from wiki.text.diff import diff_spans

        first, last = texts[0], texts[min(300, EDITS)]
        row("characters compared, difflib", [stopwatch(_difflib, first, last)])
        row("characters compared, wiki.text.diff", [stopwatch(diff_spans, first, last) for _ in range(5)])

    # --- what is measured of a document -----------------------------------------------------------

    def _pages(self, document: Any) -> None:
        from django.core.cache import cache
        from django.urls import reverse

        slug, last = document.slug, document.version
        address = document.get_absolute_url()
        self._page("reading page, uncached", self.reader, address, goal="40", before=cache.clear)
        self._page("reading page, cached", self.reader, address, goal="8")
        self._page("reading page, signed in", self.writer, address)
        history = reverse("wiki:versions", args=[slug])
        self._page("history, uncached", self.reader, history, goal="40", before=cache.clear)
        self._page("history, cached", self.reader, history, goal="40")
        self._page("one version", self.reader, reverse("wiki:version", args=[slug, last // 2]))
        old = f"{reverse('wiki:version', args=[slug, max(2, last // 100)])}?full=1"
        self._page("an old version whole", self.reader, old, before=cache.clear)

        def pair() -> str:
            first, second = sorted(self.chance.sample(range(1, last + 1), 2))
            return reverse("wiki:compare", args=[slug, first, second])

        self._page("compare any two versions", self.reader, pair, goal="60", before=cache.clear)
        self._page("compare first and last", self.reader, reverse("wiki:compare", args=[slug, 1, last]))

    def _save(self, document: Any) -> None:
        """Post suggestions through the page, as a signed-in person does."""
        from django.urls import reverse

        times, worked = [], []
        for n in range(self.options.rounds):
            document.refresh_from_db()
            row_now = self.documents.a_row(document)
            address = reverse("wiki:suggest", args=[document.slug, row_now.clause_id])
            given = {
                "text": f"{row_now.text}补充{n}。",
                "reason": REASON,
                "base_version": document.version,
                "kind": "change",
            }
            start, busy = time.perf_counter(), time.process_time()
            response = self.writer.post(address, given)
            times.append(1000 * (time.perf_counter() - start))
            worked.append(1000 * (time.process_time() - busy))
            assert response.status_code == 302, (response.status_code, response.content[:500].decode())
        row("save a suggestion (page)", times, goal="25", worked=worked)

    def _page(
        self,
        name: str,
        client: Any,
        address: str | Callable[[], str],
        *,
        goal: str = "",
        before: Callable[[], None] | None = None,
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def ask() -> Any:
            if before is not None:
                before()
            return client.get(address if isinstance(address, str) else address())

        response = ask()
        assert response.status_code == 200, (name, response.status_code)
        with CaptureQueriesContext(connection) as captured:
            ask()
            queries = len(captured)  # now: the next request empties the log
        times, worked = [], []
        for _ in range(self.options.rounds):
            where = address if isinstance(address, str) else address()
            if before is not None:
                before()
            start, busy = time.perf_counter(), time.process_time()
            answer = client.get(where)
            times.append(1000 * (time.perf_counter() - start))
            worked.append(1000 * (time.process_time() - busy))
            assert answer.status_code == 200, (name, answer.status_code)
        row(name, times, goal=goal, queries=queries, size=len(response.content), worked=worked)


# --- printing and timing ------------------------------------------------------------------------


def title(text: str) -> None:
    print(f"\n{text}\n{'':42}{'p50 ms':>9}{'p95 ms':>9}{'goal':>7}{'cpu ms':>9}{'queries':>9}{'KB':>8}")


def row(
    name: str,
    times: list[float],
    *,
    goal: str = "",
    queries: int | str = "",
    size: int = 0,
    worked: list[float] | None = None,
) -> None:
    """Print one line; the goal is for the 95th percentile, `worked` what the processor spent, less shaken by neighbours."""
    p50, p95 = _middle(times), sorted(times)[int(0.95 * (len(times) - 1))]
    missed = "  missed" if goal and p95 > float(goal) else ""
    kilobytes = f"{size / 1024:.1f}" if size else ""
    busy = f"{_middle(worked):.1f}" if worked else ""
    print(f"{name:42}{p50:9.1f}{p95:9.1f}{goal:>7}{busy:>9}{queries!s:>9}{kilobytes:>8}{missed}", flush=True)


def _middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


def _difflib(first: str, last: str) -> None:
    difflib.SequenceMatcher(None, first, last, autojunk=False).get_opcodes()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests" / "bench"))
    main()
