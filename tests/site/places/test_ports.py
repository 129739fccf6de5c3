"""The gazetteer behind the bot's `locate` port."""

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot.ports import PlaceHit, port
from civic.places.gazetteer import find_place
from civic.places.ports import locate


def test_the_site_offers_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.BOT_PORTS["locate"] == "civic.places.ports.locate"
    assert callable(port("locate"))


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("天通苑北街道路口的井盖翘起来了", "昌平区"),
        ("双井街道垃圾没人收", "朝阳区"),
        ("故宫博物院门口", "东城区"),
    ],
)
def test_a_named_place_is_found_in_its_district(text: str, district: str) -> None:
    hit = locate(text=text)
    assert isinstance(hit, PlaceHit)
    assert hit.district == district
    assert hit.lon is not None
    assert 115.4 < hit.lon < 117.6
    assert 39.4 < hit.lat < 41.1


@pytest.mark.parametrize("text", ["", "路灯坏了", "hello", "上海市黄浦区人民大道"])
def test_nothing_is_found_where_nothing_is_named(text: str) -> None:
    assert locate(text=text) is None


def test_the_most_precise_place_wins() -> None:
    place = find_place("朝阳区双井街道垃圾没人收")
    assert place is not None
    assert place.precision != "district"
    assert place.street == "双井街道"


@examples(max_examples=50, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    hit = locate(text=text)
    assert hit is None or hit.district
