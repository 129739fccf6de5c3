"""Summaries out of a text's own sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.summary import gist, sentences, summarize

LETTER = (
    "尊敬的领导：您好！我是幸福小区的居民。小区门口的搅拌站每天夜里施工，噪音很大。老人孩子都无法休息。"
    "我们多次向街道反映，没有结果。请求有关部门查处搅拌站夜间施工的噪音。感谢领导百忙之中阅读来信。"
)
PIECE = st.text(alphabet="路灯坏了。！；\n ，a1", max_size=60)


def test_it_says_what_the_letter_is_about():
    found = summarize(LETTER, 60)
    assert "搅拌站" in found
    assert "感谢" not in found
    assert len(found) <= 60


def test_several_texts_give_one_summary_without_repeating():
    found = summarize([LETTER, LETTER, "幸福路的路灯坏了，晚上很黑。"], 200)
    own = sentences(found)
    assert len(own) == len(set(own))


@given(PIECE | st.lists(PIECE, max_size=5), st.integers(0, 80))
@settings(max_examples=120, deadline=None)
def test_summary_sentences_are_sentences_of_the_input(text, length):
    found = summarize(text, length)
    own = [one for piece in ([text] if isinstance(text, str) else text) for one in sentences(piece)]
    assert len(found) <= length
    assert found == summarize(text, length)
    rest = found
    while rest:  # whole sentences, or the beginning of a single one that was too long
        fits = [one for one in own if rest.startswith(one)]
        if not fits:
            assert rest == found
            assert any(one.startswith(rest) for one in own)
            break
        rest = rest[len(max(fits, key=len)) :].removeprefix(" ")


@pytest.mark.parametrize("empty", ["", "。。。", [], ["", "\n"], "😀"])
def test_nothing_to_say_gives_nothing(empty):
    assert summarize(empty) == ""


def test_a_long_text_without_a_stop_is_cut():
    assert summarize("长" * 100_000, 50) == "长" * 50


def test_the_gist_of_a_reply_leaves_its_courtesies_out():
    reply = "网友您好！您的留言已收悉。现将有关情况回复如下：幸福路的路灯由城管局维护，将于六月修复。感谢您的监督。"
    assert gist(reply) == "幸福路的路灯由城管局维护，将于六月修复"
    assert gist("您好！谢谢") == "您好，谢谢"
    assert gist("") == ""
