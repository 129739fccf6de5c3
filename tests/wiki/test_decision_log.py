"""The public log of decisions, how long they take, and the alarm for what waits too long."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from wiki.models import Opinion, Suggestion
from wiki.pages import log as page
from wiki.selectors.timing import late_by_document, share_of, timings
from wiki.services import accept_suggestion, reject_suggestion
from wiki.services.alarms import raise_alarm
from wiki.services.comments import submit_comment
from wiki.services.holding import keep_back

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def texts(response):
    return response.content.decode()


@pytest.fixture
def decided(document, citizen, neighbour, moderator, suggest, clause_of):
    """One accepted, one refused, one advert kept back."""
    accepted = suggest(document, citizen, "二十一点", "二十二点")
    refused = suggest(document, neighbour, "一百元", "五十元", label="第二条")
    accept_suggestion(moderator=moderator, suggestion=accepted, reason="夏天天黑得晚")
    reject_suggestion(moderator=moderator, suggestion=refused, reason="请联系 13812345678 再说")
    advert = submit_comment(
        author=citizen, clause=clause_of(document).clause, text="加微信 abcd1234 代开发票", base_version=2
    )
    keep_back(moderator=moderator, holding=advert.holding, reason="这是广告")
    return accepted, refused


def test_everybody_reads_what_was_decided_and_why(client, document, decided, moderator):
    accepted, refused = decided
    html = texts(client.get(reverse("wiki:log", args=[document.slug])))
    assert html.index("疑似广告") < html.index(f"第 {refused.pk} 号") < html.index(f"第 {accepted.pk} 号")
    assert "夏天天黑得晚" in html
    assert reverse("wiki:version", args=[document.slug, 2]) in html
    for hidden in ("13812345678", "abcd1234", moderator.username, "m***"):
        assert hidden not in html


def test_it_is_narrowed_by_outcome(client, document, decided):
    url = reverse("wiki:log", args=[document.slug])
    rejected = texts(client.get(url, {"outcome": "rejected"}))
    assert "夏天天黑得晚" not in rejected
    assert "再说" in rejected
    assert "疑似广告" in texts(client.get(url, {"outcome": "kept"}))
    assert "没有这样的决定" in texts(client.get(url, {"outcome": "released"}))
    assert "夏天天黑得晚" in texts(client.get(url, {"outcome": "nonsense", "before": "x"}))


def test_a_draft_has_no_public_log(client, make_document):
    draft = make_document("draft", opened=False)
    for name in ("wiki:log", "wiki:log_table"):
        assert client.get(reverse(name, args=[draft.slug])).status_code == 404


def test_the_table_holds_all_and_no_formula(client, document, make_user, moderator, suggest, monkeypatch):
    monkeypatch.setattr(page, "PER_READ", 2)
    for number in range(1, 6):
        one = suggest(document, make_user(f"u{number}"), "二十一点", f"{number}点")
        reject_suggestion(moderator=moderator, suggestion=one, reason=f"=1+{number}")
    body = b"".join(client.get(reverse("wiki:log_table", args=[document.slug])).streaming_content).decode()
    lines = body.strip().splitlines()
    assert len(lines) == 6
    assert lines[0].startswith('\ufeff"时间",')
    assert all("'=1+" in line for line in lines[1:])


def test_pages_join_and_cost_the_same(client, document, make_user, moderator, suggest, monkeypatch):
    monkeypatch.setattr(page, "PER_PAGE", 2)
    url = reverse("wiki:log", args=[document.slug])
    counts = []
    for number in range(1, 6):
        one = suggest(document, make_user(f"u{number}"), "二十一点", f"{number}点")
        reject_suggestion(moderator=moderator, suggestion=one, reason=f"理由{number}")
        if number in (2, 5):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                response = client.get(url)
            counts.append(len(queries))
    assert counts[0] == counts[1]
    seen = []
    while True:
        seen += [entry.reason_text for entry in response.context["entries"]]
        older = response.context["older"]
        if older is None:
            break
        response = client.get(url, {"before": older})
    assert seen == ["理由5", "理由4", "理由3", "理由2", "理由1"]


def test_middle_and_ninth_tenth():
    hours = [HOUR * n for n in (5, 1, 4, 2, 3, 10, 9, 8, 7, 6)]
    assert share_of(hours, 0.5) == 5 * HOUR
    assert share_of(hours, 0.9) == 9 * HOUR
    assert share_of(hours[:1], 0.9) == 5 * HOUR
    assert share_of([], 0.5) is None


def test_waiting_times_by_document(client, document, decided, citizen, moderator, suggest):
    old = suggest(document, citizen, "垃圾", "垃圾和油污")
    now = timezone.now()
    Suggestion.objects.filter(pk=old.pk).update(submitted_at=now - 49 * HOUR)
    for hours, one in zip((2, 6), decided, strict=True):
        Opinion.objects.filter(suggestion=one).update(submitted_at=now - hours * HOUR, answered_at=now)
    (figures,) = timings([document], now)
    assert (figures.waiting, figures.late, figures.decided) == (1, 1, 2)
    assert (figures.median, figures.ninth) == (2 * HOUR, 6 * HOUR)
    client.force_login(moderator)
    html = texts(client.get(reverse("wiki_desk:timing")))
    assert "2.0 小时" in html
    assert moderator.username not in html.partition("<main")[2].partition("<table")[2]
    assert "有 1 条建议已经等了 48 小时以上" in html


def test_the_alarm_is_raised_past_48_hours_and_once_a_day(
    still_clock, document, citizen, suggest, monkeypatch
):
    sent = {}
    monkeypatch.setattr("wiki.ports.publish", lambda **event: sent.setdefault(event["key"], event))
    one = suggest(document, citizen, "二十一点", "二十二点")
    sent.clear()
    Suggestion.objects.filter(pk=one.pk).update(submitted_at=timezone.now() - 47 * HOUR)
    assert raise_alarm() == 0
    Suggestion.objects.filter(pk=one.pk).update(submitted_at=timezone.now() - 49 * HOUR)
    assert raise_alarm() == 1
    assert raise_alarm() == 1
    (event,) = sent.values()
    assert event["payload"]["count"] == 1
    Suggestion.objects.filter(pk=one.pk).update(held_by="advert")
    assert late_by_document(timezone.now()) == {}


def test_filters_of_the_queue(client, document, citizen, neighbour, moderator, suggest):
    first = suggest(document, citizen, "二十一点", "二十二点")
    suggest(document, neighbour, "一百元", "五十元", label="第二条")
    suggest(document, neighbour, "二十一点", "二十点")
    accept_suggestion(moderator=moderator, suggestion=first)
    client.force_login(moderator)

    def names(**query):
        return [row["name"] for row in client.get(reverse("wiki_desk:index"), query).context["rows"]]

    assert names() == ["第二条", "第一条"]
    assert names(conflict="1") == ["第一条"]
    assert names(mine="1") == ["第一条"]
    assert names(late="1") == names(kind="add") == names(document="999999") == names(page="7") == []
    assert names(sort="newest") == ["第一条", "第二条"]
    assert names(document=str(document.pk), kind="nonsense", page="x", sort="?") == ["第二条", "第一条"]
