"""The matter classifier that ships: plain cases, confusable pairs, its honesty about what it does not know."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import analyze, linear, matter, matter_rules
from nlp.content import MODELS
from nlp.linear import Share
from nlp.normalization import normalize


def classify(text: str) -> matter.Matter:
    return matter.classify(normalize(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # Noise: of a building site, or any other.
        ("对面工地凌晨两点还在打桩，吵得全家睡不着", "08001"),
        ("楼下KTV每晚唱到两点，噪音扰民", "06028"),
        ("楼上装修电钻从早响到晚，噪声太大", "06028"),
        # Stalls: that block the way, that wander, that spread out of a shop.
        ("路口摊贩占道经营，把非机动车道都堵死了", "09006"),
        ("水果店把货架摆到店外人行道上卖", "09005"),
        # Waste water: into a river, or elsewhere.
        ("印染厂往河里偷排污水，河水都变色了", "06026"),
        ("餐馆把泔水污水直接倒在便道上，横流一地", "06030"),
        # Sites: dust, or lorries that leak.
        ("工地没有洒水，尘土飞扬，窗户都不敢开", "08004"),
        ("工地裸土没有苫盖，一刮风全是土", "08004"),
        ("渣土车没盖篷布，泥土撒了一路", "08011"),
        ("地铁施工夜里两点还在浇筑，噪声太大", "08001"),
        ("楼下KTV低音炮震得床都抖", "06028"),
        ("五金店把货架摆到门外人行道上", "09005"),
        ("饭馆把桌椅摆到店外面占了半条人行道", "09005"),
        ("早市摊位一直摆到马路中间，车过不去", "09006"),
        ("没有执照的游商在地铁口兜售手机壳", "09001"),
        ("养猪场的粪水直接排到农田里", "06030"),
        ("工厂把污水排进河里，河水都黑了", "06026"),
        ("拆迁工地扬尘太大，窗户不敢开", "08004"),
        ("出租车拒载还绕路", "OUT"),
        ("公租房什么时候能申请", "OUT"),
        ("流动摊贩推着三轮车在小区里转着卖水果", "09001"),
        ("小贩天天在公园门口摆摊卖烤肠", "09001"),
        ("夜市摊子占了半条路，车过不去", "09006"),
        ("地铁施工半夜打桩", "08001"),
        ("邻居家半夜放音响", "06028"),
        ("饭店油烟直接排到居民楼，呛得没法开窗", "06027"),
        ("小区门口垃圾堆了三天没人清理", "06010"),
        ("马路上有个大坑，车轮都颠坏了", "06013"),
        ("路灯不亮，晚上走路看不见", "01037"),
        ("邻居在楼顶私自搭建彩钢房", "06001"),
        ("私家车天天停在人行道上", "09009"),
        ("消防通道被车堵死了", "09012"),
        ("共享单车堆满了地铁口", "09011"),
        ("电线杆上贴满了小广告", "07001"),
        ("十字路口红绿灯坏了", "02014"),
        ("公厕太脏还收费", "03001"),
        # Other authorities' affairs.
        ("公司拖欠工资三个月不发", "OUT"),
        ("请问公积金怎么提取", "OUT"),
        ("孩子上小学学区怎么划分", "OUT"),
        ("房产证办了两年还没下来", "OUT"),
        ("自来水有异味，水质浑浊", "OUT"),
    ],
)
def test_table(text, code):
    result = classify(text)
    assert result.code == code, result


def test_three_candidates_in_order_and_the_words_that_decided():
    result = classify("烧烤摊的油烟熏得人没法开窗")
    chances = [candidate.confidence for candidate in result.candidates]
    assert len(chances) == 3
    assert chances == sorted(chances, reverse=True)
    assert result.candidates[0].code == result.code
    assert result.candidates[0].confidence == result.confidence
    assert any("油烟" in words for words in result.because)


@pytest.mark.parametrize("text", ["", "   ", "😀", "123456", "！！！", "\x00", "呃"])
def test_a_text_that_says_nothing_is_left_to_a_person(text):
    assert not analyze(text).matter.certain


def test_without_weights_a_person_decides(tmp_path, monkeypatch):
    assert linear.load("matter", tmp_path) is None
    monkeypatch.setattr(matter, "default", lambda: None)
    result = classify("井盖坏了")
    assert (result.code, result.confidence, result.certain) == ("OUT", 0.0, False)


def test_words_that_overlap_are_told_as_one():
    shares = [Share(0, "油烟", 0.5), Share(1, "烟扰", 0.3), Share(2, "扰民", 0.4), Share(9, "餐馆", 0.2)]
    assert matter.joined(shares) == ["油烟扰民", "餐馆"]


def test_the_shipped_model_is_small_data_with_a_card():
    card = json.loads((MODELS / "matter.json").read_text(encoding="utf-8"))
    size = sum(path.stat().st_size for path in MODELS.glob("matter.*"))
    assert size < 1_000_000
    assert {"version", "fingerprint", "training", "recipe", "threshold", "temperature"} <= card.keys()
    model = linear.load("matter", MODELS)
    assert model is not None
    assert len(model.classes) == 251


def test_every_rule_speaks_for_a_code_of_the_model():
    model = matter.default()
    assert model is not None
    assert {rule.code for rule in matter_rules.RULES} <= set(model.classes)


def test_many_texts_at_once_are_read_as_each_alone():
    texts = ["路灯不亮", "", "对面工地凌晨打桩", "公积金怎么提取", "😀"]
    assert matter.classify_many(texts) == [matter.classify(text) for text in texts]


@pytest.mark.parametrize(
    "text", ["SOHO", "os asdf", "望京SOHO", "asdf qwer", "soso", "wa sos", "SOS", "sos sos!"]
)
def test_letters_without_chinese_are_never_certain(text):
    assert not classify(text).certain


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SOHO门口垃圾堆了三天没人收", "06010"),
        ("LSOSX楼下的路灯不亮", "01037"),
        ("公园里的SOS按钮坏了", "01066"),
        ("楼下KTV半夜太吵了", "06028"),
    ],
)
def test_letters_count_only_in_words_that_are_known(text, code):
    result = classify(text)
    assert result.code == code
    assert "SO" not in result.because


@given(st.text("abcdefghijklmnopqrstuvwxyzABCXYZ ", max_size=60))
def test_no_letters_alone_are_certain(text):
    assert not classify(text).certain
    assert len(matter.legible(text)) == len(text)
