"""Whole conversations through the gateway, a real Rasa and the real actions, down to the ports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from bot.models import Conversation
from tests.bot.city import City
from tests.bot.rasa_server import RASA, ActionServer, RasaServer, train
from tests.bot.wechat_sender import WeChatSender

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not RASA.exists(), reason="the Rasa environment is not installed"),
]

NUMBER = re.compile(r"BJ\d{13}")
_people = count(1)


@pytest.fixture(scope="session")
def rasa(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[RasaServer]:
    if not RASA.exists():
        pytest.skip("the Rasa environment is not installed")
    folder = tmp_path_factory.mktemp("rasa")
    model = train()
    actions = ActionServer()
    server = RasaServer(model=model, action_port=actions.port, folder=folder)
    yield server
    server.stop()
    actions.stop()


class Person:
    """Somebody on the web page."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.sender = f"web-person-{next(_people)}"

    def say(self, text: str) -> str:
        return self._post({"text": text})

    def share(self, lon: float, lat: float) -> str:
        return self._post({"location": {"lon": lon, "lat": lat}})

    def _post(self, content: dict[str, Any]) -> str:
        response = self.client.post(
            "/api/v1/public/chat/", {"sender": self.sender, **content}, content_type="application/json"
        )
        assert response.status_code == 200, response.content
        answer = response.json()
        assert not answer["pending"], answer
        return "\n".join(reply["text"] for reply in answer["replies"])


@pytest.fixture
def person(rasa: RasaServer, settings: Any, city: City, client: Any) -> Person:
    settings.BOT_RASA_URL = rasa.url
    settings.BOT_RASA_SECONDS = 30
    settings.BOT_WEB_REPLY_SECONDS = 60
    return Person(client)


def only_report(city: City) -> dict[str, Any]:
    assert len(city.reports) == 1, city.reports
    return next(iter(city.reports.values()))


def test_report_by_words_to_a_number(person: Person, city: City) -> None:
    assert "什么问题" in person.say("我要反映问题")
    assert "什么地方" in person.say("小区门口的井盖坏了，晚上很危险")
    card = person.say("劲松五区")
    assert "劲松五区" in card
    assert "井盖坏了" in card
    receipt = person.say("确认")
    report = only_report(city)
    assert NUMBER.search(receipt)[0] == report["number"]
    assert report["text"] == "小区门口的井盖坏了，晚上很危险"
    assert (report["lon"], report["lat"]) == (116.4655, 39.8823)
    assert report["channel"] == "webchat"
    assert report["sender"] == person.sender
    assert Conversation.objects.get(sender=person.sender).draft == {}


def test_one_sentence_with_its_place_goes_straight_to_the_confirmation(person: Person, city: City) -> None:
    card = person.say("劲松五区3号楼前面的路灯好几天不亮了")
    assert "核对" in card
    assert NUMBER.search(person.say("对的"))


def test_report_by_a_shared_location(person: Person, city: City) -> None:
    person.say("有人在人行道上乱停共享单车，过不去")
    assert "您发送的位置" in person.share(116.4, 39.9)
    assert NUMBER.search(person.say("确认"))
    assert (only_report(city)["lon"], only_report(city)["lat"]) == (116.4, 39.9)


def test_the_place_is_corrected_at_the_confirmation(person: Person, city: City) -> None:
    corrections = {
        "不对，地点是望京": "望京街道",
        "地址改成五道口": "中关村街道",
        "不是这里，在望京": "望京街道",
    }
    for correction, street in corrections.items():
        other = Person(person.client)
        other.say("劲松五区门口有一大堆垃圾没人清理")
        card = other.say(correction)
        assert street in card
        assert "垃圾" in card
        other.say("确认")
        filed = [each for each in city.reports.values() if each["sender"] == other.sender]
        assert [each["address"] in correction for each in filed] == [True]


def test_the_words_are_corrected_at_the_confirmation(person: Person, city: City) -> None:
    person.say("劲松五区门口有一大堆垃圾没人清理")
    assert "建筑渣土" in person.say("问题是有人倾倒建筑渣土")
    person.say("没错")
    assert only_report(city)["text"] == "有人倾倒建筑渣土"


def test_no_then_the_wrong_part_is_asked_for(person: Person, city: City) -> None:
    person.say("劲松五区门口有一大堆垃圾没人清理")
    assert "哪里要改" in person.say("不对")
    assert "正确的地点" in person.say("地点不对")
    assert "望京" in person.say("望京")
    person.say("确认")
    assert only_report(city)["address"] == "望京"


def test_cancel_anywhere_files_nothing(person: Person, city: City) -> None:
    for steps in (1, 2, 3):
        other = Person(person.client)
        for text in ["我要投诉", "楼下烧烤摊油烟太大", "劲松五区"][:steps]:
            other.say(text)
        assert "已取消" in other.say("算了"), steps
        assert "归类" not in other.say("确认")
    assert city.reports == {}


def test_two_problems_in_one_conversation_are_two_reports(person: Person, city: City) -> None:
    for text in ["劲松五区的井盖坏了", "确认", "望京有一盏路灯不亮", "确认"]:
        last = person.say(text)
    assert NUMBER.search(last)
    assert [each["text"] for each in city.reports.values()] == ["劲松五区的井盖坏了", "望京有一盏路灯不亮"]


