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
        "井盖被人偷走了一个大窟窿",
        "下水道口没盖儿，黑灯瞎火的",
        "防火门被人用铁链子锁上了",
        "地面塌了个大洞",
        "有人拿刀在小区里追人",
        "食堂吃完饭几十个孩子上吐下泻",
        "塔吊晃得厉害要倒",
        "媒气泄露了",
        "煤*气*泄*漏",
        "煤 气 味 很 大",
        "gas leak in our building",
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
        "煤气费涨价了吗",
        "吵死人了，根本睡不着",
        "手机掉到井里了能捞吗",
        "社区演练火灾逃生很好",
        "灭火器过期了",
        "电梯广告太多了",
        "跳河边的广场舞太吵",
        "[31m",
    ],
)
def test_nuisances_are_not(text):
    assert not urgency.assess(normalize(text)).urgent


def test_danger_far_behind_in_a_long_letter_is_found_and_an_alarm_names_its_words():
    assert urgency.assess(normalize("说明情况如下。" * 600 + "电梯正在往下掉，里面有人")).cues
    for text in ("快来人救火啊", "鱼塘边有人不动了"):
        found = urgency.assess(normalize(text))
        assert bool(found.cues) is found.urgent


@pytest.mark.parametrize(
    ("text", "harm"),
    [
        ("我不想活了，你们都不管", True),
        ("再不解决我就死给你们看", True),
        ("我站在楼顶，你们不来我就跳了", True),
        ("再不解决我就从楼顶跳下去", True),
        ("一瓶安眠药都吃了", True),
        ("喝了敌敌畏", True),
        ("我要烧死自己", True),
        ("想一了百了", True),
        ("我想自我了断", True),
        ("活够了", True),
        ("自 杀", True),
        ("不如死了算了", True),
        ("我要带着孩子一起走，不想再受罪", True),
        ("真的撑不下去了，药都买好了", True),
        ("自杀干预热线电话是多少", False),
        ("建议学校开展防自杀讲座", False),
        ("我不想活在垃圾堆旁边", False),
        ("跳河边的广场舞太吵", False),
        ("股票跳水我想跳楼哈哈", False),
        ("带孩子一起走路上学不安全", False),
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
