"""The content folder: every file has its shape, every point its place, every file its origin."""

import csv
import itertools
import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from shapely.geometry import Point, shape

CONTENT = Path(__file__).resolve().parents[2] / "content"
OUT = "OUT"
DISTRICTS = 16
STEPS = ("intake", "filing", "dispatch", "handling", "feedback", "verification", "closed")
ROLES = {
    "citizen", "case_clerk", "supervisor", "department_handler", "moderator", "policy_writer", "district_officer",
    "duty_officer",
}  # fmt: skip
REQUESTS = {"投诉", "举报", "求助", "建议", "咨询", "表扬"}
INTENTS = {
    "greet", "goodbye", "thank", "affirm", "deny", "cancel", "report_problem", "ask_progress", "give_case_number",
    "find_market", "inform_place", "ask_faq", "talk_to_human", "bot_challenge", "out_of_scope",
    "complain_about_service",
}  # fmt: skip


def rows(name):
    with (CONTENT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(name):
    return yaml.load((CONTENT / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@lru_cache(maxsize=1)
def districts():
    features = json.loads((CONTENT / "boundaries/districts.geojson").read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["district"]: shape(feature["geometry"]) for feature in features}


@lru_cache(maxsize=1)
def towns():
    features = json.loads((CONTENT / "boundaries/towns.geojson").read_text(encoding="utf-8"))["features"]
    return {
        (feature["properties"]["district"], feature["properties"]["street"]): shape(feature["geometry"])
        for feature in features
    }


@lru_cache(maxsize=1)
def codes():
    table = rows("taxonomy/codes.csv")
    return {
        kind: {row["code"] for row in table if row["kind"] == kind and row["version"] == "2026"}
        for kind in ("part", "matter")
    }


def point(row):
    return Point(float(row["lon"]), float(row["lat"]))


def plain(text):
    return re.sub(r"[\s\W]+", "", unicodedata.normalize("NFKC", text).lower()) or text


# ---- taxonomy


def test_codes_hold_both_standards_and_no_key_twice():
    table = rows("taxonomy/codes.csv")
    assert list(table[0]) == ["standard", "version", "kind", "major_code", "major_name", "code", "name"]
    keys = [(row["standard"], row["version"], row["kind"], row["code"]) for row in table]
    assert len(set(keys)) == len(keys)
    assert (len(codes()["part"]), len(codes()["matter"])) == (153, 250)
    assert sum(row["standard"] == "CJ/T 214" for row in table) == 54
    assert all(row["code"].startswith(row["major_code"]) and row["name"] for row in table)


def test_old_codes_lead_to_codes_that_exist_or_say_that_none_does():
    table = rows("taxonomy/cjt214.csv")
    assert len(table) == 54
    for row in table:
        assert row["basis"] in {"same_name", "close_meaning", "none"}
        assert (row["matter_code"] in codes()["matter"]) == (row["basis"] != "none")


@pytest.mark.parametrize("kind", ["matter", "part"])
def test_every_code_has_words(kind):
    words = document(f"taxonomy/{kind}s.yaml")
    if kind == "matter":
        wanted = {code for code in codes()["matter"] if code[:2] in {"06", "07", "08", "09", "10"}} | {OUT}
    else:
        wanted = codes()["part"]
    assert set(words) == wanted
    for code, entry in words.items():
        assert set(entry) == {"description", "synonyms", "examples", "street_facility"}, code
        assert entry["description"].endswith("。"), code
        assert len(entry["synonyms"]) >= 5, code
        assert len(entry["synonyms"]) == len(set(entry["synonyms"])), code
        assert len(entry["examples"]) >= (3 if kind == "matter" else 1), code
        assert isinstance(entry["street_facility"], bool), code


def test_frequent_matters_have_many_examples_and_no_example_stands_twice():
    matters, parts = document("taxonomy/matters.yaml"), document("taxonomy/parts.yaml")
    frequent = [
        code for words in (matters, parts) for code, entry in words.items() if len(entry["examples"]) >= 8
    ]
    assert len(frequent) >= 60
    assert len(matters[OUT]["examples"]) >= 40
    examples = [
        example for words in (matters, parts) for entry in words.values() for example in entry["examples"]
    ]
    assert len({plain(example) for example in examples}) == len(examples)


def test_homes_are_no_street_facilities():
    """What stands in or marks a home must not be shown exactly."""
    matters, parts = document("taxonomy/matters.yaml"), document("taxonomy/parts.yaml")
    assert not any(parts[code]["street_facility"] for code in ("01076", "02038", "05002"))
    assert not any(matters[code]["street_facility"] for code in ("06001", "06027", "06028", "06038", OUT))
    assert parts["01037"]["street_facility"]
    assert matters["06013"]["street_facility"]


# ---- places


def test_boundaries_are_valid_and_short():
    assert len(districts()) == DISTRICTS
    assert len(towns()) > 320
    for geometry in itertools.chain(districts().values(), towns().values()):
        assert geometry.is_valid
    text = (CONTENT / "boundaries/towns.geojson").read_text(encoding="utf-8")
    assert not re.search(r"\d\.\d{6,}", text)
    assert '"crs"' not in text


def test_towns_lie_in_their_district_and_cover_it():
    for name, district in districts().items():
        own = [geometry for (town_district, _), geometry in towns().items() if town_district == name]
        assert sum(geometry.area for geometry in own) == pytest.approx(district.area, rel=0.005)
        assert all(district.buffer(1e-4).contains(geometry.representative_point()) for geometry in own)


def test_divisions_and_villages_agree():
    streets = {row["street_code"]: row for row in rows("places/divisions.csv")}
    assert {row["district"] for row in streets.values()} == set(districts())
    villages = rows("places/villages.csv")
    assert list(villages[0]) == ["code", "name", "short", "street_code", "street", "district"]
    for row in villages:
        assert row["code"].startswith(row["street_code"])
        assert streets[row["street_code"]]["street"] == row["street"]
        assert row["short"]
        assert row["name"].startswith(row["short"])


def test_landmarks_lie_in_their_district():
    landmarks = rows("places/landmarks.csv")
    assert list(landmarks[0]) == ["name", "aliases", "lon", "lat", "district", "kind", "approximate"]
    assert len(landmarks) >= 150
    assert len({row["name"] for row in landmarks}) == len(landmarks)
    assert {row["district"] for row in landmarks} == set(districts())
    for row in landmarks:
        assert districts()[row["district"]].contains(point(row)), row["name"]
        assert row["approximate"] == "true"


# ---- conversation


@lru_cache(maxsize=1)
def intent_examples():
    found = {}
    for path in sorted((CONTENT / "intents").glob("*.yml")):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        assert data["version"] == "3.1"
        for item in data["nlu"]:
            lines = item["examples"].splitlines()
            assert all(line.startswith("- ") for line in lines)
            found.setdefault(item["intent"], []).extend(line[2:].strip() for line in lines)
    return found


def test_every_intent_has_examples():
    examples = intent_examples()
    assert set(examples) == INTENTS
    assert all(len(lines) >= 25 for lines in examples.values())
    assert len(examples["report_problem"]) >= 120


def test_no_sentence_trains_two_intents():
    seen = {}
    for intent, lines in intent_examples().items():
        for line in lines:
            assert seen.setdefault(plain(line), intent) == intent, line
    assert len(seen) == sum(map(len, intent_examples().values()))


# ---- pages, questions, policies


def test_questions_have_variants_and_answers():
    faq = document("faq/faq.yaml")
    entries = [entry for category in faq["categories"] for entry in category["entries"]]
    assert len(entries) >= 40
    assert len({entry["key"] for entry in entries}) == len(entries)
    asked = [wording for entry in entries for wording in (entry["question"], *entry["variants"])]
    assert len({plain(wording) for wording in asked}) == len(asked)
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9-]{3,60}", entry["key"])
        assert len(entry["variants"]) >= 3, entry["key"]
        assert len(entry["question"]) <= 120
        assert entry["answer"].strip()


def test_home_page_has_four_rooms_and_four_steps():
    home = document("pages/home.yaml")
    assert [room["room"] for room in home["rooms"]] == ["cases", "wiki", "markets", "chat"]
    assert len(home["steps"]) == 4
    assert len(home["headline"]) <= 40
    assert len(home["lead"]) <= 120
    for path in (CONTENT / "pages").glob("*.yaml"):
        assert document(f"pages/{path.name}")["title"]


@pytest.mark.parametrize("path", sorted((CONTENT / "policies").glob("*.md")), ids=lambda path: path.stem)
def test_policies_are_demo_drafts_in_official_form(path):
    text = path.read_text(encoding="utf-8")
    meta = yaml.safe_load(text.split("---")[1])
    assert {"title", "slug", "category", "issuer", "summary", "stage", "consultation_days"} <= set(meta)
    assert "演示" in meta["title"]
    assert "征求意见稿" in meta["title"]
    assert meta["consultation_days"] >= 30
    clauses = re.findall(r"^(?:第[一二三四五六七八九十]+条|（[一二三四五六七八九十]+）)", text, re.MULTILINE)
    assert 25 <= len(clauses) <= 60


# ---- demo


def test_demo_markets_lie_in_their_street():
    markets = rows("markets/demo_markets.csv")
    assert len(markets) == 48
    assert len({row["id"] for row in markets}) == 48
    assert {row["district"] for row in markets} == set(districts())
    for row in markets:
        assert row["name"].endswith("（演示）")
        assert row["is_demo"] == "true"
        assert towns()[row["district"], row["street"]].contains(point(row)), row["name"]
        assert re.fullmatch(r"\d\d:\d\d", row["opens"])
        assert row["opens"] < row["closes"]
        assert not row["phone"]


def test_demo_people_have_roles_and_departments_that_exist():
    departments = rows("demo/departments.csv")
    known = {row["code"] for row in departments}
    assert {row["district"] for row in departments if row["level"] == "district"} == set(districts())
    people = rows("demo/people.csv")
    assert {row["role"] for row in people} == ROLES
    assert sum(row["role"] == "citizen" for row in people) == 2
    for row in people:
        assert not row["department"] or row["department"] in known
        assert not row["district"] or row["district"] in districts()
        assert "演示" in row["display_name"]
        assert row["is_demo"] == "true"
        assert row["role"] == "citizen" or row["district"] or row["department"]


def test_demo_cases_spread_over_city_year_and_steps():
    cases = rows("demo/cases.csv")
    assert len(cases) == 160
    assert {row["district"] for row in cases} == set(districts())
    assert {row["step"] for row in cases} == set(STEPS)
    assert len({plain(row["text"]) for row in cases}) == 160
    assert len({row["matter_code"] for row in cases}) >= 60
    days = [int(row["days_ago"]) for row in cases]
    assert min(days) >= 0
    assert 330 <= max(days) <= 366
    assert len({int(row["hour"]) for row in cases}) >= 14
    for row in cases:
        assert row["matter_code"] in codes()["matter"] | {OUT}
        assert row["request_type"] in REQUESTS
        assert (row["step"] == "closed") == bool(row["outcome"])
        assert districts()[row["district"]].contains(point(row)), row["id"]
        assert towns()[row["district"], row["street"]].contains(point(row)), row["id"]
        assert 0 <= int(row["hour"]) <= 23
        assert 0 <= int(row["minute"]) <= 59
        assert row["is_demo"] == "true"


# ---- lexicons and origins


@pytest.mark.parametrize("path", sorted((CONTENT / "lexicons").glob("*.txt")), ids=lambda path: path.stem)
def test_lexicons_are_lists_that_jieba_reads(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    words = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert words
    assert len(set(words)) == len(words)
    assert all(len(line.split()) <= 3 for line in lines if not line.startswith("#"))


def test_every_file_states_its_origin():
    notice = (CONTENT / "NOTICE.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([^`]+)` \|", notice, re.MULTILINE))
    files = {str(path.relative_to(CONTENT)) for path in CONTENT.rglob("*") if path.is_file()}
    assert listed == files
    for line in notice.splitlines():
        if line.startswith("| `"):
            assert all(cell.strip() for cell in line.strip("|").split("|"))


def test_content_holds_no_code():
    assert not list(CONTENT.rglob("*.py"))
