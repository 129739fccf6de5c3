"""The moderation desk inside Wagtail's shell: who gets in, the queue, deciding, double decisions, stages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from wiki.models import Decision, Document, Suggestion
from wiki.services import accept_suggestion, reject_suggestion, submit_suggestion

pytestmark = pytest.mark.django_db


def decide(client, suggestion, decision, **fields):
    data = {"decision": decision, "reason": "", "wording": "", "seen_version": 1} | fields
    return client.post(reverse("wiki_desk:suggestion", args=[suggestion.pk]), data)


@pytest.fixture
def suggestion(document, citizen, suggest):
    return suggest(document, citizen, "二十一点", "二十二点")


@pytest.mark.parametrize("who", ["visitor", "citizen", "manager"])
def test_only_moderators_get_in(client, request, suggestion, who):
    if who != "visitor":
        client.force_login(request.getfixturevalue(who))
    urls = [
        reverse("wiki_desk:index"),
        reverse("wiki_desk:clause", args=[suggestion.clause_id]),
        reverse("wiki_desk:suggestion", args=[suggestion.pk]),
    ]
    for url in urls:
        assert client.get(url).status_code == 302
    assert decide(client, suggestion, "accept").status_code == 302
    assert not Decision.objects.exists()


def test_the_menu_shows_each_what_they_may_do(client, moderator, manager):
    for person, mine, others in (
        (moderator, ["政策修改审核", "政策文件"], []),
        (manager, ["政策文件"], ["政策修改审核"]),
    ):
        client.force_login(person)
        html = client.get(reverse("wagtailadmin_home")).content.decode()
        shown = html.encode().decode("unicode_escape", errors="ignore") if "\\u653f" in html else html
        assert all(f'"{item}"' in shown for item in mine)
        assert not any(f'"{item}"' in shown for item in others)


def test_the_queue_is_by_clause_and_longest_waiting_first(
    client, document, suggestion, neighbour, moderator, suggest
):
    suggest(document, neighbour, "垃圾", "垃圾和油污")
    old = suggest(document, neighbour, "一百元", "五十元", label="第二条")
    Suggestion.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(hours=50))
    client.force_login(moderator)
    response = client.get(reverse("wiki_desk:index"))
    rows = response.context["rows"]
    assert [(row["name"], row["count"], row["overdue"]) for row in rows] == [
        ("第二条", 1, True),
        ("第一条", 2, False),
    ]
    assert "超过 48 小时" in response.content.decode()


def test_the_empty_queue_says_what_will_come(client, moderator):
    client.force_login(moderator)
    assert "没有等待审核的修改建议" in client.get(reverse("wiki_desk:index")).content.decode()


def test_accepting(client, document, suggestion, moderator, clause_of):
    client.force_login(moderator)
    html = client.get(reverse("wiki_desk:clause", args=[suggestion.clause_id])).content.decode()
    assert '<ins class="diff-ins"><span class="visually-hidden">增加：</span>二十二</ins>' in html
    response = decide(client, suggestion, "accept", reason="合理")
    assert response.status_code == 302
    assert response.url == reverse("wiki_desk:index")
    assert "二十二点" in clause_of(document).text


def test_rejecting_without_a_reason_keeps_the_form(client, suggestion, moderator):
    client.force_login(moderator)
    response = decide(client, suggestion, "reject")
    assert response.status_code == 400
    assert "请写明不采纳的理由" in response.content.decode()
    assert decide(client, suggestion, "reject", reason="与上位法不一致").status_code == 302
    assert Decision.objects.get().outcome == "rejected"


def test_a_double_decision_is_answered_with_the_present_state(client, suggestion, moderator):
    reject_suggestion(moderator=moderator, suggestion=suggestion, reason="先到的决定")
    client.force_login(moderator)
    response = decide(client, suggestion, "accept")
    assert response.status_code == 409
    html = response.content.decode()
    assert "已经有决定：未采纳" in html
    assert "先到的决定" in html
    assert 'value="accept"' not in html


def test_a_comparison_that_grew_old_is_shown_anew(
    client, document, suggestion, neighbour, moderator, suggest
):
    other = suggest(document, neighbour, "垃圾", "垃圾和油污")
    accept_suggestion(moderator=moderator, suggestion=suggestion)
    client.force_login(moderator)
    response = decide(client, other, "accept", reason="写好的理由", seen_version=1)
    assert response.status_code == 409
    html = response.content.decode()
    assert "刚刚有了新文本" in html
    assert "写好的理由" in html
    assert 'name="seen_version" value="2"' in html
    assert decide(client, other, "accept", seen_version=2).status_code == 302


def test_a_new_clause_that_is_said_beside_already_is_hinted_at(
    client, document, citizen, neighbour, moderator, clause_of
):
    def ask(author, label):
        return submit_suggestion(
            author=author, clause=clause_of(document, label).clause, kind="add", text="摊位费另行规定。",
            reason="说清楚", base_version=1,
        )  # fmt: skip

    first, again = ask(citizen, "第一条"), ask(neighbour, "第一条")
    client.force_login(moderator)
    pages = [
        reverse("wiki_desk:suggestion", args=[again.pk]),
        reverse("wiki_desk:clause", args=[again.clause_id]),
        reverse("wiki_desk:suggestions"),
    ]
    hint = "已经有一条写着同样的文字（第 2 版起）"
    for page in pages:
        assert hint not in client.get(page).content.decode()
    accept_suggestion(moderator=moderator, suggestion=first)
    for page in pages:
        assert hint in client.get(page).content.decode()


def test_a_conflict_shows_all_texts_and_takes_a_wording(
    client, document, suggestion, neighbour, moderator, suggest, clause_of
):
    other = suggest(document, neighbour, "二十一点", "二十点")
    accept_suggestion(moderator=moderator, suggestion=suggestion)
    client.force_login(moderator)
    html = client.get(reverse("wiki_desk:suggestion", args=[other.pk])).content.decode()
    for text in ("现行</span>二十二", "建议</span>二十", "原文</span>二十一"):
        assert text in html
    assert 'value="accept"' not in html
    response = decide(client, other, "accept", seen_version=2)
    assert response.status_code == 409
    wording = clause_of(document).text.replace("二十二点", "二十一点半")
    given = {"wording": wording, "seen_version": 2}
    refused = decide(client, other, "reword", **given)
    assert refused.status_code == 400
    assert "部分采纳须说明理由" in refused.content.decode()
    assert decide(client, other, "reword", reason="取两者之间", **given).status_code == 302
    assert clause_of(document).text == wording
    assert Decision.objects.get(opinion__suggestion=other).outcome == "partly"


def test_nonsense_is_refused(client, suggestion, moderator):
    client.force_login(moderator)
    assert decide(client, suggestion, "destroy").status_code == 400
    assert decide(client, suggestion, "accept", seen_version="x").status_code == 400
    assert not Decision.objects.exists()


def test_queries_do_not_grow_with_the_queue(client, document, make_user, moderator, suggest):
    client.force_login(moderator)
    counts = []
    for number in range(1, 9):
        suggest(document, make_user(f"u{number}"), "二十一点", f"{number}点")
        if number in (1, 8):
            for url in (
                reverse("wiki_desk:index"),
                reverse("wiki_desk:clause", args=[Suggestion.objects.first().clause_id]),
            ):
                client.get(url)
                with CaptureQueriesContext(connection) as queries:
                    client.get(url)
                counts.append(len(queries))
    assert counts[2] == counts[0], counts
    assert counts[3] == counts[1], counts


def test_stages(client, make_document, manager, moderator):
    draft = make_document("draft", opened=False)
    url = reverse("wiki_desk:stage", args=[draft.pk])
    client.force_login(moderator)
    assert client.post(url, {"action": "open"}).status_code == 302
    draft.refresh_from_db()
    assert draft.stage == "draft"  # moderators do not manage
    client.force_login(manager)
    assert "draft" in client.get(reverse("wiki_desk:documents")).content.decode()
    day = timezone.localdate() + timedelta(days=30)
    client.post(url, {"action": "open", "closes_at": day.isoformat()})
    draft.refresh_from_db()
    assert draft.stage == "open"
    assert timezone.localtime(draft.closes_at).date() == day
    for action in ("open", "nonsense"):
        client.post(url, {"action": action})
    draft.refresh_from_db()
    assert draft.stage == "open"
    assert Document.objects.count() == 1
