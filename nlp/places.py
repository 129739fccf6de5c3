"""Finds the places a text names: the longest gazetteer names, resolved to district, street and a position.

The names come from content/places and content/boundaries (WGS-84); nothing here knows a particular city.
"""

import csv
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlp.content import BOUNDARIES, PLACES
from nlp.phrases import Phrases

POINT, PLACE, STREET, DISTRICT = "point", "place", "street", "district"
_RANK = {POINT: 3, PLACE: 2, STREET: 1, DISTRICT: 0}
_DISTRICT_SUFFIX = re.compile(r"(?:自治县|新区|区|县|市)$")
_STREET_SUFFIX = re.compile(r"(?:地区办事处|街道办事处|街道|地区|镇|乡)$")
MIN_NAME = 2
# A named city's own address goes on with these (南京市鼓楼区…); no word that leads to another place is in it.
_GOES_ON = re.compile(
    r"\s?(?:[^\W\d_a-zA-Z在到去来从往至和与及跟住开过回的是有我你他人民]{0,6}?(?:省|市|区|县|旗|州|盟|镇|乡|街道|村|路|街|大道)\s?){0,4}"
)
_NO_CITY = re.compile("[场民容面]")  # 朝阳市场
# Before a name: another city that no list knows (昆山市朝阳路), a province's own (省儿童医院).
_OTHER_CITY = re.compile(r"(?:(?<![城都超门夜早菜集花股上楼闹本全我])市|省)$")
# After a gate's name: a road of many that bear it, in one district or the next.
_GATE_ROAD = re.compile(r"(?<=门)[内外东南西北]{1,2}(?:大|小|斜)?[街路]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LEADS_TO = re.compile(r"[市区在到去住于是从往我们你和与跟及的来离至由出坐回对给过经]")


@dataclass(frozen=True)
class Place:
    """A place named in a text. Without a position of its own it has its street's or district's centre."""

    text: str  # as written in the message
    district: str
    street: str
    name: str
    lon: float | None
    lat: float | None
    precision: str  # point | place | street | district


Position = tuple[float, float]


def _rings(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield polygon[0]


def centroid(geometry: dict[str, Any]) -> Position:
    """Return the centroid (lon, lat) of a polygon's largest outer ring; degrees are taken as a plane."""
    best: tuple[float, float, float] = (-1.0, 0.0, 0.0)
    for ring in _rings(geometry):
        area = x = y = 0.0
        for (x0, y0, *_), (x1, y1, *_) in itertools.pairwise(ring):
            cross = x0 * y1 - x1 * y0
            area += cross
            x += (x0 + x1) * cross
            y += (y0 + y1) * cross
        if area and abs(area) > best[0]:
            best = (abs(area), x / (3 * area), y / (3 * area))
    if best[0] < 0:
        ring = next(_rings(geometry))
        best = (0.0, sum(point[0] for point in ring) / len(ring), sum(point[1] for point in ring) / len(ring))
    return round(best[1], 6), round(best[2], 6)


def _features(path: Path) -> Iterator[tuple[dict[str, Any], Position]]:
    if path.exists():
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            yield feature["properties"], centroid(feature["geometry"])


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


def _words(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [word for line in lines for word in line.partition("#")[0].split()]


class Gazetteer:
    """Names → places. A name may belong to several; what else the text names decides between them."""

    def __init__(
        self,
        entries: Iterable[tuple[str, Place]],
        ambiguous: Iterable[str] = (),
        elsewhere: Iterable[str] = (),
        city: Iterable[str] = (),
    ) -> None:
        """Take (name, place) pairs, ordinary words, names of other cities and provinces, and of the city itself.

        An ambiguous name counts only where the text names its district or street besides; with a ^ before it, where
        no other word runs into it (嘉信西城); one that belongs to no place at all (大兴土木) only hides the shorter
        names inside it. What follows the name of another city is a place there.
        """
        names: dict[str, list[Place]] = defaultdict(list)
        for name, place in entries:
            if len(name) >= MIN_NAME and place not in names[name]:
                names[name].append(place)
        words = list(ambiguous)
        self._city = tuple(city)
        self._elsewhere = frozenset(elsewhere)
        self._names = {name: found for name, found in names.items() if name not in self._elsewhere}
        self._ambiguous = frozenset(word for word in words if not word.startswith("^"))
        self._apart = frozenset(word[1:] for word in words if word.startswith("^"))
        self._phrases = Phrases(self._names.keys() | self._ambiguous | self._elsewhere)

    @classmethod
    def load(cls, places: Path = PLACES, boundaries: Path = BOUNDARIES) -> "Gazetteer":
        """Read the gazetteer of a city; files that are absent leave their names out."""
        words = _words(places / "ambiguous.txt")
        elsewhere = (
            name
            for row in _rows(places / "elsewhere.csv")
            for name in (row["name"], row["short"])
            if len(name) >= MIN_NAME
        )
        return cls(_entries(places, boundaries), words, elsewhere, _words(places / "city.txt"))

    @staticmethod
    @lru_cache(maxsize=1)
    def default() -> "Gazetteer":
        """Return the gazetteer of the content folder, read once."""
        return Gazetteer.load()

    def __len__(self) -> int:
        return len(self._names)

    def _sure(self, name: str) -> list[Place]:
        """Return the places of a name that says by itself in which district they lie."""
        candidates = self._names[name]
        if name in self._ambiguous or len({place.district for place in candidates}) > 1:
            return []
        return candidates

    def _resolve(self, name: str, districts: set[str], streets: set[tuple[str, str]]) -> Place | None:
        """Return which of a name's places is meant beside the named districts and streets, None if that is open."""
        candidates = self._names[name]
        if len(candidates) > 1 or name in self._ambiguous:
            candidates = (
                [place for place in candidates if (place.district, place.street) in streets]
                or [place for place in candidates if place.district in districts]
                or ([] if name in self._ambiguous else candidates)
            )
        known = [place for place in candidates if _RANK[place.precision] >= _RANK[PLACE]]
        # A landmark is what most people mean by a name that streets or villages elsewhere have too.
        if known and len({place.district for place in known}) == 1:
            return next((place for place in known if place.name == name), known[0])
        if len({place.district for place in candidates}) != 1:
            return None
        exact = max(_RANK[place.precision] for place in candidates)
        best = [place for place in candidates if _RANK[place.precision] == exact]
        return best[0] if len(best) == 1 else None

    def _longest(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield (start, phrase) of the phrases that lie in no longer one; of names that overlap, the first."""
        found = [(end - len(phrase), phrase) for end, phrase in self._phrases.occurrences(text)]
        found.sort(key=lambda match: (match[0], -len(match[1])))
        covered = done = 0
        for start, phrase in found:
            end = start + len(phrase)
            if end <= covered:
                continue
            covered = end
            named = phrase in self._names or phrase in self._elsewhere
            if named and start >= done:
                yield start, phrase
                done = end

    def _stands(self, text: str, start: int, name: str) -> bool:
        """Whether the name at `start` is one by itself and of this city, as far as its neighbours tell."""
        if start and not text.endswith(self._city, 0, start):
            before = text[start - 1]
            if before in "市省" and _OTHER_CITY.search(text[max(0, start - 2) : start]):
                return False
            if name in self._apart and _HAN.match(before) and not _LEADS_TO.match(before):
                return False
        return not (name.endswith("门") and _GATE_ROAD.match(text, start + len(name)))

    def _named(self, text: str) -> list[str]:
        """Return the names of this city's places in the text, in order."""
        names: list[str] = []
        away = -1  # up to here goes the address of a place elsewhere
        for start, phrase in self._longest(text):
            end = start + len(phrase)
            if phrase in self._elsewhere:
                if not (phrase.endswith("市") and _NO_CITY.match(text, end)):
                    away = self._address_end(text, end)
            elif start <= away:
                away = self._address_end(text, max(end, away))
            elif self._stands(text, start, phrase):
                names.append(phrase)
        return names

    @staticmethod
    def _address_end(text: str, at: int) -> int:
        found = _GOES_ON.match(text, at)
        return found.end() if found else at

    def locate(self, text: str) -> list[Place]:
        """Return the places that `text` names, the most precise first, each once.

        A name that several places share is kept only if the text also names the district or street of one.
        """
        matches = self._named(text)
        sure = [place for name in matches for place in self._sure(name)]
        districts = {place.district for place in sure}
        streets = {
            (places[0].district, places[0].street)
            for name in matches
            if len(places := self._names[name]) == 1 and places[0].street and name not in self._ambiguous
        }
        found: dict[Place, None] = {}
        named: set[tuple[str, str, str]] = set()
        for name in matches:
            place = self._resolve(name, districts, streets)
            if place is not None and (key := (place.district, place.street, place.name)) not in named:
                named.add(key)
                found[replace(place, text=name)] = None
        return sorted(found, key=lambda place: -_RANK[place.precision])


def _entries(places: Path, boundaries: Path) -> Iterator[tuple[str, Place]]:
    districts = {row["district"]: centre for row, centre in _features(boundaries / "districts.geojson")}
    towns = {
        (row["district"], row["street"]): centre for row, centre in _features(boundaries / "towns.geojson")
    }

    def position(district: str, street: str = "") -> tuple[float | None, float | None]:
        return towns.get((district, street)) or districts.get(district) or (None, None)

    divisions = list(_rows(places / "divisions.csv"))
    district_names = {row["district"] for row in divisions} | set(districts)
    for district in sorted(district_names):
        place = Place(district, district, "", district, *position(district), precision=DISTRICT)
        yield district, place
        short = _DISTRICT_SUFFIX.sub("", district)
        yield short, place
    streets = {(row["district"], row["street"]) for row in divisions} | set(towns)
    by_short: dict[tuple[str, str], str] = {}
    short_districts = {_DISTRICT_SUFFIX.sub("", district) for district in district_names}
    for district, street in sorted(streets):
        place = Place(street, district, street, street, *position(district, street), precision=STREET)
        yield street, place
        short = _STREET_SUFFIX.sub("", street)
        by_short[district, short] = street
        if short not in short_districts:
            yield short, place
        if street.endswith("地区"):  # a 地区 is what was a 镇 or 乡, and people still say so
            yield f"{short}镇", place
            yield f"{short}乡", place
    for row in _rows(places / "villages.csv"):
        district, street, name = row["district"], row["street"], row["name"]
        place = Place(name, district, street, name, *position(district, street), precision=STREET)
        short = row.get("short") or name
        yield name, place
        for form in {f"{short}社区", f"{short}村"}:
            if form in name:
                yield form, place
    for row in _rows(places / "roads.csv"):
        for name in (row["name"], *filter(None, row["aliases"].split("、"))):
            for district in row["districts"].split("、"):
                yield name, Place(name, district, "", name, *position(district), precision=DISTRICT)
    for row in _rows(places / "landmarks.csv"):
        yield from _landmark(row, by_short)


def _landmark(row: dict[str, str], streets: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, Place]]:
    """Yield a landmark under its name and aliases; it lies in the street that bears one of them, if any does."""
    aliases = re.split(r"[;；|、]", row.get("aliases") or "")
    names = [name for name in (row["name"], *(alias.strip() for alias in aliases)) if name]
    district = row.get("district", "")
    namesakes = [streets[district, name] for name in names if (district, name) in streets]
    place = Place(
        text=row["name"],
        district=district,
        street=row.get("street") or (namesakes[0] if namesakes else ""),
        name=row["name"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        precision=PLACE,
    )
    for name in names:
        yield name, place
