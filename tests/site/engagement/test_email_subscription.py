"""Following by e-mail: only an address that said yes is told, and one press leaves again."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from civic.cases.models import Report
from civic.cases.services import take_action
from civic.cases.services.closure import reporter_action
from civic.cases.services.timekeeping import end_pauses
from civic.core import outbox
from civic.engagement.models import Notice, Subscription
from civic.engagement.services.subscriptions import (
    ask_by_email,
    confirm,
    confirm_token,
    end_token,
    forget_addresses,
)
from tests.factories import UserFactory, make_report
from tests.site.engagement.conftest import NOON

LINK = re.compile(r"http://[^/\s]+(/subscriptions/\S+)")
ADDRESS = "Wang.Xiaoming@Example.COM"

pytestmark = pytest.mark.django_db


def subscribe(client: Client, report: Report, address: str = ADDRESS, **extra):
    return client.post(f"/cases/{report.number}/subscribe/", {"email": address}, **extra)


def last_link() -> str:
    """Return the first link of ours in the newest mail."""
    found = LINK.search(mail.outbox[-1].body)
    assert found
    return found[1]


@pytest.fixture
def follower(client: Client) -> Subscription:
    """Somebody who follows a report and has confirmed it."""
    report = make_report()
    subscribe(client, report)
    outbox.drain()
    client.post(last_link())
    mail.outbox.clear()
    return Subscription.objects.get()


def test_an_address_is_told_only_after_it_has_said_yes(client: Client) -> None:
    report = make_report()
    assert subscribe(client, report).status_code == 302
    outbox.drain()
    assert [message.to for message in mail.outbox] == [["Wang.Xiaoming@example.com"]]
    link = last_link()
    for look in (client.get, client.head):
        assert look(link).status_code == 200
    assert Subscription.objects.get().confirmed_at is None, "a scanner that looks has confirmed"
    page = client.post(link)
    assert "已经订阅" in page.content.decode()
    assert Subscription.objects.get().confirmed_at is not None
    assert client.get(link).status_code == 200
    assert page["Cache-Control"] == "private, no-store"


def test_the_yes_needs_the_page_of_this_site(client: Client) -> None:
    subscribe(client, make_report())
    outbox.drain()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(last_link()).status_code == 403
    assert Subscription.objects.get().confirmed_at is None


def test_who_follows_is_told_of_each_step_with_a_way_to_leave(client: Client, follower: Subscription) -> None:
    report = Report.objects.get()
    clerk = UserFactory(roles=["case_clerk"])
    take_action(case_pk=report.case_id, action="file", actor=clerk)
    outbox.drain()
    outbox.drain()
    (message,) = mail.outbox
    assert message.subject == f"【立案】{report.number}"
    assert report.text not in message.body
    assert f"/cases/{report.number}/" in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    one_click = message.extra_headers["List-Unsubscribe"].strip("<>")
    strict = Client(enforce_csrf_checks=True)  # a mail program has neither cookie nor form
    done = strict.post(one_click, {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    follower.refresh_from_db()
    assert follower.ended_at is not None
    assert follower.address == ""
    take_action(case_pk=report.case_id, action="dispatch", actor=clerk, department=_office())
    outbox.drain()
    assert len(mail.outbox) == 1


def _office():
    from tests.factories import DepartmentFactory

    return DepartmentFactory()


def test_looking_at_the_way_out_does_not_leave(client: Client, follower: Subscription) -> None:
    address = f"/subscriptions/{end_token(follower)}/end/"
    assert client.get(address).status_code == 200
    follower.refresh_from_db()
    assert follower.ended_at is None
    for _ in range(2):
        assert "已经退订" in client.post(address).content.decode()


def test_one_change_is_told_once_however_often_it_is_handled(follower: Subscription) -> None:
    from civic.cases.services.following import tell_followers

    report = Report.objects.get()
    take_action(case_pk=report.case_id, action="file", actor=UserFactory(roles=["case_clerk"]))
    for _ in range(3):
        tell_followers([{"report": report.pk}, {"report": report.pk}])
    outbox.drain()
    assert Notice.objects.count() == len(mail.outbox) == 1


def test_what_happened_before_the_yes_is_not_told(client: Client) -> None:
    report = make_report()
    subscribe(client, report)
    outbox.drain()
    take_action(case_pk=report.case_id, action="file", actor=UserFactory(roles=["case_clerk"]))
    client.post(last_link())
    mail.outbox.clear()
    outbox.drain()
    assert mail.outbox == []


def test_the_answer_is_the_same_for_who_follows_and_who_does_not(
    client: Client, follower: Subscription
) -> None:
    report = Report.objects.get()
    known, unknown = (
        subscribe(Client(), report, address) for address in (follower.address, "nobody@example.com")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    pages = [
        client_of.get(answer["Location"]).content
        for client_of, answer in ((known.client, known), (unknown.client, unknown))
    ]
    assert [b"\xe7\xa1\xae\xe8\xae\xa4\xe9\x82\xae\xe4\xbb\xb6" in page for page in pages] == [True, True]


def test_nobody_s_box_is_filled(topic) -> None:
    for minute in range(5):
        ask_by_email(topic=topic, address=ADDRESS, at=NOON + timedelta(minutes=minute))
    outbox.drain()
    assert len(mail.outbox) == 1
    for number in range(20):
        other = topic.__class__(f"report:BJ{number}", topic.title, topic.url)
        ask_by_email(topic=other, address=ADDRESS, at=NOON + timedelta(hours=2))
    outbox.drain()
    assert len(mail.outbox) == 5


@pytest.mark.parametrize(
    "address", ["", "x", "a@b", "a@example.com\nBcc: b@example.com", "a" * 250 + "@example.com", "\x00@x.cn"]
)
def test_what_is_no_address_is_refused_with_what_was_typed(client: Client, address: str) -> None:
    page = subscribe(client, make_report(), address)
    assert page.status_code == 400
    assert "请填写正确的邮箱地址" in page.content.decode()
    assert not Subscription.objects.exists()


def test_a_withheld_case_cannot_be_followed(client: Client) -> None:
    report = make_report()
    report.case.withheld = True
    report.case.save()
    assert subscribe(Client(), report).status_code == 404
    assert not Subscription.objects.exists()


def test_a_case_withheld_later_is_told_of_no_more(follower: Subscription) -> None:
    report = Report.objects.get()
    report.case.withheld = True
    report.case.save()
    take_action(case_pk=report.case_id, action="file", actor=UserFactory(roles=["case_clerk"]))
    outbox.drain()
    assert mail.outbox == []


def test_asking_too_often_is_refused(client: Client, still_clock) -> None:
    report = make_report()
    answers = [subscribe(client, report, f"a{number}@example.com").status_code for number in range(21)]
    assert answers == [302] * 20 + [429]


@pytest.mark.parametrize("page", ["confirm", "end"])
@pytest.mark.parametrize("token", ["x", "MQ:1x2y3z:abc", "1"])
def test_a_forged_link_opens_nothing(client: Client, page: str, token: str) -> None:
    for ask in (client.get, client.post):
        assert ask(f"/subscriptions/{token}/{page}/").status_code == 404


def test_a_link_for_leaving_does_not_confirm(client: Client, topic) -> None:
    ask_by_email(topic=topic, address=ADDRESS)
    token = end_token(Subscription.objects.get())
    assert client.post(f"/subscriptions/{token}/confirm/").status_code == 404


def test_an_old_link_does_not_confirm(topic) -> None:
    import time_machine

    with time_machine.travel(NOON, tick=False):
        ask_by_email(topic=topic, address=ADDRESS, at=NOON)
        token = confirm_token(Subscription.objects.get())
    with time_machine.travel(NOON + timedelta(days=3, minutes=1), tick=False):
        assert Client().post(f"/subscriptions/{token}/confirm/").status_code == 404


def test_addresses_are_forgotten_after_the_case(settings, topic) -> None:
    from civic.engagement.services.subscriptions import keep_until_closed

    settings.ENGAGEMENT_ADDRESS_DAYS = 30
    ask_by_email(topic=topic, address=ADDRESS, at=NOON)
    subscription = Subscription.objects.get()
    confirm(token=confirm_token(subscription), at=NOON)
    keep_until_closed(subject=topic.subject, closed_at=NOON)
    forget_addresses(at=NOON + timedelta(days=29))
    subscription.refresh_from_db()
    assert subscription.address
    keep_until_closed(subject=topic.subject, closed_at=None)  # opened again
    forget_addresses(at=NOON + timedelta(days=40))
    subscription.refresh_from_db()
    assert subscription.address
    keep_until_closed(subject=topic.subject, closed_at=NOON)
    assert forget_addresses(at=NOON + timedelta(days=30)) == 1
    subscription.refresh_from_db()
    assert (subscription.address, subscription.ended_at) == ("", NOON + timedelta(days=30))


def test_a_question_that_nobody_answered_is_forgotten(topic) -> None:
    ask_by_email(topic=topic, address=ADDRESS, at=NOON)
    forget_addresses(at=NOON + timedelta(days=2))
    assert Subscription.objects.exists()
    forget_addresses(at=NOON + timedelta(days=3, minutes=1))
    assert not Subscription.objects.exists()


def test_merging_keeps_the_followers(follower: Subscription) -> None:
    from civic.cases.services.sharing import merge_cases

    report = Report.objects.get()
    other = make_report(text="同一处垃圾没人收")
    clerk = UserFactory(roles=["case_clerk"])
    merge_cases(source_pk=report.case_id, target_pk=other.case_id, actor=clerk)
    outbox.drain()
    take_action(case_pk=other.case_id, action="file", actor=clerk)
    outbox.drain()
    assert [message.subject for message in mail.outbox] == [
        f"【合并办理】{report.number}",
        f"【立案】{report.number}",
    ]


def test_a_mail_server_that_fails_is_tried_again(follower: Subscription, monkeypatch) -> None:
    import smtplib

    report = Report.objects.get()
    take_action(case_pk=report.case_id, action="file", actor=UserFactory(roles=["case_clerk"]))

    def broken(*args, **kwargs):
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", broken)
        outbox.drain()
    notice = Notice.objects.get()
    assert notice.state == "waiting"
    assert notice.tried[0]["error"] == "SMTPServerDisconnected"
    from civic.engagement.sending import send_notice

    send_notice({"notice": notice.pk})
    send_notice({"notice": notice.pk})
    notice.refresh_from_db()
    assert (notice.state, notice.channel, len(mail.outbox)) == ("sent", "email", 1)


def test_other_letters_of_one_mailbox_are_the_same_mailbox(topic) -> None:
    for name in ("me@example.com", "Me@example.com", "ME@EXAMPLE.com"):
        ask_by_email(topic=topic, address=name, at=NOON)
    assert Subscription.objects.filter(channel="email").count() == 1


QUESTION = "是王建国家楼下吗，电话 13812345678"


def test_a_question_for_the_reporter_is_told_without_its_words_and_ends_by_time(
    client: Client, follower: Subscription
) -> None:
    report = Report.objects.get()
    take_action(
        case_pk=report.case_id, action="ask", actor=UserFactory(roles=["case_clerk"]), reason=QUESTION
    )
    outbox.drain()
    outbox.drain()
    (message,) = mail.outbox
    assert message.subject == f"【请反映人补充】{report.number}"
    assert "5 个工作日" in message.body
    assert not [part for part in ("王建国", "13812345678", report.text) if part in message.body]
    page = Client().get(f"/cases/{report.number}/").content.decode()
    assert "正在等反映人补充情况" in page
    assert "王建国" not in page
    assert end_pauses(timezone.now() + timedelta(days=30)) == 1
    outbox.drain()
    assert [one.subject[:6] for one in mail.outbox] == ["【请反映人补", "【恢复办理】"]
    assert "正在等反映人补充情况" not in Client().get(f"/cases/{report.number}/").content.decode()


def test_a_question_that_was_answered_before_anybody_was_told_is_not_told(follower: Subscription) -> None:
    report = Report.objects.get()
    take_action(
        case_pk=report.case_id, action="ask", actor=UserFactory(roles=["case_clerk"]), reason=QUESTION
    )
    reporter_action(report=report, action="add", reason="三号楼")
    outbox.drain()
    assert mail.outbox == []
