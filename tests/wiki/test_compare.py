"""Comparing two versions: the spans lead from one to the other, there and back alike, and each change has its name."""

from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wiki.test_editing_model import act, steps
from wiki import errors
from wiki.kinds import Kind
from wiki.models import Document
from wiki.parsing import Node
from wiki.presenters.change_cards import FOLD_ABOVE, folded
from wiki.selectors.history import comparison_of, rows_at
from wiki.services import accept_suggestion, editing, revise_document
from wiki.text.diff import Span, diff_spans, reversed_spans

pytestmark = pytest.mark.django_db


def sides(spans):
    return (
        "".join(span.text for span in spans if span.operation != "ins"),
        "".join(span.text for span in spans if span.operation != "del"),
    )


def check(document, old, new):
    """Applying a comparison to the rows of `old` gives the rows of `new`."""
    found = comparison_of(document, old, new)
    rows = {row.clause_id: row for row in rows_at(document, old)}
    wanted = {row.clause_id: row for row in rows_at(document, new)}
    made = {key: (row.kind, row.label, row.text) for key, row in rows.items()}
    for key, change in found.changes.items():
        before, after = sides(change.spans)
        assert before == (rows[key].text if key in rows else "")
        if change.new is None:
            assert after == ""
            del made[key]
        else:
            made[key] = (change.new.kind, change.new.label, after)
    assert made == {key: (row.kind, row.label, row.text) for key, row in wanted.items()}
    parents = {key for key in rows.keys() & wanted.keys() if rows[key].parent_id != wanted[key].parent_id}
    assert parents <= {key for key, change in found.changes.items() if change.moved}
    return found


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.integers(0, 30), st.integers(0, 30))
def test_a_comparison_leads_from_any_version_to_any_other(
    make_document, make_user, given_steps, first, second
):
    with transaction.atomic():
        name = Document.objects.count()
        document = make_document(f"compare-{name}")
        people = {
            "manager": make_user(f"m{name}", "wiki.manage_document"),
            "citizen": make_user(f"c{name}"),
        }
        for what, *numbers in given_steps:
            try:
                with transaction.atomic():
                    act(what, numbers, document=document, **people)
            except errors.WikiError:
                pass
            document.refresh_from_db()
        old, new = 1 + first % document.version, 1 + second % document.version
        there, back = check(document, old, new), check(document, new, old)
        assert there.figures() == back.figures()[::-1]
        assert there.changes.keys() == back.changes.keys()
        transaction.set_rollback(True)


@given(st.text("甲乙丙丁12", max_size=30), st.text("甲乙丙丁12", max_size=30))
def test_spans_turned_round_lead_back(old, new):
    forward = diff_spans(old, new)
    turned = reversed_spans(forward)
    assert sides(turned) == (new, old)
    assert sides(reversed_spans(turned)) == (old, new)
    for one, other in pairwise(turned):
        assert (one.operation, other.operation) != ("ins", "del")


def test_long_unchanged_words_are_folded_on_the_sides_that_meet_a_change():
    long = "甲" * (FOLD_ABOVE + 1)
    shown = folded(
        [Span("same", long), Span("del", "乙"), Span("same", long), Span("ins", "丙"), Span("same", long)]
    )
    assert [span.operation for span in shown] == ["same", "del", "same", "ins", "same"]
    first, _, middle, _, last = (span.text for span in shown)
    assert first.startswith("…")
    assert first.endswith("甲")
    assert middle.startswith("甲")
    assert middle.endswith("甲")
    assert f"（略 {len(long) - 100} 字）" in middle
    assert last.startswith("甲")
    assert folded([Span("same", long)]) == [Span("same", long)]


@pytest.fixture
def edited(document, make_user, clause_of):
    """Version 2 splits 第一条, 3 changes 第二条, 4 moves the table to the top, 5 merges the parts again."""
    manager = make_user("editor", "wiki.manage_document")
    common = {"actor": manager, "document": document, "reason": "整理文字"}
    first = clause_of(document)
    second = editing.split_clause(
        clause_id=first.clause_id, at=first.text.index("，") + 1, label="第一条之一", seen_version=1, **common
    )
    row = clause_of(document, "第二条")
    editing.edit_clause(
        clause_id=row.clause_id, text=row.text.replace("一百", "二百"), seen_version=2, **common
    )
    table = next(row for row in rows_at(document, 3) if row.kind == Kind.TABLE)
    editing.move_clause(clause_id=table.clause_id, parent_id=None, after_id=None, **common)
    editing.merge_clauses(first_id=first.clause_id, second_id=second.clause_id, seen_version=4, **common)
    document.refresh_from_db()
    return document, first.clause_id, second.clause_id, row.clause_id, table.clause_id


