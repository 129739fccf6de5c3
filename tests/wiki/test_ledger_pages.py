"""The ledger as the public and the desk see it: lines, groups, filters, pages, tables."""

import csv
import io

import pytest
from django.urls import reverse

from wiki.models import Opinion
from wiki.reporting import listing as listing_module
from wiki.services import accept_suggestion, reject_suggestion
from wiki.services.answering import answer_opinions, correct_answer, put_together, take_in_opinion
from wiki.services.comments import submit_comment
from wiki.services.ledger import hold_line, withdraw_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(document):
    return reverse("wiki:ledger", args=[document.slug])


@pytest.fixture
def csv_url(document):
    return reverse("wiki:ledger_csv", args=[document.slug])


@pytest.fixture
def say(document, clause_of):
    def say(author, text="二十一点太早了。", label="第一条", **more):
        clause = clause_of(document, label).clause
        return submit_comment(
            author=author, clause=clause, text=text, base_version=document.version, **more
        ).opinion

    return say


@pytest.fixture
def letter(document, moderator):
    def letter(text, **more):
        return take_in_opinion(actor=moderator, document_id=document.pk, text=text, channel="import", **more)

    return letter


def read(client, url, query=""):
    response = client.get(f"{url}?{query}")
    assert response.status_code == 200
    return response.content.decode()


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def numbers_in(page):
    return [int(part.split('"')[0]) for part in page.split('id="o')[1:] if part.split('"')[0].isdigit()]


def test_an_opinion_is_traced_to_its_clause_and_the_version_that_says_so(
    client, url, document, citizen, moderator, suggest
):
    suggestion = suggest(document, citizen, "二十一点", "二十二点", reason="夏天天黑得晚。")
    decision = accept_suggestion(moderator=moderator, suggestion=suggestion, reason="合理。")
    page = read(client, url)
    assert "夏天天黑得晚。" in page
    assert "合理。" in page
    place = f"#c{suggestion.clause_id}"
    assert reverse("wiki:version", args=[document.slug, decision.version]) + place in page
    assert document.get_absolute_url() + place in page
    assert "100%" in page


def test_what_the_public_may_not_read_is_on_no_page_and_in_no_table(
    client, url, csv_url, document, citizen, neighbour, moderator, say, suggest, letter
):
    held, gone = say(citizen, "被拦下的话。"), say(neighbour, "又不想说了。")
    hold_line(held, rule="links")
    withdraw_line(gone)
    suggest(document, citizen, "二十一点", "二十二点", reason="还在审核的理由。")
    letter("来信说早了。", name="王建国")
    hidden = ["被拦下的话", "又不想说了", "还在审核的理由", "王建国"]
    page = read(client, url)
    table = b"".join(client.get(csv_url).streaming_content).decode()
    asked = b"".join(client.get(csv_url, {"variant": "staff"}).streaming_content).decode()
    for words in hidden:
        assert words not in page
        assert words not in table
        assert words not in asked
    assert "来信说早了" in page
    assert "来信说早了" in asked
    assert "另有 1 条建议正在审核" in page
    beside = "另有 1 条建议等待第一次审核"
    assert beside in page
    assert beside in read(client, url, "outcome=unanswered")
    assert beside not in read(client, url, "outcome=rejected")
    client.force_login(citizen)
    assert "被拦下的话" in read(client, url, "mine=1")
    client.force_login(moderator)
    rows = rows_of(client.get(csv_url, {"variant": "staff"}))
    assert {"王建国"} == {row["署名"] for row in rows if row["意见或建议的文字"] == "来信说早了。"}
    assert {"被拦下的话。", "又不想说了。"} < {row["意见或建议的文字"] for row in rows}


def test_personal_data_is_masked_and_cannot_be_probed_by_searching(client, url, csv_url, letter):
    letter("请打13812345678找我，收摊太早。")
    assert "13812345678" not in read(client, url)
    assert "13812345678" not in b"".join(client.get(csv_url).streaming_content).decode()
    for digits in ("13812345678", "1234"):
        for found in (read(client, url, f"q={digits}"),):
            assert "没有符合条件的意见" in found
        assert rows_of(client.get(csv_url, {"q": digits})) == []
    assert "收摊太早" in read(client, url, "q=收摊")
    assert len(rows_of(client.get(csv_url, {"q": "收摊"}))) == 1


def test_each_filter_keeps_what_it_names(
    client, url, document, citizen, neighbour, moderator, say, letter, clause_of
):
    first = say(citizen, "支持这一条。", stance="support")
    second = say(neighbour, "罚得太重。", label="第二条", stance="oppose")
    third = letter("来信的意见。")
    answer_opinions(moderator=moderator, opinions=[second], outcome="rejected", reason="与上位法一致。")
    clause = clause_of(document, "第二条").clause_id
    for query, kept in [
        ("", [third, second, first]),
        ("outcome=unanswered", [third, first]),
        ("outcome=rejected", [second]),
        ("channel=import", [third]),
        ("kind=comment", [second, first]),
        ("kind=letter", [third]),
        ("stance=support", [first]),
        (f"clause={clause}", [second]),
        ("q=上位法", [second]),
        ("q=罚得&outcome=rejected", [second]),
    ]:
        assert numbers_in(read(client, url, query)) == [one.pk for one in kept], query


