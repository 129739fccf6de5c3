"""Held words: hidden everywhere, counted nowhere, let go or kept back with a reason, one objection."""

import pytest
import time_machine
from django.urls import reverse

from wiki.consultation import OBJECTION_PERIOD
from wiki.errors import AlreadyDecided, HeldBack, InvalidText, NotAllowed, NotOpen, StageBlocked
from wiki.models import Comment, Document, Event, Holding, Opinion, Suggestion
from wiki.services import accept_suggestion, change_stage, submit_suggestion
from wiki.services.comments import submit_comment
from wiki.services.discussion import hide_comment, release_comment
from wiki.services.holding import hold, keep_back, object_to_holding, release
from wiki.services.ledger import figures
from wiki.workflow import StageAction

pytestmark = pytest.mark.django_db
ADVERT = "加微信 abcd1234 代开发票"


@pytest.fixture
def published(monkeypatch):
    sent = []
    monkeypatch.setattr("wiki.ports.publish", lambda **event: sent.append((event["topic"], event.get("key"))))
    return sent


@pytest.fixture
def held(document, citizen, clause_of, published):
    row = clause_of(document)
    return submit_suggestion(
        author=citizen, clause=row.clause, text=row.text + ADVERT, reason="好用", base_version=1
    )


def test_an_advert_is_held_with_its_rule_and_is_not_announced(document, held, published):
    assert held.held_by == "advert"
    holding = held.holding
    assert (holding.rule, holding.state) == ("advert", Holding.State.WAITING)
    assert held.opinion.held_by == "advert"
    assert [topic for topic, _ in published] == ["wiki.suggestion.held"]
    assert figures(document).received == 0


def test_nobody_but_its_author_sees_it(client, document, held, citizen, neighbour, moderator):
    clause = reverse("wiki:clause", args=[document.slug, held.clause_id])
    api = f"/api/v1/public/wiki/documents/{document.slug}/clauses/{held.clause_id}/"
    for person in (None, neighbour, moderator):
        if person is not None:
            client.force_login(person)
        for url in (clause, api, document.get_absolute_url(), reverse("wiki:log", args=[document.slug])):
            assert "abcd1234" not in client.get(url).content.decode()
    assert not Suggestion.objects.shown_to(moderator).filter(pk=held.pk).exists()
    assert Suggestion.objects.shown_to(citizen).filter(pk=held.pk).exists()
    assert not Suggestion.objects.waiting().exists()


def test_it_cannot_be_decided_on_before_it_is_let_go(held, moderator):
    with pytest.raises(HeldBack):
        accept_suggestion(moderator=moderator, suggestion=held)


def test_let_go_it_is_like_any_other(document, held, moderator, published):
    release(moderator=moderator, holding=held.holding)
    held.refresh_from_db()
    assert held.held_by == ""
    assert figures(document).received == 1
    assert Suggestion.objects.waiting().get() == held
    assert ("wiki.suggestion.submitted", f"wiki.suggestion.submitted:{held.pk}") in published
    accept_suggestion(moderator=moderator, suggestion=held)
    with pytest.raises(AlreadyDecided):
        release(moderator=moderator, holding=held.holding)


def test_keeping_back_takes_a_reason_and_one_objection(document, held, citizen, neighbour, moderator):
    holding = held.holding
    with pytest.raises(InvalidText):
        keep_back(moderator=moderator, holding=holding, reason=" ")
    with pytest.raises(NotAllowed):
        keep_back(moderator=citizen, holding=holding, reason="广告")
    with pytest.raises(AlreadyDecided):
        object_to_holding(author=citizen, holding=holding, text="还没有决定")
    keep_back(moderator=moderator, holding=holding, reason="这是广告")
    with pytest.raises(AlreadyDecided):
        keep_back(moderator=moderator, holding=holding, reason="这是广告")
    with pytest.raises(NotAllowed):
        object_to_holding(author=neighbour, holding=holding, text="与我无关")
    object_to_holding(author=citizen, holding=holding, text="这是我家的店")
    assert Holding.objects.waiting().get().objection == "这是我家的店"
    keep_back(moderator=moderator, holding=holding, reason="还是广告")
    with pytest.raises(AlreadyDecided):
        object_to_holding(author=citizen, holding=holding, text="再来一次")
    actions = list(
        Event.objects.filter(action__startswith="holding").order_by("pk").values_list("action", flat=True)
    )
    assert actions == ["holding.kept", "holding.objected", "holding.kept"]
    assert figures(document).received == 0
    assert Opinion.objects.get(suggestion=held).answered_at is None


def test_a_comment_is_held_and_let_go_too(document, citizen, moderator, clause_of, published):
    comment = submit_comment(
        author=citizen, clause=clause_of(document).clause, text="你们这些脑残", base_version=1
    )
    assert comment.held_by == "abuse"
    release(moderator=moderator, holding=comment.holding)
    comment.refresh_from_db()
    assert comment.held_by == ""
    assert "wiki.comment.submitted" in [topic for topic, _ in published]


