"""Who wrote which words of a clause: runs of characters, each with the document version that brought them. Pure."""

from collections.abc import Iterable, Sequence

from wiki.text.diff import diff_spans

Run = tuple[int, int]
"""(number of characters, version that brought them)"""


def of_new(text: str, version: int) -> list[Run]:
    """Return the authorship of a text that is new in `version`."""
    return [(len(text), version)] if text else []


def carry(runs: Iterable[Sequence[int]], old: str, new: str, version: int) -> list[Run]:
    """Return the authorship of `new`, made in `version` out of `old` with the authorship `runs`.

    What stayed keeps its version, what came in gets the new one. Where `runs` do not cover `old`, as in rows
    older than this record, the words count as brought by version 0: nobody knows.
    """
    versions = _spread(runs, len(old))
    result: list[Run] = []
    position = 0
    for span in diff_spans(old, new, readable=False):
        count = len(span.text)
        if span.operation == "ins":
            result.append((count, version))
            continue
        if span.operation == "same":
            result.extend((1, one) for one in versions[position : position + count])
        position += count
    return joined(result)


def joined(runs: Iterable[Sequence[int]]) -> list[Run]:
    """Return runs with neighbours of the same version made one and empty ones left out."""
    result: list[Run] = []
    for count, version in runs:
        if not count:
            continue
        if result and result[-1][1] == version:
            result[-1] = (result[-1][0] + count, version)
        else:
            result.append((count, version))
    return result


def cut(runs: Iterable[Sequence[int]], start: int, end: int) -> list[Run]:
    """Return the authorship of the characters start..end."""
    return joined((1, one) for one in _spread(runs, end)[start:end])


def _spread(runs: Iterable[Sequence[int]], length: int) -> list[int]:
    """Return one version per character, 0 where none is known."""
    versions = [version for count, version in runs for _ in range(count)][:length]
    return versions + [0] * (length - len(versions))
