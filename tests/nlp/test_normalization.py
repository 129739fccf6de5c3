"""normalize: what comes out, and that doing it twice changes nothing."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp import normalize
from nlp.normalization import fold

ANY = st.text(alphabet=st.characters(), max_size=60)
CHINESE = st.text(
    alphabet="乾隆後來乾燥頭髮發現裏面瞭解著作于於Ａ１！！…😀 \n\u200b\ud800e\u0301=\u0338.wh:/s\u3000½ﾊﾞ々嘅冇\u200d",
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ａ１２３号楼", "A123号楼"),
        ("後來頭髮乾了", "后来头发干了"),
        ("乾隆年間", "乾隆年间"),
        ("太吵了！！！！！", "太吵了!"),
        ("垃圾……没人管？？", "垃圾.没人管?"),
        ("啊啊啊啊啊啊吵死了", "啊啊啊吵死了"),
        ("罚款10000元", "罚款10000元"),
        ("看 https://example.com/a?b=c 这里", "看 这里"),
        ("好😀👍🏽的", "好 的"),
        ("a\u200bb\x00c\x7f", "abc"),
        ("一\r\n\r\n  二\t三", "一\n二 三"),
        ("\ud83d坏的半个表情", "坏的半个表情"),
        ("", ""),
        ("😀", ""),
        ("網址WWW.a.cn 看", "网址 看"),
        ("樓下嘅垃圾冇人理，好臭呀！！", "楼下嘅垃圾冇人理,好臭呀!"),
        ("後門的PARK很吵,please 处理", "后门的PARK很吵,please 处理"),
        ("１２３４５", "12345"),
        ("\t\u3000 \u2028二", "二"),
        ("!\u200b! ! !", "! ! !"),
    ],
)
def test_examples(text, expected):
    assert normalize(text) == expected


@settings(deadline=None)
@given(st.one_of(ANY, CHINESE))
@example("e\u200b\u0301")
@example("乾乾隆")
@example("。\u200b。")
@example("啊啊\u200b啊啊啊")
@example("!😀!")
def test_is_idempotent(text):
    once = normalize(text)
    assert normalize(once) == once
    once.encode()  # no lone surrogates


@settings(deadline=None)
@given(st.one_of(ANY, CHINESE))
def test_fold_is_idempotent(text):
    once = fold(text)
    assert fold(once) == once
