"""One message, one row, one answer: repeats, threads, late answers, and the chat API's errors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from bot import services, tasks, turns
from bot.models import Conversation, Message
from bot.replies import Reply
from tests.bot.city import City
from tests.bot.wechat_sender import WeChatSender

URL = "/api/v1/public/chat/"
STORY = "劲松五区门口的井盖坏了，晚上很危险，已经一个星期没有人来修理"


def post(client: Any, **body: Any) -> Any:
    return client.post(URL, body, content_type="application/json")


# ---- repeats


@pytest.mark.django_db
def test_a_message_sent_three_times_is_one_row_one_case_one_answer(wechat: WeChatSender, city: City) -> None:
    answers = [wechat.say(STORY, msg_id=42) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert "BJ2611210000001" in answers[0]
    assert len(city.reports) == 1
    assert Message.objects.inbound().count() == 1


@pytest.mark.django_db
def test_the_same_words_in_two_messages_are_two_reports(wechat: WeChatSender, city: City) -> None:
    assert wechat.say(STORY) != wechat.say(STORY)
    assert len(city.reports) == 2


@pytest.mark.django_db
def test_a_message_id_belongs_to_its_sender(client: Any, city: City) -> None:
    first = post(client, sender="person-1", text=STORY, message_id="1").json()
    second = post(client, sender="person-2", text="你好", message_id="1").json()
    assert first["replies"] != second["replies"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("people", [1, 3])
def test_repeats_at_the_same_time_are_answered_alike(settings: Any, city: City, people: int) -> None:
    settings.BOT_TURN_WORKERS = 4
    settings.BOT_REPLY_SECONDS = 60

    def send(person: int) -> tuple[int, str]:
        from tests.bot.conftest import APP_ID, TOKEN

        try:
            sender = WeChatSender(Client(), token=TOKEN, app_id=APP_ID, openid=f"openid-{person}")
            return person, sender.say(STORY, msg_id=1000 + person)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=9) as threads:
        answers = list(threads.map(send, [person for person in range(people) for _ in range(3)]))
    for person in range(people):
        said = {answer for who, answer in answers if who == person}
        assert len(said) == 1, said
        assert "BJ" in said.pop()
    assert len(city.reports) == people
    assert Message.objects.inbound().count() == people
    assert Conversation.objects.count() == people


@pytest.mark.django_db(transaction=True)
def test_messages_of_one_person_run_one_after_another(settings: Any, city: City) -> None:
    settings.BOT_TURN_WORKERS = 4
    stored = [
        services.receive_message(
            channel="webchat", sender="one", message_id=f"m{n}", text=f"{n}路灯坏了很久没人修"
        )[0]
        for n in range(6)
    ]
    pool = turns.pool()
    for future in [pool.submit(message=message, deadline=0.0) for message in stored]:
        future.result(timeout=60)
    numbers = [
        answer.text[-16:] for answer in Message.objects.filter(direction="out").order_by("in_reply_to_id")
    ]
    assert len(numbers) == 6
    assert [each["text"][0] for each in city.reports.values()] == list("012345")


@pytest.mark.django_db
def test_a_claimed_message_is_not_claimed_again_until_its_lease_ends(settings: Any, city: City) -> None:
    message, _new = services.receive_message(channel="webchat", sender="one", message_id="1", text=STORY)
    other, _new = services.receive_message(channel="webchat", sender="one", message_id="2", text="你好")
    assert services.claim_turn(message_pk=message.pk) is not None
    assert services.claim_turn(message_pk=message.pk) is None
    with pytest.raises(services.ConversationBusyError):
        services.claim_turn(message_pk=other.pk)
    Message.objects.update(lease_until=timezone.now())
    assert services.claim_turn(message_pk=message.pk) is not None


@pytest.mark.django_db
def test_the_first_recorded_answer_stays(city: City) -> None:
    message, _new = services.receive_message(channel="webchat", sender="one", message_id="1", text=STORY)
    assert services.record_reply(message=message, replies=[Reply("一")], answered_by="degraded")
    assert not services.record_reply(message=message, replies=[Reply("二")], answered_by="rasa")
    assert services.stored_reply(message=message) == [Reply("一")]


# ---- late answers


def owed(city: City, *, channel: str = "wechat") -> Message:
    message, _new = services.receive_message(channel=channel, sender="openid-1", message_id="9", text=STORY)
    assert services.owe_reply(message=message) is None
    assert city.published[-1]["topic"] == services.TOPIC_PENDING
    return message


@pytest.mark.django_db
def test_an_answer_that_is_ready_is_never_owed(city: City) -> None:
    message, _new = services.receive_message(channel="wechat", sender="o", message_id="9", text=STORY)
    services.record_reply(message=message, replies=[Reply("好")], answered_by="rasa")
    assert services.owe_reply(message=message) == [Reply("好")]
    assert city.published == []


@pytest.mark.django_db
def test_a_late_answer_goes_out_through_the_outbox_once(city: City, wechat_api: list[dict[str, Any]]) -> None:
    message = owed(city)
    services.record_reply(message=message, replies=[Reply("已受理")], answered_by="rasa")
    assert [each["topic"] for each in city.published] == [services.TOPIC_PENDING, services.TOPIC_LATE]
    for event in (*city.published, *city.published):
        tasks.finish_turn(event["payload"])
        tasks.deliver_late_reply(event["payload"])
    assert [each["text"]["content"] for each in wechat_api] == ["已受理"]
    message.refresh_from_db()
    assert message.delivery == Message.Delivery.SENT


@pytest.mark.django_db
def test_a_turn_whose_process_died_is_finished_by_the_outbox(
    city: City, wechat_api: list[dict[str, Any]]
) -> None:
    message = owed(city)
    services.claim_turn(message_pk=message.pk)
    with pytest.raises(tasks.TurnStillRunningError):
        tasks.finish_turn({"message": message.pk})
    Message.objects.update(lease_until=timezone.now())
    tasks.finish_turn({"message": message.pk})
    assert len(city.reports) == 1
    assert "编号" in wechat_api[0]["text"]["content"]


@pytest.mark.django_db
def test_a_final_refusal_is_recorded_and_not_tried_again(
    city: City, wechat_api: list[dict[str, Any]], wechat_errors: list[int]
) -> None:
    message = owed(city)
    wechat_errors.append(45015)
    services.record_reply(message=message, replies=[Reply("已受理")], answered_by="rasa")
    tasks.deliver_late_reply({"message": message.pk})
    message.refresh_from_db()
    assert message.delivery == Message.Delivery.UNDELIVERABLE
    assert "45015" in message.delivery_error


@pytest.mark.django_db
def test_a_passing_failure_is_raised_for_another_try(
    city: City, wechat_api: list[dict[str, Any]], wechat_errors: list[int]
) -> None:
    from bot.wechat_client import DeliveryError

    message = owed(city)
    wechat_errors.append(-1)
    services.record_reply(message=message, replies=[Reply("已受理")], answered_by="rasa")
    with pytest.raises(DeliveryError):
        tasks.deliver_late_reply({"message": message.pk})
    tasks.deliver_late_reply({"message": message.pk})
    assert len(wechat_api) == 1


@pytest.mark.django_db
def test_after_48_hours_nothing_is_sent(city: City, wechat_api: list[dict[str, Any]]) -> None:
    message = owed(city)
    services.record_reply(message=message, replies=[Reply("已受理")], answered_by="rasa")
    Conversation.objects.update(last_heard_at=timezone.now() - timezone.timedelta(hours=49))
    tasks.deliver_late_reply({"message": message.pk})
    assert wechat_api == []
    message.refresh_from_db()
    assert message.delivery == Message.Delivery.UNDELIVERABLE


@pytest.mark.django_db
def test_a_broken_turn_keeps_the_message_and_is_answered_later(client: Any, city: City) -> None:
    city.broken = True
    body = {"sender": "person-1", "text": STORY, "message_id": "1"}
    first = post(client, **body).json()
    assert first["pending"]
    assert "已经保存" in first["replies"][0]["text"]
    assert city.published[-1]["topic"] == services.TOPIC_PENDING
    city.broken = False
    second = post(client, **body).json()
    assert not second["pending"]
    assert "编号" in second["replies"][0]["text"]
    assert len(city.reports) == 1


@pytest.mark.django_db
def test_messages_left_behind_are_swept_up(city: City) -> None:
    services.receive_message(channel="webchat", sender="one", message_id="1", text=STORY)
    Message.objects.update(created_at=timezone.now() - timezone.timedelta(minutes=5))
    assert tasks.sweep_open_turns() == 1
    assert tasks.sweep_open_turns() == 0
    assert len(city.reports) == 1


# ---- the chat API


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "你好"}, "sender"),
        ({"sender": "", "text": "你好"}, "sender"),
        ({"sender": "a b", "text": "你好"}, "sender"),
        ({"sender": "x" * 129, "text": "你好"}, "sender"),
        ({"sender": "person"}, None),
        ({"sender": "person", "text": ""}, "text"),
        ({"sender": "person", "text": "   "}, "text"),
        ({"sender": "person", "text": "长" * 4001}, "text"),
        ({"sender": "person", "text": "长" * 20000}, "text"),
        ({"sender": "person", "text": ["a"]}, "text"),
        ({"sender": "person", "text": "好", "location": {"lon": 116, "lat": 39}}, None),
        ({"sender": "person", "location": {"lon": 116}}, "location.lat"),
        ({"sender": "person", "location": {"lon": 1160, "lat": 39}}, "location.lon"),
        ({"sender": "person", "location": {"lon": "NaN", "lat": 39}}, "location.lon"),
        ({"sender": "person", "text": "好", "message_id": "a b"}, "message_id"),
        ([], None),
    ],
)
def test_bad_requests_name_the_field_and_store_nothing(
    client: Any, city: City, body: Any, field: str | None
) -> None:
    response = client.post(URL, body, content_type="application/json")
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "invalid"
    assert list(error["fields"]) == (
        [field] if field else []
    )  # what concerns no one field is said as a whole
    assert error["message"]
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_malformed_json_and_other_types(client: Any) -> None:
    assert client.post(URL, "{", content_type="application/json").status_code == 400
    assert client.post(URL, "<a/>", content_type="text/xml").status_code == 415
    assert client.get(URL).status_code == 405


@pytest.mark.django_db
def test_a_message_id_reused_for_other_words_is_a_conflict(client: Any, city: City) -> None:
    post(client, sender="person", text="你好", message_id="1")
    response = post(client, sender="person", text="再见", message_id="1")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "message_id_reused")


@pytest.mark.django_db
def test_a_body_over_the_limit(client: Any, settings: Any) -> None:
    settings.BOT_BODY_MAX = 1000
    response = post(client, sender="person", text="长" * 900)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.usefixtures("still_clock")
@pytest.mark.django_db
def test_too_many_messages_from_one_address(client: Any, city: City, settings: Any) -> None:
    settings.BOT_CHAT_RATE = "2/min"
    codes = [post(client, sender="rate", text="你好").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


@pytest.mark.django_db
def test_the_signed_in_person_is_remembered(client: Any, city: City, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user(username="li", password="x")
    client.force_login(user)
    post(client, sender="person", text="你好")
    assert Conversation.objects.get().user == user


@pytest.mark.django_db
def test_the_page_opens(client: Any) -> None:
    page = client.get("/chat/").content.decode()
    assert 'role="log"' in page
    assert 'aria-live="polite"' in page
    assert "<style" not in page
