"""Word from the review desk: the alarm to moderators by letter, and to authors whose words were held."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from civic.consultation.review import check_waiting
from civic.core import outbox
from civic.engagement.models import Notice
from tests.factories import UserFactory
from wiki.kinds import Kind
from wiki.models import ClauseVersion
from wiki.parsing import Node
from wiki.services import change_stage, create_document, submit_suggestion
from wiki.services.comments import submit_comment
from wiki.services.holding import keep_back, object_to_holding, release
from wiki.workflow import StageAction

TEXT = "商户应当在每日二十一点前收摊。"
LATER = TEXT.replace("一点", "二点")
ADVERT = "加微信 abcd1234 代开发票"


@pytest.fixture
def clause(still_clock, db):
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


def make_moderator(**given):
    person = UserFactory(**given)
    person.user_permissions.add(
        Permission.objects.get(content_type__app_label="wiki", codename="moderate_suggestion")
    )
    return person


def work():
    for queue in ("urgent", "slow"):
        while rows := outbox.claim(worker="test", queue=queue):
            outbox.run_all(rows)


def suggest(clause, author, text=LATER):
    return submit_suggestion(author=author, clause=clause, text=text, reason="夏天热", base_version=1)


def test_moderators_are_written_to_once_a_day_when_something_has_waited_too_long(
    still_clock, clause, author, mailoutbox
):
    make_moderator(email="shen@example.com")
    make_moderator(email="li@example.com")
    make_moderator(email="gone@example.com", is_active=False)
    make_moderator(email="")
    UserFactory(email="nobody@example.com")
    suggest(clause, author)
    still_clock.shift(timedelta(hours=47))
    check_waiting()
    work()
    assert not mailoutbox
    still_clock.shift(timedelta(hours=2))
    for _ in range(2):
        check_waiting()
        work()
    (letter,) = mailoutbox
    assert sorted(letter.bcc) == ["li@example.com", "shen@example.com"]
    assert letter.to == []  # none of them reads the others' addresses
    assert letter.subject == "【超过 48 小时】摊贩办法的修改建议待审"
    assert "修改建议：1 条" in letter.body
    assert "提交于：2026-03-01 08:00" in letter.body
    assert f"{reverse('wiki_desk:index')}?document={clause.document_id}&late=1" in letter.body
    still_clock.shift(timedelta(days=1))
    check_waiting()
    work()
    assert len(mailoutbox) == 2


def test_without_moderators_who_have_an_address_nothing_is_sent(still_clock, clause, author, mailoutbox):
    suggest(clause, author)
    still_clock.shift(timedelta(hours=49))
    check_waiting()
    work()
    assert not mailoutbox


def notices_of(person):
    return Notice.objects.filter(subscription__user=person).order_by("pk")


@pytest.mark.parametrize("what", ["修改建议", "评论"])
def test_an_author_is_told_of_the_rule_the_reason_and_the_objection(
    what, still_clock, clause, author, moderator, client
):
    if what == "评论":
        said = submit_comment(author=author, clause=clause, text=ADVERT, base_version=1)
    else:
        said = suggest(clause, author, TEXT + ADVERT)
    holding = said.holding
    work()
    assert not notices_of(author).exists()  # nobody has looked yet
    keep_back(moderator=moderator, holding=holding, reason="与办法无关")
    work()
    kept = notices_of(author).get()
    assert kept.title == f"您的{what}被拦下了"
    assert "规则“疑似广告”。理由：与办法无关" in kept.text
    assert "可以申诉一次" in kept.text
    assert "abcd1234" not in kept.text
    client.force_login(author)
    assert client.get(urlsplit(kept.url).path).status_code == 200
    still_clock.shift(timedelta(minutes=1))
    holding.refresh_from_db()
    object_to_holding(author=author, holding=holding, text="我说的是要查处这种广告")
    still_clock.shift(timedelta(minutes=1))
    release(moderator=moderator, holding=holding)
    work()
    assert notices_of(author).filter(title=f"您的{what}已放行").count() == 1


def test_what_is_kept_back_again_after_an_objection_can_be_objected_to_no_more(
    still_clock, clause, author, moderator
):
    holding = suggest(clause, author, TEXT + ADVERT).holding
    keep_back(moderator=moderator, holding=holding, reason="与办法无关")
    work()
    still_clock.shift(timedelta(minutes=1))
    holding.refresh_from_db()
    object_to_holding(author=author, holding=holding, text="我说的是要查处这种广告")
    holding.refresh_from_db()
    keep_back(moderator=moderator, holding=holding, reason="仍是广告")
    work()
    first, second = notices_of(author)
    assert "申诉" in first.text
    assert "申诉" not in second.text


def test_an_objection_made_before_the_word_went_out_is_not_talked_over(
    still_clock, clause, author, moderator
):
    holding = suggest(clause, author, TEXT + ADVERT).holding
    keep_back(moderator=moderator, holding=holding, reason="与办法无关")
    holding.refresh_from_db()
    object_to_holding(author=author, holding=holding, text="我说的是要查处这种广告")
    work()
    assert not notices_of(author).exists()
