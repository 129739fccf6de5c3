"""Groups of texts about the same issue, and their names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.cluster_names import name_of
from nlp.clusters import Clusters

NOISE = [
    "丽发新城小区附近的搅拌站噪音扰民，夜里无法休息",
    "投诉丽发新城旁边建搅拌站，粉尘和噪音太大",
    "丽发新城搅拌站噪音污染严重，请求搬走",
]
LAMPS = ["幸福路的路灯坏了半个月，晚上很黑", "幸福路路灯全坏了没人修，晚上走路很黑"]
OTHERS = ["公积金怎么提取", "孩子入学要什么材料", "楼下饭店往雨水井里倒泔水"]
texts = st.lists(st.sampled_from([*NOISE, *LAMPS, *OTHERS, "", "😀", "\ud800", "路灯"]), max_size=14)


def test_the_same_issue_comes_together_and_others_stay_apart():
    found = Clusters()
    labels = found.add([NOISE[0], LAMPS[0], *OTHERS, NOISE[1], LAMPS[1], NOISE[2]])
    assert labels[0] == labels[5] == labels[7]
    assert labels[1] == labels[6]
    assert len({labels[0], labels[1], *labels[2:5]}) == 5


def test_names_tell_place_and_matter():
    found = Clusters()
    found.add([*NOISE, *LAMPS, *OTHERS])
    first, second = found.clusters()
    assert "丽发新城" in first.name
    assert "搅拌站" in first.name
    assert "路灯" in second.name
    assert set(first.representatives) <= set(first.members)


@given(texts, st.data())
@settings(max_examples=60, deadline=None)
def test_every_text_is_in_exactly_one_group_however_it_was_added(some, data):
    found = Clusters()
    given_out = []
    left = list(some)
    while left:
        size = data.draw(st.integers(1, len(left)))
        given_out += found.add(left[:size])
        left = left[size:]
    groups = found.clusters(least=1)
    assert sorted(number for group in groups for number in group.members) == list(range(len(some)))
    assert all(group.id == min(group.members) for group in groups)
    for number, label in enumerate(given_out):  # a number once given always leads to the text's group
        assert number in found.members(label)
        assert found.current(label) == found.labels()[number]


@given(st.permutations([*NOISE, *LAMPS, *OTHERS]))
@settings(max_examples=30, deadline=None)
def test_the_order_within_a_batch_loses_no_text(some):
    found = Clusters()
    found.add(some)
    assert sorted(n for group in found.clusters(least=1) for n in group.members) == list(range(len(some)))


def test_kept_groups_are_restored_and_go_on_growing():
    before = Clusters()
    before.add([*NOISE[:2], *LAMPS, *OTHERS])
    after = Clusters.restore([*NOISE[:2], *LAMPS, *OTHERS], before.labels())
    assert after.labels() == before.labels()
    assert after.add([NOISE[2]]) == before.add([NOISE[2]]) == [0]


@pytest.mark.parametrize("labels", [[1, 1], [0], [0, 5]])
def test_wrong_group_numbers_are_refused(labels):
    with pytest.raises(ValueError, match="first text"):
        Clusters.restore(["路灯", "油烟"], labels)


def test_unknown_groups_are_errors():
    with pytest.raises(KeyError):
        Clusters().members(3)


@pytest.mark.parametrize("odd", [[], [""], ["。。。"], ["123"], ["hello world"], ["😀", "\x00"]])
def test_sets_without_chinese_words_have_no_name(odd):
    assert name_of(odd) == ""


def test_names_do_not_quote_masks():
    assert "姓名" not in name_of(["〔姓名〕反映幸福小区路灯坏了"] * 3)


def test_no_group_is_named_after_a_person():
    assert "书记" not in name_of(["胡书记您好，幸福小区路灯坏了", "请胡书记关注幸福小区路灯"])
