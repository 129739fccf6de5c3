"""Similarity of short texts, by characters alone and fused with embeddings."""

import numpy as np
import pytest

from nlp import Similarity

TEXTS = ["小区门口垃圾成堆没人清理", "路灯坏了晚上很黑", "楼下烧烤摊油烟太大", "公积金怎么提取"]


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


def test_fusion_lets_the_embedding_decide_where_characters_do_not():
    def embed(texts, kind):
        axis = {"路灯坏了晚上很黑": 1, "街边照明全灭": 1}
        rows = np.zeros((len(texts), 4), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row, axis.get(text, 0)] = 1.0
        assert kind in ("query", "passage")
        return rows

    assert Similarity(TEXTS, embed=embed).best("街边照明全灭")[0].index == 1
