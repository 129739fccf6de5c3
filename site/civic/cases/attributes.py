"""What a reporter may be asked beside words and place, by matter code; the questions are data."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.dateparse import parse_datetime

from civic.cases.matters import is_matter
from civic.core.errors import InvalidInput

DATATYPES = frozenset({"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"})
STRING_LIMIT = 200
TEXT_LIMIT = 1000


@dataclass(frozen=True)
class Attribute:
    """One question; `values` are the keys and names of a list to choose from."""

    code: str
    datatype: str
    description: str
    hint: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


# What GeoReport v2 lets a partner say of every report, and what has no column of its own.
COMMON = (
    Attribute("media_url", "url", "合作方给的照片地址"),
    Attribute("address_id", "string", "合作方的地址编号"),
)


def read(data: Mapping[str, Any]) -> dict[str, tuple[Attribute, ...]]:
    """Return the questions by code or class; raises ValueError naming what is wrong in a content file."""
    found: dict[str, tuple[Attribute, ...]] = {}
    for prefix, rows in data.items():
        if not (isinstance(prefix, str) and prefix.isdecimal() and len(prefix) in {2, 5}):
            raise ValueError(f"{prefix}: must be a class of two digits or a code of five, quoted")
        if len(prefix) == 5 and not is_matter(prefix):
            raise ValueError(f"{prefix}: no such code")
        attributes = tuple(Attribute(**row) for row in rows)
        for one in attributes:
            if one.datatype not in DATATYPES:
                raise ValueError(f"{prefix} {one.code}: no such datatype: {one.datatype}")
            if one.datatype.endswith("list") != bool(one.values):
                raise ValueError(f"{prefix} {one.code}: values belong to lists, and only to them")
        if len({one.code for one in attributes}) != len(attributes):
            raise ValueError(f"{prefix}: a code is there twice")
        found[prefix] = attributes
    return found


@lru_cache(maxsize=1)
def _questions() -> dict[str, tuple[Attribute, ...]]:
    path = settings.CONTENT_DIR / "open311" / "attributes.yaml"
    return read(yaml.safe_load(path.read_text("utf-8")))


def attributes_of(code: str) -> tuple[Attribute, ...]:
    """Return the questions that belong to a code, none for a code without any."""
    questions = _questions()
    return questions.get(code, questions.get(code[:2], ()))


def check_attributes(code: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers in the form they are stored; InvalidInput names the one that cannot be.

    Empty answers are left out. A question that the code does not have is refused: it would be lost silently.
    """
    known = {one.code: one for one in (*COMMON, *attributes_of(code.strip()))}
    checked: dict[str, Any] = {}
    for name, answer in given.items():
        if answer in (None, "", [], [""]):
            continue
        if name not in known:
            raise _wrong(name, "这个事项没有这项附加信息。")
        checked[name] = _check(known[name], answer)
    return checked


def _wrong(name: str, message: str) -> InvalidInput:
    return InvalidInput(message, code="bad_attribute", fields={f"attribute[{name[:40]}]": message})


def _check(question: Attribute, answer: Any) -> Any:
    if question.datatype == "multivaluelist":
        chosen = list(dict.fromkeys(str(one) for one in (answer if isinstance(answer, list) else [answer])))
        if not set(chosen) <= set(question.values):
            raise _wrong(question.code, f"只能选：{'、'.join(question.values)}。")
        return chosen
    if isinstance(answer, list):
        if len(answer) != 1:
            raise _wrong(question.code, "只能给一个答案。")
        answer = answer[0]
    if not isinstance(answer, str | int | float) or isinstance(answer, bool):
        raise _wrong(question.code, "格式不对。")
    text = str(answer).strip()
    if question.datatype == "singlevaluelist":
        if text not in question.values:
            raise _wrong(question.code, f"只能选：{'、'.join(question.values)}。")
        return text
    if question.datatype == "number":
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not abs(number) < 1e9:  # NaN is not below anything
            raise _wrong(question.code, "应为数字。")
        return int(number) if number == int(number) else number
    if question.datatype == "datetime":
        try:
            moment = parse_datetime(text.replace(" ", "+"))
        except ValueError:
            moment = None
        if moment is None or not 1900 <= moment.year <= 2200:
            raise _wrong(question.code, "应为 W3C 时间，例如 2026-01-01T00:00:00+08:00。")
        return moment.isoformat()
    if question.datatype == "url":
        try:
            URLValidator(schemes=["http", "https"])(text)
        except ValidationError as error:
            raise _wrong(question.code, "应为 http 或 https 网址。") from error
    limit = TEXT_LIMIT if question.datatype in {"text", "url"} else STRING_LIMIT
    text = "".join(char for char in text if char.isprintable() or char == "\n")
    if len(text) > limit:
        raise _wrong(question.code, f"最多 {limit} 字。")
    return text


def spoken(code: str, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return stored answers as pairs of question and answer for people to read."""
    known = {one.code: one for one in (*COMMON, *attributes_of(code))}
    pairs = []
    for name, answer in answers.items():
        question = known.get(name)
        values = question.values if question else {}
        chosen = answer if isinstance(answer, list) else [answer]
        pairs.append(
            (
                question.description if question else name,
                "、".join(values.get(str(one), str(one)) for one in chosen),
            )
        )
    return pairs
