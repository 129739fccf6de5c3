"""Command line: analyze (lines in, JSON lines out), evaluate, train, build-embedding."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TextIO


def _text_of(line: str) -> str:
    """Return the text of one input line: a JSON object's or JSON string's, else the line itself."""
    if line.lstrip()[:1] in ("{", '"'):
        try:
            value = json.loads(line)
        except ValueError:
            return line
        if isinstance(value, dict):
            value = value.get("text", "")
        return value if isinstance(value, str) else ""
    return line


def lines_as_json(lines: Iterable[str]) -> Iterator[str]:
    """Yield one JSON object for each line, in order; a blank line is analyzed too, so that lines keep their numbers."""
    from nlp import analyze

    for line in lines:
        result = analyze(_text_of(line.rstrip("\r\n"))).as_dict()
        yield json.dumps(result, ensure_ascii=False)


def _analyze(source: TextIO, target: TextIO) -> int:
    for line in lines_as_json(source):
        target.write(line + "\n")
        target.flush()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlp", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("analyze", help="read texts or JSON objects with `text` from stdin, write JSON lines")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options: Any = _parser().parse_args(arguments)
    if options.command == "analyze":
        for stream in (sys.stdin, sys.stdout):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        return _analyze(sys.stdin, sys.stdout)
    raise AssertionError(options.command)


if __name__ == "__main__":
    sys.exit(main())
