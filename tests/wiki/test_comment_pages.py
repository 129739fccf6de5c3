"""Discussions on the pages: saying, quoting, answering, sorting, taking back; who sees what; how many queries."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wiki.models import Comment, Document, Event, Opinion
from wiki.services import editing
from wiki.services.comments import submit_comment, withdraw_comment
from wiki.services.discussion import hide_comment, release_comment
from wiki.services.votes import vote

pytestmark = pytest.mark.django_db


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


@pytest.fixture
def talk(document, clause_of):
    """The address of the discussion of the first article."""
    return reverse("wiki:clause_comments", args=[document.slug, clause_of(document).clause_id])


@pytest.fixture
def say(document, clause_of):
    def make(author, text="这里说得不清楚。", **given):
        document.refresh_from_db()
        clause = clause_of(document).clause
        return submit_comment(author=author, clause=clause, text=text, base_version=document.version, **given)

    return make


def thread_url(comment):
    return reverse("wiki:comment", args=[comment.document.slug, comment.pk])


class TestSaying:
    def test_words_of_the_clause_are_quoted_and_marked(self, client, talk, citizen):
        client.force_login(citizen)
        sent = {"text": "太早了", "quote": "二十一点", "stance": "oppose", "base_version": 1}
        answer = client.post(talk, sent)
        comment = Comment.objects.get()
        assert answer.url == f"{talk}#k{comment.pk}"
        assert (comment.quote, comment.stance, comment.anchor) == ("二十一点", "oppose", "quote")
        html = page(client, talk)
        assert (
            f'<mark class="quoted" id="q{comment.at}"><a href="{talk}?on=7-11#talk">二十一点</a></mark>'
            in html
        )
        assert "太早了" in html
        assert f'href="{talk}#q7"' in html

    def test_overlapping_quotations_are_marked_stretch_by_stretch(self, client, talk, citizen, say):
        one, two = say(citizen, "甲", quote="每日二十一点"), say(citizen, "乙", quote="二十一点前收摊")
        html = page(client, talk)
        for part, words in [("5-7", "每日"), ("7-11", "二十一点"), ("11-14", "前收摊")]:
            assert f'?on={part}#talk">{words}</a>' in html
        for part, there in [("5-7", {one}), ("7-11", {one, two}), ("11-14", {two})]:
            html = page(client, f"{talk}?on={part}")
            assert {comment for comment in (one, two) if f'id="k{comment.pk}"' in html} == there

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ({"text": " "}, "请写下您的看法"),
            ({"text": "长" * 1001}, "评论太长"),
            ({"quote": "没有的话"}, "引用的文字不在这一条里"),
            ({"quote": "字" * 501}, "引用的文字最多"),
            ({"stance": "愤怒"}, "愤怒"),
            ({"base_version": ""}, "页面缺少版本号"),
            ({"base_version": "99"}, "版本号不对"),
            ({"start": "x"}, "页面缺少版本号"),
        ],
    )
    def test_refusals_keep_what_was_typed(self, client, talk, citizen, sent, sentence):
        client.force_login(citizen)
        answer = client.post(talk, {"text": "我的看法在此", "base_version": 1} | sent)
        assert answer.status_code == 400
        html = answer.content.decode()
        assert sentence in html
        assert sent.get("text", "我的看法在此") in html
        assert not Comment.objects.exists()

    def test_what_was_typed_survives_signing_in(self, client, talk, citizen):
        answer = client.post(
            talk, {"text": "登录前写的话", "quote": "收摊", "stance": "oppose", "base_version": 1}
        )
        assert answer.status_code == 302
        assert "/accounts/login/" in answer.url
        client.force_login(citizen)
        html = page(client, talk)
        assert "登录前写的话" in html
        assert ">\n收摊</textarea>" in html
        assert "登录前写的内容已经放回来了" in html

    def test_a_closed_document_takes_none(self, client, talk, citizen):
        Document.objects.update(stage="closed")
        client.force_login(citizen)
        assert "data-comment-form" not in page(client, talk)
        answer = client.post(talk, {"text": "迟来的话", "base_version": 1})
        assert answer.status_code == 409

    def test_personal_data_is_masked_everywhere(self, client, document, talk, citizen, neighbour, say):
        one = say(citizen, "请打 13812345678 找我")
        say(neighbour, "我的是 13912345678", thread=one)
        for url in (talk, thread_url(one), reverse("wiki:comments", args=[document.slug])):
            html = page(client, url)
            assert "13812345678" not in html
            assert "13912345678" not in html


class TestThreads:
    def test_a_reply_is_shown_and_its_address_leads_to_it(self, client, talk, citizen, neighbour, say):
        one = say(citizen)
        client.force_login(neighbour)
        answer = client.post(thread_url(one), {"text": "我也这样看", "base_version": 1})
        reply = Comment.objects.get(thread=one)
        assert answer.url == f"{thread_url(one)}#k{reply.pk}"
        assert client.get(thread_url(reply)).url == answer.url
        assert "我也这样看" in page(client, talk)
        assert "1 条回复" in page(client, thread_url(one))

    def test_of_many_replies_the_first_are_shown_and_the_rest_is_counted(
        self, client, talk, citizen, neighbour, say, settings
    ):
        settings.WIKI_COMMENTS_PER_HOUR = 100
        one = say(citizen)
        replies = [say(neighbour, f"第{n}句话", thread=one) for n in range(60)]
        html = page(client, talk)
        assert [f'id="k{reply.pk}"' in html for reply in replies[:4]] == [True, True, True, False]
        assert "看全部 60 条回复" in html
        assert client.get(thread_url(replies[55])).url == f"{thread_url(one)}?page=2#k{replies[55].pk}"
        assert f'id="k{replies[55].pk}"' in page(client, f"{thread_url(one)}?page=2")

    def test_the_author_of_a_thread_is_told_and_of_ones_own_reply_nobody(
        self, citizen, neighbour, say, monkeypatch
    ):
        told = []
        monkeypatch.setattr("wiki.ports.publish", lambda **event: told.append(event))
        one = say(citizen)
        say(citizen, "补充一句。", thread=one)
        reply = say(neighbour, "同意您的话。", thread=one)
        replied = [event for event in told if event["topic"] == "wiki.comment.replied"]
        assert [event["payload"]["comment"] for event in replied] == [reply.pk]
        assert replied[0]["payload"]["author"] == citizen.pk


class TestSorting:
    @pytest.fixture
    def three(self, citizen, neighbour, moderator, say):
        """Comments: agreed on by most, most contested, newest."""
        agreed, contested = say(citizen, "甲", stance="support"), say(citizen, "乙", stance="oppose")
        newest = say(neighbour, "丙")
        for voter in (citizen, neighbour):
            vote(voter=voter, target=agreed, value=1)
        vote(voter=citizen, target=contested, value=1)
        vote(voter=neighbour, target=contested, value=-1)
        return agreed, contested, newest

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", [2, 1, 0]),
            ("?sort=agreed", [0, 2, 1]),
            ("?sort=contested", [1, 2, 0]),
            ("?sort=nonsense", [2, 1, 0]),
            ("?stance=support", [0]),
            ("?stance=oppose&sort=agreed", [1]),
            ("?page=99", [2, 1, 0]),
        ],
    )
    def test_order_and_filter(self, client, document, talk, three, query, expected):
        for url in (talk, reverse("wiki:comments", args=[document.slug])):
            html = page(client, url + query)
            places = {index: html.find(f'id="k{comment.pk}"') for index, comment in enumerate(three)}
            shown = sorted((place, index) for index, place in places.items() if place >= 0)
            assert [index for _, index in shown] == expected


class TestWhoSees:
    def test_withdrawn_words_are_gone_and_the_answers_stay(self, client, talk, citizen, neighbour, say):
        alone, answered = say(citizen, "独自的话。"), say(citizen, "有人回的话。")
        say(neighbour, "回您的话。", thread=answered)
        for comment in (alone, answered):
            withdraw_comment(author=citizen, comment=comment)
        for person in (None, citizen):
            if person:
                client.force_login(person)
            html = page(client, talk)
            assert "独自的话" not in html
            assert "有人回的话" not in html
            assert "回您的话" in html
            assert html.count("评论人已撤回这条评论") == 1
        assert page(client, thread_url(alone), 404)
        assert not Opinion.objects.due().exists()

    def test_hidden_words_are_the_authors_alone(
        self, client, document, talk, citizen, neighbour, moderator, say
    ):
        one = say(citizen, "不该公开的话。", quote="收摊")
        say(neighbour, "回答仍然在。", thread=one)
        hide_comment(moderator=moderator, comment=one, rule="by_hand_abuse", reason="辱骂他人")
        api = f"/api/v1/public/wiki/documents/{document.slug}/"
        everywhere = [talk, thread_url(one), reverse("wiki:comments", args=[document.slug])]
        for person in (None, neighbour, moderator):
            if person:
                client.force_login(person)
            for url in everywhere:
                html = page(client, url)
                assert "不该公开的话" not in html
                assert "回答仍然在" in html
                assert "这条评论没有公开" in html
            assert 'class="quoted"' not in page(client, talk)
            assert "不该公开的话" not in client.get(f"{api}comments/").content.decode()
        client.force_login(citizen)
        html = page(client, talk)
        assert "不该公开的话" in html
        assert "辱骂他人" in html
        assert Opinion.objects.due().count() == 0
        release_comment(moderator=moderator, comment=one)
        client.logout()
        assert "不该公开的话" in page(client, talk)
        assert Opinion.objects.due().count() == 1

    def test_a_comment_whose_words_are_gone_is_listed_apart_with_its_quotation(
        self, client, document, talk, citizen, manager, clause_of, say
    ):
        one = say(citizen, "太早了。", quote="二十一点前收摊")
        row = clause_of(document)
        editing.edit_clause(
            actor=manager, document=document, clause_id=row.clause_id, text="摊位须保持整洁。", reason="改写",
            seen_version=1,
        )  # fmt: skip
        html = page(client, talk)
        assert f'id="k{one.pk}"' not in html
        assert 'class="quoted"' not in html
        assert "针对先前的文字：1 条" in html
        html = page(client, f"{talk}?earlier")
        assert "“二十一点前收摊”" in html
        assert f"/versions/1/?full=1#c{row.clause_id}" in html

    def test_drafts_are_staffs(self, client, make_document, clause_of, citizen):
        draft = make_document("secret", opened=False)
        for url in (
            reverse("wiki:clause_comments", args=["secret", clause_of(draft).clause_id]),
            reverse("wiki:comments", args=["secret"]),
        ):
            assert client.get(url).status_code == 404


class TestOnesOwn:
    def test_changed_within_ten_minutes_and_marked(self, client, citizen, say, talk):
        one = say(citizen, "原来的话。")
        client.force_login(citizen)
        url = reverse("wiki:comment_edit", args=[one.document.slug, one.pk])
        assert "原来的话。" in page(client, url)
        assert client.post(url, {"text": "", "stance": "oppose"}).status_code == 400
        assert client.post(url, {"text": "改过的话。", "stance": "oppose"}).status_code == 302
        one.refresh_from_db()
        assert (one.text, one.stance, one.opinion.stance) == ("改过的话。", "oppose", "oppose")
        assert "已修改" in page(client, talk)
        assert Event.objects.filter(action="comment.edited").count() == 1
        Comment.objects.update(submitted_at=one.submitted_at - timedelta(minutes=11))
        answer = client.post(url, {"text": "又改的话。", "stance": "oppose"})
        assert answer.status_code == 409
        assert "又改的话。" in answer.content.decode()
        one.refresh_from_db()
        assert one.text == "改过的话。"

    def test_withdrawn_by_its_author_alone(self, client, citizen, neighbour, say):
        one = say(citizen)
        url = reverse("wiki:comment_withdraw", args=[one.document.slug, one.pk])
        assert "/accounts/login/" in client.get(url).url
        client.force_login(neighbour)
        assert client.post(url).status_code == 404
        client.force_login(citizen)
        page(client, url)
        assert client.post(url).status_code == 302
        one.refresh_from_db()
        assert one.withdrawn_at is not None


class TestCost:
    def cost(self, client, url):
        cache.clear()  # what a document's text costs when it has to be read
        with CaptureQueriesContext(connection) as captured:
            page(client, url)
        return len(captured)

    def test_the_number_of_queries_does_not_grow(
        self, client, document, talk, citizen, neighbour, say, settings
    ):
        settings.WIKI_COMMENTS_PER_HOUR = 1000
        client.force_login(neighbour)

        def grow(times, start):
            for n in range(start, start + times):
                one = say(citizen, f"看法{n}", quote="收摊" if n % 2 else "")
                say(neighbour, f"回复{n}", thread=one)
                vote(voter=neighbour, target=one, value=1)
            return one

        one = grow(2, 0)
        urls = [talk, reverse("wiki:comments", args=[document.slug]), document.get_absolute_url()]
        urls += [reverse("wiki:clause", args=[document.slug, one.clause_id])]
        for url in urls:
            page(client, url)  # what is read once for all pages
        few = [self.cost(client, url) for url in urls]
        grow(20, 2)
        assert [self.cost(client, url) for url in urls] == few