def test_what_is_no_filter_is_refused_by_name(client, url, csv_url):
    for query in ("outcome=perhaps", "clause=x", "clause=99999999999", "before=-1", "channel=fax"):
        response = client.get(f"{url}?{query}")
        assert response.status_code == 400, query
        assert 'role="alert"' in response.content.decode()
        assert client.get(f"{csv_url}?{query}").status_code == 400


def test_own_opinions_ask_for_a_sign_in_first(client, url, citizen, neighbour, say):
    mine, other = say(citizen), say(neighbour, "我同意。")
    response = client.get(f"{url}?mine=1")
    assert response.status_code == 302
    client.force_login(citizen)
    assert numbers_in(read(client, url, "mine=1")) == [mine.pk]
    assert other.pk in numbers_in(read(client, url))


def test_a_group_is_one_entry_with_its_members_behind(client, url, document, make_user, moderator, say):
    opinions = [say(make_user(f"u{number}"), f"收摊太早，理由{number}。") for number in range(4)]
    group = put_together(moderator=moderator, opinions=opinions[:3], name="收摊时间太早")
    answer_opinions(moderator=moderator, opinions=opinions[:2], outcome="partly", reason="夏季另行规定。")
    page = read(client, url)
    assert numbers_in(page) == [opinions[3].pk, opinions[2].pk]
    assert "收摊时间太早" in page
    assert "3 条意见" in page
    assert "部分采纳 2" in page
    assert numbers_in(read(client, url, f"group={group.pk}")) == [one.pk for one in opinions[2::-1]]
    # A filter that leaves the newest member out shows the group by the newest that it keeps.
    assert numbers_in(read(client, url, "outcome=partly")) == [opinions[1].pk]


def test_pages_lead_through_all_and_back(client, url, document, letter):
    made = [letter(f"第{number}封信。").pk for number in range(45)]
    seen, query = [], ""
    pages = []
    while True:
        page = read(client, url, query)
        seen += numbers_in(page)
        pages.append(numbers_in(page))
        if 'rel="next"' not in page:
            break
        query = page.split('rel="next" href="?')[1].split('"')[0].replace("&amp;", "&")
    assert seen == made[::-1]
    assert [len(one) for one in pages] == [20, 20, 5]
    back = page.split('rel="prev" href="?')[1].split('"')[0].replace("&amp;", "&")
    assert numbers_in(read(client, url, back)) == pages[1]


def test_looking_for_words_goes_on_where_it_stopped(client, url, letter, monkeypatch):
    monkeypatch.setattr(listing_module, "SCANNED", 3)
    first = letter("电话里说早了。")
    for number in range(5):
        letter(f"联系1381234567{number}。")
    page = read(client, url, "q=1")
    assert numbers_in(page) == []
    assert "继续往前找" in page
    query = page.split('rel="next" href="?')[1].split('"')[0].replace("&amp;", "&")
    assert numbers_in(read(client, url, query.replace("q=1", "q=说早了"))) == [first.pk]


def test_a_corrected_answer_shows_what_it_said_before(client, url, citizen, moderator, say):
    opinion = say(citizen)
    answer_opinions(moderator=moderator, opinions=[opinion], outcome="rejected", reason="已有规定。")
    correct_answer(
        moderator=moderator,
        opinion=opinion,
        outcome="partly",
        reason="夏季另行规定。",
        why="会上重新研究过。",
    )
    page = read(client, url)
    for words in ("夏季另行规定。", "原答复：不采纳", "会上重新研究过。", "已有规定。"):
        assert words in page
    assert numbers_in(read(client, url, "outcome=partly")) == [opinion.pk]
    assert numbers_in(read(client, url, "outcome=rejected")) == []


def test_the_page_costs_the_same_however_many_opinions_there_are(
    client, url, document, make_user, moderator, say, suggest, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill(number):
        person = make_user(f"p{number}")
        one, two = say(person, f"意见甲{number}。"), say(person, f"意见乙{number}。", label="第二条")
        suggestion = suggest(document, person, "二十一点", f"二十{number}点", reason="更合理。")
        reject_suggestion(moderator=moderator, suggestion=suggestion, reason="已有规定。")
        answer_opinions(moderator=moderator, opinions=[one], outcome="adopted", reason="合理。", version=1)
        put_together(moderator=moderator, opinions=[one, two], name=f"组{number}")

    for number in range(2):
        fill(number)
    read(client, url)
    with CaptureQueriesContext(connection) as few:
        read(client, url)
    for number in range(2, 12):
        fill(number)
    read(client, url)
    with CaptureQueriesContext(connection) as many:
        read(client, url)
    assert len(many) == len(few)
    assert len(many) < 30


def test_a_table_is_no_formula(client, csv_url, letter):
    letter("=HYPERLINK(1)")
    letter("＋1+1")
    rows = rows_of(client.get(csv_url))
    assert [row["意见或建议的文字"] for row in rows] == ["'=HYPERLINK(1)", "'＋1+1"]


def test_a_draft_has_no_public_ledger(client, make_document):
    draft = make_document("draft", opened=False)
    for name in ("ledger", "ledger_csv", "ledger_report"):
        assert client.get(reverse(f"wiki:{name}", args=[draft.slug])).status_code == 404


def test_opinions_without_any_say_what_to_do(client, url):
    assert "还没有公开的意见" in read(client, url)
    assert not Opinion.objects.exists()
