"""Request type, urgency, tone and key words: tables of sentences."""

import pytest

from nlp import analyze, keywords, request, sentiment, urgency
from nlp.normalization import normalize


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请问老年证怎么办理？", "咨询"),
        ("地铁几号线什么时候开通？想问一下", "咨询"),
        ("感谢城管队员帮我找回钱包，点赞", "表扬"),
        ("建议在路口加装红绿灯", "建议"),
        ("希望在公园增设几把座椅", "建议"),
        ("举报某饭店涉嫌使用地沟油", "举报"),
        ("楼下广场舞音响太吵，严重影响休息，没人管", "投诉"),
        ("帮帮我们吧，工资三个月没发", "求助"),
        ("路口的井盖坏了", "投诉"),
        ("", "投诉"),
    ],
)
def test_request(text, kind):
    result = request.classify(normalize(text))
    assert result.type == kind
    assert 0 < result.confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "楼道里一股煤气味",
        "井盖没了，昨天有人掉进去",
        "电梯突然坠了两层",
        "外墙瓷砖往下掉，差点砸到人",
        "消防通道被锁死了",
        "电线垂落在地上还冒火花",
        "对面楼着火了",
        "桥面塌陷了",
        "吃了食堂的饭好多孩子呕吐",
        "孩子走丢了",
    ],
)
def test_dangers_are_urgent(text):
    result = urgency.assess(normalize(text))
    assert result.urgent
    assert result.cues
    assert not result.self_harm


@pytest.mark.parametrize(
    "text",
    [
        "垃圾三天没清",
        "楼下天天吵",
        "公积金怎么提取",
        "超市跳楼价甩卖",
        "热死了困死了",
        "危房改造补贴什么时候发",
        "汽车拐弯太急",
    ],
)
def test_nuisances_are_not(text):
    assert not urgency.assess(normalize(text)).urgent


@pytest.mark.parametrize(
    ("text", "harm"),
    [
        ("我不想活了，你们都不管", True),
        ("再不解决我就死给你们看", True),
        ("只能跳楼了", True),
        ("心理热线：预防自杀讲座", False),
        ("这价格真是跳楼价", False),
        ("想死你了", False),
    ],
)
def test_self_harm_is_told_apart(text, harm):
    result = analyze(text)
    assert result.self_harm is harm
    assert result.urgent or not harm


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("服务很好，非常满意，感谢", "positive"),
        ("环境不好，态度恶劣，太差了", "negative"),
        ("不满意", "negative"),
        ("不错", "positive"),
        ("明天开会", "neutral"),
        ("", "neutral"),
    ],
)
def test_sentiment(text, label):
    result = sentiment.classify(normalize(text))
    assert result.label == label
    assert -1 <= result.score <= 1


def test_keywords_tell_the_subject_and_no_personal_data():
    found = analyze("油烟扰民，烧烤店油烟太大，我叫王小明，电话13800138000，王小明").keywords
    assert "油烟" in found
    assert not any("13800138000" in word or "小明" in word for word in found[:1])
    assert "我们" not in keywords.keywords("我们我们油烟")
