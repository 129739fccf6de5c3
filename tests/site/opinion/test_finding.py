"""What every index must do: find each two-character Han word, want all of them, rank by words, filter, count, page."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from civic.core.errors import InvalidInput
from civic.opinion.backends import get_backend
from civic.opinion.backends.base import Filters, Page
from civic.opinion.models import Document
from civic.opinion.searching import search
from civic.opinion.services import Outcome, rebuild_index, remove_documents
from civic.opinion.tasks import index_stale
from tests.site.opinion.factories import NOON, district, document, draft, store

COMMON = "北京市朝阳区街道路灯井盖垃圾停车噪音管道漏水施工市场菜价公园电梯暖气的了在有我们这里没人管一直"
RARE = "㐂䶮𠮷𡈽𬺰𬺱龘〇々"  # extensions, one beyond the basic plane, marks that count as Han
han = st.text(alphabet=st.sampled_from(COMMON + RARE), min_size=2, max_size=30)
any_han = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=30)
fixed = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def found(text: str, **filters) -> list[str]:
    return [hit.source_id for hit in search(text, Filters(**filters)).documents]


@given(text=st.one_of(han, any_han), data=st.data())
@fixed
def test_any_two_characters_of_a_text_find_it(index, text, data):
    store(draft(1, text))
    stored = document(1).text
    assume("〔" not in stored)  # a mask is no one's words
    at = data.draw(st.integers(0, len(stored) - 2))
    assert found(stored[at : at + 2]) == ["1"]


@given(text=st.text(max_size=60))
@fixed
def test_no_query_breaks_the_index(index, text):
    store(draft(1))
    try:
        search(text)
    except InvalidInput as refused:
        assert refused.message  # noqa: PT017  either an answer or a sentence


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '井盖" OR "垃圾',
        "* NEAR(井盖)",
        "井盖 AND NOT 坏了",
        "井盖' & !坏了 | x:*",
        "\\",
        "{terms}: 井盖",
        "井盖%_",
    ],
)
def test_operators_are_words_like_any_other(index, text):
    store(draft(1))
    try:
        assert len(search(text).documents) <= 1
    except InvalidInput as refused:
        assert "字词" in refused.message  # noqa: PT017


@pytest.mark.parametrize(
    "query",
    [
        "井盖",
        "盖坏",
        "坏了",
        "井盖坏了",
        "路边 井盖",
        "BJ2611020000017",
        "bj2611020000017",
        "2611020000017",
        "３号",
        "wifi",
        "ＷｉＦｉ",
    ],
)
def test_words_numbers_and_widths(index, query):
    store(draft(1, "路边的井盖坏了，在3号楼旁边，WiFi 也断了", reference="BJ2611020000017"))
    assert found(query) == ["1"]


@pytest.mark.parametrize("query", ["下水", "井垃", "盖井", "路坏", "井盖 垃圾"])
def test_every_two_characters_must_be_there(index, query):
    store(draft(1, "路边的井盖坏了"))
    assert found(query) == []


def test_words_rank(index):
    store(
        draft(1, "管子道路旁边，有管道二字连着也算，" + "别的事情说了很多很多" * 5),
        draft(2, "燃气管道漏气，燃气管道要修，管道井盖也坏"),
        draft(3, "完全无关的话"),
    )
    assert found("燃气管道")[0] == "2"
    assert found("管道") == ["2", "1"]


def test_masks_are_not_words(index):
    store(draft(1, "请打电话 13800138000 找我"), draft(2, "我的手机13911112222，井盖坏了"))
    assert "13800138000" not in document(1).text
    assert found("电话") == ["1"]
    assert found("13800138000") == []


def test_filters(index):
    store(
        draft(1, district_id=district("朝阳区"), code="06101", occurred_at=NOON),
        draft(2, district_id=district("海淀区"), code="06102", occurred_at=NOON + timedelta(days=1)),
        draft(3, source="热线", occurred_at=NOON + timedelta(days=2)),
    )
    assert found("井盖", district_id=district("海淀区")) == ["2"]
    assert found("井盖", source="热线") == ["3"]
    assert found("井盖", code="06101") == ["1"]
    assert sorted(found("井盖", since=NOON + timedelta(days=1))) == ["2", "3"]
    assert found("井盖", until=NOON + timedelta(days=1)) == ["1"]
    assert found("", since=NOON, until=NOON + timedelta(days=2)) == ["2", "1"]


def test_counts_are_of_all_hits(index):
    store(
        *(draft(number, district_id=district("朝阳区")) for number in range(1, 4)),
        draft(4, source="热线"),
        draft(5, "无关的话", source="热线"),
    )
    result = search("井盖", page=Page(size=2))
    assert len(result.documents) == 2
    assert result.total == 4
    assert result.by_source == {"测试": 3, "热线": 1}
    assert {(place.name if place else None): count for place, count in result.by_district.items()} == {
        "朝阳区": 3,
        None: 1,
    }


def test_pages_cover_every_hit_once(index):
    store(*(draft(number, occurred_at=NOON + timedelta(minutes=number)) for number in range(1, 8)))
    pages = [search("井盖", page=Page(number, 3, newest=True)).documents for number in (1, 2, 3, 4)]
    assert [[int(hit.source_id) for hit in page] for page in pages] == [[7, 6, 5], [4, 3, 2], [1], []]


def test_without_words_everything_newest_first(index):
    store(*(draft(number, occurred_at=NOON + timedelta(minutes=number)) for number in (2, 1, 3)))
    assert found("") == ["3", "2", "1"]


def test_the_public_searches_the_public_text_alone(index):
    store(
        draft(1, "井盖坏了，在我家楼下", is_public=True, public_text="井盖破损 朝阳区"),
        draft(2, "井盖坏了", is_public=False, public_text="井盖不该公开"),
    )
    assert found("井盖", public=True) == ["1"]
    assert found("楼下", public=True) == []
    assert found("楼下") == ["1"]
    assert search("", Filters(public=True)).total == 1


def test_an_edited_document_is_found_by_its_new_words_only(index):
    store(draft(1, "井盖坏了"))
    assert store(draft(1, "路灯不亮")) == [Outcome.UPDATED]
    assert found("井盖") == []
    assert found("路灯") == ["1"]
    assert Document.objects.count() == 1


def test_the_same_draft_again_changes_nothing(index):
    assert store(draft(1)) == [Outcome.CREATED]
    assert store(draft(1)) == [Outcome.UNCHANGED]


def test_an_older_state_does_not_come_over_a_newer(index):
    store(draft(1, "路灯不亮", as_of=NOON))
    assert store(draft(1, "井盖坏了", as_of=NOON - timedelta(seconds=1))) == [Outcome.UNCHANGED]
    assert found("路灯") == ["1"]


def test_removed_is_not_found(index):
    store(draft(1), draft(2))
    remove_documents(ids=[document(1).pk])
    get_backend().refresh()
    assert found("井盖") == ["2"]
    remove_documents(ids=[987654321])


def test_rebuilding_restores_a_lost_or_stale_index(index):
    store(*(draft(number) for number in range(1, 6)))
    get_backend().delete([document(1).pk])
    Document.objects.filter(source_id="2").update(terms_version="old")
    get_backend().refresh()
    assert search("井盖").total == 4
    told = []
    assert rebuild_index(told=told.append) >= 5
    get_backend().refresh()
    assert search("井盖").total == 5
    assert sum(told) >= 5
    assert not Document.objects.stale(document(1).terms_version).exists()


def test_only_the_stale_are_done_again(index):
    store(draft(1), draft(2))
    Document.objects.filter(source_id="2").update(terms_version="old")
    assert rebuild_index(only_stale=True) == 1
    assert rebuild_index(only_stale=True) == 0


def test_the_worker_does_stale_documents_again_some_at_a_time(index, monkeypatch):
    store(draft(1), draft(2), draft(3))
    Document.objects.update(terms_version="old")
    monkeypatch.setattr("civic.opinion.querysets.BATCH", 2)
    monkeypatch.setattr("civic.opinion.tasks.AT_ONCE", 2)
    index_stale()
    assert Document.objects.filter(terms_version="old").count() == 1
    index_stale()
    assert not Document.objects.filter(terms_version="old").exists()


@pytest.mark.parametrize(("number", "size"), [(0, 20), (1, 0), (1, 101), (501, 20), (101, 100)])
def test_pages_out_of_reach_are_refused(number, size):
    with pytest.raises(InvalidInput):
        Page(number, size)


def test_a_search_takes_a_fixed_number_of_queries(db, settings, django_assert_num_queries):
    settings.ELASTICSEARCH_URL = ""
    store(*(draft(number, district_id=district("朝阳区")) for number in range(1, 21)))
    with django_assert_num_queries(5):
        search("井盖")
