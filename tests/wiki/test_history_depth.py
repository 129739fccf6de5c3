"""A long history costs no more than a short one: rows that ended long ago are not looked at, and nothing is counted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wiki.intervals import OPEN, fork_of
from wiki.kinds import Kind
from wiki.models import Clause, ClauseVersion, Document, DocumentVersion
from wiki.parsing import Node
from wiki.selectors.history import NewestFirst, page_of_versions, rows_at

pytestmark = pytest.mark.django_db
CLAUSES = 20


@pytest.fixture
def deepen(make_document):
    """Make a document of 20 clauses of which one after the other changes, `depth` times."""

    def make(slug, depth):
        document = make_document(slug, nodes=[Node(Kind.PARAGRAPH, "", "前言。")])
        clauses = Clause.objects.bulk_create([Clause(document=document, since=1) for _ in range(CLAUSES)])
        rows = []
        for place, clause in enumerate(clauses):
            begins = [1, *range(place + 2, depth + 1, CLAUSES)]
            for since, until in zip(begins, [*begins[1:], None], strict=True):
                rows.append(
                    ClauseVersion(
                        document=document, clause=clause, kind="article", label=f"第{place}条", order=place * 16,
                        text=f"第{place}条在第{since}版的文字。", since=since, until=until,
                        fork=OPEN if until is None else fork_of(since, until),
                    )
                )  # fmt: skip
        ClauseVersion.objects.bulk_create(rows, batch_size=500)
        DocumentVersion.objects.bulk_create(
            [
                DocumentVersion(document=document, number=number, origin="edit", summary="改")
                for number in range(2, depth + 1)
            ],
            batch_size=500,
        )
        Document.objects.filter(pk=document.pk).update(version=depth)
        document.refresh_from_db()
        return document

    return make


def test_any_version_has_its_rows(deepen):
    document = deepen("deep", 400)
    for number in (1, 2, 21, 200, 256, 399, 400):
        rows = rows_at(document, number)
        assert len(rows) == CLAUSES + 1
        assert all(row.since <= number and (row.until is None or row.until > number) for row in rows)
        wanted = {
            row.pk
            for row in ClauseVersion.objects.filter(document=document)
            if row.since <= number and (row.until is None or row.until > number)
        }
        assert {row.pk for row in rows} == wanted


def test_rows_that_ended_long_ago_are_not_looked_at(deepen):
    """The rows filed under the forks around a version are few times the document, however deep the history."""
    document = deepen("deep", 2000)
    rows = ClauseVersion.objects.filter(document=document)
    assert rows.count() > 1900
    for number in (3, 500, 1000, 1024, 1999):
        query = rows.at(number).query
        forks = next(child.rhs for child in query.where.children if getattr(child, "lookup_name", "") == "in")
        assert rows.filter(fork__in=forks).count() <= (2000).bit_length() * (CLAUSES + 1)
    if connection.vendor == "sqlite":
        plan = rows.at(1000).explain()
        assert "wiki_clausever_doc_fork" in plan
        assert "SCAN" not in plan


def test_pages_of_a_deep_history_cost_what_those_of_a_short_one_do(client, deepen, clause_of):
    costs = {}
    for slug, depth in (("short", 60), ("deep", 600)):
        document = deepen(slug, depth)
        latest = document.version
        clause_id = clause_of(document, "第3条").clause_id
        for name, url in {
            "list": reverse("wiki:versions", args=[slug]) + f"?before={latest // 2}",
            "version": reverse("wiki:version", args=[slug, latest // 2]),
            "text": reverse("wiki:version_text", args=[slug, latest // 2]),
            "compare": reverse("wiki:compare", args=[slug, 2, latest]),
            "attribution": reverse("wiki:attribution", args=[slug, latest // 2]),
            "clause": reverse("wiki:clause_history", args=[slug, clause_id]),
        }.items():
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            costs.setdefault(name, []).append(len(captured))
            for query in captured:
                assert "OFFSET" not in query["sql"]
    assert all(short == deep for short, deep in costs.values()), costs


def test_pages_follow_each_other_without_gap_or_repeat(deepen):
    document = deepen("deep", 55)
    seen, before = [], None
    while True:
        page = page_of_versions(document, before=before, size=20)
        seen += [version.number for version in page.versions]
        if page.older is None:
            break
        before = page.older
    assert seen == list(range(55, 0, -1))
    back = page_of_versions(document, after=15, size=20)
    assert [version.number for version in back.versions] == list(range(35, 15, -1))
    assert (back.older, back.newer) == (16, 35)
    assert [version.number for version in NewestFirst(document)[30:33]] == [25, 24, 23]
    edits = page_of_versions(document, origin="import", size=20)
    assert [version.number for version in edits.versions] == [1]
