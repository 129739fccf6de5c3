"""Groups texts that speak of the same issue, one at a time or in batches, and gives each group a name to read.

A group is known by the number of its first text, and keeps that number whatever is added; when two groups turn
out to be one, the smaller number stays and the other leads to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nlp import taxonomy
from nlp.cluster_names import name_of
from nlp.ngram_index import Floats, Grams, NgramIndex, grams

# Chosen on half of the labelled groups of same-issue messages (nlp/evaluation_similarity.py).
THRESHOLD = 0.25
NEAREST = 3  # a group is as near as its three nearest texts are on the average
MERGE_SHARE = 0.9  # of the threshold: two groups that one text joins must themselves be about as near
REPRESENTATIVES = 3


@dataclass(frozen=True)
class Cluster:
    """A group: the numbers of its texts in order of adding, its name and its most central texts."""

    id: int
    members: tuple[int, ...]
    name: str
    representatives: tuple[int, ...]


@lru_cache(maxsize=1)
def background() -> tuple[Grams, ...]:
    """Return the taxonomy's own sentences: with the first few texts alone every word would look rare."""
    known = taxonomy.default()
    entries = [*known.matters.values(), *known.parts.values()]
    return tuple(grams(text) for entry in entries for text in (entry.description, *entry.examples) if text)


class Clusters:
    """Texts in groups; each text is in exactly one, alone if nothing is like it.

    Names quote the texts: give redacted ones where the names are shown. Not to be shared among threads.
    """

    def __init__(self, *, threshold: float = THRESHOLD) -> None:
        self._threshold = threshold
        self._index = NgramIndex(background())
        self._texts: list[str] = []
        self._grams: list[Grams] = []
        self._label: list[int] = []
        self._members: dict[int, list[int]] = {}
        self._joined: dict[int, int] = {}

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._texts)

    @classmethod
    def restore(
        cls, texts: Sequence[str], labels: Sequence[int], *, threshold: float = THRESHOLD
    ) -> "Clusters":
        """Return the groups of texts whose group numbers were kept, ready for more.

        Raises ValueError when a number is not that of a text of its group.
        """
        result = cls(threshold=threshold)
        result._take(texts)
        for number, label in enumerate(labels):
            result._members.setdefault(label, []).append(number)
        if len(labels) != len(texts) or any(label != min(all_) for label, all_ in result._members.items()):
            raise ValueError("a group is known by the number of its first text")
        result._label = list(labels)
        return result

    def _take(self, texts: Sequence[str]) -> None:
        batch = [grams(text) for text in texts]
        self._index.add(batch)
        self._texts.extend(texts)
        self._grams.extend(batch)

    def add(self, texts: Sequence[str]) -> list[int]:
        """Add texts and return the group of each; a group may since have joined another: see `current`."""
        first = len(self)
        self._take(texts)
        for number in range(first, len(self)):
            self._place(number)
        return [self._label[number] for number in range(first, len(self))]

    def current(self, cluster: int) -> int:
        """Return the group that a group's number, once given, leads to now."""
        while cluster in self._joined:
            cluster = self._joined[cluster]
        return cluster

    def labels(self) -> tuple[int, ...]:
        """Return the group of every text, in order of adding."""
        return tuple(self._label)

    def _nearness(self, scores: Floats, members: Sequence[int]) -> float:
        near = np.sort(scores[np.asarray(members, dtype=np.intp)])[-NEAREST:]
        return float(near.mean())

    def _place(self, number: int) -> None:
        """Put a text into the nearest group that is near enough, or into one of its own."""
        scores = self._index.cosines(self._grams[number])[:number]
        near: NDArray[np.intp] = np.flatnonzero(scores >= self._threshold)
        found = {self._label[int(other)] for other in near}
        ranked = sorted((-self._nearness(scores, self._members[one]), one) for one in found)
        good = [one for nearness, one in ranked if -nearness >= self._threshold]
        if not good:
            self._label.append(number)
            self._members[number] = [number]
            return
        home = good[0]
        self._label.append(home)
        self._members[home].append(number)
        for other in good[1:]:
            if self._are_one(home, other):
                home = self._join(home, other)

    def _are_one(self, one: int, other: int) -> bool:
        few, many = sorted((self._members[one], self._members[other]), key=len)
        sample = few[:REPRESENTATIVES] + few[REPRESENTATIVES:][-REPRESENTATIVES:]
        nearness = [self._nearness(self._index.cosines(self._grams[number]), many) for number in sample]
        return sum(nearness) / len(nearness) >= MERGE_SHARE * self._threshold

    def _join(self, one: int, other: int) -> int:
        keep, drop = min(one, other), max(one, other)
        for number in self._members[drop]:
            self._label[number] = keep
        self._members[keep] = sorted(self._members[keep] + self._members.pop(drop))
        self._joined[drop] = keep
        return keep

    def members(self, cluster: int) -> tuple[int, ...]:
        """Return the numbers of a group's texts. Raises KeyError for a number never given to a group."""
        return tuple(self._members[self.current(cluster)])

    def representatives(self, cluster: int, count: int = REPRESENTATIVES) -> tuple[int, ...]:
        """Return the texts most like the rest of their group, no two of the same words."""
        members = np.asarray(self.members(cluster), dtype=np.intp)
        if len(members) == 1:
            return (int(members[0]),)
        central = [float(self._index.cosines(self._grams[number])[members].sum()) for number in members]
        ranked = sorted(zip(central, members.tolist(), strict=True), key=lambda pair: (-pair[0], pair[1]))
        chosen: dict[str, int] = {}
        for _, number in ranked:
            chosen.setdefault(self._texts[number].strip(), number)
        return tuple(chosen.values())[:count]

    def clusters(self, least: int = 2) -> list[Cluster]:
        """Return the groups of at least `least` texts, the largest first."""
        chosen = sorted(
            (-len(members), one) for one, members in self._members.items() if len(members) >= least
        )
        return [
            Cluster(
                one,
                tuple(self._members[one]),
                name_of([self._texts[number] for number in self._members[one]]),
                self.representatives(one),
            )
            for _, one in chosen
        ]
