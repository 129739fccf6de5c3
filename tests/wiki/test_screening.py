"""What is held back and by which rule; what people say of spam, of rules and of their government is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.text.screening import FLOOD, READ, SAME_AGAIN, History, Rule, rule_name, screen

CLAUSE = "禁止在摊位周边张贴代开发票、办证刻章的小广告。"

HELD = [
    ("加微信 abcd1234 代开发票，价格低", Rule.ADVERT),
    ("刷单返现，联系 13812345678", Rule.ADVERT),
    ("薇信：abcd1234，刷单返现", Rule.ADVERT),
    ("你们这些脑残", Rule.ABUSE),
    ("看 http://a.com http://b.com http://c.top 就明白了", Rule.LINKS),
    ("电话 13812345678 或者 13912345679 找我", Rule.CONTACTS),
    ("快来看这里的好房子。" * 8, Rule.REPEATED),
    ("啊" * 40, Rule.REPEATED),
    ("asdjklqwe zxcmnb qwpoei rtyfgh", Rule.GIBBERISH),
    ("😀😃😄😁😆😅😂🤣😊😇🙂🙃😉", Rule.GIBBERISH),
]
FREE = [
    "收摊时间改到二十二点更合理。",
    "建议打击“代开发票”“办证刻章”小广告。",
    "建议严厉打击刷单、代开发票、办证刻章等违法行为。",
    "这个办法完全是糊弄老百姓，领导不作为，坚决反对！！！！！！",
    "依据见 https://www.gov.cn/a 、https://www.beijing.gov.cn/b 、http://fgw.beijing.gov.cn/c",
    "有问题打 12345 或者 010-12345678。",
    "55 分贝",
    "夜间 | 50 分贝",
    "支持！！！！！！！！！！！！！",
    "Stalls should close at ten in the evening, not at nine.",
    "有人骂他“脑残”，这样的摊主应当处罚。",
]


@pytest.mark.parametrize(("text", "rule"), HELD)
def test_held_back(text, rule):
    assert screen(text) == rule
    assert screen("改一下", reason=text) == rule


@pytest.mark.parametrize("text", FREE)
def test_free(text):
    assert screen(text) == ""
    assert screen("改一下", reason=text) == ""


def test_only_what_somebody_adds_is_theirs():
    assert screen(CLAUSE + "违者处罚。", "要有罚则", base=CLAUSE) == ""
    assert screen(CLAUSE + "加微信 abcd1234 代开发票。", "好", base=CLAUSE) == Rule.ADVERT
    assert screen("", "这条脑残", base=CLAUSE) == Rule.ABUSE


def test_what_was_said_before_counts():
    words = "每条都应当改成这样才好啊，大家支持"
    assert screen(words, history=History(same_by_author=SAME_AGAIN - 1)) == ""
    assert screen(words, history=History(same_by_author=SAME_AGAIN)) == Rule.SAME_AUTHOR
    assert screen("同意", history=History(same_by_author=SAME_AGAIN)) == ""
    assert screen("同意", history=History(same_by_new=FLOOD)) == Rule.FLOOD
    assert screen("同意", history=History(same_by_new=FLOOD - 1)) == ""


def test_every_rule_has_a_chinese_name():
    assert all(rule_name(rule) == rule.label and rule.label for rule in Rule)
    assert rule_name("gone") == "gone"


@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=200))
def test_any_text_has_an_answer(text, reason, base):
    assert screen(text, reason, base=base) in {"", *Rule.values}


@given(st.sampled_from([text for text, _ in HELD]), st.text(alphabet="甲乙丙丁", max_size=8))
def test_kept_words_of_the_clause_hold_nothing_back(spam, more):
    assert screen(spam + more, base=spam) == ""


def test_long_words_take_no_longer():
    assert screen("收摊时间改到二十二点更合理。" + "甲乙丙丁戊己庚辛" * READ) in {"", *Rule.values}
