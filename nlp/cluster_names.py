"""A name to read for a set of texts: the words that most of them share, places first.

"丽发新城 搅拌站 噪音", not a number: words that the texts share and that the language seldom uses.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

from nlp.keywords import stop_words
from nlp.normalization import HAN, normalize
from nlp.redaction import drop_masks, redact
from nlp.segment import tokenizer

WORDS = 4
LENGTH = 24  # characters of the whole name
PHRASE = 10
_READ = 600
_RAW = 1200  # characters of a text as it came, of which _READ are looked at
_HEAD = 45  # characters: the subject line or the first sentence, which names the thing
_SAMPLE = 40  # texts of a large group that are read
_RUN = re.compile(f"[{HAN}]+|[a-z0-9]+")
_TELLING = re.compile(f"[{HAN}]{{2,}}")
# What ends the name of a place in an address (GB/T 23705 names the same parts: district, road, estate, site).
_PLACE = re.compile(
    r"(?:新城|小区|社区|家园|花园|公寓|公馆|广场|大厦|中心|大道|路|街|巷|胡同|[区县镇乡村]|苑|园|城|站|桥|公园|学校|小学|中学"
    r"|大学|学院|医院|市场|商场|超市|河|湖|里)$"
)


_PERSON = re.compile(
    "(?:书记|[省市县区镇局校院处科队站所]长|主任|老师|医生|经理|先生|女士|某某?)$"
)  # a group is never named after one
_PARTICLES = frozenset(
    "的在和与了是我请到从被把将对于就及或每这那有为由向让给无没不很也都还又从省市区县镇乡村街号栋期"
)


def _phrases(text: str, read: int) -> dict[str, None]:
    """Return the words of a normalized text's first characters, and neighbours joined up to three, in order."""
    found: dict[str, None] = {}
    for run in _RUN.findall(text[:read].lower()):
        words = tokenizer().cut(run)
        for at in range(len(words)):
            for size in (1, 2, 3):
                phrase = "".join(words[at : at + size])
                if at + size <= len(words) and len(phrase) <= PHRASE and _TELLING.fullmatch(phrase):
                    found[phrase] = None
    return found


def is_place(phrase: str) -> bool:
    """Say whether a phrase ends as the names of places do."""
    return len(phrase) > 2 and _PLACE.search(phrase) is not None


def _rarity(phrase: str) -> float:
    """Return how rare a phrase is in the language: its words taken as independent, capped."""
    known, total = tokenizer().FREQ, math.log(tokenizer().total)
    if known.get(phrase):
        return min(12.0, total - math.log(known[phrase]))
    parts = [total - math.log(known.get(word) or 1) for word in tokenizer().cut(phrase)]
    return min(15.0, max(parts) + 1.5 * (len(parts) - 1))


def _plain(phrase: str, stop: frozenset[str]) -> bool:
    """Say whether nothing in a phrase is a stop word or a lone particle at its edge."""
    words = tokenizer().cut(phrase)
    if any(word in stop for word in words) or _PERSON.search(phrase):
        return False
    if len(words[-1]) == 1 and not _PLACE.search(words[-1]):
        return False
    # A place's own name is often no word of the dictionary: 丽|发|新城.
    return len(words[0]) > 1 or (is_place(phrase) and words[0] not in _PARTICLES)


def name_of(texts: Sequence[str], count: int = WORDS) -> str:
    """Return a name of up to `count` words for a set of texts; empty when they hold no Chinese word.

    A word counts by the share of the texts that have it and by its rarity; of words inside one another the
    longer stays if nearly as many texts have it. Personal data is masked first and never quoted.
    """
    stop = stop_words()
    step = max(1, len(texts) // _SAMPLE)
    sample = texts[::step][:_SAMPLE]
    spread: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    first: dict[str, int] = {}
    for raw in sample:
        text = normalize(drop_masks(redact(raw, _RAW)))
        for phrase in _phrases(text, _READ):
            spread[phrase] += 1
            first.setdefault(phrase, len(first))
        heads.update(list(_phrases(text, _HEAD)))
    least = 1 if len(sample) == 1 else 2
    often = {phrase: n for phrase, n in spread.items() if n >= least and n >= 0.4 * len(sample)}
    candidates = [phrase for phrase in often or spread if _plain(phrase, stop)]

    def worth(phrase: str) -> float:
        share = spread[phrase] / len(sample)
        named = (1.2 if is_place(phrase) else 1.0) * (1.0 + heads[phrase] / len(sample))
        return share * share * _rarity(phrase) * named * min(len(phrase), 6) ** 0.4

    chosen: list[str] = []
    for phrase in sorted(candidates, key=lambda one: (-worth(one), first[one])):
        if any(phrase in other or other in phrase or _overlap(phrase, other) for other in chosen):
            continue
        if len(chosen) < count and sum(map(len, chosen)) + len(chosen) + len(phrase) <= LENGTH:
            chosen.append(phrase)
    return " ".join(sorted(chosen, key=lambda one: (not is_place(one), -worth(one))))


def _overlap(one: str, other: str) -> bool:
    """Say whether one phrase goes on where the other ends: 城搅拌站 beside 丽发新城."""
    return any(
        one[-size:] == other[:size] or other[-size:] == one[:size]
        for size in range(2, min(len(one), len(other)))
    )
