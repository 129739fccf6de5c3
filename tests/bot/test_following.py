"""Following in the chat: one fixed wording, answered without a dialogue; what waited is said with the next answer."""

import pytest

from tests.bot.city import City
from tests.bot.wechat_sender import WeChatSender

pytestmark = pytest.mark.django_db
NUMBER = "BJ2611220011417"


@pytest.mark.parametrize(
    ("text", "on"),
    [
        (f"订阅 {NUMBER}", True),
        ("订阅bj 2611220011417", True),
        (f"请退订：{NUMBER}", False),
        (f"取消订阅{NUMBER}", False),
    ],
)
def test_an_order_to_follow_or_to_stop(wechat: WeChatSender, city: City, text: str, on: bool) -> None:
    answer = wechat.say(text)
    assert NUMBER in answer
    ((_name, values),) = [call for call in city.calls if call[0] == "follow"]
    assert (values["number"], values["on"], values["channel"]) == (NUMBER, on, "wechat")


@pytest.mark.parametrize("text", ["订阅", "订阅报纸", f"{NUMBER} 办到哪一步了", "我想退订你们的短信"])
def test_what_is_no_order_goes_its_way(wechat: WeChatSender, city: City, text: str) -> None:
    wechat.say(text)
    assert [call for call in city.calls if call[0] == "follow"] == []


def test_what_waited_is_said_with_the_next_answer_and_once(wechat: WeChatSender, city: City) -> None:
    city.waiting = ["【立案】您反映的已经立案。"]
    assert "您反映的已经立案" in wechat.say("你好")
    assert "您反映的已经立案" not in wechat.say("你好呀")


def test_the_answer_comes_also_when_what_waits_cannot_be_read(
    wechat: WeChatSender, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**values: str) -> list[str]:
        raise RuntimeError

    monkeypatch.setattr(city, "waiting_notices", broken)
    assert wechat.say("你好")
