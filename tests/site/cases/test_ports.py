"""What the bot asks of cases: filed once, told to whom it concerns, identities never stored."""

import pytest

from bot.ports import PortError, port
from civic.cases.models import Case, IdempotencyKey, Report
from civic.cases.ports import add_place, case_progress, my_reports, submit_report
from tests.factories import INSIDE, OUTSIDE, make_analysis
from tests.site.cases.submitting import SENTENCE

pytestmark = pytest.mark.django_db
SENDER = "oABC-openid-of-a-person"


def file(text: str = SENTENCE, sender: str = SENDER, key: str = "chat:1", **kwargs: object):
    return submit_report(text=text, channel="wechat", sender=sender, dedupe_key=key, **kwargs)


@pytest.mark.parametrize("name", ["submit_report", "case_progress", "my_reports"])
def test_the_site_offers_the_ports(name: str) -> None:
    assert callable(port(name))


def test_a_report_from_a_conversation_is_a_case_with_a_receipt() -> None:
    receipt = file(lon=INSIDE[0], lat=INSIDE[1])
    report = Report.objects.get()
    assert (receipt.number, receipt.matter, receipt.district) == (report.number, "暴露垃圾", "朝阳区")
    assert receipt.status_url.endswith(f"/cases/{report.number}/")
    assert not receipt.repeated
    assert (report.channel, report.case.point_source) == ("wechat", "gps")


def test_the_same_message_is_never_a_second_case() -> None:
    first = file()
    again = file("说法不同也一样")
    assert (again.number, again.repeated) == (first.number, True)
    assert Case.objects.count() == 1


def test_long_identities_and_keys_fit() -> None:
    sender, key = "s" * 128, "chat:webchat:" + "s" * 128 + ":" + "m" * 128
    first = file(sender=sender, key=key)
    assert file(sender=sender, key=key).number == first.number
    assert file(sender=sender, key=key + "x").number != first.number
    assert len(my_reports(sender=sender)) == 2


def test_identities_are_not_stored() -> None:
    file(key=f"chat:wechat:{SENDER}:1")
    report, key = Report.objects.get(), IdempotencyKey.objects.get()
    assert SENDER not in f"{report.sender} {key.key}"
    assert len(report.sender) == 64


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": ""}, "请写一句话"),
        ({"text": "长" * 20_000}, "最多 4000 字"),
        ({"lon": OUTSIDE[0], "lat": OUTSIDE[1]}, "不在北京市范围内"),
        ({"lon": 116.4}, "位置不完整"),
    ],
)
def test_a_refusal_is_a_sentence_to_show(given: dict[str, object], words: str) -> None:
    with pytest.raises(PortError, match=words):
        file(**given)
    assert not Report.objects.exists()


def test_progress_by_number_for_anyone() -> None:
    receipt = file(lon=INSIDE[0], lat=INSIDE[1])
    progress = case_progress(number=f" {receipt.number.lower()} ", sender="somebody-else")
    assert progress is not None
    assert (progress.number, progress.step, progress.matter) == (receipt.number, "受理", "暴露垃圾")
    assert case_progress(number="BJ2611220000000", sender=SENDER) is None
    assert case_progress(number="不是编号", sender=SENDER) is None


def test_a_person_in_danger_is_told_only_about_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, self_harm=True))
    number = file().number
    assert case_progress(number=number, sender=SENDER) is not None
    assert case_progress(number=number, sender="somebody-else") is None


def test_ones_own_reports_newest_first_and_no_one_elses() -> None:
    numbers = [file(f"第 {n} 件", key=f"chat:{n}").number for n in range(4)]
    file("别人的", sender="somebody-else", key="chat:other")
    assert [progress.number for progress in my_reports(sender=SENDER)] == numbers[:0:-1]
    assert len(my_reports(sender=SENDER, limit=10)) == 4
    assert my_reports(sender="") == []
    assert my_reports(sender="nobody") == []


def test_a_place_sent_later_places_the_case_once() -> None:
    receipt = file("楼道里的灯坏了一个星期了")
    placed = add_place(number=receipt.number, sender=SENDER, lon=INSIDE[0], lat=INSIDE[1])
    assert placed is not None
    assert placed.district == "朝阳区"
    case = Case.objects.get()
    assert (case.lon, case.lat) == INSIDE
    assert case.public_cell is not None
    assert case.events.filter(kind="placed").count() == 1
    assert Report.objects.get().lon is None, "what the person said first stays as it was"
    assert add_place(number=receipt.number, sender=SENDER, lon=INSIDE[0], lat=INSIDE[1]) is None
    assert case.events.filter(kind="placed").count() == 1


def test_nobody_places_another_persons_case() -> None:
    receipt = file("楼道里的灯坏了一个星期了")
    for stranger in ("somebody-else", ""):
        assert add_place(number=receipt.number, sender=stranger, lon=INSIDE[0], lat=INSIDE[1]) is None
    with pytest.raises(PortError, match="不在北京市范围内"):
        add_place(number=receipt.number, sender=SENDER, lon=OUTSIDE[0], lat=OUTSIDE[1])
    assert Case.objects.get().lon is None