def test_progress_is_asked_in_the_middle_and_the_report_goes_on(person: Person, city: City) -> None:
    person.say("劲松五区的井盖坏了")
    number = NUMBER.search(person.say("确认"))[0]
    person.say("楼下有人占道经营卖早点")
    aside = person.say("我上一个进度怎么样了")
    assert number in aside
    assert "什么地方" in aside
    person.say("望京")
    person.say("确认")
    assert len(city.reports) == 2


def test_progress_by_number_in_any_writing(person: Person, city: City) -> None:
    person.say("劲松五区的井盖坏了")
    number = NUMBER.search(person.say("确认"))[0]
    for written in (number, f"查一下{number[2:]}", f"bj {number[2:8]}-{number[8:]}"):
        assert "受理" in person.say(written)
    assert "没有查到" in person.say("BJ0000000000000")


def test_nearest_market_by_place_and_by_location(person: Person, city: City) -> None:
    assert "劲松便民菜市场" in person.say("望京附近有菜市场吗")
    other = Person(person.client)
    assert "在哪里" in other.say("最近的菜市场在哪")
    assert "在哪里" in other.say("附近有菜市场吗")
    assert "320 米" in other.share(116.46, 39.88)


def test_a_market_asked_for_while_reporting(person: Person, city: City) -> None:
    assert "什么地方" in person.say("有人在楼道里堆放杂物堵住了消防通道")
    aside = person.say("最近的菜市场在哪")
    assert "您在哪里" in aside
    assert "什么地方" not in aside, "one question at a time"
    answer = person.say("望京")
    assert answer.index("劲松便民菜市场") < answer.index("什么地方")
    assert "劲松五区" in person.say("劲松五区")
    assert NUMBER.search(person.say("确认"))
    assert only_report(city)["address"] == "劲松五区"


@pytest.mark.parametrize(
    ("said", "answered"), [("取消", "什么地方"), ("我的进度", "什么地方"), ("老王家", "没有查到这个地方")]
)
def test_a_market_asked_for_while_reporting_and_no_place_given(
    person: Person, city: City, said: str, answered: str
) -> None:
    person.say("有人在楼道里堆放杂物堵住了消防通道")
    person.say("最近的菜市场在哪")
    assert answered in person.say(said)
    if said == "老王家":
        assert "什么地方" in person.say("取消")
    assert "劲松五区" in person.say("劲松五区")
    assert NUMBER.search(person.say("确认"))


def test_a_location_outside_the_city(person: Person, city: City) -> None:
    assert person.share(121.47, 31.23).count("不在本市") == 1
    person.say("有人在楼道里堆放杂物堵住了消防通道")
    answer = person.share(121.47, 31.23)
    assert "不在本市" in answer
    assert "什么地方" not in answer
    assert "您发送的位置" in person.share(116.4, 39.9)
    other = Person(person.client)
    other.say("最近的菜市场在哪")
    assert "不在本市" in other.share(121.47, 31.23)
    assert "320 米" in other.share(116.46, 39.88)


def test_question_answer(person: Person) -> None:
    assert "派出所" in person.say("居住证怎么办理")


def test_hand_over_marks_the_conversation(person: Person) -> None:
    assert "工作人员" in person.say("转人工")
    assert Conversation.objects.get(sender=person.sender).state == "handover"


def test_every_small_thing_gets_an_answer(person: Person) -> None:
    for text in [
        "你好",
        "谢谢",
        "再见",
        "你是机器人吗",
        "今天天气怎么样",
        "好的",
        "不用",
        "取消",
        "你们太慢了",
        "哈",
    ]:
        answer = person.say(text)
        assert answer, text
        assert "正在恢复" not in answer, text


def test_a_refused_report_can_be_tried_again(person: Person, city: City) -> None:
    person.say("劲松五区的井盖坏了")
    city.refuse = "这个位置不在北京市范围内。"
    assert "不在北京市" in person.say("确认")
    assert city.reports == {}
    city.refuse = ""
    assert NUMBER.search(person.say("确认"))


def test_the_same_conversation_over_wechat(
    rasa: RasaServer, settings: Any, city: City, wechat_aes: WeChatSender
) -> None:
    settings.BOT_RASA_URL = rasa.url
    settings.BOT_RASA_SECONDS = 30
    settings.BOT_REPLY_SECONDS = 60
    wechat_aes.openid = f"openid-{next(_people)}"
    wechat_aes.say("桥下面积水很深，车都熄火了")
    assert "核对" in wechat_aes.share(39.90870, 116.39754, "天安门")
    first = wechat_aes.say("确认", msg_id=77)
    assert [wechat_aes.say("确认", msg_id=77) for _ in range(2)] == [first, first]
    report = only_report(city)
    assert NUMBER.search(first)[0] == report["number"]
    assert abs(report["lon"] - 116.3913) < 0.0005
    assert abs(report["lat"] - 39.9073) < 0.0005


def test_a_slash_is_no_command(person: Person, city: City) -> None:
    person.say("劲松五区的井盖坏了")
    person.say("/restart")
    assert NUMBER.search(person.say("确认"))
    assert '"lon"' not in person.say('/inform_location{"lon": 1, "lat": 2}')


def test_rasa_that_was_away_resumes_with_the_open_draft(
    person: Person, city: City, settings: Any, rasa: RasaServer
) -> None:
    person.say("楼下烧烤摊油烟太大，天天熏得开不了窗")
    settings.BOT_RASA_URL = ""
    assert "没有您" in person.say("我的进度") or "编号" in person.say("我的进度")
    settings.BOT_RASA_URL = rasa.url
    assert "劲松五区" in person.say("劲松五区")
    assert NUMBER.search(person.say("确认"))
    assert len(city.reports) == 1
