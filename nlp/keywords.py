"""The words that tell what a text is about: frequent in it, rare in the language.

How rare a word is comes from jieba's own frequencies; no corpus is needed.
"""

import math
import re
from collections import Counter
from functools import lru_cache

from nlp.content import LEXICONS, word_list
from nlp.normalization import HAN
from nlp.segment import tokenizer, words

COUNT = 8
_SCAN = 2000  # characters; the subject of a longer text is told by then
_HAN_FIRST = "\u3400"  # a word that begins so is one of Han characters: the divider tells scripts apart
_WORD = re.compile(f"[{HAN}]{{2,}}|[a-z][a-z0-9]{{2,19}}")


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Return the words that tell nothing of a text's subject, nlp's own and the operator's."""
    path = LEXICONS / "stopwords.txt"  # the operator's list, beside nlp's own
    operators = path.read_text(encoding="utf-8").split() if path.exists() else []
    return frozenset(word_list("stop")) | frozenset(operators)


def keywords(text: str, count: int = COUNT) -> tuple[str, ...]:
    """Return up to `count` key words of a normalized text, the most telling first."""
    stop = stop_words()
    frequencies, total = tokenizer().FREQ, tokenizer().total
    found: Counter[str] = Counter()
    first: dict[str, int] = {}
    for place, word in enumerate(words(text[:_SCAN])):
        if len(word) > 1 and word not in stop and (word[0] >= _HAN_FIRST or _WORD.fullmatch(word)):
            found[word] += 1
            first.setdefault(word, place)
    rarest = math.log(total)

    def weight(word: str) -> float:
        rarity = rarest - math.log(frequencies.get(word) or 1)
        early = 1.0 + 1.0 / (1 + first[word] / 8)
        return (1 + math.log(found[word])) * rarity * early

    return tuple(sorted(found, key=lambda word: (-weight(word), first[word]))[:count])
