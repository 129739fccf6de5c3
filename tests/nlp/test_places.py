"""The gazetteer: of a small city made for the test, and of the content folder."""

import pytest

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
    (places / "ambiguous.txt").write_text("胜利 湖滨路\n", "utf-8")
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


def test_doing_big_building_works_is_no_district():
    assert Gazetteer.default().locate("不要大兴土木") == []
