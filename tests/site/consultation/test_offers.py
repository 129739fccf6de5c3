"""Opinions that came by chat or report: offered once, masked, never what is dangerous or accuses, never by themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bot.models import Conversation, Message
from civic.consultation.offers import offer_opinions
from tests.factories import make_analysis, make_report
from wiki.kinds import Kind
from wiki.models import Offer, Opinion
from wiki.parsing import Node
from wiki.services import change_stage, create_document
from wiki.workflow import StageAction

CLAUSE = "早市、夜市的摊主应当在每日二十一点前收摊，并清理摊位周边的垃圾。"
OPINION = "建议夜市的收摊时间推迟到二十二点，摊主也好多卖一会儿，我电话13800138000"


@pytest.fixture(autouse=True)
def _understood(monkeypatch):
    def analyse(text):
        request = "举报" if "贪" in text else "建议"
        return make_analysis(text, code="09002", request=request, self_harm="不想活" in text)

    for place in (
        "nlp.analyze",
        "civic.consultation.clause_matching.analyze",
        "civic.consultation.offers.analyze",
    ):
        monkeypatch.setattr(place, analyse)


@pytest.fixture
def document(db):
    made = create_document(
        actor=None, slug="stalls", title="摊贩管理办法（征求意见稿）", summary="怎样摆摊。",
        nodes=[Node(Kind.ARTICLE, "第一条", CLAUSE), Node(Kind.ARTICLE, "第二条", "本办法自公布之日起三十日后施行。")],
    )  # fmt: skip
    closes = timezone.now() + timedelta(days=31)
    return change_stage(actor=None, document=made, action=StageAction.OPEN, closes_at=closes)


def hear(text, channel="wechat"):
    conversation, _ = Conversation.objects.get_or_create(channel=channel, sender="somebody")
    return Message.objects.create(
        conversation=conversation,
        direction="in",
        kind="text",
        message_id=f"m{Message.objects.count()}",
        text=text,
    )


def test_an_opinion_from_a_report_is_offered_masked_and_once(document):
    report = make_report(OPINION)
    assert offer_opinions() == 1
    assert offer_opinions() == 0
    offer = Offer.objects.get()
    assert (offer.channel, offer.source_ref, offer.status) == ("case", report.number, "waiting")
    assert offer.clause.versions.get().text == CLAUSE
    assert "13800138000" not in offer.text
    assert not Opinion.objects.exists()


def test_an_opinion_from_a_chat_is_offered(document):
    message = hear(OPINION)
    hear(OPINION, channel="webchat")
    assert offer_opinions() == 1
    assert (Offer.objects.get().channel, Offer.objects.get().source_ref) in {
        ("wechat", f"chat:{message.pk}"),
        ("web", f"chat:{message.pk + 1}"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "你好",
        "希望今天别下雨，孩子要去春游",
        "夜市的摊主几点收摊",
        "建议查查夜市收摊的管理员，他贪钱",
        "夜市收摊时间太早，建议推迟到二十二点，不想活了",
    ],
)
def test_other_words_are_left_where_they_are(document, text):
    hear(text)
    assert offer_opinions() == 0


def test_withheld_cases_are_never_offered(document):
    report = make_report(OPINION)
    report.case.withheld = True
    report.case.save()
    assert offer_opinions() == 0


def test_nothing_is_offered_to_a_closed_document(document):
    make_report(OPINION)
    change_stage(actor=None, document=document, action=StageAction.CLOSE)
    assert offer_opinions() == 0


def test_what_was_said_before_the_opening_is_not_about_it(document):
    report = make_report(OPINION)
    type(report).objects.filter(pk=report.pk).update(received_at=document.opens_at - timedelta(days=1))
    assert offer_opinions() == 0
