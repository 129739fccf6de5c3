"""Authorship of words: it covers the text exactly, and words nobody touched stay their author's."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from wiki.text.authorship import carry, cut, joined, of_new

# No numerals: a number changes as a whole.
WORDS = st.text(alphabet="商户摊位应当每日前收，。", max_size=60)


def spread(runs):
    return [version for count, version in runs for _ in range(count)]


def test_words_that_stay_keep_their_version():
    first = "商户应当在二十一点前收摊。"
    runs = carry(of_new(first, 1), first, "商户应当在二十二点前收摊，并清理垃圾。", 4)
    assert spread(runs)[:5] == [1] * 5  # 商户应当在
    assert spread(runs)[-1] == 1  # 。
    assert 4 in spread(runs)
    assert spread(runs).count(4) == len("二十二") + len("，并清理垃圾")


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_authorship_covers_the_text_and_names_only_versions_that_were(texts):
    runs = of_new(texts[0], 1)
    for version, (old, new) in enumerate(itertools.pairwise(texts), start=2):
        runs = carry(runs, old, new, version)
        assert sum(count for count, _ in runs) == len(new)
        assert set(spread(runs)) <= set(range(1, version + 1))
        assert runs == joined(runs)


@given(WORDS, WORDS, WORDS)
def test_what_comes_between_is_the_newcomers(before, inside, after):
    old, new = before + after, before + inside + after
    runs = carry(of_new(old, 1), old, new, 2)
    assert spread(runs).count(2) == len(inside)


@given(WORDS, st.integers(0, 60), st.integers(0, 60))
def test_a_cut_is_the_authorship_of_the_part(text, one, other):
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    runs = carry(of_new("商户", 1), "商户", text, 2)
    assert spread(cut(runs, start, end)) == spread(runs)[start:end]


def test_words_older_than_the_record_are_nobodys():
    assert carry([], "旧的文字", "旧的新文字", 3) == [(2, 0), (1, 3), (2, 0)]
