"""Who may read conversations, what is masked, and the parts around them: health, checks, the action server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from bot import checks, health, services
from bot.models import Conversation, Message
from bot.policies import can_close_handover, can_view_transcripts
from tests.bot.city import City

VIEW, TAKE = "bot.view_conversation", "bot.take_over_conversation"


def person(*permissions: str, active: bool = True) -> Any:
    return SimpleNamespace(is_active=active, has_perm=lambda name: name in permissions)


@pytest.mark.parametrize(
    ("user", "view", "close"),
    [
        (None, False, False),
        (person(), False, False),
        (person(VIEW), True, False),
        (person(TAKE), False, True),
        (person(VIEW, TAKE), True, True),
        (person(VIEW, TAKE, active=False), False, False),
    ],
)
def test_policies(user: Any, view: bool, close: bool) -> None:
    assert can_view_transcripts(user) is view
    assert can_close_handover(user, Conversation(state="handover")) is close
    assert can_close_handover(user, Conversation(state="bot")) is False


@pytest.fixture
def waiting(db: Any, city: City) -> Conversation:
    message, _new = services.receive_message(
        channel="webchat", sender="secret-sender", message_id="1", text="我是张三，电话13812345678，请转人工"
    )
    services.hand_over(conversation=message.conversation, reason="asked")
    return message.conversation


@pytest.fixture
def clerk(client: Any, django_user_model: Any, waiting: Conversation) -> Any:
    user = django_user_model.objects.create_user(username="clerk", password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(
            codename__in=["access_admin", "view_conversation", "take_over_conversation"]
        )
    )
    client.force_login(user)
    return client


def test_the_desk_shows_who_waits_with_words_masked(clerk: Any, waiting: Conversation) -> None:
    for url in ("/admin/conversations/", f"/admin/conversations/{waiting.pk}/"):
        page = clerk.get(url).content.decode()
        assert "请转人工" in page
        assert "13812345678" not in page
        assert "secret-sender" not in page


def test_a_hand_over_is_closed(clerk: Any, waiting: Conversation) -> None:
    assert clerk.post(f"/admin/conversations/{waiting.pk}/close/").status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "bot"
    # Wagtail answers a refusal with the way back to its front page.
    assert clerk.post(f"/admin/conversations/{waiting.pk}/close/").url == "/admin/"


def test_others_see_nothing(client: Any, waiting: Conversation, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user(username="writer", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    client.force_login(user)
    assert client.get(f"/admin/conversations/{waiting.pk}/").status_code in (302, 403, 404)
    assert "请转人工" not in client.get("/admin/conversations/", follow=True).content.decode()
    assert client.post(f"/admin/conversations/{waiting.pk}/close/").status_code in (302, 403, 404)
    waiting.refresh_from_db()
    assert waiting.state == "handover"


def test_the_transcript_is_kept_in_order(client: Any, city: City, db: Any) -> None:
    for text in ("你好", "谢谢"):
        client.post("/api/v1/public/chat/", {"sender": "p", "text": text}, content_type="application/json")
    assert [(each.direction, bool(each.text)) for each in Message.objects.all()] == [
        ("in", True),
        ("out", True),
        ("in", True),
        ("out", True),
    ]


def test_health_without_rasa_is_degraded(settings: Any) -> None:
    assert health.check()["status"] == "degraded"
    settings.BOT_RASA_URL = settings.BOT_ACTIONS_URL = "http://127.0.0.1:9"
    assert health.check()["status"] in {"starting", "degraded"}


def test_checks_name_what_is_wrong(settings: Any) -> None:
    assert checks.check_ports(None) == []
    settings.BOT_PORTS = {"submit_report": "nowhere.to.be_found"}
    assert {each.id for each in checks.check_ports(None)} == {"bot.E001", "bot.W001"}
    settings.WECHAT_ENCODING_AES_KEY = "short"
    settings.WECHAT_APP_ID = ""
    assert {each.id for each in checks.check_wechat(None)} == {"bot.E002", "bot.E003"}
