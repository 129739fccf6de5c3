"""Which suggestions are alike: same effect, nearly the same words, never other numbers, negations or duties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.text.likeness import Change, alike, groups

BASE = "商户应当在每日二十一点前收摊，并清理摊位周边的垃圾。"


def change(old, new, base=BASE):
    assert old in base
    return Change("change", base, base.replace(old, new))


def added(text):
    return Change("add", "", text, place=(1, 2))


ALIKE = [
    (change("垃圾", "垃圾和油污"), change("垃圾", "垃圾及油污")),
    (change("垃圾", "垃圾、油污"), change("垃圾", "垃圾，油污")),
    (change("垃圾", "垃圾（含油污）"), change("垃圾", "垃圾(含油污)")),
    (change("二十一点", "22点"), change("二十一点", "２２点")),
    (
        added("街道办事处每季度公布一次摊位的检查结果，接受居民监督。"),
        added("街道办事处每季度公布一次摊位检查结果，接受居民的监督。"),
    ),
    (Change("delete", BASE), Change("delete", BASE)),
    (Change("move", BASE, place=(1, 2)), Change("move", BASE, place=(1, 2))),
    # Short words that one says with a noun that says nothing more, the other without.
    *[
        (change("垃圾。", f"垃圾，并设置{one}。"), change("垃圾。", f"垃圾，并设置{other}。"))
        for one, other in [
            ("热水洗手池", "热水洗手池设施"),
            ("厕所", "厕所设施"),
            ("监控", "监控设备"),
            ("遮阳棚", "遮阳棚等设施"),
            ("照明", "照明装置"),
            ("油烟净化器", "油烟净化器装置"),
        ]
    ],
    (change("垃圾", "垃圾和热水洗手池"), change("垃圾", "垃圾及热水洗手池设施")),
    (change("收摊", "停止经营"), change("收摊", "停止经营活动")),
    (change("收摊", "停止营业"), change("收摊", "停止营业的")),
    (change("垃圾", "垃圾和油污"), change("垃圾", "垃圾和油污等")),
    (change("清理", "做好清扫"), change("清理", "做好清扫工作")),
    (change("清理", "公示清扫"), change("清理", "公示清扫情况")),
]
DIFFERENT = [
    (change("二十一点", "二十二点"), change("二十一点", "二十点")),
    (change("二十一点", "22点"), change("二十一点", "22.5点")),
    (change("二十一点", "1.5点"), change("二十一点", "15点")),
    (change("应当", "可以"), change("应当", "必须")),
    (change("收摊", "收摊，不得延时"), change("收摊", "收摊，可以延时")),
    (change("清理", "不清理"), change("清理", "再清理")),
    (change("，", "。"), change("，", "；")),
    (change("垃圾", "油污"), change("收摊", "撤摊")),
    (
        added("街道办事处每季度公布一次摊位的检查结果，接受居民监督。"),
        added("街道办事处每年度公布两次摊位的检查结果，接受居民监督。"),
    ),
    (
        added("摊位面积六平方米以上的应当登记后经营。"),
        added("摊位面积六平方米以下的应当登记后经营。"),
    ),
    *[
        (change("垃圾。", f"垃圾，并设置{one}。"), change("垃圾。", f"垃圾，并设置{other}。"))
        for one, other in [
            ("热水洗手池", "冷水洗手池"),
            ("热水洗手池", "洗手池"),
            ("消防设施", "消防设备"),
            ("监控设备", "监控人员"),
            ("洗手设施", "洗手人员"),
            ("厕所", "厕所标志"),
            ("厕所", "公厕设施"),
            ("两个厕所设施", "三个厕所"),
            ("停车位", "停车场"),
            ("设施", "设备"),
            ("设施", "工作情况"),
            ("遮阳棚", "遮雨棚"),
            ("监控设备", "监控装置"),
        ]
    ],
    (change("垃圾", "垃圾和油污"), change("垃圾", "垃圾和油烟")),
    (change("垃圾", "垃圾和油污"), change("垃圾", "垃圾、油污和积水")),
    (change("收摊", "停止营业"), change("收摊", "停止营业活动登记")),
    (change("清理", "应当清扫"), change("清理", "可以清扫工作")),
    (change("清理", "公示清扫情况"), change("清理", "公示清扫工作")),
    (change("清理", "不得清扫"), change("清理", "清扫工作")),
    (Change("delete", BASE), change("垃圾", "油污")),
    (Change("move", BASE, place=(1, 2)), Change("move", BASE, place=(1, 3))),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_alike(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one, other):
    assert not alike(one, other)
    assert not alike(other, one)


WORDS = st.text(alphabet="商户应当不得可以在每日二十一点前收摊，。清理15.", min_size=1, max_size=30)
CHANGES = st.builds(Change, st.sampled_from(["change", "add"]), st.just("商户在每日前收摊。"), WORDS)


@given(CHANGES)
def test_a_change_is_like_itself(one):
    assert alike(one, one)


@given(CHANGES, CHANGES)
def test_likeness_goes_both_ways(one, other):
    assert alike(one, other) == alike(other, one)


@given(st.lists(CHANGES, max_size=12))
def test_a_member_is_like_its_head_and_heads_are_not_like_each_other(changes):
    numbered = list(enumerate(changes))
    found = groups(numbered)
    heads = [number for number, _ in numbered if number not in found]
    for number, head in found.items():
        assert head in heads
        assert head < number
        assert alike(changes[head], changes[number])
    for at, one in enumerate(heads):
        assert not any(alike(changes[one], changes[other]) for other in heads[at + 1 :])


@given(st.lists(CHANGES, max_size=8), st.lists(CHANGES, max_size=4))
def test_what_comes_later_does_not_move_what_was_grouped(before, after):
    assert groups(enumerate(before)).items() <= groups(enumerate(before + after)).items()
