"""The documents that bench_wiki.py measures: imported, edited, with thousands of versions, suggestions, comments."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from wiki_text import edited

REASON = "写得更清楚一些，便于执行。"
REMARKS = [
    "支持这一条，早就该管了。",
    "反对，商户的成本会增加不少。",
    "建议把时限写明确，不然没法监督。",
    "夜间的噪声标准是不是太宽了？",
    "希望公布每个街道的负责人和电话。",
]


class Documents:
    """Makes documents of one text in a throw-away site; what thousands are made of is inserted, not served."""

    def __init__(self, folder: Path, text: str, chance: random.Random, chief: Any, people: list[Any]) -> None:
        self.folder, self.text, self.chance = folder, text, chance
        self.chief, self.people = chief, people

    def imported(self, file: Path) -> None:
        from django.core.management import call_command

        with quiet():
            call_command("import_policy", str(file), "--open", "--days", "30")

    def named(self, slug: str) -> Any:
        from wiki.models import Document

        return Document.objects.get(slug=slug)

    def made(self, slug: str) -> Any:
        # The same text twice would be the same document for import_policy.
        file = self.folder / f"{slug}.txt"
        file.write_text(f"{self.text}\n{slug}\n", "utf-8")
        self.imported(file)
        return self.named(slug)

    def rows(self, document: Any) -> list[Any]:
        from wiki.models import ClauseVersion

        rows = ClauseVersion.objects.filter(document=document).current()
        return [row for row in rows if row.kind in {"article", "item", "paragraph"} and len(row.text) > 15]

    def a_row(self, document: Any) -> Any:
        return self.chance.choice(self.rows(document))

    def accept_one(self, document: Any) -> tuple[float, float]:
        from wiki.models import Suggestion
        from wiki.services import accept_suggestion, submit_suggestion

        document.refresh_from_db()
        found = self.a_row(document)
        text = edited(found.text, self.chance)
        while text == found.text or text != text.strip():
            text = edited(found.text, self.chance)
        author = self.chance.choice(self.people)
        submit = stopwatch(
            submit_suggestion,
            author=author, clause=found.clause, text=text, reason=REASON, base_version=document.version,
        )  # fmt: skip
        suggestion = Suggestion.objects.filter(author=author).latest("id")
        return submit, stopwatch(accept_suggestion, moderator=self.chief, suggestion=suggestion, reason="")

    def add_versions(self, document: Any, count: int) -> None:
        """Give the document so many versions by editors, one clause each, as the services would write them."""
        from django.db import transaction
        from django.utils import timezone

        from wiki.intervals import fork_of
        from wiki.models import ClauseVersion, DocumentVersion
        from wiki.text.authorship import carry

        rows = {row.clause_id: row for row in self.rows(document)}
        ids, old, new, versions = list(rows), [], [], []
        for number in range(document.version + 1, count + 1):
            row = rows[self.chance.choice(ids)]
            text = edited(row.text, self.chance)[:400] or row.text
            row.until, row.fork = number, fork_of(row.since, number)
            (old if row.pk else new).append(row)
            after = ClauseVersion(
                document=document, clause_id=row.clause_id, kind=row.kind, label=row.label, text=text,
                parent_id=row.parent_id, order=row.order, since=number,
                authorship=carry(row.authorship, row.text, text, number),
            )  # fmt: skip
            rows[row.clause_id] = after
            versions.append(
                DocumentVersion(
                    document=document, number=number, origin="edit", author=self.chief, summary=REASON
                )
            )
        new += [row for row in rows.values() if row.pk is None]
        with transaction.atomic():
            ClauseVersion.objects.bulk_update(old, ["until", "fork"], batch_size=500)
            ClauseVersion.objects.bulk_create(new, batch_size=500)
            DocumentVersion.objects.bulk_create(versions, batch_size=500)
            type(document).objects.filter(pk=document.pk).update(version=count, updated_at=timezone.now())
        document.refresh_from_db()

    def add_suggestions(self, document: Any, count: int, hot: int) -> int:
        """Insert `count` pending suggestions, `hot` of them on one clause, with their lines in the ledger; return the clause that has most."""
        from django.db import transaction
        from django.utils import timezone

        from wiki.models import Opinion, Suggestion

        rows = sorted(self.rows(document), key=lambda row: -len(row.text))
        hottest, others = rows[0], rows[1:]
        now = timezone.now()
        made = []
        for n in range(count):
            found = hottest if n < hot else self.chance.choice(others)
            text = edited(found.text, self.chance)
            made.append(
                Suggestion(
                    document=document, clause_id=found.clause_id, author=self.chance.choice(self.people),
                    base_version=document.version, carried_version=document.version, text=text,
                    carried_text=text, reason=REASON,
                )
            )  # fmt: skip
        with transaction.atomic():
            Suggestion.objects.bulk_create(made, batch_size=500)
            for n, one in enumerate(made):
                one.submitted_at = now - timedelta(minutes=n)
            Suggestion.objects.bulk_update(made, ["submitted_at"], batch_size=500)
            Opinion.objects.bulk_create(
                (
                    Opinion(
                        document=document, clause_id=one.clause_id, suggestion=one, author_id=one.author_id,
                        submitted_at=one.submitted_at,
                    )
                    for one in made
                ),
                batch_size=500,
            )  # fmt: skip
        return int(hottest.clause_id)

    def add_comments(self, document: Any, count: int) -> int:
        """Insert `count` comments with their lines in the ledger, half of them on words; return the clause that has most."""
        from django.db import transaction

        from wiki.models import Comment, Opinion

        rows = self.rows(document)
        made = []
        for n in range(count):
            found = rows[0] if n % 10 == 0 else self.chance.choice(rows)
            quoted = n % 2 == 0
            start = self.chance.randrange(len(found.text) - 8) if quoted else 0
            words = found.text[start : start + 8] if quoted else ""
            made.append(
                Comment(
                    document=document, clause_id=found.clause_id, author=self.chance.choice(self.people),
                    stance=self.chance.choice(["support", "oppose", "neutral"]),
                    text=f"{self.chance.choice(REMARKS)}（{n}）", base_version=document.version,
                    anchored_version=document.version, quote=words, start=start, at=start, length=len(words),
                    prefix=found.text[max(0, start - 32) : start] if quoted else "",
                    suffix=found.text[start + 8 : start + 40] if quoted else "",
                    anchor="quote" if quoted else "clause",
                )
            )  # fmt: skip
        with transaction.atomic():
            Comment.objects.bulk_create(made, batch_size=500)
            Opinion.objects.bulk_create(
                (
                    Opinion(
                        document=document, clause_id=one.clause_id, comment=one, author_id=one.author_id,
                        stance=one.stance, submitted_at=one.submitted_at,
                    )
                    for one in made
                ),
                batch_size=500,
            )  # fmt: skip
        return int(rows[0].clause_id)


def stopwatch(work: Callable[..., Any], *args: Any, **kwargs: Any) -> float:
    """Return how many milliseconds a call takes."""
    start = time.perf_counter()
    work(*args, **kwargs)
    return 1000 * (time.perf_counter() - start)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep a command's lines out of the table."""
    with open("/dev/null", "w", encoding="utf-8") as nowhere:
        before, sys.stdout = sys.stdout, nowhere
        try:
            yield
        finally:
            sys.stdout = before
