"""Quotations under generated edits: found on their own sentence or said to be gone, never on another one."""

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiki.text.anchors import Range, follow, follow_among, locate

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


@dataclass(frozen=True)
class Sentence:
    """A sentence with its identity through all edits; a copy has its own, though it says the same."""

    identity: int
    words: str
    copy_of: int | None = None


@st.composite
def edited(draw, most_edits=4):
    """Draw (sentences before, sentences after, which one is quoted): repeated sentences among them."""
    words = draw(
        st.permutations([subject + act + "。" for subject, act in zip(SUBJECTS, ACTS, strict=False)])
    )
    before = [Sentence(number, text) for number, text in enumerate(words)][: draw(st.integers(2, len(words)))]
    for number in range(draw(st.integers(0, 2))):
        again = draw(st.sampled_from(before))
        place = draw(st.integers(0, len(before)))
        before.insert(place, Sentence(50 + number, again.words))
    after = list(before)
    fresh = 100
    for _ in range(draw(st.integers(1, most_edits))):
        what = draw(st.sampled_from(["remove", "insert", "swap", "touch", "replace", "copy"]))
        if not after:
            break
        place = draw(st.integers(0, len(after) - 1))
        sentence, fresh = after[place], fresh + 1
        if what == "remove":
            after.pop(place)
        elif what == "insert":
            said = draw(st.sampled_from(SUBJECTS)) + draw(st.sampled_from(OTHERS)) + "。"
            after.insert(place, Sentence(fresh, said))
        elif what == "swap":
            # To move one of two equal sentences is to move the other one: no text tells which it was.
            if sum(one.words == sentence.words for one in after) == 1:
                after.append(after.pop(place))
        elif what == "touch":
            spot = draw(st.integers(0, len(sentence.words) - 1))
            word = draw(st.sampled_from(["也", "均", "严格", "及时"]))
            after[place] = replace(sentence, words=sentence.words[:spot] + word + sentence.words[spot:])
        elif what == "copy":
            # What was copied is what stood there when it was written.
            target = draw(st.integers(0, len(after)))
            origin = sentence.identity if sentence.copy_of is None else sentence.copy_of
            after.insert(target, Sentence(fresh, sentence.words, copy_of=origin))
        else:
            said = draw(st.sampled_from(["本条另行规定。", "附则由市政府解释。"]))
            after[place] = Sentence(fresh, said)
    return before, after, draw(st.sampled_from(before))


def joined(sentences):
    return "".join(sentence.words for sentence in sentences)


def spots(sentences):
    """Return [(sentence, where it stands)]."""
    ends = accumulate(len(sentence.words) for sentence in sentences)
    return [
        (sentence, Range(end - len(sentence.words), end))
        for sentence, end in zip(sentences, ends, strict=True)
    ]


def spot_of(sentences, identity):
    return next((spot for sentence, spot in spots(sentences) if sentence.identity == identity), None)


def sentence_at(sentences, found):
    """Return the one sentence that a range lies in, None where it lies across several."""
    return next(
        (
            sentence
            for sentence, spot in spots(sentences)
            if spot.start <= found.start and found.end <= spot.end
        ),
        None,
    )


def quoted_part(before, sentence, cut_left, cut_right):
    spot = spot_of(before, sentence.identity)
    start = min(spot.start + cut_left, spot.end - 2)
    return Range(start, max(spot.end - cut_right, start + 1))


def is_right(before, after, sentence, found):
    """Say whether words of one sentence, found in another version, are in a sentence they can be in.

    That is the sentence itself; or a copy of it where it was taken out, which no text tells from moving it, and with a
    word more in the copy not from moving and changing it. Which of
    several equal sentences is which no text tells for certain either: there it must be one of the equal ones. And a
    copy that says word for word what was quoted, while the sentence itself says a word more, may be the sentence moved.
    """
    landed = sentence_at(after, found)
    if landed is None:
        return False
    if landed.identity == sentence.identity:
        return True
    if sum(one.words == sentence.words for one in [*before, *after]) > 2:
        return landed.words == sentence.words
    if landed.copy_of == sentence.identity and landed.words == sentence.words:
        return True
    own = next((one for one in after if one.identity == sentence.identity), None)
    if own is not None:
        return landed.words == own.words
    return landed.copy_of is not None and (
        landed.copy_of == sentence.identity or landed.words == sentence.words
    )


