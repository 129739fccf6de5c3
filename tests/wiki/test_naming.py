"""What clauses are called away from their place: an item by its article, a row by its first cell."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wiki.kinds import Kind
from wiki.models import ClauseVersion
from wiki.parsing import Node
from wiki.selectors.naming import full_names

pytestmark = pytest.mark.django_db


def put(kind, label="", text="", *children):
    node = Node(kind, label, text)
    node.children = list(children)
    return node


@pytest.fixture
def deep(make_document):
    """Return a document with items under an article, items under those, and a table."""
    detail = put(Kind.ITEM, "1.", "座椅有扶手；")
    items = [put(Kind.ITEM, "（一）", "公平秤；"), put(Kind.ITEM, "（四）", "歇脚的座椅；", detail)]
    article = put(
        Kind.ARTICLE, "第八条", "市场应当配备下列设施：", *items, put(Kind.PARAGRAPH, "", "设施要修好。")
    )
    table = put(
        Kind.TABLE, "", "", put(Kind.HEADER_ROW, "", "区域 | 限值"), put(Kind.ROW, "", "居民区 | 45 分贝")
    )
    return make_document("deep", nodes=[put(Kind.HEADING, "第一章", "设施", article, table)])


def clause(document, text):
    return ClauseVersion.objects.get(document=document, text__startswith=text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("歇脚", "第八条（四）"),
        ("座椅有", "第八条（四）1."),
        ("市场应当", "第八条"),
        ("设施要", "第八条 设施要修好。"),
        ("设施", "第一章 设施"),
        ("居民区", "“居民区”一行"),
    ],
)
def test_names(client, deep, text, name):
    row = ClauseVersion.objects.filter(document=deep, text__startswith=text).order_by("pk").first()
    assert full_names([row]) == {row.clause_id: name}
    page = client.get(reverse("wiki:clause_comments", args=[deep.slug, row.clause_id]))
    assert f"<h1>{name}</h1>" in page.content.decode()


def test_the_writer_and_the_moderator_read_the_same_name(client, deep, make_user):
    client.force_login(
        make_user("both", "wiki.manage_document", "wiki.moderate_suggestion", "wagtailadmin.access_admin")
    )
    number = clause(deep, "歇脚").clause_id
    for name in ("writer_clause", "clause"):
        page = client.get(reverse(f"wiki_desk:{name}", args=[number]))
        assert page.context["header_title"] == "第八条（四）"


def test_names_cost_a_query_a_level(deep):
    rows = list(ClauseVersion.objects.filter(document=deep, kind=Kind.ITEM, text__startswith="座椅有"))
    with CaptureQueriesContext(connection) as one:
        full_names(rows)
    with CaptureQueriesContext(connection) as all_rows:
        full_names(ClauseVersion.objects.filter(document=deep))
    assert len(one) == 2
    assert len(all_rows) == 1
