"""Quotations under generated edits: found on their own sentence or said to be gone, never on another one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.anchors import Range, follow, locate

SUBJECTS = ["商户", "摊贩", "经营者", "管理部门", "居民", "物业公司", "社区", "执法人员"]
# What is put in says other things: a copy of the quoted sentence with another subject cannot be told from its edit.
OTHERS = ["应当为老年人留出座位", "定期检修夜间照明设备", "不得使用高音喇叭叫卖", "须在醒目处张贴健康证明"]
ACTS = [
    "应当在每日二十一点前收摊",
    "不得占用盲道和消防通道",
    "可以在公示栏查看处理结果",
    "每月公布一次菜价和检查情况",
    "负责清理周边三米内的垃圾",
    "发现井盖破损须立即设置警示",
    "应当登记进货来源并保存两年",
]


@st.composite
def edited(draw):
    """Draw (sentences before, sentences after, which one is quoted): pairs of (identity, words)."""
    words = draw(
        st.permutations([subject + act + "。" for subject, act in zip(SUBJECTS, ACTS, strict=False)])
    )
    before = list(enumerate(words))[: draw(st.integers(2, len(words)))]
    after = list(before)
    fresh = 100
    for _ in range(draw(st.integers(1, 4))):
        what = draw(st.sampled_from(["remove", "insert", "swap", "touch", "replace"]))
        if not after:
            break
        place = draw(st.integers(0, len(after) - 1))
        identity, text = after[place]
        if what == "remove":
            after.pop(place)
        elif what == "insert":
            fresh += 1
            after.insert(
                place, (fresh, draw(st.sampled_from(SUBJECTS)) + draw(st.sampled_from(OTHERS)) + "。")
            )
        elif what == "swap":
            after.append(after.pop(place))
        elif what == "touch":
            spot = draw(st.integers(0, len(text) - 1))
            after[place] = (
                identity,
                text[:spot] + draw(st.sampled_from(["也", "均", "严格", "及时"])) + text[spot:],
            )
        else:
            fresh += 1
            after[place] = (fresh, draw(st.sampled_from(["本条另行规定。", "附则由市政府解释。"])))
    return before, after, draw(st.integers(0, len(before) - 1))


def spot_of(sentences, identity):
    start = 0
    for one, text in sentences:
        if one == identity:
            return Range(start, start + len(text))
        start += len(text)
    return None


@given(edited(), st.integers(0, 6), st.integers(0, 6))
def test_a_quotation_is_found_in_its_own_sentence_or_not_at_all(case, cut_left, cut_right):
    before, after, which = case
    old, new = ("".join(text for _, text in part) for part in (before, after))
    sentence = spot_of(before, which)
    quoted = Range(sentence.start + cut_left, max(sentence.end - cut_right, sentence.start + cut_left + 4))
    if quoted.end > sentence.end:
        return
    found = follow(old, new, quoted, quote=quoted.of(old))
    mine = spot_of(after, which)
    if found is None:
        return
    assert 0 <= found.start < found.end <= len(new)
    assert mine is not None, (quoted.of(old), found.of(new))
    assert mine.start <= found.start, (quoted.of(old), found.of(new))
    assert found.end <= mine.end, (quoted.of(old), found.of(new))


@given(edited())
def test_a_sentence_that_nobody_touched_is_found(case):
    before, after, which = case
    if dict(before)[which] != dict(after).get(which):
        return
    old, new = ("".join(text for _, text in part) for part in (before, after))
    if new.count(dict(before)[which]) > 1:
        return
    assert follow(old, new, spot_of(before, which), quote=dict(before)[which]) == spot_of(after, which)


@pytest.mark.parametrize(
    ("old", "new", "quote", "expected"),
    [
        ("商户应当在二十一点前收摊。", "商户应当在每日二十二点前收摊。", "前收摊", "前收摊"),
        ("罚款一百元。罚款五百元。", "罚款五百元。", "罚款一百元", None),
        ("摊位不得占道。", "", "占道", None),
        ("不得占道。应当收摊。", "应当收摊。不得占道。", "不得占道。", "不得占道。"),
        ("甲乙丙丁", "甲乙丙丁", "乙丙", "乙丙"),
        ("好。", "很好。", "好", "好"),
    ],
)
def test_examples(old, new, quote, expected):
    quoted = Range(old.index(quote), old.index(quote) + len(quote))
    found = follow(old, new, quoted, quote=quote)
    assert (found and found.of(new)) == expected


def test_an_occurrence_is_chosen_by_what_stands_around_it():
    text = "甲方应当收摊。乙方应当收摊。"
    assert locate(text, "应当收摊", near=0, prefix="乙方") == Range(9, 13)
    assert locate(text, "应当收摊", near=0) == Range(2, 6)
    assert locate(text, "没有的话", near=0) is None
    assert locate(text, "", near=0) is None
