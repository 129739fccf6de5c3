"""Typed reading of environment variables; every variable read here is documented in README.md (a test checks)."""

import os
import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Variable(NamedTuple):
    """One environment variable that the settings read, with its default as text."""

    name: str
    default: str
    meaning: str


VARIABLES: dict[str, Variable] = {}


def text(name: str, default: str = "", *, meaning: str) -> str:
    """Return the variable's text and remember that it exists, for the documentation check."""
    VARIABLES[name] = Variable(name, default, meaning)
    return os.environ.get(name, default).strip()


def _convert(name: str, raw: str, convert: Callable[[str], T], kind: str) -> T:
    try:
        return convert(raw)
    except ValueError as error:
        raise SystemExit(f"环境变量 {name} 应为{kind}，现在是 {raw!r}") from error


def integer(name: str, default: int, *, meaning: str) -> int:
    """Return the variable as an integer; a value that is none ends the program with a sentence."""
    return _convert(name, text(name, str(default), meaning=meaning), int, "整数")


def number(name: str, default: float, *, meaning: str) -> float:
    """Return the variable as a decimal number."""
    return _convert(name, text(name, str(default), meaning=meaning), float, "数字")


def flag(name: str, default: bool, *, meaning: str) -> bool:
    """Return the variable as a switch: 1, true, yes, on are true."""
    return text(name, "1" if default else "0", meaning=meaning).lower() in {"1", "true", "yes", "on"}


def rate(name: str, default: str, *, meaning: str) -> str:
    """Return the variable as a rate: a number of times per s, min, hour or day."""

    def convert(raw: str) -> str:
        if not re.fullmatch(r"[1-9][0-9]{0,8}/(s|min|hour|day)", raw):
            raise ValueError
        return raw

    return _convert(
        name, text(name, default, meaning=meaning), convert, "频率，例如 20/min（s、min、hour、day）"
    )


def choice(name: str, default: str, known: tuple[str, ...], *, meaning: str) -> str:
    """Return the variable, one of the known words."""

    def convert(raw: str) -> str:
        if raw not in known:
            raise ValueError
        return raw

    return _convert(name, text(name, default, meaning=meaning), convert, "、".join(known) + " 之一")


def pairs(name: str, *, meaning: str) -> dict[str, str]:
    """Return a comma-separated variable of `key:value` entries as a mapping."""

    def convert(raw: str) -> dict[str, str]:
        entries = [entry.strip().partition(":") for entry in raw.split(",") if entry.strip()]
        if not all(key and value for key, _, value in entries):
            raise ValueError
        return {key.strip(): value.strip() for key, _, value in entries}

    # The value holds secrets: the sentence must not repeat it.
    try:
        return convert(text(name, meaning=meaning))
    except ValueError as error:
        raise SystemExit(f"环境变量 {name} 应形如 键:值,键:值") from error


def items(name: str, default: str = "", *, meaning: str) -> list[str]:
    """Return a comma-separated variable as a list without empty entries."""
    return [item.strip() for item in text(name, default, meaning=meaning).split(",") if item.strip()]
