"""Order numbers of siblings with gaps, so that a new clause finds a place without moving the others. Pure."""

from bisect import bisect_left
from collections.abc import Sequence

STEP = 1 << 16


def spread(orders: Sequence[int | None]) -> list[int]:
    """Return strictly increasing order numbers, keeping as many of the given ones as possible.

    None asks for a new number; given numbers that are out of sequence get new ones too. Where a gap is used up,
    all are numbered anew.
    """
    kept = _longest_increasing(orders)
    result: list[int | None] = [order if index in kept else None for index, order in enumerate(orders)]
    index = 0
    while index < len(result):
        if result[index] is not None:
            index += 1
            continue
        stop = index
        while stop < len(result) and result[stop] is None:
            stop += 1
        count = stop - index
        low = result[index - 1] if index else None
        high = result[stop] if stop < len(result) else None
        if high is None:
            start = 0 if low is None else low
            numbers = [start + STEP * (n + 1) for n in range(count)]
        else:
            start = high - STEP * (count + 1) if low is None else low
            if high - start <= count:
                return [STEP * (n + 1) for n in range(len(orders))]
            numbers = [start + (high - start) * (n + 1) // (count + 1) for n in range(count)]
        result[index:stop] = numbers
        index = stop
    return [order for order in result if order is not None]


def _longest_increasing(orders: Sequence[int | None]) -> set[int]:
    """Return the positions of a longest strictly increasing subsequence of the numbers given."""
    tails: list[int] = []
    tail_index: list[int] = []
    previous: dict[int, int | None] = {}
    for index, order in enumerate(orders):
        if order is None:
            continue
        place = bisect_left(tails, order)
        previous[index] = tail_index[place - 1] if place else None
        if place == len(tails):
            tails.append(order)
            tail_index.append(index)
        else:
            tails[place] = order
            tail_index[place] = index
    kept: set[int] = set()
    current = tail_index[-1] if tail_index else None
    while current is not None:
        kept.add(current)
        current = previous[current]
    return kept