@given(edited())
@settings(max_examples=200, deadline=None)
def test_equal_sentences_keep_apart(case):
    """What was said of two equal sentences never comes together on one, and each stays between what it stood between."""
    before, after, _ = case
    old, new = joined(before), joined(after)
    places = []
    for sentence in before:
        quoted = spot_of(before, sentence.identity)
        found = follow(old, new, quoted, quote=sentence.words)
        if found is not None:
            places.append(found)
            if old.count(sentence.words) > 1:
                assert around_one(new, found) == around_one(old, quoted)
    assert len(set(places)) == len(places)


def around_one(text, part):
    return text[part.start - 1 : part.start], text[part.end : part.end + 1]


@given(edited(), st.integers(0, 8), st.integers(0, 12))
@settings(max_examples=400, deadline=None)
def test_a_quotation_is_found_in_its_own_sentence_or_not_at_all(case, cut_left, cut_right):
    before, after, sentence = case
    old, new = joined(before), joined(after)
    quoted = quoted_part(before, sentence, cut_left, cut_right)
    found = follow(old, new, quoted, quote=quoted.of(old))
    if found is None:
        return
    assert 0 <= found.start < found.end <= len(new)
    assert is_right(before, after, sentence, found), (quoted.of(old), found.of(new))


@given(edited())
@settings(deadline=None)
def test_a_sentence_that_nobody_touched_is_found(case):
    before, after, sentence = case
    old, new = joined(before), joined(after)
    if old.count(sentence.words) > 1 or new.count(sentence.words) > 1:
        return
    spot = spot_of(after, sentence.identity)
    if spot is None or spot.of(new) != sentence.words:
        return
    assert follow(old, new, spot_of(before, sentence.identity), quote=sentence.words) == spot


@given(edited(), st.data())
@settings(max_examples=200, deadline=None)
def test_words_pass_with_their_sentence_through_splits_and_merges(case, data):
    """Several clauses' texts, cut at other places than before, with edits at the same time or without."""
    before, after, sentence = case
    if data.draw(st.booleans()):
        after = before
    cuts_old = sorted(data.draw(st.lists(st.integers(0, len(before)), max_size=2)))
    cuts_new = sorted(data.draw(st.lists(st.integers(0, len(after)), max_size=2)))
    old, new = pieces(before, cuts_old), pieces(after, cuts_new)
    quoted = quoted_part(before, sentence, data.draw(st.integers(0, 8)), data.draw(st.integers(0, 8)))
    which = sum(len(joined(before[:cut])) <= quoted.start for cut in cuts_old)
    offset = sum(len(text) for text in old[:which])
    words = quoted.of("".join(old))
    inside = Range(quoted.start - offset, quoted.end - offset)
    assert inside.of(old[which]) == words
    found = follow_among(old, new, which, inside, quote=words)
    if after == before:
        assert found is not None
    if found is None:
        return
    index, place = found
    begin = sum(len(text) for text in new[:index])
    whole = Range(begin + place.start, begin + place.end)
    assert place.end <= len(new[index])
    assert is_right(before, after, sentence, whole), (words, place.of(new[index]))


def pieces(sentences, cuts):
    edges = [0, *cuts, len(sentences)]
    return [joined(sentences[start:end]) for start, end in pairwise(edges)]


def test_words_across_a_new_border_are_gone():
    old = ["应当收摊，并清理垃圾。"]
    words = "收摊，并清理"
    start = old[0].index(words)
    assert follow_among(old, ["应当收摊，", "并清理垃圾。"], 0, Range(start, start + 6), quote=words) is None


@pytest.mark.parametrize(
    ("old", "new", "quote", "expected"),
    [
        ("商户应当在二十一点前收摊。", "商户应当在每日二十二点前收摊。", "前收摊", "前收摊"),
        ("罚款一百元。罚款五百元。", "罚款五百元。", "罚款一百元", None),
        ("摊位不得占道。", "", "占道", None),
        ("不得占道。应当收摊。", "应当收摊。不得占道。", "不得占道。", "不得占道。"),
        ("甲乙丙丁", "甲乙丙丁", "乙丙", "乙丙"),
        ("好。", "很好。", "好", "好"),
        # A word that stands in two sentences stays with its own or is gone.
        ("罚款一百元。罚款五百元。", "罚款五百元。", "罚款", None),
        ("不得占道。应当收摊。不得占道。", "应当收摊。不得占道。", "不得占道。", None),
        ("不得占道。应当收摊。", "不得占道。不得占道。应当收摊。", "不得占道。", None),
        # The sentence around a word was written anew: the word in it is another one.
        ("商户应当收摊。", "执法人员应当出示证件并说明来意。", "应当", None),
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
