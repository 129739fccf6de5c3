"""What happens in a discussion reaches those whose words it is about: a reply, a rule, an answer put right."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from civic.core import outbox
from civic.engagement.models import Notice, Subscription
from tests.factories import UserFactory
from wiki.kinds import Kind
from wiki.models import ClauseVersion, Comment, Decision
from wiki.parsing import Node
from wiki.services import accept_suggestion, change_stage, create_document, submit_suggestion
from wiki.services.answering import answer_opinions, correct_answer
from wiki.services.comments import submit_comment, withdraw_comment
from wiki.services.discussion import hide_comment, release_comment
from wiki.workflow import StageAction

TEXT = "商户应当在每日二十一点前收摊。"


@pytest.fixture
def clause(db):
    document = create_document(
        actor=None, slug="stalls", title="摊贩办法", nodes=[Node(Kind.ARTICLE, "第一条", TEXT)]
    )
    change_stage(
        actor=None, document=document, action=StageAction.OPEN, closes_at=timezone.now() + timedelta(days=31)
    )
    return ClauseVersion.objects.get(document=document).clause


@pytest.fixture
def author(db):
    return UserFactory()


@pytest.fixture
def moderator(db):
    return UserFactory(is_superuser=True)


@pytest.fixture
def comment(clause, author):
    return submit_comment(author=author, clause=clause, text="夏天太早了", base_version=1)


def work():
    for queue in ("urgent", "slow"):
        while rows := outbox.claim(worker="test", queue=queue):
            outbox.run_all(rows)


def notices_of(person):
    return Notice.objects.filter(subscription__user=person).order_by("pk")


def reply(comment, person, text="同意，冬天也是"):
    return submit_comment(author=person, clause=comment.clause, text=text, base_version=1, thread=comment)


def test_who_began_a_thread_is_told_of_a_reply_but_not_its_words(comment, author):
    reply(comment, UserFactory(), "我的电话13800138000")
    work()
    notice = notices_of(author).get()
    assert (notice.kind, notice.title) == ("reply", "【新回复】您的评论")
    assert "摊贩办法" in notice.text
    assert "1380013" not in notice.text
    assert notice.url.endswith(reverse("wiki:comment", args=["stalls", comment.pk]))


def test_ones_own_reply_and_one_taken_back_are_not_told(comment, author):
    reply(comment, author)
    other = UserFactory()
    withdraw_comment(author=other, comment=reply(comment, other))
    work()
    assert not Notice.objects.exists()


def test_a_held_reply_is_told_when_it_is_let_go(comment, author, moderator):
    held = reply(comment, UserFactory(), "加微信 abcd1234 代开发票")
    assert held.held_by
    work()
    assert not notices_of(author).exists()
    release_comment(moderator=moderator, comment=held)
    work()
    assert notices_of(author).get().kind == "reply"


def test_who_has_left_hears_of_no_replies(comment, author):
    work()
    Subscription.objects.filter(user=author).update(ended_at=timezone.now())
    reply(comment, UserFactory())
    work()
    assert not Notice.objects.exists()


def test_an_author_is_told_the_rule_and_the_reason_in_chinese(comment, author, moderator, client):
    answer = reply(comment, UserFactory())  # who answers follows nothing yet
    work()
    notices_of(author).delete()
    for one in (comment, answer):
        hide_comment(moderator=moderator, comment=one, rule=Comment.HiddenFor.ABUSE, reason="骂了邻居")
        work()
        notice = notices_of(one.author).get()
        assert notice.kind == "hidden"
        assert "依据：辱骂他人。理由：骂了邻居" in notice.text
        assert "by_hand" not in notice.text
    client.force_login(author)
    assert client.get(urlsplit(notices_of(author).get().url).path).status_code == 200


def test_what_is_hidden_again_is_told_again_and_what_was_let_go_is_not(
    still_clock, comment, author, moderator
):
    given = {"moderator": moderator, "comment": comment}
    hide_comment(**given, rule=Comment.HiddenFor.ADVERT, reason="有推广")
    release_comment(**given)
    work()
    assert not notices_of(author).exists()
    for _ in range(2):
        still_clock.shift(timedelta(minutes=1))
        hide_comment(**given, rule=Comment.HiddenFor.ADVERT, reason="有推广")
        work()
        release_comment(**given)
    assert notices_of(author).count() == 2


def test_an_answer_put_right_is_told_with_both_results_and_why(comment, author, moderator):
    opinion = comment.opinion
    answer_opinions(
        moderator=moderator, opinions=[opinion], outcome=Decision.Outcome.REJECTED, reason="与上位法不一致"
    )
    work()
    for why in ("看错了条款", "写清楚一些"):
        correct_answer(
            moderator=moderator,
            opinion=opinion,
            outcome=Decision.Outcome.PARTLY,
            reason=f"夏季另定（{why}）",
            why=why,
            version=1,
        )
        work()
    assert [one.kind for one in notices_of(author)] == ["decision", "correction", "correction"]
    first, second = notices_of(author).filter(kind="correction")
    assert "由“不采纳”改为“部分采纳”" in first.text
    assert "更正的原因：看错了条款" in first.text
    assert "结果仍是“部分采纳”" in second.text


def test_the_answer_to_a_suggestion_put_right_names_the_suggestion(clause, author, moderator):
    suggestion = submit_suggestion(
        author=author, clause=clause, text=TEXT.replace("一", "二"), reason="夏天热", base_version=1
    )
    decision = accept_suggestion(moderator=moderator, suggestion=suggestion)
    correct_answer(
        moderator=moderator,
        opinion=decision.opinion,
        outcome=Decision.Outcome.PARTLY,
        reason="只改了一处",
        why="程度写错了",
    )
    work()
    notice = notices_of(author).get(kind="correction")
    assert f"第 {suggestion.pk} 号" in notice.title
    assert notice.url.endswith(reverse("wiki:suggestion", args=[suggestion.document.slug, suggestion.pk]))