def test_each_decision_on_hidden_words_is_told(document, citizen, moderator, clause_of, published):
    comment = submit_comment(
        author=citizen, clause=clause_of(document).clause, text="夜里太吵", base_version=1
    )
    for _ in range(2):
        hide_comment(moderator=moderator, comment=comment, rule="by_hand_abuse", reason="看错了")
        object_to_holding(author=citizen, holding=Holding.objects.get(), text="没有骂人")
        comment.refresh_from_db()
        release_comment(moderator=moderator, comment=comment)
        comment.refresh_from_db()
    told = [key for topic, key in published if topic == "wiki.holding.released"]
    assert len(set(told)) == len(told) == 2


def test_words_let_go_and_held_anew_may_be_objected_to_again(document, held, citizen, moderator, published):
    keep_back(moderator=moderator, holding=held.holding, reason="这是广告")
    object_to_holding(author=citizen, holding=held.holding, text="这是我家的店")
    release(moderator=moderator, holding=held.holding)
    held.refresh_from_db()
    held.held_by = "advert"
    again = hold(held)
    assert (again.state, again.objection, again.objected_at) == (Holding.State.WAITING, "", None)
    keep_back(moderator=moderator, holding=again, reason="又是广告")
    kept = [key for topic, key in published if topic == "wiki.holding.kept"]
    assert len(set(kept)) == len(kept) == 2


def test_a_flood_of_new_accounts_is_held(document, make_user, clause_of):
    row = clause_of(document)
    rules = [
        submit_suggestion(
            author=make_user(f"new{n}"),
            clause=row.clause,
            text=row.text + "都改。",
            reason="好的",
            base_version=1,
        ).held_by
        for n in range(7)
    ]
    assert rules == [""] * 5 + ["flood"] * 2


def test_the_same_words_everywhere_are_held(document, citizen, clause_of):
    rules = [
        submit_comment(
            author=citizen, clause=clause_of(document, label).clause, text="大家快来支持这个改法吧，快来支持",
            base_version=1,
        ).held_by
        for label in ("第一条", "第二条", "夜间 | 55 分贝")
    ]  # fmt: skip
    assert rules == ["", "", "same_author"]


def test_the_desk_shows_the_rule_and_decides(client, held, moderator):
    client.force_login(moderator)
    url = reverse("wiki_desk:held")
    html = client.get(url).content.decode()
    assert "疑似广告" in html
    assert "abcd1234" in html
    decide = reverse("wiki_desk:holding", args=[held.holding.pk])
    refused = client.post(decide, {"decision": "keep", "reason": " "})
    assert refused.status_code == 400
    assert "请写明理由" in refused.content.decode()
    assert client.post(decide, {"decision": "destroy"}).status_code == 400
    assert client.post(decide, {"decision": "keep", "reason": "这是广告"}).status_code == 302
    assert "abcd1234" in client.get(url + "?state=kept").content.decode()
    assert client.post(decide, {"decision": "release"}).status_code == 302


def test_the_author_reads_why_and_objects(client, document, held, citizen, neighbour, moderator):
    keep_back(moderator=moderator, holding=held.holding, reason="这是广告")
    url = reverse("wiki:holding", args=[document.slug, held.holding.pk])
    client.force_login(neighbour)
    assert client.get(url).status_code == 404
    client.force_login(citizen)
    html = client.get(url).content.decode()
    assert "疑似广告" in html
    assert "这是广告" in html
    assert client.post(url, {"objection": ""}).status_code == 400
    assert client.post(url, {"objection": "这是我家的店"}).status_code == 302
    again = client.post(url, {"objection": "再来"})
    assert again.status_code == 409
    assert "已经申诉过一次" in again.content.decode()


def test_what_is_held_is_looked_at_before_the_answers_are_public(document, held, moderator, make_user):
    """A release afterwards would leave an opinion that nobody could answer any more."""
    chief = make_user("chief", "wiki.manage_document")
    change_stage(actor=chief, document=document, action=StageAction.CLOSE, reason="意见已经充分。")
    with pytest.raises(StageBlocked, match="1 条被规则拦下"):
        change_stage(actor=chief, document=document, action=StageAction.ANSWER)
    holding = keep_back(moderator=moderator, holding=held.holding, reason="这是广告。")
    with pytest.raises(StageBlocked, match="1 条内容刚刚拦下"):
        change_stage(actor=chief, document=document, action=StageAction.ANSWER)
    with time_machine.travel(holding.decided_at + OBJECTION_PERIOD, tick=False):
        change_stage(actor=chief, document=document, action=StageAction.ANSWER)
    with pytest.raises(NotOpen):
        release(moderator=moderator, holding=holding)
    with pytest.raises(NotOpen):
        object_to_holding(author=held.author, holding=holding, text="这不是广告，请再看看。")
    assert figures(document).complete


