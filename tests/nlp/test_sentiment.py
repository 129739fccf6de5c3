"""The tone: a table of plain sentences, what says nothing, batches, and the model as data."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import analyze, sentiment, taxonomy
from nlp.content import MODELS, TAXONOMY
from nlp.learning import training_sentiment
from nlp.normalization import normalize

TABLE = [
    ("服务很好，非常满意，感谢", "positive"),
    ("房间干净，早餐丰富，下次还来", "positive"),
    ("今天收到礼物，太开心了，哈哈", "positive"),
    ("致敬逆行的医生，你们辛苦了，加油", "positive"),
    ("送餐太慢，饭都凉了，味道也难吃", "negative"),
    ("质量太差，用了两天就坏了，客服不理人", "negative"),
    ("气死我了，怎么会有这么不讲理的人", "negative"),
    ("心里好难过，一个人偷偷哭了很久", "negative"),
    ("环境不好，态度恶劣，太差了", "negative"),
    ("施工队半夜还在打桩，吵得全家睡不着，太气人了", "negative"),
    ("据通报，本次会议将于下周三在北京召开", "neutral"),
    ("新华社记者今日发布新增病例数据", "neutral"),
]
# None of these is among the sentences that the model learned from.
UNLEARNED = {
    "neutral": [
        "请问新发地市场在哪里",
        "明天会下雨吗",
        "我家楼下有一个菜市场",
        "办理居住证需要什么材料",
        "菜价多少",
        "我想买菜",
        "建议增加一个公交站",
        "一般",
        "你好",
        "垃圾分类",
        "今天星期三",
        "我想办一张公交卡",
        "小区西门对面是一所中学",
        "建议在路口装个红绿灯",
    ],
    "negative": [
        "昨晚工地打桩吵到两点",
        "楼道里堆着旧家具和纸箱",
        "路灯连着三天不亮",
        "人行道上停了七辆汽车",
        "下水道往外冒水",
        "井盖缺了一块",
        "店家把桌子摆到马路上",
        "垃圾五天没有清运",
    ],
    "positive": [
        "感谢师傅连夜抢修水管",
        "社区的服务非常周到",
        "新公园真漂亮",
        "处理得很快，点赞",
        "菜市场又干净又方便，喜欢",
    ],
}
POOL = ["", "！！！", *(text for text, _ in TABLE), *(text * 8 for text, _ in TABLE)]


@pytest.mark.parametrize(("text", "label"), TABLE)
def test_plain_sentences(text, label):
    found = sentiment.classify(normalize(text))
    assert found.label == label
    assert -1 <= found.score <= 1


@pytest.mark.parametrize(
    ("text", "label"), [(text, label) for label, texts in UNLEARNED.items() for text in texts]
)
def test_what_citizens_ask_state_and_praise(text, label):
    assert sentiment.classify(normalize(text)).label == label


def test_what_citizens_ask_state_and_praise_was_not_learned():
    tones = yaml.safe_load((TAXONOMY / "tones.yaml").read_text(encoding="utf-8"))
    requests = yaml.safe_load((TAXONOMY / "requests.yaml").read_text(encoding="utf-8"))
    assert set(tones) == set(sentiment.TONES)
    written = [text for texts in tones.values() for text in texts]
    assert len(written) == len(set(written))
    known = taxonomy.default()
    examples = {
        text for part in (known.matters, known.parts) for one in part.values() for text in one.examples
    }
    learned = {*written, *(text for texts in requests.values() for text in texts), *examples}
    assert not {text for texts in UNLEARNED.values() for text in texts} & learned
    assert not {text for text, _ in TABLE} & learned


def test_so_so_is_neutral_with_any_stop_but_not_inside_a_sentence():
    assert [sentiment.classify(normalize(text)).label for text in ("一般！", "还行。", "普通")] == [
        "neutral"
    ] * 3
    assert sentiment.classify("一般般的服务，太差了，很失望").label == "negative"


def test_without_the_open_texts_nothing_is_trained(tmp_path, monkeypatch):
    for name in ("SENTIMENT", "PAIRED"):
        with monkeypatch.context() as patch:
            patch.setattr(training_sentiment, "SENTIMENT", tmp_path)
            patch.setattr(training_sentiment, "PAIRED", tmp_path)
            patch.setattr(training_sentiment, name, tmp_path / "absent")
            with pytest.raises(FileNotFoundError):
                training_sentiment.texts()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("👍", "positive"),
        ("😊", "positive"),
        ("❤️❤️", "positive"),
        ("👏🏻", "positive"),
        ("😡", "negative"),
        ("👎", "negative"),
        ("😢😢😢", "negative"),
        ("😂", "neutral"),
        ("🚌", "neutral"),
    ],
)
def test_emoji_alone_tell_a_clear_tone(text, label):
    assert analyze(text).sentiment.label == label


def test_emoji_move_the_score_and_nothing_else():
    bare, angry = analyze("路灯换了"), analyze("路灯换了😡😡")
    assert angry.sentiment.score < bare.sentiment.score
    assert angry.matter == bare.matter
    assert angry.redacted == "路灯换了😡😡"


@pytest.mark.parametrize(
    ("milder", "stronger"),
    [
        ("饭有点咸", "饭难吃得要命，再也不会买了，差评"),
        ("还行", "太喜欢了，质量非常好，强烈推荐"),
    ],
)
def test_what_is_put_more_strongly_lies_further_from_zero(milder, stronger):
    assert abs(sentiment.classify(milder).score) < abs(sentiment.classify(stronger).score)


@pytest.mark.parametrize(
    "text", ["", "😀", "???", "啊" * 100_000, "x" * 100_000, "哈 " * 50_000, "\ud800", "123 456"]
)
def test_what_says_nothing_is_neutral(text):
    assert sentiment.classify(text) == sentiment.Sentiment("neutral", 0.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(POOL), st.text(max_size=60)), max_size=300))
def test_a_text_is_read_alike_alone_and_in_any_batch(texts):
    together = sentiment.classify_many(texts)
    alone = [sentiment.classify(text) for text in texts]
    assert [one.score for one in together] == pytest.approx([one.score for one in alone], abs=2e-3)
    assert [one.label for one in together] == [one.label for one in alone]


def test_the_model_is_small_and_says_how_good_it_is():
    card = json.loads((MODELS / "sentiment.json").read_text(encoding="utf-8"))
    assert set(card["classes"]) == set(sentiment.TONE_OF)
    assert 0.5 < card["figures"]["posts_positive_or_negative"] < 1
    assert 0.5 < card["figures"]["chat_neutral_called_so"] < 1
    assert 0.9 < card["figures"]["complaints_called_negative"] < 1
    assert all(source in card["training"] for source in ("LCQMC", "STS-B", "SMP2020", "tones.yaml"))
    assert sum((MODELS / f"sentiment.{end}").stat().st_size for end in ("npz", "json")) < 1_000_000
