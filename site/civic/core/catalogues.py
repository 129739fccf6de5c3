"""Folds the Chinese catalogues into one, so that a sentence that is Chinese already is looked for once.

The platform's own words are written in Chinese and stand in no catalogue. Django merges those of zh_Hans, keeps every
package's `zh` behind them as a chain of fallbacks, and walks through all of it before it gives the sentence back: 15
microseconds a word with Wagtail's ten packages, five milliseconds a page. Folded in the same order, it takes one look.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import trans_real

COUNTS = (0, 1, 2, 5, 100)


def fold(language: str = "") -> None:
    """Fold what a language falls back on into its own catalogue; what is found first stays, nothing is added."""
    translation: Any = trans_real.translation(language or settings.LANGUAGE_CODE)
    found: dict[Any, str] = {}
    one: Any = translation
    while one is not None:
        if any(one.plural(n) != translation.plural(n) for n in COUNTS):
            return  # words counted by other rules cannot stand in the same catalogue
        for words in _parts(one._catalog):
            for key, said in words.items():
                found.setdefault(key, said)
        one = one._fallback
    catalogue: Any = trans_real.TranslationCatalog()
    catalogue._catalogs, catalogue._plurals = [found], [translation.plural]
    translation._catalog, translation._fallback = catalogue, None


def _parts(catalogue: Any) -> list[dict[Any, str]]:
    return getattr(catalogue, "_catalogs", None) or [catalogue]
