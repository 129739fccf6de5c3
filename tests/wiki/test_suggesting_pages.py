"""The form for all kinds of suggestion: as a page, in place, cell by cell; what is shown of each kind afterwards."""

import pytest
from django.urls import reverse

from wiki.kinds import Kind
from wiki.models import Clause, Suggestion
from wiki.parsing import Node
from wiki.services import accept_suggestion, submit_suggestion

pytestmark = pytest.mark.django_db
Change = Suggestion.Kind
FRAGMENT = {"X-Fragment": "1"}


def url_of(row):
    return reverse("wiki:suggest", args=[row.document.slug, row.clause_id])


def send(client, row, kind, *, fragment=False, status=302, **data):
    body = {"kind": kind, "reason": "这样更清楚", "base_version": row.document.version} | data
    response = client.post(url_of(row), body, headers=FRAGMENT if fragment else {})
    assert response.status_code == status, response.content.decode()[:2000]
    return response


def opened(client, row, kind, **headers):
    response = client.get(f"{url_of(row)}?kind={kind}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def signed_in(client, citizen):
    client.force_login(citizen)
    return client


def test_each_kind_is_taken_and_shown_for_what_it_is(signed_in, document, clause_of):
    first, second = clause_of(document), clause_of(document, "第二条")
    send(signed_in, first, "add", text="第二条 早市应当公示开放时间。")
    send(signed_in, first, "delete")
    send(signed_in, first, "move", to=second.clause_id)
    send(signed_in, first, "change", text=first.text + "并公示。")
    kinds = Suggestion.objects.order_by("pk").values_list("kind", "author__username")
    assert list(kinds) == [(kind, "citizen") for kind in ("add", "delete", "move", "change")]
    html = signed_in.get(reverse("wiki:clause", args=[document.slug, first.clause_id])).content.decode()
    assert "加到“第一条”之后" in html
    assert "移到“第二条”之后" in html
    assert f"删去：</span>{first.text}</del>" in html
    assert "增加：</span>第二条 早市应当公示开放时间。</ins>" in html


def test_a_new_clause_may_stand_inside_one_that_holds_others(signed_in, document, clause_of):
    chapter = clause_of(document, "第一章")
    assert "作为第一项" in opened(signed_in, chapter, "add")
    send(signed_in, chapter, "add", text="第零条 总的原则。", inside="1")
    kept = Suggestion.objects.get()
    assert (kept.parent_id, kept.after_id) == (chapter.clause_id, None)


def test_taking_a_chapter_out_says_what_goes_along(signed_in, document, clause_of):
    assert "下面的 2 条会一起删去" in opened(signed_in, clause_of(document, "第一章"), "delete")


def test_places_to_move_to_leave_out_what_cannot_be(signed_in, document, clause_of):
    chapter = clause_of(document, "第一章")
    html = opened(signed_in, chapter, "move")
    table_row = clause_of(document, "夜间 | 55 分贝")
    for row in (chapter, clause_of(document), table_row):
        assert f'<option value="{row.clause_id}"' not in html
    assert f'<option value="{table_row.parent_id}"' in html
    inside_table = opened(signed_in, table_row, "move")
    assert f'<option value="{table_row.parent_id}"' in inside_table
    assert f'<option value="{chapter.clause_id}"' not in inside_table


@pytest.mark.parametrize("to", ["", "99999999", "x", "-3", str(2**63), str(10**30)])
def test_a_place_that_is_none_is_refused_and_the_reason_is_kept(signed_in, document, clause_of, to):
    response = signed_in.post(
        url_of(clause_of(document)), {"kind": "move", "reason": "挪到后面去", "base_version": 1, "to": to}
    )
    assert response.status_code == 400
    assert "挪到后面去" in response.content.decode()
    assert not Suggestion.objects.exists()


def test_a_place_of_another_document_is_none(signed_in, document, make_document, clause_of):
    elsewhere = clause_of(make_document("other"))
    send(signed_in, clause_of(document), "move", to=elsewhere.clause_id, status=400)
    assert not Suggestion.objects.exists()


def test_a_row_is_changed_cell_by_cell(signed_in, document, clause_of):
    row = clause_of(document, "夜间 | 55 分贝")
    html = opened(signed_in, row, "change")
    assert html.count('name="cell"') == 2
    assert "<span>限值</span>" in html
    send(signed_in, row, "change", cell=["夜间（22 时起）", "45|50 分贝"])
    assert Suggestion.objects.get().text == "夜间（22 时起） | 45\\|50 分贝"
    response = send(signed_in, row, "change", cell=["少了一格"], status=400)
    assert "格" in response.context["form"].errors["text"][0]
    assert "少了一格" in response.content.decode()


def test_a_new_row_has_the_cells_of_its_table(signed_in, document, clause_of):
    row = clause_of(document, "夜间 | 55 分贝")
    send(signed_in, row, "add", cell=["", "  "], status=400)
    send(signed_in, row, "add", cell=["凌晨", "50 分贝", "多的"], status=400)
    send(signed_in, row, "add", cell=["凌晨", "50 分贝"])
    assert Suggestion.objects.get().text == "凌晨 | 50 分贝"
    table = Clause.objects.get(pk=row.parent_id)
    html = signed_in.get(reverse("wiki:suggest", args=[document.slug, table.pk])).content.decode()
    assert (
        html.count('name="cell"') == 2
    )  # a table's own words are its rows: what is offered first is a new one
    assert "改文字" not in html


def test_an_unknown_kind_is_the_usual_one(signed_in, document, clause_of):
    html = opened(signed_in, clause_of(document), "turn")
    assert 'data-kind="change"' in html


class TestInPlace:
    def test_the_form_comes_alone(self, signed_in, document, clause_of):
        html = opened(signed_in, clause_of(document), "change", **FRAGMENT)
        assert html.lstrip().startswith('<div class="suggest"')
        assert "<html" not in html

    def test_a_receipt_instead_of_a_page(self, signed_in, document, clause_of):
        row = clause_of(document)
        receipt = send(signed_in, row, "delete", fragment=True, status=201).json()
        assert receipt["number"] == Suggestion.objects.get().pk
        assert receipt["url"] == reverse("wiki:clause", args=[document.slug, row.clause_id])

    def test_a_refusal_is_the_form_again_with_what_was_typed(self, signed_in, document, clause_of):
        row = clause_of(document)
        response = send(signed_in, row, "change", fragment=True, status=400, text="改过的文字。", reason="")
        html = response.content.decode()
        assert "改过的文字。" in html
        assert "请用一句话写明" in html
        assert "<html" not in html

    def test_who_has_not_signed_in_is_told_where_and_loses_nothing(
        self, client, document, clause_of, citizen
    ):
        row = clause_of(document)
        assert client.get(url_of(row), headers=FRAGMENT).status_code == 401
        answer = send(client, row, "add", fragment=True, status=401, text="第九条 写了一半").json()
        assert "%3Fkind%3Dadd" in answer["login"]
        client.force_login(citizen)
        html = opened(client, row, "add")
        assert "第九条 写了一半" in html
        assert "已经放回来了" in html
        assert "第九条 写了一半" not in opened(client, row, "delete")


class TestNewWording:
    def test_the_change_is_carried_over_when_asked(
        self, signed_in, document, clause_of, neighbour, moderator, suggest
    ):
        row = clause_of(document)
        typed = row.text.replace("垃圾", "垃圾和油污")
        accept_suggestion(
            moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十二点")
        )
        response = send(
            signed_in, row, "change", text=typed, base_version=1, action="refresh", fragment=True, status=200
        )
        carried = response.context["form"]["text"].value()
        assert "二十二点" in carried
        assert "油污" in carried
        assert response.context["form"]["base_version"].value() == 2

    def test_deleting_what_has_been_written_anew_is_asked_again(
        self, signed_in, document, clause_of, neighbour, moderator, suggest
    ):
        row = clause_of(document)
        accept_suggestion(
            moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十二点")
        )
        response = send(signed_in, row, "delete", base_version=1, status=409)
        assert "请看过新文本" in response.content.decode()
        row.document.refresh_from_db()
        send(signed_in, row, "delete", base_version=2)


def test_a_number_that_no_suggestion_can_have_is_none(client, document, clause_of, citizen):
    client.force_login(citizen)
    assert client.get(url_of(clause_of(document)), {"replaces": "9" * 5000}).status_code == 200


class TestUnsigned:
    @pytest.fixture(autouse=True)
    def allowed(self, settings):
        settings.WIKI_UNSIGNED_SUGGESTIONS = True
        settings.WIKI_SUGGESTIONS_SHOWN = "at_once"

    def test_it_is_taken_and_held_back(self, client, document, clause_of):
        row = clause_of(document)
        assert "您没有登录" in opened(client, row, "change")
        send(client, row, "change", text=row.text + "并公示。")
        kept = Suggestion.objects.get()
        assert (kept.author, kept.held_by, kept.opinion.held_by) == (None, "unsigned", "unsigned")
        url = reverse("wiki:clause", args=[document.slug, row.clause_id])
        assert "并公示。" not in client.get(url).content.decode()
        assert client.get(reverse("wiki:suggestion", args=[document.slug, kept.pk])).status_code == 404

    def test_a_filled_trap_stores_nothing_and_loses_nothing(self, client, document, clause_of):
        row = clause_of(document)
        response = send(client, row, "change", text="改过的文字。", website="http://a.cn", status=400)
        assert "改过的文字。" in response.content.decode()
        assert not Suggestion.objects.exists()

    def test_one_address_sends_so_many_an_hour(self, still_clock, client, document, clause_of, settings):
        settings.INTAKE_RATE_EXEMPT = []
        row = clause_of(document)
        for number in range(10):
            send(client, row, "change", text=f"{row.text}{number}")
        response = send(client, row, "change", text="第十一个", status=429)
        assert "第十一个" in response.content.decode()
        assert Suggestion.objects.count() == 10

    def test_who_has_signed_in_is_not_counted_by_address(self, client, document, clause_of, citizen):
        client.force_login(citizen)
        assert "您没有登录" not in opened(client, clause_of(document), "change")


def test_choosing_a_place_costs_the_same_queries_in_a_long_document(
    signed_in, make_document, clause_of, django_assert_max_num_queries
):
    costs = []
    for slug, size in (("short", 3), ("long", 120)):
        nodes = [Node(Kind.ARTICLE, f"第{number}条", f"内容{number}。") for number in range(size)]
        row = clause_of(make_document(slug, nodes=nodes), "第1条")
        for kind in Change.values:
            opened(signed_in, row, kind)
            with django_assert_max_num_queries(12) as queries:
                opened(signed_in, row, kind)
            costs.append(len(queries))
    assert costs[:4] == costs[4:]


def test_ones_own_suggestions_and_their_page(client, document, citizen, neighbour, suggest):
    mine = suggest(document, citizen, "二十一点", "二十二点")
    theirs = suggest(document, neighbour, "垃圾", "杂物")
    client.force_login(citizen)
    html = client.get(reverse("wiki:my_suggestions")).content.decode()
    assert f'id="s{mine.pk}"' in html
    assert f'id="s{theirs.pk}"' not in html
    page = client.get(reverse("wiki:suggestion", args=[document.slug, mine.pk])).content.decode()
    assert "修改我的建议" in page
    assert client.get(reverse("wiki:suggestion", args=[document.slug, theirs.pk])).status_code == 404
    assert client.get(reverse("wiki:suggestion", args=["other", mine.pk])).status_code == 404


def test_an_edited_suggestion_takes_the_place_of_the_first(client, document, citizen, clause_of, suggest):
    first = suggest(document, citizen, "二十一点", "二十二点")
    row = clause_of(document)
    client.force_login(citizen)
    html = client.get(f"{url_of(row)}?kind=change&replaces={first.pk}").content.decode()
    assert "二十二点" in html
    send(client, row, "change", text=row.text.replace("二十一点", "二十三点"), replaces=first.pk)
    second = Suggestion.objects.exclude(pk=first.pk).get()
    first.refresh_from_db()
    assert (second.replaces_id, first.status) == (first.pk, "withdrawn")
    response = send(client, row, "change", text="再改一次。", replaces=first.pk, status=400)
    assert "再改一次。" in response.content.decode()


def test_nobody_edits_anothers(client, document, citizen, neighbour, clause_of, suggest):
    theirs = suggest(document, neighbour, "二十一点", "二十二点")
    client.force_login(citizen)
    row = clause_of(document)
    send(client, row, "change", text="换掉别人的。", replaces=theirs.pk, status=400)
    theirs.refresh_from_db()
    assert theirs.status == "pending"
    assert Suggestion.objects.count() == 1


def test_words_without_a_moderators_look_are_masked_in_every_kind(
    client, document, citizen, clause_of, settings
):
    settings.WIKI_SUGGESTIONS_SHOWN = "at_once"
    row = clause_of(document)
    submit_suggestion(
        author=citizen, clause=row.clause, kind="add", text="有事找我，电话13800138000。", reason="我叫13900139000",
        base_version=1,
    )  # fmt: skip
    html = client.get(reverse("wiki:clause", args=[document.slug, row.clause_id])).content.decode()
    assert "13800138000" not in html
    assert "13900139000" not in html