def test_who_has_objected_is_heard_before_the_answers_are_public(
    document, held, citizen, moderator, make_user
):
    chief = make_user("chief", "wiki.manage_document")
    change_stage(actor=chief, document=document, action=StageAction.CLOSE, reason="意见已经充分。")
    holding = keep_back(moderator=moderator, holding=held.holding, reason="这是广告。")
    object_to_holding(author=citizen, holding=holding, text="这不是广告，请再看看。")
    with pytest.raises(StageBlocked, match="1 条被规则拦下"):
        change_stage(actor=chief, document=document, action=StageAction.ANSWER)
    # Said twice, it is said: nobody can object again, and nobody waits for it.
    keep_back(moderator=moderator, holding=holding, reason="仍是广告。")
    change_stage(actor=chief, document=document, action=StageAction.ANSWER)
    assert figures(document).complete


@pytest.fixture
def hidden(document, citizen, moderator, clause_of):
    """Return a comment that a moderator has hidden."""
    comment = submit_comment(
        author=citizen,
        clause=clause_of(document).clause,
        text="这个摊主就是骗子",
        base_version=1,
    )
    hide_comment(moderator=moderator, comment=comment, rule="by_hand_abuse", reason="骂了人")
    return Comment.objects.get(pk=comment.pk)


def test_who_was_hidden_reads_why_and_objects_once(client, document, hidden, citizen, neighbour, moderator):
    url = reverse("wiki:holding", args=[document.slug, hidden.holding.pk])
    talk = reverse("wiki:clause_comments", args=[document.slug, hidden.clause_id])
    client.force_login(neighbour)
    assert client.get(url).status_code == 404
    assert url not in client.get(talk).content.decode()
    client.force_login(citizen)
    assert f'href="{url}"' in client.get(talk).content.decode()
    page = client.get(url).content.decode()
    assert "辱骂他人" in page
    assert "骂了人" in page
    assert client.post(url, {"objection": "我说的是短斤少两，没有骂人"}).status_code == 302
    assert "没有骂人" in client.get(url).content.decode()
    assert client.post(url, {"objection": "再说一次，没有骂人"}).status_code == 409
    client.force_login(moderator)
    queue = client.get(reverse("wiki_desk:held")).content.decode()
    assert "辱骂他人" in queue
    assert "没有骂人" in queue
    assert Opinion.objects.due().count() == 0
    release(moderator=moderator, holding=Holding.objects.get())
    hidden.refresh_from_db()
    assert (hidden.held_by, hidden.held_reason) == ("", "")
    assert Opinion.objects.due().count() == 1
    log = client.get(reverse("wiki:log", args=[document.slug])).content.decode()
    assert "by_hand" not in log


def test_kept_again_the_author_reads_the_newer_reason(document, hidden, citizen, moderator):
    object_to_holding(author=citizen, holding=hidden.holding, text="没有骂人")
    keep_back(moderator=moderator, holding=hidden.holding, reason="“骗子”没有凭据")
    hidden.refresh_from_db()
    assert hidden.held_reason == "“骗子”没有凭据"
    with pytest.raises(AlreadyDecided):
        object_to_holding(author=citizen, holding=hidden.holding, text="再来一次")


def test_a_new_hiding_may_be_objected_to_anew(document, hidden, citizen, moderator):
    object_to_holding(author=citizen, holding=hidden.holding, text="没有骂人")
    release(moderator=moderator, holding=hidden.holding)
    hide_comment(moderator=moderator, comment=hidden, rule="by_hand_personal", reason="写了门牌号")
    held = Holding.objects.get()
    assert (held.state, held.objected_at, held.rule_label) == ("kept", None, "泄露个人信息")
    object_to_holding(author=citizen, holding=held, text="门牌号是店面的")
    assert Holding.objects.waiting().get() == held


def test_what_nobody_could_answer_any_more_stays_hidden(document, hidden, moderator):
    Document.objects.filter(pk=document.pk).update(stage="answered")
    with pytest.raises(NotOpen):
        release_comment(moderator=moderator, comment=hidden)
    hidden.refresh_from_db()
    assert hidden.held_by == "by_hand_abuse"


def test_an_author_is_not_told_to_wait_for_what_was_decided(client, document, citizen, moderator, clause_of):
    row = clause_of(document)
    held = submit_comment(author=citizen, clause=row.clause, text="你们这些脑残", base_version=1)
    client.force_login(citizen)
    talk = reverse("wiki:clause_comments", args=[document.slug, row.clause_id])
    assert "有人看过后再公开" in client.get(talk).content.decode()
    keep_back(moderator=moderator, holding=held.holding, reason="骂人")
    page = client.get(talk).content.decode()
    assert "有人看过后再公开" not in page
    assert "这条评论被拦下了" in page
