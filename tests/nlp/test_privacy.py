"""What identifies a person is found and masked; nothing that is found survives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import personal, redact
from nlp.personal import find_personal, id_number_is_valid, luhn_is_valid

PHONES = st.from_regex(r"1[3-9]\d{9}", fullmatch=True)
IDS = st.from_regex(r"[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|1\d|2[0-8])\d{3}[0-9X]", fullmatch=True)
PLATES = st.from_regex(r"[京津沪冀湘粤][A-HJ-N]·?[0-9][A-HJ-NP-Z0-9]{3}[0-9]", fullmatch=True)
EMAILS = st.from_regex(r"[a-z0-9]{1,12}@[a-z0-9]{1,10}\.(com|cn|com\.cn)", fullmatch=True)
HOMES = st.from_regex(r"\d{1,2}号楼\d{1,2}单元[1-9]\d{2,3}室?", fullmatch=True)
WECHATS = st.from_regex(r"微信号?[:：]?[a-z][a-z0-9_]{5,12}", fullmatch=True)
WORDS = st.sampled_from(
    [
        "住",
        "电话",
        "我叫",
        "王",
        "小明",
        "，",
        "。",
        " ",
        "-",
        "a",
        "1",
        "号",
        "垃圾",
        "没人管",
        "女士",
        "：",
        "\n",
        "😀",
        "BJ",
        "京A",
    ]
)
LETTERS = st.lists(
    st.one_of(PHONES, IDS, PLATES, EMAILS, HOMES, WECHATS, WORDS, st.text(max_size=5)), max_size=12
).map("".join)


@settings(deadline=None)
@given(LETTERS)
def test_nothing_that_a_pattern_finds_survives(text):
    masked = redact(text)
    assert find_personal(masked) == []
    assert redact(masked) == masked


@settings(deadline=None)
@given(st.one_of(PHONES, IDS, EMAILS, HOMES, PLATES))
def test_each_is_masked_inside_a_sentence(value):
    assert value not in redact(f"反映问题，{value}，请处理")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13800138000", "电话〔电话〕"),
        ("电话１３８-００１３-８０００", "电话〔电话〕"),
        ("手机 138 0013 8000 联系", "手机 〔电话〕 联系"),
        ("打幺三八零零幺三八零零零", "打〔电话〕"),
        ("+86 13800138000", "〔电话〕"),
        ("座机010-62345678", "座机〔电话〕"),
        ("身份证11010519491231002X", "身份证〔证件号〕"),
        ("卡号6222 0212 3456 7890 123", "卡号〔号码〕"),
        ("车牌京A·12345乱停", "车牌〔车牌〕乱停"),
        ("新能源京AD12345", "新能源〔车牌〕"),
        ("邮箱zhang.san@example.com", "邮箱〔邮箱〕"),
        ("加我微信abc_12345", "加我微信〔账号〕"),
        ("住3号楼2单元501", "住〔住址〕"),
        ("住三号楼二单元五零一室", "住〔住址〕"),
        ("12栋1203室漏水", "〔住址〕漏水"),
        ("我叫张三丰，住在朝阳区", "我叫〔姓名〕，住在朝阳区"),
        ("我叫张三住在朝阳区", "我叫〔姓名〕住在朝阳区"),
        ("姓名：欧阳小红", "姓名：〔姓名〕"),
        ("王女士反映", "〔姓名〕女士反映"),
        ("李小明先生的车", "〔姓名〕先生的车"),
        ("楼下修车的赵师傅", "楼下修车的〔姓名〕师傅"),
        ("邻居周某半夜唱歌", "邻居〔姓名〕某半夜唱歌"),
        ("本人陈大文，家住西城", "本人〔姓名〕，家住西城"),
        ("联系人：孙小小，电话13800138000", "联系人：〔姓名〕，电话〔电话〕"),
        ("投诉人钱多多反映", "投诉人〔姓名〕反映"),
        ("物业经理姓名是吴有德", "物业经理姓名是〔姓名〕"),
        ("找李科长（13800138000）", "找李科长（〔电话〕）"),
        ("林 静 13800138000", "〔姓名〕 〔电话〕"),
        ("此致敬礼！刘一平", "此致敬礼！〔姓名〕"),
        ("电话一三八零零一三八零零零", "电话〔电话〕"),
        ("电话１３８ ００１３ ８０００", "电话〔电话〕"),
        ("手机壹叁捌零零壹叁捌零零零", "手机〔电话〕"),
        ("138.0013.8000", "〔电话〕"),
        ("(010)62345678找我", "〔电话〕找我"),
        ("旧身份证110105491231002", "旧身份证〔号码〕"),
        ("卡号6222021234567890123", "卡号〔号码〕"),
        ("刷卡4111 1111 1111 1111", "刷卡〔卡号〕"),
        ("车京N·88D88占了车位", "车〔车牌〕占了车位"),
        ("ＱＱ：１２３４５６", "ＱＱ：〔账号〕"),
        ("加V：abc_de1", "加V：〔账号〕"),
        ("幸福里小区7号楼3单元1202室漏水", "幸福里小区〔住址〕漏水"),
        ("和平家园A3座1709", "和平家园〔住址〕"),
        ("西里小区2－05－406", "西里小区〔住址〕"),
    ],
)
def test_masks(text, expected):
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "案件BJ2611210000017什么时候结案",
        "拨打12345或者110",
        "罚款10000元，面积120平方米",
        "3号楼门口有垃圾",
        "2026年11月21日晚上8点",
        "门牌18号院南门",
        "5号楼500户居民",
        "小区共计796户，入住280户",
        "建了一座110平方米的平房",
        "到人社厅410室投诉",
        "3号楼1200平方米",
        "7号楼603套商品房",
        "评估的是房产，登记为2198房产",
        "公安同志和城管同志都来过",
        "业主房产证没办下来，居民安全没保障",
        "申请人单方解除合同",
        "某小区、某公司、于某些人",
        "王府井大街的百货大楼",
        "马连道茶城、张自忠路、白云观街",
        "李宁公司和陈李济药店",
        "局长、书记、王府井派出所所长",
        "工资单1867 2041 1648 1736",
        "热线12345、400-123-4567、95598",
        "公交300路、5.5米、2026-11-21",
        "楼高34层共120米",
        "京东快递、川菜馆、新A级景区",
        "",
        "12345",
        "😀",
    ],
)
def test_what_is_no_ones_stays(text):
    assert redact(text) == text


def test_kinds_values_and_checks():
    found = {one.kind: one for one in find_personal("11010519491231002X 打13800138000")}
    assert found[personal.ID_NUMBER].valid
    assert found[personal.PHONE].value == "13800138000"
    wrong = find_personal("110105194912310021")[0]
    assert (wrong.kind, wrong.valid) == (personal.ID_NUMBER, False)
    assert id_number_is_valid("11010519491231002x")
    assert not id_number_is_valid("11010519491331002X")
    assert luhn_is_valid("4111111111111111")
    assert not luhn_is_valid("4111111111111112")


def test_positions_are_those_of_the_text():
    text = "请拨１３８００１３８０００"
    one = find_personal(text)[0]
    assert text[one.start : one.end] == "１３８００１３８０００"
