"""Training from a small taxonomy and from corrections; a worse model is refused; figures."""

import json
import math
from pathlib import Path

import pytest

from nlp import linear, matter
from nlp.content import MODELS
from nlp.learning import evaluation, messages, retraining, training
from nlp.learning.fitting import Recipe, Sample, fingerprint, fit, save
from nlp.learning.messages import Label
from nlp.learning.training import Correction
from nlp.ngrams import Shape

NOWHERE = Path("/nonexistent")
SMALL = [
    Sample(text, label)
    for label, texts in {
        "06010": [
            "垃圾没人清理",
            "门口垃圾成堆",
            "垃圾堆了三天",
            "垃圾遍地没人收",
            "楼下垃圾没人清",
            "垃圾太多",
        ],
        "06028": ["噪音扰民", "楼上太吵", "吵得睡不着", "噪音太大", "半夜噪音", "太吵了睡不着"],
        "OUT": ["公积金怎么提取", "社保怎么办理", "公积金贷款", "社保转移", "公积金账户", "社保卡"],
    }.items()
    for text in texts
]


def small(samples=SMALL, name="matter"):
    return fit(
        name,
        samples,
        Recipe(shape=Shape(sizes=(1,))),
        training="a test",
        out_bias=0.0,
        temperature=0.2,
        threshold=0.5,
    )


def test_what_is_trained_is_read_back_and_classifies(tmp_path):
    fitted = small()
    save(fitted, tmp_path)
    model = linear.load("matter", tmp_path)
    assert model is not None
    assert model.classes == ("06010", "06028", "OUT")
    assert model.version == fitted.version
    for text, code in (("垃圾没人清", "06010"), ("吵得睡不着", "06028"), ("社保公积金", "OUT")):
        assert matter.classify(text, model).code == code
        assert matter.classify(text, model) == matter.classify(text, fitted)


def test_a_model_that_is_too_large_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("nlp.learning.fitting.LIMIT_BYTES", 10)
    with pytest.raises(ValueError, match="more than 10"):
        save(small(), tmp_path)


def test_what_fewer_than_five_texts_hold_has_no_weight():
    model = small([*SMALL, Sample("井盖鼎沸", "06010")])
    lonely = linear.ngrams(["鼎"], model.shape)
    assert (model.vocabulary.rows[lonely.bucket] == linear.UNKNOWN).all()


def test_the_fingerprint_follows_texts_and_recipe():
    mark = fingerprint(SMALL, Recipe())
    assert fingerprint(SMALL, Recipe()) == mark
    assert fingerprint(SMALL[1:], Recipe()) != mark
    assert fingerprint(SMALL, Recipe(cost=2.0)) != mark


def test_the_shipped_model_was_made_of_the_present_content():
    """Fails when content/taxonomy, the labels or the recipe changed: run `python -m nlp train`."""
    card = json.loads((MODELS / "matter.json").read_text(encoding="utf-8"))
    assert card["content"] == training.content_mark()


def test_training_and_test_labels_share_no_message():
    train = {label.id for label in messages.labels(messages.TRAIN)}
    test = {label.id for label in messages.labels(messages.TEST)}
    assert len(test) >= 600
    assert len(train) >= 1500
    assert not train & test
    codes = {"OUT", *training.taxonomy.default().matters}
    for name in (messages.TRAIN, messages.TEST, messages.SECOND):
        assert {code for label in messages.labels(name) for code in label.codes} <= codes


# --- corrections and refusal --------------------------------------------------------------------


def test_corrections_are_read_oldest_first(tmp_path):
    path = tmp_path / "corrections.jsonl"
    rows = [
        {"text": "路灯灭了", "code": "01037", "time": "2026-02-01T00:00:00+08:00"},
        {"text": "谢谢", "code": "OUT", "time": "2026-01-01T00:00:00+08:00"},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", "utf-8")
    assert [one.code for one in training.corrections(path)] == ["OUT", "01037"]


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x"}', '{"text": "x", "code": "99999", "time": ""}'])
def test_a_bad_correction_is_named_by_its_line(tmp_path, line):
    path = tmp_path / "corrections.jsonl"
    path.write_text('{"text": "路灯灭了", "code": "01037", "time": "1"}\n' + line + "\n", "utf-8")
    with pytest.raises(ValueError, match=r"corrections\.jsonl:2"):
        training.corrections(path)


def test_the_latest_corrections_measure_and_few_do_not():
    many = [Correction(f"第{n}条", "OUT", str(n)) for n in range(20)]
    kept, held = retraining.split(many)
    assert [*kept, *held] == many
    assert len(held) == 4
    assert retraining.split(many[:9]) == (many[:9], [])


def corrected(count: int, code: str) -> list[Correction]:
    return [
        Correction(f"路边的旧牌子歪了第{'一二三四五六七八九十'[n % 10]}回", code, f"{n:03}")
        for n in range(count)
    ]


def test_a_worse_model_is_refused_and_nothing_is_written(tmp_path, monkeypatch):
    save(small(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    worse = small([Sample(one.text, "OUT" if one.label != "OUT" else "06010") for one in SMALL])
    monkeypatch.setattr(training, "train", lambda *args, **kwargs: worse)
    judged = [Correction(sample.text, sample.label, "1") for sample in reversed(SMALL)]
    with pytest.raises(retraining.WorseModelError, match="worse"):
        retraining.retrain("matter", data=NOWHERE, target=tmp_path, corrected=judged)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    retraining.retrain("matter", data=NOWHERE, target=tmp_path, corrected=judged, force=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} != before


def test_without_anything_to_compare_on_the_old_model_stays(tmp_path, monkeypatch):
    save(small(), tmp_path)
    monkeypatch.setattr(training, "train", lambda *args, **kwargs: small(SMALL[1:]))
    with pytest.raises(retraining.NothingToCompareError):
        retraining.retrain("matter", data=NOWHERE, target=tmp_path)


def test_content_alone_trains_and_corrections_are_learned():
    model = training.train(NOWHERE, corrected(12, "07003"))
    assert model.card["training"] == "content/taxonomy"
    assert model.card["corrections"] == 12
    assert matter.classify("路边的旧牌子歪了", model).code == "07003"
    assert matter.classify("路灯不亮，晚上一片黑", model).code == "01037"


# --- figures ------------------------------------------------------------------------------------


def test_figures():
    figure = evaluation.share("x", [True] * 8 + [False] * 2)
    assert figure.value == 0.8
    assert figure.low == pytest.approx(0.490, abs=0.001)
    assert figure.high == pytest.approx(0.943, abs=0.001)
    assert math.isnan(evaluation.share("x", []).value)
    assert evaluation.calibration_error([0.95, 0.95], [True, False]) == pytest.approx(0.45)
    assert evaluation.macro_f1([("a", "a"), ("b", "a")]) == pytest.approx((2 / 3 + 0) / 2)


def test_figures_of_each_code():
    pairs = [
        (Label("1", ("06010",), "", urgent=False), "06010"),
        (Label("2", ("06010", "06012"), "", urgent=False), "06012"),
        (Label("3", ("06010",), "", urgent=False), "OUT"),
        (Label("4", ("OUT",), "", urgent=False), "06010"),
    ]
    (row,) = evaluation.by_code(pairs, least=2)
    assert (row.code, row.cases, row.given) == ("06010", 3, 2)
    assert (row.recall, row.precision) == (pytest.approx(2 / 3), 0.5)


def test_two_annotators_agreed():
    figures = {figure.name: figure.value for figure in evaluation.agreement()}
    assert figures["agreement: OUT or not"] > 0.95
