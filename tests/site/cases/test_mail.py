"""Reports by e-mail: what is read from a letter, filed, added, answered and left alone; and the mailbox itself."""

import base64
import io
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import OperationalError
from hypothesis import HealthCheck, given
from hypothesis import settings as strict
from hypothesis import strategies as st

from civic.cases.mail import fetching, taking
from civic.cases.mail.letters import read_letter
from civic.cases.mail.proof import proven_domain, token_of
from civic.cases.mail.quoting import own_words
from civic.cases.mail.taking import A_DAY, Outcome, take_letter
from civic.cases.models import Case, CaseEvent, CaseNote, IdempotencyKey, Photo, Report
from civic.cases.services.following import topic_of
from civic.cases.services.intake import forget_idempotency_keys
from civic.core import outbox, schedule
from civic.core.models import OutboxEvent
from civic.engagement.models import Subscription
from civic.engagement.services.subscriptions import ask_by_email, end, end_token
from tests.factories import make_photo
from tests.site.cases.closing import Office
from tests.site.cases.mailbox import Mailbox

SENDER = "wang@example.org"
WORDS = "双井街道富力城北门的垃圾三天没人收。"


@pytest.fixture(autouse=True)
def _mail_is_kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "我爱北京 <noreply@city.example>"
    settings.CASE_MAIL_ADDRESS = "suqiu@city.example"


def letter(
    body: str = WORDS,
    subject: str = "垃圾没人收",
    sender: str = f"王先生 <{SENDER}>",
    number: int = 1,
    **headers: str,
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "suqiu@city.example", subject
    message["Message-ID"] = f"<{number}@example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message


def take(message: EmailMessage | bytes) -> taking.Taken:
    return take_letter(message if isinstance(message, bytes) else bytes(message))


def answers() -> list[Any]:
    outbox.drain()
    return mail.outbox


@pytest.mark.django_db
class TestFiling:
    def test_a_letter_is_a_report_and_gets_its_receipt(self) -> None:
        taken = take(letter())
        report = Report.objects.get()
        assert taken == (Outcome.FILED, report.number)
        assert (report.channel, report.text) == ("email", f"垃圾没人收\n{WORDS}")
        assert (report.contact_email, report.contact_name) == (SENDER, "王先生")
        assert SENDER not in report.sender
        assert report.case.district.name == "朝阳区" or report.case.matter_code
        assert not mail.outbox
        receipt = answers()[0]
        assert receipt.to == [SENDER]
        assert receipt.subject == f"已受理 {report.number}"
        for shown in (report.number, report.secret, f"/cases/{report.number}/"):
            assert shown in receipt.body
        assert WORDS not in receipt.body
        assert receipt.extra_headers["Auto-Submitted"] == "auto-replied"
        assert receipt.extra_headers["In-Reply-To"] == "<1@example.org>"
        assert receipt.reply_to == ["suqiu@city.example"]

    def test_the_same_letter_is_never_taken_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = take(letter())
        assert take(letter()) == (Outcome.KNOWN, first.number)
        IdempotencyKey.objects.update(created_at="2020-01-01T00:00:00Z")
        forget_idempotency_keys()
        assert take(letter()).outcome == Outcome.KNOWN
        assert Report.objects.count() == 1
        assert len(answers()) == 1

    def test_after_a_crash_before_the_receipt_it_is_asked_for_with_the_next_look(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(taking, "ask_for_answer", lambda *args, **kwargs: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                take(letter())
        assert take(letter()).outcome in {Outcome.KNOWN, Outcome.FILED}
        assert Report.objects.count() == 1
        assert len(answers()) == 1

    def test_one_number_used_for_two_letters_loses_neither(self) -> None:
        take(letter())
        take(letter("另一件事：路灯不亮", "路灯"))
        assert Report.objects.count() == 2

    def test_photos_are_taken_and_what_is_none_is_noted(self) -> None:
        message = letter()
        message.add_attachment(make_photo().read(), maintype="image", subtype="jpeg", filename="现场.jpg")
        message.add_attachment(
            make_photo("PNG").read(), maintype="application", subtype="octet-stream", filename="a.png"
        )
        message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="合同.pdf")
        message.add_attachment(b"<svg/>", maintype="image", subtype="svg+xml", filename="x.svg")
        take(message)
        assert Photo.objects.filter(report=Report.objects.get()).count() == 2
        note = CaseNote.objects.get()
        assert "合同.pdf" in note.text
        assert "x.svg" in note.text
        assert "合同.pdf" in answers()[0].body

    def test_more_photos_than_a_report_takes_are_noted(self) -> None:
        message = letter()
        for index in range(8):
            message.add_attachment(
                make_photo().read(), maintype="image", subtype="jpeg", filename=f"{index}.jpg"
            )
        take(message)
        assert Photo.objects.count() == 6
        assert "7.jpg（最多 6 张照片）" in CaseNote.objects.get().text

    def test_a_logo_inside_the_text_is_no_photo(self) -> None:
        message = letter()
        message.add_attachment(
            make_photo().read(), maintype="image", subtype="jpeg", cid="<logo>", disposition="inline"
        )
        take(message)
        assert not Photo.objects.exists()
        assert not CaseNote.objects.exists()

    def test_too_long_is_refused_with_an_answer_that_says_so(self) -> None:
        assert take(letter("长" * 4100)).outcome == Outcome.REFUSED
        assert not Report.objects.exists()
        answer = answers()[0]
        assert "最多 4000 字" in answer.body
        assert "“垃圾没人收”" in answer.body

    def test_an_empty_letter_is_refused_a_subject_alone_is_enough(self) -> None:
        assert take(letter("", "")).outcome == Outcome.REFUSED
        assert take(letter("", "路灯不亮")).outcome == Outcome.FILED
        assert Report.objects.get().text == "路灯不亮"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "auto-generated; type=x"},
            {"Precedence": "bulk"},
            {"Return_Path": "<>"},
            {"List_Id": "<news.example.org>"},
            {"X_Autoreply": "yes"},
            {"sender": "MAILER-DAEMON@example.org"},
            {"sender": "noreply@city.example"},
            {"sender": "suqiu@city.example"},
            {"sender": "no-reply@shop.example"},
            {"subject": "自动回复：我在休假"},
        ],
    )
    def test_what_a_program_wrote_is_neither_filed_nor_answered(self, headers: dict[str, str]) -> None:
        assert take(letter(**headers)).outcome == Outcome.IGNORED
        assert not Report.objects.exists()
        assert not answers()

    def test_auto_submitted_no_is_a_person(self) -> None:
        assert take(letter(Auto_Submitted="no", Return_Path=f"<{SENDER}>")).outcome == Outcome.FILED

    def test_one_sender_does_not_fill_the_desk(self) -> None:
        for number in range(A_DAY):
            take(letter(f"第 {number} 件", number=number))
        assert take(letter("再来一件", number=99)).outcome == Outcome.REFUSED
        assert take(letter("别人的", sender="li@example.org", number=100)).outcome == Outcome.FILED
        assert Report.objects.count() == A_DAY + 1

    def test_refusals_to_one_address_end(self) -> None:
        for number in range(8):
            take(letter("长" * 4100, number=number))
        assert len(answers()) == 5


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


