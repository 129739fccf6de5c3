"""Finds the spans of versions that contain one version, however many ended long before it. Pure.

The relational interval tree of Kriegel, Pötke and Seidl (VLDB 2000): all numbers are the nodes of one endless binary
tree, in which a number stands the higher the more powers of two divide it. A span is filed under its fork, the
highest number in it; the spans that contain a version are filed under the few numbers above that version.
"""

LEVELS = 31
"""Versions are PositiveIntegerFields: below 2**31."""

OPEN = 0
"""The fork of a span that has no end yet."""


def fork_of(since: int, until: int) -> int:
    """Return the fork of the versions since..until-1, both at least 1: their number divisible by most powers of two."""
    last = until - 1
    if not 1 <= since <= last:
        raise ValueError(f"no span: {since}..{until}")
    level = ((since - 1) ^ last).bit_length() - 1
    return last >> level << level


def forks_around(number: int) -> list[int]:
    """Return every fork that a span containing version `number` can have, a span without an end among them."""
    own = (number & -number).bit_length() - 1
    return [OPEN, *((number >> level | 1) << level for level in range(own, LEVELS))]
