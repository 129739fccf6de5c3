"""Without Rasa: what is said is kept, plain complaints become cases once, the rest is answered honestly."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot import engine, turns
from bot.engine import EngineError, RasaEngine
from bot.models import Conversation, Message
from tests.bot.city import City
from tests.bot.wechat_sender import WeChatSender

pytestmark = pytest.mark.django_db

STORY = "劲松五区门口的井盖坏了，晚上很危险，已经一个星期没有人来修理"
KEY = "chat:wechat:{openid}:{id}"


def test_a_plain_complaint_becomes_a_case_with_its_place(wechat: WeChatSender, city: City) -> None:
    answer = wechat.say(STORY, msg_id=5)
    assert "正在恢复" in answer
    assert "BJ2611210000001" in answer
    report = city.reports[KEY.format(openid=wechat.openid, id=5)]
    assert (report["text"], report["lon"], report["channel"]) == (STORY, 116.4655, "wechat")


def test_chat_is_not_filed(wechat: WeChatSender, city: City) -> None:
    for text in ("你好", "谢谢", "在吗", "我要投诉", "哈哈哈"):
        assert wechat.say(text)
    assert city.reports == {}


def test_progress_market_question_and_hand_over_work(wechat: WeChatSender, city: City) -> None:
    wechat.say(STORY)
    assert "受理" in wechat.say("BJ2611210000001")
    assert "没有查到" in wechat.say("BJ9911210000001")
    assert "BJ2611210000001" in wechat.say("我上一个进度怎么样")
    assert "劲松便民菜市场" in wechat.say("望京附近的菜市场")
    assert "派出所" in wechat.say("居住证怎么办理")
    assert "工作人员" in wechat.say("转人工")
    assert Conversation.objects.get().state == "handover"


def test_a_shared_location_finds_markets_and_is_remembered(wechat: WeChatSender, city: City) -> None:
    assert "劲松便民菜市场" in wechat.share(39.9, 116.4)
    assert "劲松便民菜市场" in wechat.say("附近的菜市场")


@pytest.mark.parametrize("said", ["劲松五区", "我在劲松五区附近", "望京地铁站"])
def test_the_place_asked_for_a_market_is_taken(wechat: WeChatSender, city: City, said: str) -> None:
    assert "在哪里" in wechat.say("最近的菜市场在哪")
    assert "劲松便民菜市场" in wechat.say(said)
    assert city.reports == {}
    assert "劲松便民菜市场" not in wechat.say(said), "nobody asked again"


def test_an_unknown_place_for_a_market_is_asked_again(wechat: WeChatSender, city: City) -> None:
    wechat.say("最近的菜市场在哪")
    assert "没有查到这个地方" in wechat.say("老王家")
    assert "劲松便民菜市场" in wechat.say("劲松五区")


def test_a_problem_told_instead_of_the_place_of_a_market_is_filed(wechat: WeChatSender, city: City) -> None:
    wechat.say("最近的菜市场在哪")
    assert "编号" in wechat.say("劲松五区的井盖坏了没人修")
    assert len(city.reports) == 1


def test_the_search_for_a_market_can_be_given_up(wechat: WeChatSender, city: City) -> None:
    wechat.say("最近的菜市场在哪")
    assert "随时叫我" in wechat.say("取消")


def test_a_location_outside_the_city_is_told_once_and_not_remembered(
    wechat: WeChatSender, city: City
) -> None:
    answer = wechat.share(31.23, 121.47)
    assert "不在本市" in answer
    assert "地图上" not in answer
    assert "收到您的位置" not in answer
    assert Message.objects.filter(direction="out").count() == 1
    assert "在哪里" in wechat.say("附近的菜市场")


def test_a_location_outside_the_city_is_not_the_place_of_an_open_draft(
    wechat: WeChatSender, city: City
) -> None:
    wechat.say("你好")
    open_draft()
    assert "不在本市" in wechat.share(31.23, 121.47)
    assert city.reports == {}
    assert "编号" in wechat.say("劲松五区")


def test_a_location_sent_after_filing_becomes_the_place_of_the_case(wechat: WeChatSender, city: City) -> None:
    wechat.say("楼道里的灯坏了一个星期了，老人晚上回家看不见台阶，很容易摔跤", msg_id=8)
    report = city.reports[KEY.format(openid=wechat.openid, id=8)]
    assert report["lon"] is None
    assert "位置已补上" in wechat.share(39.9, 116.4)
    assert report["lon"] == pytest.approx(116.4, abs=0.02)
    assert "劲松便民菜市场" in wechat.share(39.9, 116.4), "a second location is about something else"
    assert len(city.reports) == 1


def open_draft(**draft: Any) -> None:
    conversation = Conversation.objects.get()
    conversation.draft = {"text": "路灯不亮", "message_id": "m1", "place": None, **draft}
    conversation.save()


@pytest.mark.parametrize("said", ["确认", "不清楚", "劲松五区", "老槐树旁边的修车铺门口"])
def test_an_open_draft_is_finished_under_its_own_key(wechat: WeChatSender, city: City, said: str) -> None:
    wechat.say("你好")
    open_draft()
    assert "编号" in wechat.say(said)
    assert list(city.reports) == [KEY.format(openid=wechat.openid, id="m1")]
    conversation = Conversation.objects.get()
    assert (conversation.draft, conversation.engine_stale) == ({}, True)


def test_an_open_draft_takes_a_location(wechat: WeChatSender, city: City) -> None:
    wechat.say("你好")
    open_draft()
    wechat.share(39.90870, 116.39754)
    assert next(iter(city.reports.values()))["lon"] == pytest.approx(116.3913, abs=0.0003)


def test_an_open_draft_can_be_cancelled(wechat: WeChatSender, city: City) -> None:
    wechat.say("你好")
    open_draft()
    assert "已取消" in wechat.say("算了")
    assert city.reports == {}


def test_a_market_asked_for_beside_an_open_draft(wechat: WeChatSender, city: City) -> None:
    wechat.say("你好")
    open_draft()
    wechat.say("最近的菜市场在哪")
    answer = wechat.say("劲松五区")
    assert answer.index("劲松便民菜市场") < answer.index("什么地方")
    assert city.reports == {}
    assert "编号" in wechat.say("望京")
    assert [each["address"] for each in city.reports.values()] == ["望京"]


def test_a_slow_rasa_that_files_the_same_draft_later_files_nothing_twice(
    wechat: WeChatSender, city: City
) -> None:
    from bot import filing

    wechat.say("你好")
    open_draft()
    first = wechat.say("确认")
    again = filing.file_report(
        conversation=Conversation.objects.get(), text="路灯不亮", message_id="m1", place=None
    )
    assert again.repeated
    assert again.number in first
    assert len(city.reports) == 1


def test_a_refusal_is_told_in_its_own_words(wechat: WeChatSender, city: City) -> None:
    city.refuse = "这个位置不在北京市范围内。"
    answer = wechat.say(STORY)
    assert city.refuse in answer
    assert "已经保存" in answer


def test_danger_is_answered_with_numbers_first(wechat: WeChatSender, city: City) -> None:
    answer = wechat.say("劲松五区楼道着火了，浓烟很大，有人被困在里面出不来")
    assert answer.index("119") < answer.index("编号")


def test_words_of_self_harm_get_care_and_never_a_form(wechat: WeChatSender, city: City) -> None:
    answer = wechat.say("我真的不想活了，活着没有意思")
    assert "12356" in answer
    assert "编号" not in answer
    assert city.reports == {}
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.handover_reason) == ("handover", "self_harm")


# ---- the way to Rasa


class FakeRasa:
    """A Rasa whose answers a test chooses: a list of replies, an HTTP status, or an exception."""

    def __init__(self) -> None:
        self.answer: Any = [
            {"recipient_id": "x", "text": "好", "buttons": [{"title": "是", "payload": "是"}]}
        ]
        self.heard: list[dict[str, Any]] = []
        self.probes = 0
        self.up = True
        self.now = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        import json

        if request.method == "GET":
            self.probes += 1
            if not self.up:
                raise httpx.ConnectError("down", request=request)
            return httpx.Response(200, text="Hello from Rasa")
        if isinstance(self.answer, type):
            raise self.answer("fault", request=request)
        if isinstance(self.answer, int):
            return httpx.Response(self.answer)
        self.heard.append(json.loads(request.content))
        return httpx.Response(200, json=self.answer)


@pytest.fixture
def rasa(monkeypatch: pytest.MonkeyPatch) -> Any:
    fake = FakeRasa()
    way = RasaEngine("http://rasa", transport=httpx.MockTransport(fake), clock=lambda: fake.now)
    monkeypatch.setattr(turns, "engine", lambda: way)
    yield fake
    way.close()


def ask(way: RasaEngine, text: str = "你好") -> Any:
    return way.turn(conversation_id="c", text=text, metadata={"message_id": "1"}, seconds=1)


def test_rasa_hears_the_words_and_the_message_id(rasa: FakeRasa, wechat: WeChatSender, city: City) -> None:
    assert wechat.say("/restart 一下", msg_id=7).startswith("好")
    heard = rasa.heard[0]
    assert heard["message"] == "／restart 一下"
    assert heard["metadata"] == {"message_id": "7", "channel": "wechat"}
    assert heard["sender"] == str(Conversation.objects.get().pk)


def test_a_location_reaches_rasa_as_the_gateways_own_command(
    rasa: FakeRasa, wechat: WeChatSender, city: City
) -> None:
    wechat.share(39.90870, 116.39754, '天"安门')
    assert rasa.heard[0]["message"].startswith('/inform_location{"lon": 116.39')


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, 500, [], {"not": "a list"}]
)
def test_whatever_rasa_does_the_complaint_is_filed(
    rasa: FakeRasa, wechat: WeChatSender, city: City, fault: Any
) -> None:
    rasa.answer = fault
    assert "编号" in wechat.say(STORY)
    assert len(city.reports) == 1
    assert Message.objects.inbound().get().answered_by == "degraded"


def test_after_a_divergence_rasa_starts_anew(rasa: FakeRasa, wechat: WeChatSender, city: City) -> None:
    rasa.answer = 500
    wechat.say(STORY)
    rasa.answer = [{"text": "好"}]
    rasa.now += engine.REST_SECONDS + 1
    wechat.say("你好")
    assert [each["message"] for each in rasa.heard] == ["/restart", "你好"]
    wechat.say("谢谢")
    assert [each["message"] for each in rasa.heard][2:] == ["谢谢"]


def test_an_open_draft_is_told_to_the_restarted_rasa(
    rasa: FakeRasa, wechat: WeChatSender, city: City
) -> None:
    wechat.say("你好")
    open_draft()
    Conversation.objects.update(engine_stale=True)
    wechat.say("劲松五区")
    assert [each["message"] for each in rasa.heard] == ["你好", "/restart", "/resume_report{}", "劲松五区"]


def test_the_breaker_spares_a_dead_rasa_and_finds_it_again(rasa: FakeRasa) -> None:
    way = turns.engine()
    rasa.answer, rasa.up = httpx.ConnectError, False
    with pytest.raises(EngineError):
        ask(way)
    rasa.answer = [{"text": "好"}]
    for _ in range(5):
        with pytest.raises(EngineError):
            ask(way)
    assert (rasa.heard, rasa.probes) == ([], 0)
    rasa.now += engine.REST_SECONDS + 1
    with pytest.raises(EngineError):
        ask(way)
    assert (rasa.heard, rasa.probes) == ([], 1)
    rasa.now += engine.REST_SECONDS + 1
    rasa.up = True
    assert ask(way)[0].text == "好"
    assert ask(way)[0].suggestions == ()
    assert rasa.probes == 2


def test_one_slow_turn_does_not_open_the_breaker_two_do(rasa: FakeRasa) -> None:
    way = turns.engine()
    rasa.answer = httpx.ReadTimeout
    for reached in (True, True, False):
        with pytest.raises(EngineError) as caught:
            ask(way)
        assert caught.value.reached is reached
