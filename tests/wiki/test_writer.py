"""The policy writer's pages: counts that lead to what they count, dissent beside the majority, charts, offers."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from wiki.errors import AlreadyDecided, NotAllowed
from wiki.findings import Concern, Found, Offered
from wiki.models import Comment, Evidence, Offer, Opinion
from wiki.presenters.charts import HEIGHT, month_chart, trend_chart
from wiki.selectors.voices import bars
from wiki.services.comments import submit_comment, withdraw_comment
from wiki.services.evidence import (
    dismiss_offer,
    find_evidence,
    put_forward,
    refresh_evidence,
    take_offer,
    topics_of,
)
from wiki.services.opinion_groups import group_opinions

LATE = ["收摊时间应当推迟到二十二点", "收摊时间推迟到晚上二十二点", "希望收摊时间推迟到二十二点以后"]


@pytest.fixture
def say(document, clause_of, make_user):
    def make(text, stance="support", label="第一条"):
        author = make_user(f"u{Opinion.objects.count()}")
        row = clause_of(document, label)
        comment = submit_comment(
            author=author, clause=row.clause, text=text, stance=stance, base_version=document.version
        )
        return comment.opinion

    return make


@pytest.fixture
def clause_id(document, clause_of):
    return clause_of(document).clause_id


@pytest.fixture
def desk(client, manager):
    client.force_login(manager)
    return client


def words_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_overview_says_where_opinion_falls(desk, document, say, clause_id):
    say(LATE[0])
    say(LATE[1], "oppose")
    say("罚得太轻", "oppose", label="第二条")
    page = desk.get(reverse("wiki_desk:writer", args=[document.pk]))
    rows = {row.clause_id: row for row in page.context["rows"]}
    assert rows[clause_id].counts["support"] == rows[clause_id].counts["oppose"] == 1
    assert rows[clause_id].dissent == 100
    assert rows[clause_id].heat == 5
    assert rows[clause_id].number == 1
    assert '<span class="writer-heat__number" aria-hidden="true">1</span>' in page.content.decode()
    assert [row.total for row in page.context["page"]] == [2, 1]
    assert page.context["figures"]["opinions"] == 3
    assert "第一条" in words_of(page)


@pytest.mark.parametrize("sort", ["order", "most", "dissent", "unanswered", "evidence", "nonsense"])
def test_every_order_is_answered(desk, document, say, sort):
    say(LATE[0])
    assert desk.get(reverse("wiki_desk:writer", args=[document.pk]), {"sort": sort}).status_code == 200


def test_dissent_stands_beside_the_majority(desk, document, say, clause_id):
    for text in LATE:
        say(text)
    against = say("反对推迟收摊时间，楼上住户要休息", "oppose")
    best = say("反对推迟收摊时间到二十二点", "oppose")
    Comment.objects.filter(pk=best.comment_id).update(score=7, ups=7)
    group_opinions(document_id=document.pk, clause_id=clause_id)
    page = desk.get(reverse("wiki_desk:writer_clause", args=[clause_id]))
    places = [(side["place"], side["standing"], side["count"]) for side in page.context["sides"]]
    assert places == [("多数", "support", 3), ("少数", "oppose", 2)]
    assert page.context["sides"][1]["quoted"]["opinion"] == best
    assert "反对推迟收摊时间到二十二点" in words_of(page)
    assert against.pk != best.pk


def test_each_count_leads_to_as_many(desk, document, say, suggest, citizen, clause_id):
    for text in LATE:
        say(text)
    say("不行", "oppose")
    suggest(document, citizen, "二十一点", "二十二点")
    group_opinions(document_id=document.pk, clause_id=clause_id)
    page = desk.get(reverse("wiki_desk:writer_clause", args=[clause_id]))
    listed = page.context["list_url"]
    assert desk.get(listed).context["page"].paginator.count == page.context["total"] == 5
    for chip in page.context["counts"]:
        found = desk.get(f"{listed}&standing={chip['standing']}").context["page"].paginator.count
        assert found == chip["count"]
    for item in page.context["groups"]:
        found = desk.get(f"{listed}&group={item['group'].pk}").context["page"].paginator.count
        assert found == item["group"].size
    alone = desk.get(f"{listed}&group=alone").context["page"].paginator.count
    assert alone == page.context["alone"]


def test_what_is_held_back_or_masked_is_not_read(desk, document, say, clause_id):
    say("请打13800138000找我")
    held = say("加微信买证")
    Opinion.objects.filter(pk=held.pk).update(held_by="advert")
    page = desk.get(reverse("wiki_desk:writer_opinions", args=[document.pk]))
    assert page.context["page"].paginator.count == 1
    assert "13800138000" not in words_of(page)
    assert "加微信买证" not in words_of(page)


@pytest.mark.parametrize("query", ["clause=abc", "group=x", "standing=?", f"clause={'9' * 30}", "page=-1"])
def test_odd_questions_are_answered(desk, document, say, query):
    say(LATE[0])
    url = reverse("wiki_desk:writer_opinions", args=[document.pk])
    assert desk.get(f"{url}?{query}").status_code == 200


def test_moving_and_naming_on_the_desk(desk, document, say, clause_id):
    opinions = [say(text) for text in LATE]
    group_opinions(document_id=document.pk, clause_id=clause_id)
    opinions[0].refresh_from_db()
    group = opinions[0].group
    desk.post(reverse("wiki_desk:writer_rename", args=[group.pk]), {"name": "推迟收摊"})
    group.refresh_from_db()
    assert group.name == "推迟收摊"
    back = desk.post(
        reverse("wiki_desk:writer_move", args=[opinions[0].pk]),
        {"group": "", "back": "https://evil.example/"},
    )
    assert back["Location"] == reverse("wiki_desk:writer_clause", args=[clause_id])
    opinions[0].refresh_from_db()
    assert opinions[0].group is None


def test_queries_do_not_grow(desk, document, say, clause_id):
    def queries(url):
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(url).status_code == 200
        return len(captured)

    urls = [
        reverse("wiki_desk:writer", args=[document.pk]),
        reverse("wiki_desk:writer_clause", args=[clause_id]),
        reverse("wiki_desk:writer_opinions", args=[document.pk]),
    ]
    for text in LATE:
        say(text)
        say(f"反对，{text}", "oppose")
    say("罚得太轻", "oppose", label="第二条")
    group_opinions(document_id=document.pk, clause_id=clause_id)
    for url in urls:
        desk.get(url)
    few = [queries(url) for url in urls]
    for at in range(8):
        for text in (*LATE, "油污要冲洗干净", "摊位油污要冲洗"):
            say(f"{text}{at}", "support" if at % 2 else "oppose")
    group_opinions(document_id=document.pk, clause_id=clause_id)
    assert [queries(url) for url in urls] == few


def test_bars_have_no_gaps_and_weeks_begin_on_monday():
    day = datetime.date(2026, 3, 4)
    rows = [(day, "support", 2), (day + datetime.timedelta(days=3), "oppose", 1)]
    assert [bar.total for bar in bars(rows)] == [2, 0, 0, 1]
    weeks = bars([(day, "support", 2), (day + datetime.timedelta(days=60), "oppose", 1)])
    assert sum(bar.total for bar in weeks) == 3
    assert {bar.start.weekday() for bar in weeks} == {0}
    assert bars([]) == []


def test_charts_stand_on_the_ground_and_reach_the_top():
    day = datetime.date(2026, 3, 4)
    chart = trend_chart(bars([(day, "support", 2), (day, "oppose", 2)]))
    pieces = chart.columns[0].pieces
    assert pieces[0].y + pieces[0].height == HEIGHT
    assert pieces[-1].y == 0
    assert [column.total for column in month_chart([["2025-11", 2], ["2026-02", 1]]).columns] == [2, 0, 0, 1]
    assert not month_chart([]).columns


def _found(*, document, topics):
    one = Concern("A1", "农贸市场秩序问题", "/cases/A1/", 0.8, "同为“农贸市场秩序问题”", timezone.now())
    return {topics[0].clause: Found([one], 1, [("2026-03", 1)])}


def _words(*, user, references):
    return {"A1": ("里面的原话", "/admin/cases/1/")} if user.is_superuser else {}


def _nothing(**_given):
    return {}


@pytest.fixture
def ports(settings):
    settings.WIKI_PORTS = {"evidence": f"{__name__}._found", "evidence_words": f"{__name__}._words"}
    return settings


@pytest.mark.usefixtures("ports")
def test_evidence_is_found_kept_and_found_again_when_the_clause_changes(document, settings):
    topics = topics_of(document)
    assert {len(topic.text) >= 8 for topic in topics} == {True}
    assert refresh_evidence() == len(topics)
    assert refresh_evidence() == 0
    assert Evidence.objects.get().reference == "A1"
    settings.WIKI_PORTS = {"evidence": f"{__name__}._nothing"}
    find_evidence(document=document, topics=topics)
    assert not Evidence.objects.exists()


@pytest.mark.usefixtures("ports")
def test_only_who_may_reads_more_of_evidence(desk, admin_client, document):
    refresh_evidence()
    url = reverse("wiki_desk:writer_evidence", args=[topics_of(document)[0].clause])
    page = words_of(desk.get(url))
    assert "农贸市场秩序问题" in page
    assert "同为“农贸市场秩序问题”" in page
    assert "里面的原话" not in page
    assert "里面的原话" in words_of(admin_client.get(url))


@pytest.fixture
def offer(document, clause_id):
    said = Offered(
        clause_id, "wechat", "chat:7", "希望收摊晚一点，我电话13800138000", 0.6, "", timezone.now()
    )
    assert put_forward(document_id=document.pk, offers=[said]) == 1
    assert put_forward(document_id=document.pk, offers=[said]) == 0
    return Offer.objects.get()


def test_an_offer_is_an_opinion_only_when_a_person_says_so(document, offer, moderator, citizen, clause_id):
    assert "13800138000" not in offer.text
    assert not Opinion.objects.exists()
    with pytest.raises(NotAllowed):
        take_offer(actor=citizen, offer=offer, text=offer.text, clause_id=clause_id)
    opinion = take_offer(
        actor=moderator, offer=offer, text="希望收摊晚一点 13800138000", clause_id=clause_id, stance="support"
    )
    assert (opinion.channel, opinion.source_ref, opinion.clause_id) == ("wechat", "chat:7", clause_id)
    assert "13800138000" not in opinion.text
    with pytest.raises(AlreadyDecided):
        dismiss_offer(actor=moderator, offer=offer)
    assert Opinion.objects.count() == 1


def test_what_was_dismissed_is_not_offered_again(document, offer, moderator):
    dismiss_offer(actor=moderator, offer=offer)
    again = Offered(offer.clause_id, offer.channel, offer.source_ref, "又来", 0.9, "", timezone.now())
    assert put_forward(document_id=document.pk, offers=[again]) == 0
    assert not Opinion.objects.exists()


def test_offers_on_the_desk_keep_what_was_typed(desk, document, offer, clause_id, moderator):
    desk.force_login(moderator)
    url = reverse("wiki_desk:offers", args=[document.pk])
    assert "希望收摊晚一点" in words_of(desk.get(url))
    decide = reverse("wiki_desk:offer", args=[offer.pk])
    refused = desk.post(decide, {"decision": "take", "text": " ", "clause": clause_id})
    assert refused.status_code == 400
    typed = {"decision": "take", "text": "希望晚点收摊", "clause": clause_id, "stance": "maybe"}
    refused = desk.post(decide, typed)
    assert refused.status_code == 400
    assert "希望晚点收摊</textarea>" in words_of(refused)
    assert desk.post(decide, {**typed, "stance": ""}).status_code == 302
    assert Opinion.objects.get().text == "希望晚点收摊"
    assert "已列为意见" in words_of(desk.get(url, {"status": "taken"}))


def test_what_was_taken_back_is_in_no_count(desk, document, say, clause_id):
    said = [say(text) for text in LATE]
    group_opinions(document_id=document.pk, clause_id=clause_id)
    withdraw_comment(author=said[0].author, comment=said[0].comment)
    page = words_of(desk.get(reverse("wiki_desk:writer_clause", args=[clause_id])))
    assert "2 条意见" in page
    assert "2 条归入下面各组" in page
    assert "3 条" not in page
