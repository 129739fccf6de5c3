"""Where a photo was taken: read from what cameras write, and never more than a position lost over what they do not."""

import io
import math
from fractions import Fraction
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import IFD
from PIL.TiffImagePlugin import IFDRational

from civic.cases.exif import position_in, position_of
from civic.cases.services.photo_place import taken_at
from civic.cases.services.photos import check_photos
from civic.core.errors import InvalidInput
from tests.factories import make_photo
from tests.site.cases.photographed import exif_at, photo_at

HERE = (116.4586, 39.8934)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("point", [HERE, (-70.6693, -33.4489), (0.0, 51.5), (-0.001, 0.001), (180.0, -90.0)])
def test_a_position_is_read_from_every_kind_of_photo(kind: str, point: tuple[float, float]) -> None:
    photo = photo_at(point, kind=kind)
    assert check_photos([photo])[0].taken == pytest.approx(point, abs=1e-6)
    assert taken_at([photo])[0] == pytest.approx(point, abs=1e-6)


@pytest.mark.parametrize(
    ("tags", "point"),
    [
        ({}, None),
        ({2: (39, 53, 36), 4: (116, 27, 30)}, (116.458333, 39.893333)),
        ({1: "N", 2: (39.8934,), 3: "E", 4: (116.4586,)}, HERE),
        ({1: b"s\x00", 2: (39, 53.6, 0), 3: " w ", 4: (116, 27.5, 0)}, (-116.458333, -39.893333)),
        ({1: "N", 2: (0, 0, 0), 3: "E", 4: (0, 0, 0)}, None),
        ({1: "N", 2: (39, 53, 36)}, None),
        ({1: "X", 2: (39, 53, 36), 3: "E", 4: (116, 27, 30)}, None),
        ({1: "", 2: (39, 53, 36), 3: "E", 4: (116, 27, 30)}, None),
        ({1: "NS", 2: (39, 53, 36), 3: "E", 4: (116, 27, 30)}, None),
        ({1: 7, 2: (39, 53, 36), 3: "E", 4: (116, 27, 30)}, None),
        ({2: (IFDRational(0, 0), 0, 0), 4: (116, 0, 0)}, None),
        ({2: (IFDRational(1, 0), 0, 0), 4: (116, 0, 0)}, None),
        ({2: (math.nan, 0, 0), 4: (116, 0, 0)}, None),
        ({2: (math.inf, 0, 0), 4: (116, 0, 0)}, None),
        ({2: (-39, 0, 0), 4: (116, 0, 0)}, None),
        ({2: (39, 61, 0), 4: (116, 0, 0)}, None),
        ({2: (90, 0, 1), 4: (116, 0, 0)}, None),
        ({2: (39, 0, 0), 4: (180, 0, 1)}, None),
        ({2: (10**400, 0, 0), 4: (116, 0, 0)}, None),
        ({2: (), 4: ()}, None),
        ({2: (39, 0, 0, 0), 4: (116, 0, 0)}, None),
        ({2: "39.9", 4: "116.4"}, None),
        ({2: b"\x27", 4: b"\x74"}, None),
        ({2: 39.9, 4: 116.4}, None),
        ({2: ("39", None, []), 4: (116, 0, 0)}, None),
    ],
)
def test_what_a_camera_may_write(tags: dict[int, Any], point: tuple[float, float] | None) -> None:
    found = position_in(tags)
    assert found == (pytest.approx(point, abs=1e-5) if point else None)


rationals = st.builds(
    lambda top, bottom: IFDRational(top, bottom), st.integers(-(2**40), 2**40), st.integers(-3, 2**32)
)
anything = st.one_of(
    rationals,
    st.integers(),
    st.floats(),
    st.text(max_size=4),
    st.binary(max_size=4),
    st.none(),
    st.fractions(),
)
values = st.one_of(anything, st.lists(anything, max_size=4), st.tuples(rationals, rationals, rationals))


@given(st.dictionaries(st.integers(0, 31), values, max_size=8))
def test_whatever_the_block_holds_the_answer_is_a_point_on_earth_or_none(tags: dict[int, Any]) -> None:
    found = position_in(tags)
    if found is not None:
        lon, lat = found
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90


@given(
    st.fractions(0, 90, max_denominator=10_000), st.fractions(0, 180, max_denominator=10_000),
    st.sampled_from("NS"), st.sampled_from("EW"), st.integers(1, 3),
)  # fmt: skip
def test_any_point_on_earth_is_read_as_it_was_written(
    lat: Fraction, lon: Fraction, north: str, east: str, parts: int
) -> None:
    def split(angle: Fraction) -> tuple[IFDRational, ...]:
        found = []
        for _ in range(parts - 1):
            found.append(Fraction(int(angle)))
            angle = (angle - int(angle)) * 60
        return tuple(IFDRational(one.numerator, one.denominator) for one in (*found, angle))

    found = position_in({1: north, 2: split(lat), 3: east, 4: split(lon)})
    if lat == lon == 0:
        assert found is None
    else:
        wanted = (float(lon) * (1 if east == "E" else -1), float(lat) * (1 if north == "N" else -1))
        assert found == pytest.approx(wanted, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=30))
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of damaged metadata
def test_damaged_metadata_costs_the_position_at_most(damage: list[tuple[int, int]]) -> None:
    raw = bytearray(photo_at(HERE).read())
    start = raw.index(b"Exif\x00\x00") + 6
    length = len(exif_at(HERE).tobytes()) - 6
    for offset, value in damage:
        raw[start + offset % length] = value
    file = SimpleUploadedFile("照片.jpg", bytes(raw))
    try:
        (checked,) = check_photos([file])
    except InvalidInput as error:
        pytest.fail(f"a whole picture was refused: {error.message}")
    for taken in (checked.taken, *taken_at([file])):
        assert taken is None or (-180 <= taken[0] <= 180 and -90 <= taken[1] <= 90)


def test_a_photo_without_a_position_and_what_is_no_photo() -> None:
    assert check_photos([make_photo()])[0].taken is None
    assert taken_at([make_photo(), SimpleUploadedFile("x.jpg", b"x"), SimpleUploadedFile("e.jpg", b"")]) == []
    image = Image.open(io.BytesIO(make_photo(exif=b"Exif\x00\x00garbage").read()))
    assert position_of(image) is None


def test_a_block_that_is_no_block_is_no_position() -> None:
    exif = Image.Exif()
    exif[IFD.GPSInfo] = 7
    image = Image.new("RGB", (2, 2))
    image._exif = exif  # type: ignore[attr-defined]
    assert position_of(image) is None
