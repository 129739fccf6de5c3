"""The report in Word: opens, adds up, quotes nobody's data, shows what changed."""

import io
import zipfile
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document as open_docx
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from wiki.models import Document, Opinion
from wiki.reporting.docx import report
from wiki.reporting.quoting import LONGEST, SHORTEST, representative
from wiki.services import accept_suggestion
from wiki.services.answering import answer_opinions, put_together, take_in_opinion


@pytest.fixture
def letter(document, moderator):
    def letter(text, **more):
        return take_in_opinion(actor=moderator, document_id=document.pk, text=text, channel="import", **more)

    return letter


def opened(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))
    return open_docx(io.BytesIO(content))


def words_of(file):
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in file.paragraphs), *cells])


def table_under(file, head):
    return next(
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in file.tables
        if table.rows[0].cells[0].text == head
    )


@pytest.mark.django_db
def test_a_report_tells_what_was_heard_and_what_became_of_it(
    document, citizen, neighbour, moderator, suggest, letter
):
    Document.objects.filter(pk=document.pk).update(
        scope="全市居民", issuer="市城管委", short_reason="情况紧急", stage="closed"
    )
    document.refresh_from_db()
    Document.objects.filter(pk=document.pk).update(stage="open")
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    accept_suggestion(moderator=moderator, suggestion=suggestion, reason="合理。")
    alike = [
        letter(f"罚款五百元太重了，小摊贩负担不起{end}") for end in ("。", "，请再想想。", "，建议降低。")
    ]
    group = put_together(moderator=moderator, opinions=alike, name="罚款太重")
    answer_opinions(moderator=moderator, opinions=alike[:2], outcome="rejected", reason="幅度由上位法规定。")
    letter("我叫王建国，电话13812345678，罚款太重了请降低。")
    document.refresh_from_db()
    file = opened(report(document))
    words = words_of(file)
    for said in (
        "意见征集情况说明", "全市居民", "市城管委", "情况紧急", "共收到应当答复的意见5条", "答复率60%",
        f"{group.name}（3条）", "罚款五百元太重了", "幅度由上位法规定。", "附录",
    ):  # fmt: skip
        assert said in words, said
    assert "13812345678" not in words
    assert "王建国" not in words
    assert "citizen" not in words
    channels = table_under(file, "渠道")
    assert channels[-1] == ["合计", "5", "1", "0", "2", "2"]
    assert [sum(int(row[at]) for row in channels[1:-1]) for at in range(1, 6)] == [5, 1, 0, 2, 2]
    clauses = table_under(file, "条款")
    assert sum(int(row[1]) for row in clauses[1:] if row[0] != "合计") == 5


@pytest.mark.django_db
def test_the_appendix_marks_what_went_and_what_came(document, citizen, moderator, suggest):
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
    document.refresh_from_db()
    file = opened(report(document))
    row = file.tables[-1].rows[1]
    gone = [run.text for run in row.cells[1].paragraphs[0].runs if run.font.strike]
    come = [run.text for run in row.cells[2].paragraphs[0].runs if run.font.underline]
    assert (gone, come) == (["二十一"], ["二十二"])
    assert "二十二点" in row.cells[2].text


@pytest.mark.django_db
def test_a_report_of_nothing_says_so(document):
    words = words_of(opened(report(document)))
    for said in ("没有收到意见", "没有不采纳的意见", "文字没有修改"):
        assert said in words


@pytest.mark.django_db
def test_words_that_xml_cannot_hold_break_no_file(document, moderator, letter):
    opinion = letter("建议延长，理由如下一二三四。")
    Opinion.objects.filter(pk=opinion.pk).update(text="建议\x0b延长\x1f，理由如下一二三四。")
    group = put_together(moderator=moderator, opinions=[opinion], name="名称")
    type(group).objects.filter(pk=group.pk).update(name="<w:p>&名\x01称")
    assert "<w:p>&名称（1条）" in words_of(opened(report(document)))


@pytest.mark.django_db
def test_the_report_is_for_staff_when_closed_and_for_all_when_answered(client, document, moderator):
    url = reverse("wiki:ledger_report", args=[document.slug])
    seen = {}
    for stage in ("open", "closed", "answered", "published", "archived"):
        Document.objects.filter(pk=document.pk).update(stage=stage)
        client.logout()
        public = client.get(url).status_code
        client.force_login(moderator)
        seen[stage] = (public, client.get(url).status_code)
    assert seen == {
        "open": (404, 404),
        "closed": (404, 200),
        "answered": (200, 200),
        "published": (200, 200),
        "archived": (200, 200),
    }
    response = client.get(url)
    assert "filename*=utf-8''" in response["Content-Disposition"]
    opened(response.content)


@pytest.mark.django_db
def test_the_report_costs_no_more_queries_for_more_opinions(document, moderator, letter):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill(number):
        Opinion.objects.bulk_create(
            Opinion(
                document=document, channel="import", text=f"罚款太重，请降低一些{one}。",
                submitted_at=timezone.now() - timedelta(days=1),
            )
            for one in range(number)
        )  # fmt: skip

    fill(3)
    with CaptureQueriesContext(connection) as few:
        report(document)
    fill(200)
    with CaptureQueriesContext(connection) as many:
        report(document)
    assert len(many) == len(few)


@given(
    st.lists(st.text("收摊太早罚款重请再想一想吧好的", min_size=0, max_size=30), max_size=20),
    st.integers(1, 4),
)
def test_quotations_are_words_that_were_said_whatever_their_order(texts, limit):
    chosen = representative(texts, limit=limit, fit=lambda text: "罚" not in text)
    assert len(chosen) <= limit
    assert set(chosen) <= set(texts)
    assert all(SHORTEST <= len(one) <= LONGEST and "罚" not in one for one in chosen)
    assert chosen == representative(texts[::-1], limit=limit, fit=lambda text: "罚" not in text)


def test_the_quotation_is_the_one_most_others_agree_with():
    texts = [
        "夜里收摊太早了，应当晚一点收摊",
        "收摊太早了，应当晚一点",
        "树上的鸟儿叫得真是好听极了啊",
        "收摊太早了，夜里应当晚一点收摊才好",
    ]
    assert "收摊" in representative(texts, limit=1, fit=lambda text: True)[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "days"), [(3, 1), (24, 1), (48, 2), (30 * 24, 30)])
def test_the_days_of_the_consultation(document, hours, days):
    opens = datetime(2026, 5, 4, 9, tzinfo=timezone.get_default_timezone())
    Document.objects.filter(pk=document.pk).update(opens_at=opens, closes_at=opens + timedelta(hours=hours))
    document.refresh_from_db()
    assert f"共{days}日" in words_of(opened(report(document)))
