"""The mailbox itself: fetched by IMAP, or handed over by the mail server."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from civic.cases.mail import fetching, taking
from civic.cases.models import Report
from civic.core import outbox, schedule
from civic.core.models import OutboxEvent
from tests.site.cases.letters import letter
from tests.site.cases.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("mail_is_kept")


@pytest.fixture
def mailbox_settings(settings: Any) -> Any:
    settings.CASE_MAIL_HOST, settings.CASE_MAIL_TLS = "127.0.0.1", False
    settings.CASE_MAIL_USER, settings.CASE_MAIL_PASSWORD = "suqiu", "right"
    return settings


def fetched(box: Mailbox, chosen: Any) -> str:
    chosen.CASE_MAIL_PORT = box.port
    out = io.StringIO()
    call_command("fetch_mail", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestMailbox:
    def test_unread_letters_are_taken_and_then_marked(self, mailbox_settings: Any) -> None:
        letters = [
            bytes(letter(number=1)),
            bytes(letter("路灯不亮", "灯", number=2)),
            bytes(letter(Precedence="bulk")),
        ]
        with Mailbox(letters) as box:
            assert "已受理 2 封" in fetched(box, mailbox_settings)
            assert box.unread() == []
            assert "没有新的来信" in fetched(box, mailbox_settings)
        assert Report.objects.count() == 2

    def test_a_poisoned_letter_holds_up_no_other(
        self, mailbox_settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = taking.read_letter

        def poisoned(content: bytes) -> Any:
            return 1 / 0 if b"poison" in content else plain(content)

        monkeypatch.setattr(taking, "read_letter", poisoned)
        with Mailbox([bytes(letter("poison")), bytes(letter(number=2))]) as box:
            said = fetched(box, mailbox_settings)
            assert "已受理 1 封" in said
            assert "处理不了，留给人看 1 封" in said
            assert box.flags["11"] == {"\\Seen", "\\Flagged"}
            assert len(box.folders["Failed"]) == 1
            assert box.unread() == []
        assert Report.objects.count() == 1

    def test_when_the_database_is_away_everything_stays_unread(
        self, mailbox_settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(content: bytes) -> Any:
            raise OperationalError("locked")

        monkeypatch.setattr(fetching, "take_letter", away)
        with Mailbox([bytes(letter())]) as box:
            with pytest.raises(CommandError, match="数据库不可用"):
                fetched(box, mailbox_settings)
            assert box.unread() == ["11"]

    def test_a_letter_that_is_too_large_is_not_even_fetched(self, mailbox_settings: Any) -> None:
        mailbox_settings.BODY_LIMIT_BYTES = 100
        with Mailbox([bytes(letter())]) as box:
            assert "留给人看 1 封" in fetched(box, mailbox_settings)
            assert not [command for command in box.commands if "BODY" in command]

    def test_a_wrong_password_a_wrong_folder_and_no_server_are_sentences(self, mailbox_settings: Any) -> None:
        with Mailbox([bytes(letter())]) as box:
            mailbox_settings.CASE_MAIL_PASSWORD = "wrong"
            with pytest.raises(CommandError, match="连不上邮箱"):
                fetched(box, mailbox_settings)
            mailbox_settings.CASE_MAIL_PASSWORD, mailbox_settings.CASE_MAIL_FOLDER = "right", "Nowhere"
            with pytest.raises(CommandError, match="连不上邮箱"):
                fetched(box, mailbox_settings)
        with pytest.raises(CommandError, match="连不上邮箱"):
            fetched(box, mailbox_settings)  # it is gone now
        mailbox_settings.CASE_MAIL_HOST = ""
        with pytest.raises(CommandError, match="没有配置诉求邮箱"):
            call_command("fetch_mail")

    def test_the_schedule_only_asks_and_a_missing_server_is_no_dead_letter(
        self, mailbox_settings: Any
    ) -> None:
        assert "cases.fetch_mail" not in schedule._jobs  # not configured when the suite started
        with Mailbox([bytes(letter())]) as box:
            mailbox_settings.CASE_MAIL_PORT = box.port
            fetching.schedule_fetch()
            fetching.schedule_fetch()
            assert OutboxEvent.objects.filter(topic="cases.fetch_mail").count() == 1
            outbox.drain()
        assert Report.objects.count() == 1
        fetching.fetch_by_schedule({})


@pytest.mark.django_db
def test_take_mail_reads_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(bytes(letter()))))
    out = io.StringIO()
    call_command("take_mail", stdout=out)
    assert out.getvalue().strip() == f"已受理 {Report.objects.get().number}"


@pytest.mark.django_db
def test_take_mail_asks_the_mail_server_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(content: bytes) -> Any:
        raise OperationalError("locked")

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    monkeypatch.setattr("civic.cases.management.commands.take_mail.take_letter", away)
    with pytest.raises(CommandError) as raised:
        call_command("take_mail")
    assert raised.value.returncode == 75
