"""Reports by e-mail: what is filed, answered, and left alone."""

import pytest
from django.core import mail

from civic.cases.mail import taking
from civic.cases.mail.taking import A_DAY, Outcome
from civic.cases.models import CaseNote, IdempotencyKey, Photo, Report
from civic.cases.services.intake import forget_idempotency_keys
from tests.factories import make_photo
from tests.site.cases.letters import SENDER, WORDS, answers, letter, take

pytestmark = pytest.mark.usefixtures("mail_is_kept")


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
