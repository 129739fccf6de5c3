"""The first-level topic: a table of plain messages, what says nothing, batches, and the model as data."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import topic
from nlp.content import MODELS

TABLE = [
    ("小区房产证拖了五年还没办下来，开发商一直推诿", "城乡建设"),
    ("楼上住户私自搭建阳光房，物业和规划部门都不管", "城乡建设"),
    ("单位拖欠工资半年，也没有给我们交社保", "劳动和社会保障"),
    ("退休后养老金一直没有调整，想问社保局怎么计算工龄", "劳动和社会保障"),
    ("学校暑假强制补课，还收补课费", "教育文体"),
    ("民办教师转正待遇问题，幼儿园学费乱涨", "教育文体"),
    ("化工厂夜里偷排废气，臭味熏得睡不着", "环境保护"),
    ("养猪场的污水直接排进河里，鱼都死了", "环境保护"),
    ("快递公司弄丢包裹，客服推诿不肯赔偿", "交通运输"),
    ("出租车打车不打表，拒载乱收费", "交通运输"),
    ("医院乱开药乱收费，护士态度恶劣", "卫生计生"),
    ("二胎准生证怎么办理，社会抚养费怎么收", "卫生计生"),
    ("小区电梯三天两头坏，维保单位没有资质，请质监部门查一查", "商贸旅游"),
    ("导游强迫游客购物，景区门票乱涨价", "商贸旅游"),
]
POOL = ["", "！！！", *(text for text, _ in TABLE), *(text * 8 for text, _ in TABLE)]


@pytest.mark.parametrize(("text", "label"), TABLE)
def test_plain_messages(text, label):
    found = topic.classify(text)
    assert found.label == label
    assert 0 < found.confidence <= 1


def test_marks_and_blanks_change_nothing():
    assert topic.classify("学校，强制 补课\n收费！") == topic.classify("学校 强制！补课，\t收费")


@pytest.mark.parametrize(
    "text", ["", "😀", "???", "啊" * 100_000, "x" * 100_000, "哈 " * 50_000, "\ud800", "123 456"]
)
def test_what_says_nothing_has_low_confidence(text):
    assert topic.classify(text).confidence < 0.4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(POOL), st.text(max_size=60)), max_size=300))
def test_a_text_is_read_alike_alone_and_in_any_batch(texts):
    together = topic.classify_many(texts)
    assert [one.label for one in together] == [topic.classify(text).label for text in texts]
    assert [one.confidence for one in together] == pytest.approx(
        [topic.classify(text).confidence for text in texts], abs=2e-4
    )


def test_the_model_is_small_and_says_how_good_it_is():
    card = json.loads((MODELS / "topic.json").read_text(encoding="utf-8"))
    assert len(card["classes"]) == 7
    low, high = card["figures"]["macro_f1_95"]
    assert low < card["figures"]["macro_f1"] < high
    assert sum((MODELS / f"topic.{end}").stat().st_size for end in ("npz", "json")) < 1_000_000
