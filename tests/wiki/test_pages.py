"""The public pages: reading, suggesting, versions; who sees what; how many queries."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from wiki.kinds import Kind
from wiki.models import Document, Suggestion
from wiki.parsing import Node
from wiki.services import accept_suggestion, reject_suggestion, revise_document

pytestmark = pytest.mark.django_db


def page(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def text_of(html):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", html))


def suggest_url(row):
    return reverse("wiki:suggest", args=[row.document.slug, row.clause_id])


class TestVisibility:
    @pytest.mark.parametrize("name", ["document", "versions", "version", "clause", "suggest"])
    def test_a_draft_is_staffs(self, client, make_document, clause_of, citizen, manager, moderator, name):
        draft = make_document("secret", opened=False)
        arguments = {
            "version": ["secret", 1],
            "clause": ["secret", clause_of(draft).clause_id],
            "suggest": ["secret", clause_of(draft).clause_id],
        }.get(name, ["secret"])
        url = reverse(f"wiki:{name}", args=arguments)
        assert client.get(url).status_code == 404
        client.force_login(citizen)
        assert client.get(url).status_code == 404
        for person in (manager, moderator):
            client.force_login(person)
            assert client.get(url).status_code == 200

    def test_the_list_hides_drafts(self, client, make_document, document):
        make_document("secret", opened=False)
        assert "secret" not in page(client, reverse("wiki:index"))

    def test_a_clause_belongs_to_its_document(self, client, document, make_document, clause_of):
        other = make_document("other")
        assert (
            client.get(reverse("wiki:clause", args=["other", clause_of(document).clause_id])).status_code
            == 404
        )
        assert (
            client.get(reverse("wiki:clause", args=["other", clause_of(other).clause_id])).status_code == 200
        )
        assert client.get(reverse("wiki:version", args=["other", 2])).status_code == 404

    @pytest.mark.parametrize("number", [0, 10**9, 10**17, 10**30])
    def test_numbers_of_any_size_are_answered(self, client, document, number):
        for path in (f"clauses/{number}/", f"clauses/{number}/suggest/", f"versions/{number}/"):
            page(client, document.get_absolute_url() + path, 404)
        for path in (f"versions/?page={number}", "versions/?page=x"):
            page(client, document.get_absolute_url() + path)
        assert (
            client.get(f"/api/v1/public/wiki/documents/{document.slug}/clauses/{number}/").status_code == 404
        )


class TestIndex:
    def test_empty(self, client):
        assert "现在没有正在征求意见的文件" in page(client, reverse("wiki:index"))

    def test_open_first_with_countdown_and_counts(self, client, make_document, citizen, moderator, suggest):
        late, soon = make_document("late", days=60), make_document("soon", days=5)
        make_document("endless", days=0)
        closed = make_document("closed")
        Document.objects.filter(pk=closed.pk).update(
            opens_at=timezone.now() - timedelta(days=9), closes_at=timezone.now() - timedelta(days=1)
        )
        accept_suggestion(moderator=moderator, suggestion=suggest(soon, citizen, "二十一点", "二十二点"))
        suggest(soon, citizen, "一百元", "五十元", label="第二条")
        html = page(client, reverse("wiki:index"))
        places = [html.index(f"/wiki/{slug}/") for slug in ("soon", "late", "endless", "closed")]
        assert places == sorted(places)
        seen = text_of(html)
        assert "还剩4天" in seen
        assert "已截止" in seen
        assert "长期征求意见" in seen
        assert "2条建议采纳1条第2版" in seen
        assert late.title in html


class TestDocument:
    def test_every_clause_has_its_anchor_and_its_links(self, client, document, citizen, suggest, clause_of):
        suggest(document, citizen, "二十一点", "二十二点")
        html = page(client, document.get_absolute_url())
        for label in ("第一章", "第一条", "第二条", "夜间 | 55 分贝"):
            row = clause_of(document, label)
            assert f'id="c{row.clause_id}"' in html
            assert suggest_url(row) in html
        assert "1 条建议" in html
        assert (
            html.count(f'href="#c{clause_of(document).clause_id}"') == 2
        )  # contents: beside and on the phone

    def test_closed_documents_offer_no_change(self, client, document, clause_of):
        Document.objects.update(stage="published")
        html = page(client, document.get_absolute_url())
        assert "suggest/" not in html
        assert "现在不收修改建议" in html

    def test_closed_documents_still_lead_to_what_was_said(
        self, client, document, citizen, moderator, suggest, clause_of
    ):
        reject_suggestion(
            moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十点"), reason="太早"
        )
        url = reverse("wiki:clause", args=[document.slug, clause_of(document).clause_id])
        assert f'href="{url}"' not in page(client, document.get_absolute_url())
        Document.objects.update(stage="published")
        assert f'href="{url}"' in page(client, document.get_absolute_url())

    def test_text_is_escaped(self, client, make_document):
        nodes = [Node(Kind.PARAGRAPH, "", "<script>alert(1)</script> **要点** & [x](javascript:1)")]
        html = page(client, make_document("html", nodes=nodes).get_absolute_url())
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt; <strong>要点</strong> &amp; [x](javascript:1)" in html

    @pytest.mark.parametrize("signed_in", [False, True])
    def test_queries_do_not_grow_with_the_document(
        self, client, make_document, citizen, suggest, signed_in, django_assert_num_queries
    ):
        def nodes(count):
            heading = Node(Kind.HEADING, "一、", "要求")
            heading.children = [
                Node(Kind.ARTICLE, f"第{number}条", f"文字{number}。") for number in range(count)
            ]
            return [heading]

        make_document("small", nodes=nodes(3))
        large = make_document("large", nodes=nodes(300))
        for number in range(5):
            suggest(large, citizen, "文字", "条文", label=f"第{number}条")
        if signed_in:
            client.force_login(citizen)
        for name in ("document", "versions"):
            for slug in ("small", "large"):  # content types, sites and the text itself: cached from here on
                page(client, reverse(f"wiki:{name}", args=[slug]))
            with CaptureQueriesContext(
                connection,
            ) as few:
                page(client, reverse(f"wiki:{name}", args=["small"]))
            with django_assert_num_queries(len(few)):
                page(client, reverse(f"wiki:{name}", args=["large"]))


class TestSuggesting:
    def post(self, client, row, text, reason="有道理", base=1, **more):
        return client.post(
            suggest_url(row),
            {"text": text, "reason": reason, "base_version": base, "action": "submit"} | more,
        )

    def test_the_way_through_login_and_back(self, client, document, clause_of, citizen):
        row = clause_of(document)
        response = client.get(suggest_url(row))
        assert response.status_code == 302
        assert response.url.endswith(f"?next={suggest_url(row)}")
        client.force_login(citizen)
        html = page(client, suggest_url(row))
        assert row.text in html
        response = self.post(client, row, row.text + "违者罚款。")
        assert response.status_code == 302
        suggestion = Suggestion.objects.get()
        assert (suggestion.author, suggestion.base_version) == (citizen, 1)
        html = page(client, response.url)
        assert "违者罚款。</ins>" in html
        assert "已收到您的建议" in html

    def test_what_was_typed_survives_a_lost_login(self, client, document, clause_of, citizen):
        row = clause_of(document)
        response = self.post(client, row, row.text + "写了很久的话", reason="写了很久的理由")
        assert response.status_code == 302
        assert not Suggestion.objects.exists()
        assert client.login(username="citizen", password="pw")
        html = page(client, suggest_url(row))
        assert "写了很久的话" in html
        assert "写了很久的理由" in html
        assert "已经放回来了" in html
        self.post(client, row, row.text + "写了很久的话")
        assert "写了很久的理由" not in page(client, suggest_url(row))

    @pytest.mark.parametrize(
        ("text", "reason", "words"),
        [
            ("", "有道理", "请写出修改后的文字"),
            ("新文字", "", "请用一句话写明"),
            ("长" * 8001, "有道理", "太长"),
            ("坏\x00字", "有道理", "特殊字符"),
            ("新文字", "叠" + "\u0301" * 20, "组合符号"),
        ],
    )
    def test_refusals_keep_what_was_typed(self, client, document, clause_of, citizen, text, reason, words):
        client.force_login(citizen)
        response = self.post(client, clause_of(document), text, reason)
        assert response.status_code == 400
        html = response.content.decode()
        assert words in html
        assert 'aria-invalid="true"' in html
        assert response.context["form"]["text"].value() == text
        assert response.context["form"]["reason"].value() == reason
        assert not Suggestion.objects.exists()

    def test_html_is_kept_as_words(self, client, document, clause_of, citizen):
        client.force_login(citizen)
        response = self.post(client, clause_of(document), "<img src=x onerror=alert(1)>", "<b>理由</b>")
        html = page(client, response.url)
        assert "<img" not in html
        assert "&lt;img src=x onerror=alert(1)&gt;" in html
        assert "&lt;b&gt;理由&lt;/b&gt;" in html

    def test_a_preview_without_script_stores_nothing(self, client, document, clause_of, citizen):
        client.force_login(citizen)
        row = clause_of(document)
        response = self.post(client, row, row.text.replace("二十一点", "二十二点"), action="preview")
        assert response.status_code == 200
        assert (
            '<ins class="diff-ins"><span class="visually-hidden">增加：</span>二十二'
            in response.content.decode()
        )
        assert not Suggestion.objects.exists()

    def test_a_stale_base_is_told_and_the_change_carried(
        self, client, document, clause_of, citizen, neighbour, moderator, suggest
    ):
        row = clause_of(document)
        accept_suggestion(
            moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十二点")
        )
        client.force_login(citizen)
        response = self.post(client, row, row.text.replace("垃圾", "垃圾和油污"))
        assert response.status_code == 409
        html = response.content.decode()
        assert "有了新文本" in html
        assert "已经转到新文本上" in html
        form = response.context["form"]
        assert form["base_version"].value() == 2
        assert "二十二点" in form["text"].value()
        assert "油污" in form["text"].value()
        assert self.post(client, row, form["text"].value(), base=2).status_code == 302

    def test_a_stale_base_that_collides_keeps_both(
        self, client, document, clause_of, citizen, neighbour, moderator, suggest
    ):
        row = clause_of(document)
        accept_suggestion(
            moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十二点")
        )
        client.force_login(citizen)
        typed = row.text.replace("二十一点", "二十点")
        response = self.post(client, row, typed)
        assert response.status_code == 409
        assert response.context["form"]["text"].value() == typed
        assert "原样保留" in response.content.decode()

    def test_a_closed_document_says_so_and_keeps_the_words(self, client, document, clause_of, citizen):
        Document.objects.update(stage="closed")
        client.force_login(citizen)
        response = self.post(client, clause_of(document), "写好的文字")
        assert response.status_code == 409
        assert response.context["form"]["text"].value() == "写好的文字"

    def test_nonsense_in_the_hidden_field(self, client, document, clause_of, citizen):
        client.force_login(citizen)
        for base in ("", "x", "-1", "9" * 30):
            response = self.post(client, clause_of(document), "写好的文字", base=base)
            assert response.status_code == 400
            assert "写好的文字" in response.content.decode()


class TestClause:
    def test_opinions_and_public_answers(
        self, client, document, citizen, neighbour, moderator, suggest, clause_of
    ):
        accept_suggestion(
            moderator=moderator,
            suggestion=suggest(document, citizen, "二十一点", "二十二点"),
            reason="夏天天黑得晚",
        )
        reject_suggestion(
            moderator=moderator,
            suggestion=suggest(document, neighbour, "商户", "摊主"),
            reason="名称须与上位法一致",
        )
        suggest(document, citizen, "垃圾", "垃圾和油污", reason="我的电话是13800138000")
        url = reverse("wiki:clause", args=[document.slug, clause_of(document).clause_id])
        waiting = page(client, url)
        assert "油污" in waiting
        assert "13800138000" not in waiting
        assert "moderator" not in waiting
        assert "m***" not in waiting
        answered = page(client, url + "?status=decided")
        assert "夏天天黑得晚" in answered
        assert "名称须与上位法一致" in answered
        assert reverse("wiki:version", args=[document.slug, 2]) in answered
        assert "neighbour" not in answered  # names are masked
        assert "n***" in answered

    def test_queries_do_not_grow_with_the_opinions(self, client, document, make_user, suggest, clause_of):
        url = reverse("wiki:clause", args=[document.slug, clause_of(document).clause_id])
        counts = []
        for number in range(1, 12):
            suggest(document, make_user(f"u{number}"), "二十一点", f"{number}点")
            if number in (1, 11):
                page(client, url)
                with CaptureQueriesContext(connection) as queries:
                    page(client, url)
                counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_no_opinions_yet(self, client, document, clause_of):
        url = reverse("wiki:clause", args=[document.slug, clause_of(document).clause_id])
        assert "没有等待审核的建议" in page(client, url)
        assert "还没有答复过的建议" in page(client, url + "?status=decided&page=99")


class TestVersions:
    def test_the_difference_is_visible(self, client, document, citizen, moderator, suggest, clause_of):
        accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
        listed = page(client, reverse("wiki:versions", args=[document.slug]))
        assert reverse("wiki:version", args=[document.slug, 2]) in listed
        html = page(client, reverse("wiki:version", args=[document.slug, 2]))
        assert '<del class="diff-del"><span class="visually-hidden">删去：</span>二十一</del>' in html
        assert '<ins class="diff-ins"><span class="visually-hidden">增加：</span>二十二</ins>' in html
        assert "第二条" not in html  # only what changed
        full = page(client, reverse("wiki:version", args=[document.slug, 2]) + "?full=1")
        assert "diff-ins" in full
        assert "第二条" in full
        first = page(client, reverse("wiki:version", args=[document.slug, 1]))
        assert "diff-ins" not in first
        assert "二十一点" in first

    def test_added_and_removed_clauses_are_shown(self, client, document, nodes):
        nodes[0].children[1] = Node(Kind.ARTICLE, "第二条", "完全另外的一件事情。")
        nodes.pop()
        revise_document(actor=None, document=document, title=document.title, nodes=nodes, digest="2")
        html = page(client, reverse("wiki:version", args=[document.slug, 2]))
        assert "新增" in html
        assert "55 分贝</del>" in html