def test_each_change_has_its_name(edited):
    document, first, second, changed, table = edited
    split = comparison_of(document, 1, 2)
    assert {key: change.sort for key, change in split.changes.items()} == {first: "changed", second: "split"}
    assert split.changes[second].partners == [first]
    assert split.changes[first].gave == [second]
    back = comparison_of(document, 2, 1)
    assert back.changes[second].sort == "merged"
    assert back.changes[first].took == [second]
    assert comparison_of(document, 3, 4).counts() == {"moved": 1}
    assert comparison_of(document, 3, 4).changes[table].moved
    merged = comparison_of(document, 4, 5)
    assert merged.changes[second].sort == "merged"
    assert merged.changes[second].partners == [first]
    assert comparison_of(document, 1, 5).changes.keys() == {changed, table}


def test_other_order_numbers_in_the_same_order_are_no_move(document, make_user, clause_of):
    manager = make_user("editor", "wiki.manage_document")
    first = clause_of(document)
    for number in range(70):  # until no number is left between the first two
        editing.add_clause(
            actor=manager, document=document, kind=Kind.ARTICLE, label="", text=f"第{number}段。",
            parent_id=first.parent_id, after_id=first.clause_id, reason="补充",
        )  # fmt: skip
    document.refresh_from_db()
    orders = {row.clause_id: row.order for row in rows_at(document, 1)}
    now = {row.clause_id: row.order for row in rows_at(document, document.version)}
    assert any(now[key] != order for key, order in orders.items())
    found = comparison_of(document, 1, document.version)
    assert found.counts() == {"added": 70}


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def compare_url(document, old, new):
    return reverse("wiki:compare", args=[document.slug, old, new])


def test_the_page_in_all_its_views(client, edited):
    document, first, second, changed, _ = edited
    html = page(client, compare_url(document, 1, 4))
    assert "从第 1 版到第 4 版" in html
    assert "由“第一条”拆出" in html
    assert '<del class="diff-del"><span class="visually-hidden">删去：</span>一百</del>' in html
    assert html.index(f'id="c{first}"') < html.index(f'id="c{second}"') < html.index(f'id="c{changed}"')
    assert 'name="robots" content="noindex"' in html
    assert f'rel="canonical" href="http://testserver{document.get_absolute_url()}"' in html
    side = page(client, compare_url(document, 1, 4) + "?view=side")
    left, right = side.split('class="history-side"')[-2:]
    assert "<ins" not in left
    assert "<del" not in right
    full = page(client, compare_url(document, 1, 4) + "?full=1")
    assert "夜间" in full
    assert "夜间" not in html
    back = page(client, compare_url(document, 4, 1))
    assert "并入“第一条”" in back
    assert "倒着看" in back


def test_the_same_words_say_so(client, edited):
    document = edited[0]
    assert "完全一样" in page(client, compare_url(document, 3, 3))


@pytest.mark.parametrize("numbers", [(0, 1), (1, 99), (10**9, 10**17)])
def test_versions_that_are_not_there(client, document, numbers):
    page(client, compare_url(document, *numbers), 404)


def test_choosing(client, edited):
    document = edited[0]
    url = reverse("wiki:compare_choose", args=[document.slug])
    page(client, url)
    assert client.get(url, {"from": "1", "to": "4"}).url == compare_url(document, 1, 4)
    for wrong in (
        {"from": "1"},
        {"from": "x", "to": "2"},
        {"from": "1", "to": "99"},
        {"from": "²", "to": "1"},
    ):
        response = client.get(url, wrong)
        assert response.status_code == 400
        assert "请填两个版本号" in response.content.decode()


def test_an_accepted_suggestion_is_one_change_with_its_figures(client, document, citizen, moderator, suggest):
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
    found = comparison_of(document, 1, 2)
    assert found.figures() == (3, 3)  # 二十一 is one number
    assert "修改" in page(client, compare_url(document, 1, 2))


def test_large_comparisons_come_a_page_at_a_time_for_the_same_queries(client, make_document):
    def nodes(count, word):
        return [Node(Kind.ARTICLE, f"第{number}条", f"{word}文字{number}。") for number in range(count)]

    queries = []
    for slug, count in (("small", 3), ("large", 90)):
        document = make_document(slug, nodes=nodes(count, "旧"))
        revise_document(actor=None, document=document, title="标题", nodes=nodes(count, "新"))
        page(client, compare_url(document, 1, 2))
        with CaptureQueriesContext(connection) as captured:
            html = page(client, compare_url(document, 1, 2))
        queries.append(len(captured))
    assert queries[0] == queries[1]
    assert html.count("history-change-head") == 30
    assert "第 1 页，共 3 页" in html
    last = page(client, compare_url(document, 1, 2) + "?page=99")
    assert "第 3 页，共 3 页" in last
    assert "新</ins>" in last