@given(st.text(max_size=120), st.sampled_from(["mx", "mx.city.example", ""]))
def test_no_header_of_a_stranger_proves_a_domain(header: str, server: str) -> None:
    """Only what begins with the server's own name counts, and then only DMARC's domain."""
    domain = proven_domain(header, server)
    assert not domain or (
        header.lower().split(";")[0].split()[:1] == [server] and "dmarc=pass" in header.lower()
    )
    assert proven_domain(f"{server or 'mx'}; dmarc=pass header.from=a.b", server) == ("a.b" if server else "")


QUOTED = [
    '{0}\n\n------------------ 原始邮件 ------------------\n发件人: "我爱北京" <a@b.c>;\n主题: 已受理\n\n旧文',
    '{0}\n在 2026-05-11 10:30:00，"我爱北京" <a@b.c> 写道：\n> 旧文\n> 旧文',
    '{0}\n\n\n\nAt 2026-05-11 10:30:00, "我爱北京" <a@b.c> wrote:\n>旧文',
    "{0}\n\n发自我的 iPhone\n\n> 在 2026年5月11日，上午10:30，我爱北京 <a@b.c> 写道：\n> \n> 旧文",
    "{0}\n\n我爱北京 <a@b.c> 于2026年5月11日周一 10:30写道：\n\n> 旧文",
    "{0}\n________________________________\n发件人: 我爱北京 <a@b.c>\n发送时间: 2026年5月11日 10:30\n收件人: x\n主题: y\n\n旧文",
    "{0}\n\nFrom: City <a@b.c>\nSent: Monday\nTo: x\nSubject: y\n\n旧文",
    "On Mon, May 11, 2026 at 10:30 AM City <a@b.c> wrote:\n> 旧文\n\n{0}",
    "{0}\n\nOn Mon, May 11, 2026 at 10:30 AM City of Somewhere\n<a@b.c> wrote:\n> 旧文",
    "> 旧文\n{0}",
]


@pytest.mark.parametrize("form", QUOTED)
def test_the_quoted_letter_is_left_out(form: str) -> None:
    assert (
        own_words(form.format("桶站又满了，\n请再清一次。"), reply=True).rstrip("_ \n")
        == "桶站又满了，\n请再清一次。"
    )


