"""Replies by e-mail: added to the case they answer, where the letter proves who sent it; and who wrote hears by mail."""

from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail

from civic.cases.mail import taking
from civic.cases.mail.proof import token_of
from civic.cases.mail.taking import Outcome
from civic.cases.models import Case, CaseEvent, Report
from civic.cases.services.following import topic_of
from civic.core import outbox
from civic.engagement.models import Subscription
from civic.engagement.services.subscriptions import ask_by_email, end, end_token
from tests.factories import make_photo
from tests.site.cases.closing import Office
from tests.site.cases.letters import SENDER, WORDS, answers, letter, take

pytestmark = pytest.mark.usefixtures("mail_is_kept")


@pytest.mark.django_db
class TestReplies:
    def reply(self, report: Report, body: str = "桶站又满了", **kwargs: Any) -> EmailMessage:
        kwargs.setdefault("subject", f"回复：已受理 {report.number}")
        kwargs.setdefault("In_Reply_To", mail.outbox[0].extra_headers["Message-ID"])
        quoted = (
            f"{body}\n\n------------------ 原始邮件 ------------------\n发件人: 我爱北京\n\n您的来信已经受理"
        )
        return letter(quoted, number=kwargs.pop("number", 7), **kwargs)

    def filed(self) -> Report:
        take(letter())
        outbox.drain()
        return Report.objects.get()

    def test_a_reply_to_the_receipt_is_an_addition(self) -> None:
        report = self.filed()
        message = self.reply(report)
        message.add_attachment(make_photo().read(), maintype="image", subtype="jpeg", filename="a.jpg")
        assert take(message) == (Outcome.ADDED, report.number)
        event = CaseEvent.objects.get(kind="added")
        assert (event.report, event.reason, event.photos.count()) == (report, "桶站又满了", 1)
        assert take(message).outcome == Outcome.KNOWN
        assert CaseEvent.objects.filter(kind="added").count() == 1
        assert Report.objects.count() == 1
        assert [one.subject for one in answers()] == [f"已受理 {report.number}", f"已补充 {report.number}"]

    def test_from_somebody_else_it_is_a_report_of_its_own(self) -> None:
        report = self.filed()
        assert take(self.reply(report, sender="li@example.org")).outcome == Outcome.FILED
        assert not CaseEvent.objects.filter(kind="added").exists()
        assert Report.objects.count() == 2

    def test_an_answer_to_a_question_lets_the_clock_run(self) -> None:
        report, office = self.filed(), Office()
        office.take(report, "ask", reason="几号楼？")
        take(self.reply(report, "三号楼"))
        assert Case.objects.get().paused_at is None

    def test_too_late_for_an_addition_begins_anew(self) -> None:
        report = self.filed()
        Office().take(report, "decline", reason="不归城市管理")
        taken = take(self.reply(report))
        assert taken.outcome == Outcome.FILED
        assert taken.number != report.number
        assert Report.objects.get(number=taken.number).text.endswith("桶站又满了")
        assert any(f"{report.number} 现在不能再补充" in one.body for one in answers())

    def test_a_photo_alone_is_an_addition(self) -> None:
        report = self.filed()
        receipt = mail.outbox[0].extra_headers["Message-ID"]
        message = letter("", f"Re: 已受理 {report.number}", number=3, References=f"<older@x> {receipt}")
        message.add_attachment(make_photo().read(), maintype="image", subtype="jpeg", filename="a.jpg")
        assert take(message).outcome == Outcome.ADDED
        assert CaseEvent.objects.get(kind="added").reason == "补充了 1 张照片。"

    def not_added(self, message: EmailMessage) -> None:
        report = Report.objects.get()
        office = Office()
        office.take(report, "ask", reason="几号楼？")
        taken = take(message)
        assert (taken.outcome, taken.number != report.number) == (Outcome.FILED, True)
        assert not CaseEvent.objects.filter(kind="added").exists()
        assert Case.objects.get(pk=report.case_id).paused_at is not None
        receipt = next(one for one in answers() if one.subject == f"已受理 {taken.number}")
        assert f"这封信提到了 {report.number}，但看不出" in receipt.body

    @pytest.mark.parametrize(
        "reference",
        ["<x@city.example>", "<{number}.receipt-0123.aaaaaaaaaaaaaaaaaaaa@127.0.0.1>", "<{number}@127.0.0.1>",
         "<{number}.{other}@127.0.0.1>", "<notice-1.x@127.0.0.1>", "", "<.@>", "<@>"],
    )  # fmt: skip
    def test_a_forged_sender_adds_nothing(self, reference: str) -> None:
        report = self.filed()
        other = token_of(Report(number=report.number, contact_email="li@example.org"))
        named = reference.format(number=report.number, other=other)
        self.not_added(self.reply(report, In_Reply_To=named))

    def test_the_code_of_the_receipt_in_the_quoted_letter_is_proof(self) -> None:
        report = self.filed()
        message = self.reply(report, f"三号楼\n\n> 查询码：{report.secret}", In_Reply_To="<x@mail.example>")
        assert take(message).outcome == Outcome.ADDED
        assert report.secret not in CaseEvent.objects.get(kind="added").reason

    def test_the_address_of_the_receipt_is_proof_where_the_operator_has_such_addresses(
        self, settings: Any
    ) -> None:
        settings.CASE_MAIL_SUBADDRESS = True
        report = self.filed()
        (address,) = mail.outbox[0].reply_to
        assert address.startswith(f"suqiu+{report.number}.")
        message = self.reply(report, subject="三号楼", In_Reply_To="<x@mail.example>")
        message.replace_header("To", f"我爱北京 <{address.lower()}>")
        assert take(message) == (Outcome.ADDED, report.number)
        stolen = self.reply(report, In_Reply_To="<x@mail.example>", sender="li@example.org", number=8)
        stolen.replace_header("To", address)
        assert take(stolen).outcome == Outcome.FILED

    AUTHENTIC = (
        "mx.city.example; spf=pass smtp.mailfrom=example.org; dmarc=pass (p=none) header.from=example.org"
    )

    @pytest.mark.parametrize(
        ("said", "added"),
        [(AUTHENTIC, True), (AUTHENTIC.replace("mx.", "mx2."), False), (AUTHENTIC.replace("dmarc=pass", "dmarc=fail"), False),
         (AUTHENTIC.replace("from=example.org", "from=evil.example"), False), ("mx.city.example; dkim=pass", False),
         ("evil (mx.city.example); dmarc=pass header.from=example.org", False), ("mx.city.example; none", False)],
    )  # fmt: skip
    def test_what_the_operators_own_mail_server_found_genuine_is_proof(
        self, settings: Any, said: str, added: bool
    ) -> None:
        settings.CASE_MAIL_AUTHSERV_ID = "MX.city.example"
        report = self.filed()
        message = self.reply(report, In_Reply_To="<x@mail.example>", Authentication_Results=said)
        if added:
            assert take(message).outcome == Outcome.ADDED
        else:
            self.not_added(message)

    def test_only_the_topmost_word_about_the_sender_counts_and_only_where_it_is_asked_for(
        self, settings: Any
    ) -> None:
        report = self.filed()
        plain = bytes(self.reply(report, In_Reply_To="<x@y.z>", Authentication_Results=self.AUTHENTIC))
        assert take(plain).outcome == Outcome.FILED  # no server is trusted
        settings.CASE_MAIL_AUTHSERV_ID = "mx.city.example"
        forged = b"Authentication-Results: mx.city.example; dmarc=fail\r\n" + bytes(
            self.reply(report, In_Reply_To="<x@y.z>", Authentication_Results=self.AUTHENTIC, number=9)
        )
        assert take(forged).outcome == Outcome.FILED
        assert not CaseEvent.objects.filter(kind="added").exists()


