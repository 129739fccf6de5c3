"""Similarity of texts, by characters alone and fused with embeddings, made here or stored."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import Similarity

TEXTS = ["小区门口垃圾成堆没人清理", "路灯坏了晚上很黑", "楼下烧烤摊油烟太大", "公积金怎么提取"]
texts = st.lists(st.text(alphabet="小区路灯坏了垃圾 ,。1a𠮷", max_size=12), min_size=1, max_size=12)


def axes(*numbers):
    rows = np.zeros((len(numbers), 4), dtype=np.float32)
    for row, number in enumerate(numbers):
        if number is not None:
            rows[row, number] = 1.0
    return rows


def test_the_same_complaint_in_other_words_comes_first():
    found = Similarity(TEXTS).best("门口的垃圾堆了好几天没人管", count=2)
    assert found[0].index == 0
    assert found[0].score > found[1].score


def test_cosines_are_cosines():
    scores = Similarity(TEXTS).cosines(TEXTS[1])
    assert scores[1] == pytest.approx(1.0, abs=1e-5)
    assert (scores >= 0).all()
    assert Similarity(TEXTS).cosines("").sum() == 0


def test_an_empty_set_has_no_best():
    assert Similarity([]).best("垃圾") == []
    assert Similarity([]).cosines("垃圾").shape == (0,)


@given(texts)
@settings(max_examples=60, deadline=None)
def test_between_texts_of_a_set_it_is_the_same_either_way(some):
    known = Similarity(some)
    table = np.stack([known.cosines(text) for text in some])
    assert np.allclose(table, table.T, atol=1e-4)
    assert (table >= 0).all()
    assert (table <= 1).all()


@given(texts, st.data())
@settings(max_examples=60, deadline=None)
def test_texts_added_in_parts_are_found_as_if_added_at_once(some, data):
    cut = data.draw(st.integers(0, len(some)))
    grown = Similarity(some[:cut])
    for text in some[cut:]:
        grown.add([text])
    assert len(grown) == len(some)
    at_once = Similarity(some)
    for text in some:
        assert np.allclose(grown.cosines(text), at_once.cosines(text), atol=0.05)


@pytest.mark.parametrize("odd", ["", " ", "\ud800", "😀", "a" * 100_000, "。，！", "\x00\x01", "𠮷野家"])
def test_odd_texts_are_compared_like_any(odd):
    scores = Similarity([*TEXTS, odd]).cosines(odd)
    assert scores.shape == (5,)
    assert np.isfinite(scores).all()


def test_digits_and_latin_letters_tell_places_apart():
    known = Similarity(["3号线车站没有电梯", "5号线车站没有电梯", "805路公交车改道"])
    assert known.best("反映5号线电梯", count=1)[0].index == 1


def test_fusion_lets_the_embedding_decide_where_characters_do_not():
    def embed(texts, kind):
        assert kind in ("query", "passage")
        return axes(*({"路灯坏了晚上很黑": 1, "街边照明全灭": 1}.get(text, 0) for text in texts))

    assert Similarity(TEXTS, embed=embed).best("街边照明全灭")[0].index == 1


def test_stored_vectors_do_as_well_and_may_be_missing():
    known = Similarity(TEXTS[:2], vectors=axes(0, 1))
    known.add(TEXTS[2:], vectors=axes(0, None))
    assert known.best("街边照明全灭", vector=axes(1)[0])[0].index == 1
    known.add(["没有向量的新投诉"])
    assert known.best("街边照明全灭", vector=axes(1)[0])[0].index == 1
    assert known.standings(axes(1)[0])[-1] == 0
    assert known.best(TEXTS[2])[0].index == 2  # without a vector the characters decide


def test_vectors_must_fit_the_texts():
    with pytest.raises(ValueError, match="vectors"):
        Similarity(TEXTS, vectors=axes(0))


def test_only_those_marked_are_found():
    known = Similarity(TEXTS)
    found = known.best(TEXTS[0], among=np.array([False, True, False, True]))
    assert {hit.index for hit in found} == {1, 3}


def test_what_two_texts_share_is_told_rarest_first_and_not_twice():
    known = Similarity([*TEXTS, "丽发新城小区搅拌站噪音", "小区停车难", "小区绿化"])
    shared = known.shared("丽发新城小区旁边的搅拌站", "丽发新城小区搅拌站噪音")
    assert "丽发新城小区" in shared
    assert "搅拌站" in shared
    assert not any(one != other and one in other for one in shared for other in shared)
    assert known.shared("路灯", "油烟") == ()


def test_comparing_stored_vectors_loads_no_model():
    code = (
        "import sys, numpy as np; from nlp import Similarity, duplicates;"
        "s = Similarity(['路灯坏了', '油烟'], vectors=np.eye(2, dtype=np.float32));"
        "s.best('路灯', vector=np.eye(2, dtype=np.float32)[0]);"
        "assert not {'torch', 'scipy', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_background_teaches_what_is_rare():
    known = ["小区路灯坏了", "小区搅拌站太吵"]
    background = ["我们小区的路灯坏了", "路灯不亮", "路灯又坏了", "小区路灯"]
    plain, taught = Similarity(known), Similarity(known, background=background)
    query = "路灯旁的搅拌站"
    assert len(taught) == 2
    assert (
        taught.cosines(query)[1] - taught.cosines(query)[0]
        > plain.cosines(query)[1] - plain.cosines(query)[0]
    )
