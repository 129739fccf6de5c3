"""The gazetteer: of a small city made for the test, and of the content folder."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import Gazetteer
from nlp.places import centroid

SQUARE = '{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}'


@pytest.fixture
def city(tmp_path):
    places, boundaries = tmp_path / "places", tmp_path / "boundaries"
    places.mkdir()
    boundaries.mkdir()
    (places / "divisions.csv").write_text(
        "district,street\n东山区,新华街道\n东山区,湖滨街道\n西山区,新华街道\n西山区,胜利街道\n西山区,沙湖地区\n",
        "utf-8",
    )
    (places / "villages.csv").write_text(
        "name,short,street,district\n花园社区居委会,花园,湖滨街道,东山区\n花园社区居委会,花园,胜利街道,西山区\n",
        "utf-8",
    )
    (places / "landmarks.csv").write_text(
        "name,aliases,lon,lat,district\n中心广场,大广场、市民广场,1.5,1.25,东山区\n湖滨公园,湖滨,1.0,1.0,东山区\n",
        "utf-8",
    )
    (places / "roads.csv").write_text(
        "name,aliases,districts\n环湖路,湖滨南路,东山区、西山区\n山前街,,西山区\n", "utf-8"
    )
    (places / "elsewhere.csv").write_text("name,short\n海省,\n海西市,海西\n西山市,\n", "utf-8")
    (places / "city.txt").write_text("双山市 双山\n", "utf-8")
    (places / "ambiguous.txt").write_text("胜利 湖滨路 不西山 ^东山\n", "utf-8")
    (boundaries / "districts.geojson").write_text(
        f'{{"features":[{{"properties":{{"district":"东山区"}},"geometry":{SQUARE}}}]}}', "utf-8"
    )
    return Gazetteer.load(places, boundaries)


def names(gazetteer, text):
    return [(place.name, place.district) for place in gazetteer.locate(text)]


def test_the_longest_name_and_its_position(city):
    (place,) = city.locate("大广场前面有垃圾")
    assert (place.name, place.text, place.lon, place.lat, place.precision) == (
        "中心广场",
        "大广场",
        1.5,
        1.25,
        "place",
    )


def test_the_most_precise_comes_first_and_a_street_borrows_the_districts_centre(city):
    found = city.locate("东山区湖滨街道")
    assert [place.precision for place in found] == ["street", "district"]
    assert (found[0].lon, found[0].lat) == (1.0, 1.0)
    assert found[0].name == "湖滨街道"


def test_a_shared_name_needs_its_district(city):
    assert names(city, "新华街道太吵") == []
    assert ("新华街道", "西山区") in names(city, "西山区新华街道太吵")
    assert ("花园社区居委会", "东山区") in names(city, "湖滨街道花园社区")


def test_an_ordinary_word_needs_its_district(city):
    assert names(city, "这是胜利") == []
    assert ("胜利街道", "西山区") in names(city, "西山胜利")
    assert names(city, "湖滨路上") == []  # hides the shorter name inside it


def test_a_road_through_several_districts_needs_one_of_them(city):
    assert names(city, "环湖路堵车") == []
    assert ("环湖路", "东山区") in names(city, "东山区环湖路堵车")
    assert names(city, "湖滨南路堵车") == []  # nor is it the shorter name inside it
    (place,) = city.locate("山前街积水")
    assert (place.name, place.district, place.street, place.precision) == ("山前街", "西山区", "", "district")


@pytest.mark.parametrize(
    "text",
    [
        "海西市西山区",
        "海省西山区沙湖镇",
        "海西西山区胜利路沙湖镇",
        "海西 西山",
        "西山市沙湖镇",
        "别的市沙湖镇",
        "省湖滨公园",
    ],
)
def test_a_place_of_another_city(city, text):
    assert names(city, text) == []


@pytest.mark.parametrize(
    "text", ["双山市西山区", "从海西到西山区", "海西人在西山区", "海西，西山区", "西山区", "城市里，西山区"]
)
def test_another_city_further_away(city, text):
    assert names(city, text) == [("西山区", "西山区")]


def test_a_name_that_another_word_runs_into(city):
    assert names(city, "嘉信东山") == []
    assert names(city, "双山东山") == [("东山区", "东山区")]
    assert names(city, "我在东山") == [("东山区", "东山区")]


def test_an_ordinary_word_hides_only_what_lies_in_it(city):
    assert names(city, "房子不西山") == []
    assert names(city, "能不西山区修") == [("西山区", "西山区")]


def test_a_landmark_stands_before_a_street_of_its_name(city):
    place = city.locate("湖滨很美")[0]
    assert (place.name, place.street, place.precision) == ("湖滨公园", "湖滨街道", "place")


def test_a_town_keeps_its_old_name(city):
    assert names(city, "沙湖镇") == [("沙湖地区", "西山区")]


def test_an_empty_folder_knows_no_place(tmp_path):
    assert Gazetteer.load(tmp_path, tmp_path).locate("海淀区") == []


def test_centroid_of_a_shape_and_of_a_line():
    assert centroid({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]]}) == (2, 1)
    assert centroid({"type": "Polygon", "coordinates": [[[1, 1], [1, 1], [1, 1]]]}) == (1, 1)


@pytest.mark.parametrize(
    ("text", "district", "street"),
    [
        ("朝阳区望京街道有人占道", "朝阳区", "望京街道"),
        ("海淀中关村街道路灯不亮", "海淀区", "中关村街道"),
        ("多福巷社区垃圾没人管", "东城区", "东华门街道"),
    ],
)
def test_the_citys_own(text, district, street):
    place = Gazetteer.default().locate(text)[0]
    assert (place.district, place.street) == (district, street)
    assert 115.4 < place.lon < 117.6
    assert 39.4 < place.lat < 41.1


def test_a_gate_that_two_districts_share_needs_one():
    found = Gazetteer.default().locate("丰台区右安门")
    assert ("丰台区", "右安门街道") in {(place.district, place.street) for place in found}


@settings(deadline=None)
@given(st.text("上海南京市区省朝阳门外大街北京路西城东城右安桥建国村 ，1号", max_size=40))
def test_any_text_is_located_without_error(text):
    for place in Gazetteer.default().locate(text):
        assert place.text in text
        assert place.district


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("建国门外大街1号国贸三期", "朝阳区"),
        ("建国门内大街", "东城区"),
        ("朝阳门外大街", "朝阳区"),
        ("朝内大街", "东城区"),
        ("右安门外大街", "丰台区"),
        ("右安门内大街", "西城区"),
        ("阜成门外大街", "西城区"),
        ("西三环北路", "海淀区"),
        ("西四环南路", "丰台区"),
        ("东三环中路", "朝阳区"),
        ("东城区东直门外大街", "东城区"),
        ("朝阳区东直门外大街", "朝阳区"),
        ("海淀区北三环中路", "海淀区"),
        ("太平桥大街", "西城区"),
        ("宋庄路", "丰台区"),
        ("物资学院路站", "通州区"),
        ("天通苑北一区", "昌平区"),
        ("永定门", "东城区"),
        ("永定河边的永定镇", "门头沟区"),
        ("经济技术开发区荣华南路", "大兴区"),
        ("我在南站", "丰台区"),
        ("对面朝阳区政府", "朝阳区"),
        ("我从上海到朝阳区办事", "朝阳区"),
        ("房山河北镇", "房山区"),
        ("望京西路", "朝阳区"),
    ],
)
def test_addresses_of_the_city(text, district):
    assert {place.district for place in Gazetteer.default().locate(text)} == {district}


@pytest.mark.parametrize(
    "text",
    [
        "辽宁朝阳市双塔区", "辽宁朝阳", "长春市朝阳区红旗街", "南京市鼓楼区新街口", "江苏南通通州区平潮镇", "上海西城大厦", "昆山市朝阳路",
        "河北大兴", "省儿童医院", "我不朝阳", "卧室朝阳", "嘉信西城", "永丰南站", "小黄庄一区", "西黄村", "永定河",
        # through several districts
        "东直门外大街", "西直门外大街", "新街口外大街", "广渠门外大街", "长安街", "北三环中路", "左安门外大街", "鼓楼大街站", "玉泉路",
        "安定门外西街",
    ],
)  # fmt: skip
def test_no_place_is_better_than_a_wrong_one(text):
    assert Gazetteer.default().locate(text) == []


def test_doing_big_building_works_is_no_district():
    assert Gazetteer.default().locate("不要大兴土木") == []
