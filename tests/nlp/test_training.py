"""Training from a small taxonomy, and the figures of an evaluation."""

import json
import math

import pytest

from nlp import evaluation, matter, training
from nlp.taxonomy import load

CODES = """standard,version,kind,major_code,major_name,code,name
GB/T 47678.5,2026,matter,06,市容环境类,06010,暴露垃圾
GB/T 47678.5,2026,matter,06,市容环境类,06028,噪声扰民
"""
WORDS = """
"06010": {description: 垃圾没人清理, synonyms: [垃圾成堆, 垃圾没人收], examples: [门口垃圾堆了三天, 垃圾遍地]}
"06028": {description: 声音太大影响休息, synonyms: [噪音大, 太吵了], examples: [楼上太吵了睡不着, 噪音扰民]}
OUT: {synonyms: [公积金, 社保], examples: [公积金怎么提取, 社保怎么办理]}
"""


@pytest.fixture
def taxonomy(tmp_path):
    (tmp_path / "codes.csv").write_text(CODES, "utf-8")
    (tmp_path / "matters.yaml").write_text(WORDS, "utf-8")
    return load(tmp_path)


def test_what_is_trained_is_read_back_and_classifies(taxonomy, tmp_path):
    recipe = training.Recipe()
    arrays, card = training.fit(training.samples(taxonomy, recipe), recipe)
    training.save(arrays, card, tmp_path / "model")
    weights = matter.load(tmp_path / "model")
    assert weights is not None
    assert weights.classes == ("06010", "06028", "OUT")
    assert weights.version == card["version"]
    assert matter.classify("垃圾没人清", weights).code == "06010"
    assert matter.classify("吵得睡不着", weights).code == "06028"
    assert matter.classify("公积金", weights).code == "OUT"
    training.record({"x": {"value": 1}}, tmp_path / "model")
    assert json.loads((tmp_path / "model" / "matter.json").read_text())["figures"]["x"] == {"value": 1}


def test_the_fingerprint_follows_texts_and_recipe(taxonomy):
    recipe = training.Recipe()
    samples = training.samples(taxonomy, recipe)
    mark = training.fingerprint(samples, recipe)
    assert training.fingerprint(samples, recipe) == mark
    assert training.fingerprint(samples[1:], recipe) != mark
    assert training.fingerprint(samples, training.Recipe(min_count=3)) != mark


def test_the_shipped_model_was_made_of_the_present_content():
    """Fails when content/taxonomy or the recipe changed: run `python -m nlp train`."""
    from nlp import taxonomy as tax
    from nlp.content import MODELS

    recipe = training.Recipe()
    card = json.loads((MODELS / "matter.json").read_text(encoding="utf-8"))
    assert card["fingerprint"] == training.fingerprint(training.samples(tax.load(), recipe), recipe)


def test_figures():
    figure = evaluation.share("x", [True] * 8 + [False] * 2)
    assert figure.value == 0.8
    assert figure.low == pytest.approx(0.490, abs=0.001)
    assert figure.high == pytest.approx(0.943, abs=0.001)
    assert math.isnan(evaluation.share("x", []).value)
    assert evaluation.calibration_error([0.95, 0.95], [True, False]) == pytest.approx(0.45)
    assert evaluation.macro_f1([("a", "a"), ("b", "a")]) == pytest.approx((2 / 3 + 0) / 2)