@pytest.mark.parametrize(
    "text",
    [
        "位置：富力城北门\n时间：每天晚上\n发件人：王先生\n谢谢！",
        "门口贴的告示写道：\n禁止通行，可是没有人管",
        "一楼——三楼都没有灯\n二楼最黑",
        "坏了。\n\n> 不是引用，只是我爱用的符号",
    ],
)
def test_what_only_looks_like_a_quote_stays_in_a_new_letter(text: str) -> None:
    assert own_words(text, reply=False) == text


def test_a_forward_without_words_of_its_own_stays_whole() -> None:
    text = "---------- 转发邮件 ----------\n发件人: 李四\n日期: 5月1日\n主题: 噪声\n\n楼下夜里施工"
    assert own_words(text, reply=True) == text


@pytest.mark.parametrize(
    "mark", ["--\n王先生\n某公司", "发自我的华为手机", "Sent from my iPhone", "从我的小米手机发送"]
)
def test_a_signature_is_left_out(mark: str) -> None:
    assert own_words(f"路灯不亮\n\n{mark}\n", reply=False) == "路灯不亮"


def raw(charset: bytes, body: bytes, subject: bytes = b"", kind: bytes = b"text/plain") -> bytes:
    head = b"From: wang@example.org\r\nSubject: %s\r\nContent-Type: %s; charset=%s\r\n" % (
        subject,
        kind,
        charset,
    )
    return head + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + body


RARE = "垚镕喆小区的路灯不亮"  # 镕 and 喆 are not in GB 2312


@pytest.mark.parametrize(
    ("named", "really"),
    [("gb2312", "gbk"), ("gb2312", "gb18030"), ("utf-8", "gb18030"), ("no-such-charset", "utf-8"), ("us-ascii", "utf-8"),
     ("gb18030", "gb18030"), ("utf-8", "utf-8"), ("big5", "utf-8")],
)  # fmt: skip
def test_a_wrong_charset_is_survived(named: str, really: str) -> None:
    content = RARE.encode(really)
    read = read_letter(raw(named.encode(), content, subject=content))
    assert (read.words, read.subject) == (RARE, RARE)


def test_an_encoded_subject_that_names_the_wrong_charset() -> None:
    word = b"=?gb2312?B?" + base64.b64encode(RARE.encode("gbk")) + b"?="
    assert read_letter(raw(b"utf-8", b"x", subject=word)).subject == RARE


def test_html_alone_is_read_as_text() -> None:
    html = "<style>p{}</style><p>路灯不亮</p><div>在<b>北门</b><br>很黑</div><blockquote type=cite>旧文</blockquote>"
    read = read_letter(raw(b"utf-8", html.encode(), kind=b"text/html"))
    assert read.words.split() == ["路灯不亮", "在北门", "很黑"]


def test_plain_text_comes_before_html() -> None:
    message = letter("正文")
    message.add_alternative("<p>网页</p>", subtype="html")
    assert read_letter(bytes(message)).words == "正文"


@pytest.mark.django_db
@strict(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            lambda sender, subject, kind, body: b"From: " + sender + b"\r\nSubject: " + subject
            + b"\r\nContent-Type: " + kind + b"\r\n\r\n" + body,
            st.sampled_from([b"a@example.org", b"<a@example.org", b"=?x?B?y?= <a@example.org>", b"\xff@\xff", b""]),
            st.binary(max_size=60).map(lambda value: value.replace(b"\n", b"")),
            st.sampled_from([b"text/plain; charset=\xff", b"multipart/mixed; boundary=x", b";", b"text/html", b"multipart/",
                             b"message/rfc822", b"text/plain; name*0*=\xff; name*1=x"]),
            st.binary(max_size=200) | st.just(b"--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x--"),
        ),
    )
)  # fmt: skip
def test_no_bytes_break_it(content: bytes) -> None:
    assert take_letter(content).outcome in Outcome


@given(st.text(max_size=300), st.booleans())
def test_words_are_never_made_up(text: str, reply: bool) -> None:
    words = own_words(text, reply=reply)
    assert bool(words) == bool(text.strip())
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    assert all(line in normal for line in words.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def test_deep_and_long_letters_end() -> None:
    deep = b"From: a@example.org\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(400)
    )
    read_letter(deep)
    read_letter(raw(b"utf-8", b"<div>" * 20_000, kind=b"text/html"))
    for line in ("On " + "a " * 5000, "发件人: ", "> " * 2000, "\n" * 100, " " * 400 + "x"):
        own_words(f"{line}\n" * 400, reply=True)


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
