"""Site search: grouped, two characters are enough, nothing that is not public can be found or guessed."""

import pytest
from django.contrib.auth.models import Group

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.cases.models import Case
from civic.cases.services import release_report, submit_report
from civic.core import outbox
from civic.pages.models import FaqCategory, FaqEntry
from tests.site.markets.factories import make_market
from wiki.kinds import Kind
from wiki.models import Document
from wiki.parsing import Node
from wiki.services import change_stage, create_document
from wiki.workflow import StageAction

pytestmark = pytest.mark.django_db
API = "/api/v1/public/search/"
PAGE = "/search/"


@pytest.fixture(autouse=True)
def own_index(settings):
    settings.ELASTICSEARCH_URL = ""


def make_policy(slug: str, title: str, text: str, *, open_it: bool = True) -> Document:
    manager, _ = User.objects.get_or_create(username="manager", defaults={"is_superuser": True})
    document = create_document(
        actor=manager, slug=slug, title=title, nodes=[Node(Kind.ARTICLE, "第一条", text)]
    )
    if open_it:
        change_stage(actor=manager, document=document, action=StageAction.OPEN, without_end=True)
    return document


def groups(client, text: str) -> dict[str, dict]:
    body = client.get(API, {"q": text}).json()
    assert body["total"] == sum(group["total"] for group in body["groups"])
    return {group["key"]: group for group in body["groups"]}


def titles(client, text: str) -> dict[str, list[str]]:
    return {key: [hit["title"] for hit in group["results"]] for key, group in groups(client, text).items()}


def test_each_kind_is_found_by_two_characters(client):
    make_policy("stalls", "便民摊位管理办法", "商户应当在收摊后清理垃圾。")
    make_market(1, name="红庙菜市场", goods="蔬菜")
    category = FaqCategory.objects.create(key="k", name="城市生活")
    FaqEntry.objects.create(
        key="rubbish", category=category, question="大件垃圾怎么扔", answer="打电话预约上门收。"
    )
    found = titles(client, "垃圾")
    assert found["documents"] == ["便民摊位管理办法"]
    assert found["questions"] == ["大件垃圾怎么扔"]
    assert found["markets"] == []
    assert titles(client, "红庙")["markets"] == ["红庙菜市场"]
    assert titles(client, "蔬菜")["markets"] == ["红庙菜市场"]


def test_a_policy_hit_leads_to_its_clause_with_the_words_marked(client):
    document = make_policy("stalls", "便民摊位管理办法", "商户应当在每日二十一点前收摊。")
    (hit,) = groups(client, "收摊")["documents"]["results"]
    assert hit["url"].endswith(f"/wiki/stalls/#c{document.clauses.get().pk}")
    assert [piece["text"] for piece in hit["snippet"] if piece["hit"]] == ["收摊"]


def test_a_draft_policy_is_not_found(client):
    make_policy("secret", "内部讨论稿", "尚未公开的条款。", open_it=False)
    assert titles(client, "条款")["documents"] == []
    assert titles(client, "讨论稿")["documents"] == []


def test_titles_rank_over_clauses(client):
    make_policy("a", "夜间经济办法", "夜间施工另行规定。施工施工。")
    make_policy("b", "施工噪音管理办法", "本办法适用于本市。")
    assert titles(client, "施工")["documents"] == ["施工噪音管理办法", "夜间经济办法"]


@pytest.fixture
def report():
    stored = submit_report(
        text="红庙路口的井盖坏了，晚上有人崴脚", channel="web", lon=116.4790, lat=39.9170
    ).report
    outbox.drain()
    return stored


def test_a_case_is_found_by_number_and_place_not_by_unreleased_words(client, report):
    by_number = groups(client, report.number)["cases"]
    assert by_number["total"] == 1
    assert by_number["results"][0]["url"].endswith(f"/cases/{report.number}/")
    assert groups(client, "朝阳区")["cases"]["total"] == 1
    for word in ("崴脚", "红庙", "晚上"):
        assert groups(client, word)["cases"]["total"] == 0


def test_a_clerk_finds_no_more_on_the_public_page(client, report):
    clerk = User.objects.create_superuser("boss", password="pw")
    client.force_login(clerk)
    assert "崴脚</mark>" not in client.get(PAGE, {"q": "崴脚"}).content.decode()


def test_released_words_are_found(client, report):
    clerk = User.objects.create_user("clerk", password="pw")
    clerk.groups.add(Group.objects.get(name=Role.CASE_CLERK))
    release_report(report_pk=report.pk, actor=clerk, text="井盖坏了")
    outbox.drain()
    (hit,) = groups(client, "井盖")["cases"]["results"]
    assert "".join(piece["text"] for piece in hit["snippet"]) == "井盖坏了"
    assert groups(client, "崴脚")["cases"]["total"] == 0


def test_a_case_withheld_a_moment_ago_is_not_shown(client, report):
    Case.objects.update(withheld=True)
    assert groups(client, report.number)["cases"]["results"] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty_query"), ("  ", "empty_query"), ("，。！", "empty_query"), ("字" * 61, "query_too_long")],
)
def test_nothing_to_look_for_is_refused_in_chinese(client, text, code):
    response = client.get(API, {"q": text})
    assert (response.status_code, response.json()["error"]["code"]) == (400, code)
    assert response.json()["error"]["fields"]["q"]


@pytest.mark.usefixtures("still_clock")
def test_too_many_searches_are_slowed_down(client, monkeypatch):
    monkeypatch.setattr("civic.search.views.RATE", "2/hour")
    statuses = [client.get(PAGE, {"q": "垃圾"}, REMOTE_ADDR="203.0.113.9").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_the_page_groups_and_marks(client):
    make_market(1, name="红庙菜市场", address="红庙路五号")
    page = client.get(PAGE, {"q": "红庙"}).content.decode()
    assert "便民菜市场" in page
    assert "<mark>红庙</mark>" in page


def test_the_page_without_words_invites(client):
    page = client.get(PAGE).content.decode()
    assert "两个字就能查" in page


def test_the_page_without_hits_says_what_to_do(client):
    response = client.get(PAGE, {"q": "齉爨"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "没有找到“齉爨”" in page
    assert "/report/?text=" in page


def test_a_refused_search_keeps_what_was_typed(client):
    response = client.get(PAGE, {"q": "？？！"})
    assert response.status_code == 400
    assert 'value="？？！"' in response.content.decode()


def test_words_are_escaped(client):
    page = client.get(PAGE, {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_one_index_down_leaves_the_others(client, settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    make_market(1, name="红庙菜市场")
    found = groups(client, "红庙")
    assert found["cases"]["problem"]
    assert found["markets"]["total"] == 1
    assert "没有回应" in client.get(PAGE, {"q": "红庙"}).content.decode()


def test_queries_do_not_grow_with_the_hits(client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def add(number: int) -> None:
        make_market(number, name=f"红庙{number}号菜市场")
        make_policy(f"p{number}", f"红庙管理办法{number}", "红庙地区适用。")
        submit_report(text="井盖坏了", channel="web", lon=116.4790, lat=39.9170)
        outbox.drain()

    add(1)
    client.get(API, {"q": "红庙"})
    with CaptureQueriesContext(connection) as one:
        client.get(API, {"q": "朝阳"})
    for number in range(2, 5):
        add(number)
    with django_assert_num_queries(len(one)):
        client.get(API, {"q": "朝阳"})
