"""The WeChat door: who may come in, what is refused before it is read, what the answers look like."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wechat as wechat_format
from bot.models import Conversation, Message
from bot.replies import Reply
from tests.bot.city import City
from tests.bot.wechat_sender import NONCE, TIMESTAMP, WeChatSender, sign

pytestmark = pytest.mark.django_db


def test_get_answers_the_echo(client: Any, wechat: WeChatSender) -> None:
    response = client.get("/wechat/", wechat.query(echostr="hello-123"))
    assert (response.status_code, response.content) == (200, b"hello-123")
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("change", ["signature", "timestamp", "nonce"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_signature_is_forbidden(client: Any, wechat: WeChatSender, change: str, method: str) -> None:
    query = wechat.query(echostr="x") | {change: "wrong"}
    if method == "get":
        response = client.get("/wechat/", query)
    else:
        response = client.post(
            "/wechat/", wechat.xml("text", {"Content": "你好"}), "text/xml", query_params=query
        )
    assert response.status_code == 403
    assert not Message.objects.exists()


def test_without_a_token_nothing_is_signed(client: Any, settings: Any) -> None:
    settings.WECHAT_TOKEN = ""
    query = {"signature": sign("", TIMESTAMP, NONCE), "timestamp": TIMESTAMP, "nonce": NONCE, "echostr": "x"}
    assert client.get("/wechat/", query).status_code == 403


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        OUTSIDE,
        '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
        "<xml><Content>",
        "not xml",
        "",
        "<xml></xml>",
        "<xml><MsgType>text</MsgType></xml>",
        "<other>1</other>",
        "<xml><FromUserName>a</FromUserName><CreateTime>1</CreateTime><MsgType>location</MsgType>"
        "<MsgId>1</MsgId><Location_X>nan</Location_X><Location_Y>1</Location_Y></xml>",
    ],
)
def test_bad_bodies_are_refused_and_store_nothing(client: Any, wechat: WeChatSender, body: str) -> None:
    response = client.post("/wechat/", body, "text/xml", query_params=wechat.query())
    assert response.status_code == 400
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("body", [BOMB, OUTSIDE])
def test_a_bomb_inside_the_encryption_is_refused_too(wechat_aes: WeChatSender, body: str) -> None:
    assert wechat_aes.post(body).status_code == 400


def test_a_body_over_the_limit_is_refused(wechat: WeChatSender, settings: Any) -> None:
    settings.BOT_BODY_MAX = 2000
    assert wechat.post(wechat.xml("text", {"Content": "长" * 3000})).status_code == 413


def test_aes_round_trip(wechat_aes: WeChatSender, city: City) -> None:
    answer = wechat_aes.say("劲松五区门口的井盖坏了，晚上很危险，已经一个星期没有人来修理")
    assert "BJ2611210000001" in answer


def test_aes_needs_its_own_signature(client: Any, wechat_aes: WeChatSender) -> None:
    xml = wechat_aes.xml("text", {"Content": "你好"})
    query = wechat_aes.query(encrypt_type="aes", msg_signature="0" * 40)
    assert client.post("/wechat/", xml, "text/xml", query_params=query).status_code == 400
    outer = "<xml><Encrypt>bm90IGVuY3J5cHRlZA==</Encrypt></xml>"
    assert client.post("/wechat/", outer, "text/xml", query_params=query).status_code == 403


def test_aes_of_another_account_is_forbidden(client: Any, wechat_aes: WeChatSender) -> None:
    wechat_aes.app_id = "wx-of-another"
    assert wechat_aes.post(wechat_aes.xml("text", {"Content": "你好"})).status_code == 403


def test_a_signed_but_broken_ciphertext_is_a_bad_request(client: Any, wechat_aes: WeChatSender) -> None:
    broken = "bm90IGVuY3J5cHRlZA=="
    query = wechat_aes.query(
        encrypt_type="aes", msg_signature=sign(wechat_aes.token, TIMESTAMP, NONCE, broken)
    )
    response = client.post(
        "/wechat/", f"<xml><Encrypt>{broken}</Encrypt></xml>", "text/xml", query_params=query
    )
    assert response.status_code == 400


def test_subscribe_is_greeted_and_unsubscribe_is_not(wechat: WeChatSender, city: City) -> None:
    assert "您好" in wechat.read(wechat.post(wechat.xml("event", {"Event": "subscribe", "EventKey": ""})))
    assert (
        wechat.read(wechat.post(wechat.xml("event", {"Event": "unsubscribe", "EventKey": ""}))) == "success"
    )


def test_events_are_deduped_by_sender_and_second(wechat: WeChatSender, city: City) -> None:
    xml = wechat.xml("event", {"Event": "subscribe", "EventKey": ""})
    answers = {wechat.read(wechat.post(xml)) for _ in range(3)}
    assert len(answers) == 1
    assert Message.objects.inbound().count() == 1


def test_voice_counts_as_its_recognised_words(wechat: WeChatSender, city: City) -> None:
    fields = {
        "MediaId": "m1",
        "Format": "amr",
        "Recognition": "劲松五区的路灯一个多月都不亮了，晚上走路看不见",
    }
    assert "编号" in wechat.read(wechat.post(wechat.xml("voice", fields)))
    assert "没能听清" in wechat.read(wechat.post(wechat.xml("voice", {"MediaId": "m2", "Format": "amr"})))


def test_a_picture_is_kept_and_its_story_asked_for(wechat: WeChatSender, city: City) -> None:
    answer = wechat.read(wechat.post(wechat.xml("image", {"MediaId": "m1", "PicUrl": "http://x/p.jpg"})))
    assert "照片收到" in answer
    assert Message.objects.inbound().get().payload["media_id"] == "m1"


@pytest.mark.parametrize("kind", ["video", "shortvideo", "link", "something_new"])
def test_other_kinds_are_answered(wechat: WeChatSender, city: City, kind: str) -> None:
    assert "文字或位置" in wechat.read(wechat.post(wechat.xml(kind, {"MediaId": "m", "Title": "t"})))


def test_locations_arrive_as_wgs84(wechat: WeChatSender, city: City) -> None:
    wechat.share(39.90870, 116.39754)
    payload = Message.objects.inbound().get().payload
    assert payload["lon"] == pytest.approx(116.3913, abs=0.0003)
    assert payload["lat"] == pytest.approx(39.9073, abs=0.0003)


def test_markup_in_a_text_is_only_text(wechat: WeChatSender, city: City) -> None:
    text = "<b>望京</b> & ]]> <script>alert(1)</script>路灯坏了两个月也没有人来修理一下"
    wechat.say(text)
    assert Message.objects.inbound().get().text == text


@given(st.floats(115.4, 117.5), st.floats(39.4, 41.1))
def test_coordinates_round_trip_within_the_city(lon: float, lat: float) -> None:
    there = wechat_format.wgs84_to_gcj02(lon, lat)
    back = wechat_format.gcj02_to_wgs84(*there)
    assert back == pytest.approx((lon, lat), abs=1e-7)
    assert 0.0005 < there[0] - lon < 0.01


@given(st.lists(st.text(max_size=900), max_size=6))
def test_a_passive_answer_never_passes_its_limit(texts: list[str]) -> None:
    said = [Reply(text, ("好的", "取消")) for text in texts]
    assert len(wechat_format.compose(said).encode()) <= 2048
