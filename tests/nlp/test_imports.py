"""Importing nlp costs nothing: no torch, no dictionary, no model."""

import subprocess
import sys

PROBE = """
import sys
import nlp
assert "torch" not in sys.modules and "jieba" not in sys.modules and "numpy" not in sys.modules
nlp.analyze("井盖坏了")
heavy = {"torch", "sentence_transformers", "sklearn", "scipy", "django"} & set(sys.modules)
assert not heavy, heavy
"""


def test_importing_and_analyzing_loads_nothing_heavy():
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_public_names_are_functions_and_classes_not_modules():
    import nlp
    import nlp.normalization
    import nlp.redaction

    assert nlp.normalize("Ａ") == "A"
    assert nlp.redact("没有") == "没有"
    assert set(nlp.__all__) <= {name for name in nlp.__all__ if getattr(nlp, name) is not None}
