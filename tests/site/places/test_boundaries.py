"""The outlines that the base map draws, and the attributes that tell it where they are."""

import gzip
import json

import pytest
from django.template import Context, Template
from django.test import override_settings

from civic.places import boundaries


@pytest.mark.parametrize(("layer", "least"), [("districts", 16), ("towns", 300)])
def test_a_layer_with_a_label_inside_each_outline(client, layer, least):
    response = client.get(f"/places/boundaries/{layer}.geojson")
    features = json.loads(response.content)["features"]
    assert response["Content-Type"] == "application/geo+json"
    assert len(features) >= least
    for feature in features:
        lon, lat = feature["properties"]["label"]
        assert 115 < lon < 118
        assert 39 < lat < 42


def test_packed_for_those_who_accept_it(client):
    response = client.get("/places/boundaries/districts.geojson", headers={"accept-encoding": "gzip, br"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == boundaries.document("districts").body
    assert "Accept-Encoding" in response["Vary"]


def test_kept_a_year_under_its_version_and_not_sent_twice(client):
    version = boundaries.version("districts")
    kept = client.get("/places/boundaries/districts.geojson", {"v": version})
    assert "immutable" in kept["Cache-Control"]
    assert (
        "immutable" not in client.get("/places/boundaries/districts.geojson", {"v": "old"})["Cache-Control"]
    )
    again = client.get("/places/boundaries/districts.geojson", headers={"if-none-match": kept["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("layer", ["streets", "districts.json", "..%2Fsecret"])
def test_no_other_file_is_served(client, db, layer):
    assert client.get(f"/places/boundaries/{layer}.geojson").status_code == 404


def test_it_cannot_be_written_to(client):
    assert client.post("/places/boundaries/districts.geojson").status_code == 405


@override_settings(MAP_TILE_URL='https://t.example/{z}"><script>', MAP_TILE_ATTRIBUTION="天地图")
def test_attributes_name_the_layers_and_are_escaped():
    html = Template("{% load basemap %}<div{% basemap_attributes %}></div>").render(Context())
    assert f"districts.geojson?v={boundaries.version('districts')}" in html
    assert "天地图" in html
    assert "<script>" not in html
    assert 'tabindex="0"' in html
