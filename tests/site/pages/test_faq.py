"""Questions: the bot's port, the matching behind it, the page and its search box."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from civic.pages.finders import find_questions
from civic.pages.matching import Question, QuestionIndex
from civic.pages.models import FaqCategory, FaqEntry
from civic.pages.ports import answer_faq
from civic.search.groups import parse_query

COMPLAINTS = [
    "小区南门的井盖翘起来半个月了，晚上骑车差点摔倒，请尽快来修",
    "楼下烧烤店每天营业到凌晨三点，油烟直接灌进卧室，孩子咳嗽不止",
    "工地半夜还在打桩，一晚上没睡着，打电话也没人管",
    "公园东侧的垃圾桶满了三天没有清运，苍蝇很多",
    "人行道被私家车占满，推婴儿车只能走机动车道",
]
SMALL_TALK = ["取消", "确认", "好的", "谢谢", "嗯嗯", "哈哈哈", "", "。。。", "🙂"]


@pytest.mark.usefixtures("content")
def test_every_shipped_wording_finds_its_own_answer() -> None:
    missed = []
    for entry in FaqEntry.objects.all():
        for wording in entry.wordings:
            hit = answer_faq(text=wording)
            if hit is None or hit.question != entry.question:
                missed.append((wording, hit and hit.question))
    assert len(missed) <= 0.05 * sum(len(entry.wordings) for entry in FaqEntry.objects.all()), missed


@pytest.mark.usefixtures("content")
def test_complaints_and_small_talk_are_not_questions() -> None:
    assert {text: answer_faq(text=text) for text in COMPLAINTS + SMALL_TALK if answer_faq(text=text)} == {}


@pytest.mark.usefixtures("content")
def test_politeness_width_and_script_do_not_matter() -> None:
    asked = {
        "请问反映问题需要登录吗？": "need-account",
        "麻烦问一下我的编号丢了怎么办呀": "lost-number",
        "可以傳照片嗎": "photos",
    }
    for text, key in asked.items():
        hit, entry = answer_faq(text=text), FaqEntry.objects.get(key=key)
        assert hit is not None, text
        assert (hit.question, hit.answer) == (entry.question, entry.answer)
        assert hit.url == f"{settings.PUBLIC_BASE_URL}/faq/#faq-{key}"
        assert 0 < hit.score <= 1


@pytest.mark.django_db
def test_edits_reach_the_bot_at_once() -> None:
    category = FaqCategory.objects.create(key="a", name="甲")
    entry = FaqEntry.objects.create(key="k", category=category, question="停车证在哪里办理？", answer="一。")
    assert answer_faq(text="停车证在哪里办理").answer == "一。"
    entry.answer = "二。"
    entry.save()
    assert answer_faq(text="停车证在哪里办理").answer == "二。"
    entry.live = False
    entry.save()
    assert answer_faq(text="停车证在哪里办理") is None


@pytest.mark.django_db
def test_two_equally_close_questions_give_no_answer() -> None:
    category = FaqCategory.objects.create(key="a", name="甲")
    FaqEntry.objects.create(key="x", category=category, question="早市几点开门？", answer="五点。")
    FaqEntry.objects.create(key="y", category=category, question="早市几点关门？", answer="九点。")
    assert answer_faq(text="早市几点") is None
    assert answer_faq(text="早市几点关门").answer == "九点。"


@pytest.mark.usefixtures("content")
def test_page_lists_all_and_finds_some(client: Client) -> None:
    page = client.get("/faq/")
    assert page.status_code == 200
    assert page.content.decode().count("data-faq-entry") == FaqEntry.objects.count()
    found = client.get("/faq/", {"q": "编号忘了"}).content.decode()
    assert 0 < found.count("data-faq-entry") < FaqEntry.objects.count()
    assert FaqEntry.objects.get(key="lost-number").question in found


@pytest.mark.usefixtures("content")
def test_page_says_what_to_do_when_nothing_is_found(client: Client) -> None:
    page = client.get("/faq/", {"q": "<script>xyzzy</script>"}).content.decode()
    assert page.count("data-faq-entry") == 0
    assert "<script>xyzzy" not in page
    assert "去聊天里问" in page


@given(st.lists(st.text(max_size=20), max_size=6), st.text(max_size=40))
def test_scores_are_ordered_and_bounded(wordings: list[str], text: str) -> None:
    index = QuestionIndex([Question((wording,), "") for wording in wordings])
    scores = [match.score for match in index.rank(text)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


@pytest.mark.usefixtures("content")
def test_site_search_finds_questions_by_any_two_characters_of_their_answers() -> None:
    entry = FaqEntry.objects.get(key="lost-number")
    answer = [character for character in entry.answer.split("\n")[0] if "\u4e00" <= character <= "\u9fff"]
    for pair in ("".join(answer[:2]), "编号"):
        hits = find_questions(parse_query(pair, AnonymousUser()))
        assert hits.total >= 1, pair
    titles = [hit.title for hit in find_questions(parse_query("编号丢了", AnonymousUser())).hits]
    assert entry.question in titles


@pytest.mark.usefixtures("content")
def test_site_search_hides_what_is_not_public() -> None:
    FaqEntry.objects.filter(key="lost-number").update(live=False)
    hits = find_questions(parse_query("编号丢了", AnonymousUser()))
    assert "faq-lost-number" not in "".join(hit.url for hit in hits.hits)
