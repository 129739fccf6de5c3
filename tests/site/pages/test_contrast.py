"""Every pair of ink and ground that the pages use is legible, computed from the stylesheet itself."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

# ink, grounds it stands on
WORDS = {
    "text": ("ground", "surface", "sunken"),
    "text-2": ("ground", "surface", "sunken"),
    "accent": ("ground", "surface", "sunken"),
    "accent-strong": ("ground", "surface"),
    "on-accent": ("accent-fill", "accent-fill-strong"),
    "accent-ink": ("accent-soft",),
    "gold-ink": ("gold-soft",),
    "pine": ("ground", "surface"),
    "pine-ink": ("pine-soft",),
    "on-wall": ("wall",),
    "on-wall-2": ("wall",),
    "ground": ("text",),  # a chip that is current is inverted
}
# what must be seen but not read: borders of controls, icons, the focus ring
SHAPES = {
    "line-strong": ("ground", "surface"),
    "pine-fill": ("ground", "surface"),
    "accent-fill": ("ground", "surface"),
    "focus": ("ground", "surface", "sunken"),
}


def token_sets() -> dict[str, dict[str, str]]:
    css = Path(finders.find("civic/css/tokens.css")).read_text(encoding="utf-8")
    light, dark = css.split("@media (prefers-color-scheme: dark)", 1)
    dark = dark.split("/* 关怀版", 1)[0]
    first = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", light))
    return {"light": first, "dark": {**first, **dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", dark))}}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_formula_agrees_with_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_words_are_legible(name: str) -> None:
    tokens = token_sets()[name]
    weak = {
        f"{ink} on {ground}": round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, grounds in WORDS.items()
        for ground in grounds
        if contrast(tokens[ink], tokens[ground]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_shapes_are_visible(name: str) -> None:
    tokens = token_sets()[name]
    weak = {
        f"{ink} on {ground}": round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, grounds in SHAPES.items()
        for ground in grounds
        if contrast(tokens[ink], tokens[ground]) < 3
    }
    assert weak == {}


def test_the_dark_set_names_no_unknown_token() -> None:
    sets = token_sets()
    assert set(sets["dark"]) == set(sets["light"])


def test_stylesheets_use_only_tokens_that_exist() -> None:
    folder = Path(finders.find("civic/css/tokens.css")).parent
    tokens = folder.joinpath("tokens.css").read_text(encoding="utf-8")
    known = set(re.findall(r"(--[a-z0-9-]+):", tokens))
    for sheet in sorted(folder.glob("*.css")):
        if sheet.name == "admin.css":  # Wagtail's tokens
            continue
        css = sheet.read_text(encoding="utf-8")
        own = set(re.findall(r"(--[a-z0-9-]+):", css))
        assert set(re.findall(r"var\((--[a-z0-9-]+)", css)) <= known | own, sheet.name
