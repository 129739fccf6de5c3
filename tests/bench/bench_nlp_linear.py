"""Prints how long each function of nlp takes on 10, 20, 40 and 80 KB of awkward text: linear means doubling.

Run: python tests/bench/bench_nlp_linear.py [function ...]. Nothing is asserted: a number is for people to read.
"""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from nlp import Gazetteer, index_terms, normalize, query_terms, redact
from nlp.extract import extract, find_address, find_amounts, find_phones
from nlp.normalization import fold
from nlp.organisations import find_organisations
from nlp.personal import find_personal
from nlp.segment import words
from nlp.times import find_times
from nlp.wordlists import find as find_listed

NOW = datetime(2026, 11, 21, 15, 30)  # noqa: DTZ001
SIZES = (10_000, 20_000, 40_000, 80_000)
SLOW = 3.0  # times as long for twice as much: worth a look

FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "normalize": normalize,
    "fold": fold,
    "words": words,
    "index_terms": index_terms,
    "query_terms": query_terms,
    "find_personal": find_personal,
    "redact": redact,
    "find_times": lambda text: find_times(text, now=NOW),
    "find_amounts": find_amounts,
    "find_phones": find_phones,
    "find_address": find_address,
    "find_organisations": find_organisations,
    "locate": lambda text: Gazetteer.default().locate(text),
    "wordlists": find_listed,
    "extract": lambda text: extract(text, now=NOW),
}
TEXTS = {
    "one Han": "啊", "one letter": "a", "digits": "1", "spaced digits": "1 ", "zeros": "0-", "brackets": "(", "blanks": " ",
    "lines": " \n", "marks": "！？", "emoji": "😀", "surrogates": "\ud800", "controls": "\x00\u200b", "traditional": "後來",
    "Cantonese": "嘅喺冇唔咗", "numerals": "一二十百", "dates": "昨天晚上8点到", "every": "每天", "money": "元块万", "e-mail": "a@",
    "dots": "a.", "companies": "公司物业", "one long company": "金的公司", "surname": "王先生", "many names": "我叫王", "somebody": "王某",
    "roads": "街路里号", "homes": "3号楼2单元", "phones": "13800138000,", "places": "朝阳区望京", "abuse": "傻*逼", "adverts": "加v信",
    "URL": "http://", "letters and marks": "a=\u0338", "kin": "业主李", "mixed": "Wi-Fi坏了，please 处理！", "sentence": "小区门口的路灯坏了三天没人修，",
}  # fmt: skip


def measure(function: Callable[[str], Any], unit: str) -> list[float]:
    times = []
    for size in SIZES:
        text = (unit * (size // len(unit) + 1))[:size]
        best = float("inf")
        for _ in range(2):
            began = time.perf_counter()
            function(text)
            best = min(best, time.perf_counter() - began)
        times.append(best)
    return times


def main() -> None:
    chosen = sys.argv[1:] or list(FUNCTIONS)
    print(f"{'function':20}{'text':20}" + "".join(f"{size // 1000:>7} KB" for size in SIZES) + "   80/40")
    for name in chosen:
        FUNCTIONS[name]("先读词典")
        for label, unit in TEXTS.items():
            times = measure(FUNCTIONS[name], unit)
            ratio = times[-1] / times[-2]
            note = "  <-" if ratio > SLOW and times[-1] > 0.02 else ""
            print(
                f"{name:20}{label:20}"
                + "".join(f"{1000 * value:8.1f}ms" for value in times)
                + f"{ratio:8.1f}{note}",
                flush=True,
            )


if __name__ == "__main__":
    main()