@pytest.mark.django_db
class TestHearing:
    """Who wrote by mail hears by mail."""

    def test_each_step_and_the_result_reach_the_writer_without_anybody_elses_words(self) -> None:
        take(letter("垃圾没人收，电话13800138000"))
        report, office = Report.objects.get(), Office()
        office.accept(report)
        answers()
        office.answer(report, words="已清运，联系人电话13812345678")
        sent = answers()
        assert [one.subject for one in sent] == [
            f"已受理 {report.number}",
            f"【处置】{report.number}",
            f"【核查】{report.number}",
        ]
        result = sent[-1]
        assert (result.to, result.reply_to) == ([SENDER], ["suqiu@city.example"])
        assert "办理结果：已清运" in result.body
        assert "可以直接回复这封信" in result.body
        assert not [part for part in ("13800138000", "13812345678", WORDS) if part in result.body]
        assert result.extra_headers["List-Unsubscribe"] in {
            f"<{line}>" for line in result.body.splitlines() if "/subscriptions/" in line
        }

    def test_a_question_is_answered_by_answering_the_letter_that_asks(self) -> None:
        take(letter())
        report = Report.objects.get()
        answers()
        Office().take(report, "ask", reason="是13800138000的几号楼？")
        asked = answers()[-1]
        assert "问您的话：是" in asked.body
        assert "13800138000" not in asked.body
        head = {"In_Reply_To": asked.extra_headers["Message-ID"]}
        stranger = letter("我来答", f"Re: {asked.subject}", "li@example.org", number=5, **head)
        assert take(stranger).outcome == Outcome.FILED
        assert take(letter("三号楼", f"Re: {asked.subject}", number=6, **head)).outcome == Outcome.ADDED
        assert Case.objects.get(pk=report.case_id).paused_at is None

    def test_a_notice_to_another_follower_proves_nothing(self) -> None:
        take(letter())
        report = Report.objects.get()
        ask_by_email(topic=topic_of(report), address="li@example.org")
        Subscription.objects.filter(address="li@example.org").update(confirmed_at=report.received_at)
        answers()
        Office().take(report, "ask", reason="几号楼？")
        to_other = next(
            one for one in answers() if one.to == ["li@example.org"] and "请反映人" in one.subject
        )
        assert "几号楼" not in to_other.body
        assert not to_other.reply_to
        head = {"In_Reply_To": to_other.extra_headers["Message-ID"]}
        assert take(letter("三号楼", f"Re: {to_other.subject}", number=6, **head)).outcome == Outcome.FILED

    def test_the_reason_of_a_refusal_reaches_the_writer_and_words_of_an_accusation_stay_off_the_mail(
        self,
    ) -> None:
        for number, kind in enumerate(("complaint", "accusation")):
            take(letter(f"第 {number} 件", number=number))
            report = Report.objects.latest("pk")
            Case.objects.filter(pk=report.case_id).update(request_type=kind)
            Office().take(report, "decline", reason="不归城市管理")
        declined = {one.subject: one.body for one in answers() if "结案" in one.subject}
        assert sorted("理由：不归城市管理" in body for body in declined.values()) == [False, True]

    def test_who_has_left_is_not_brought_back_by_the_same_letter(self) -> None:
        take(letter())
        outbox.drain()
        end(token=end_token(Subscription.objects.get()))
        assert take(letter()).outcome == Outcome.KNOWN
        Office().accept(Report.objects.get())
        assert len(answers()) == 1

    def test_after_a_crash_before_the_receipt_the_writer_follows_as_well(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(taking, "_acknowledge", lambda *args, **kwargs: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                take(letter())
        assert not Subscription.objects.exists()
        take(letter())
        assert Subscription.objects.get().address == SENDER
