"""Puts texts that mean the same together and says which of them is typical. Pure; for workers: scikit-learn is loaded.

Two texts are alike by the characters they share and, where there are sentence embeddings, by these. Embeddings of one
clause's opinions all lie close together (cosines of 0.87 to 0.97), so they are first taken relative to their mean. The
thresholds are those at which 27 and 30 opinions on two clauses, grouped by hand, were found best (adjusted Rand index
0.86 and 0.76 with embeddings, 0.49 and 0.38 by characters alone).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.clusters import background
from nlp.ngram_index import NgramIndex, grams

BY_MEANING = 0.12
BY_CHARACTERS = 0.04
AS_NEAR = 0.75
LARGEST = 1500
"""Texts that are divided by comparing all with all; the others join the nearest group."""

Matrix = NDArray[np.float32]


def alikeness(texts: Sequence[str], vectors: Matrix | None = None) -> tuple[Matrix, float]:
    """Return how alike each two texts are, texts × texts, and the threshold from which they say the same.

    `vectors` are embeddings of length one, a row per text.
    """
    index = NgramIndex(background())
    rows = [grams(text) for text in texts]
    index.add(rows)
    alike = np.stack([index.cosines(row) for row in rows]) if rows else np.zeros((0, 0), np.float32)
    if vectors is None or not len(texts):
        return alike.astype(np.float32), BY_CHARACTERS
    around = vectors - vectors.mean(axis=0)
    lengths = np.linalg.norm(around, axis=1, keepdims=True)
    around = around / np.where(lengths > 1e-6, lengths, 1.0)
    # Around their own mean n texts are, on the average, by 1 / (n - 1) less alike than they are.
    few = 1 / max(1, len(texts) - 1)
    return (alike + around @ around.T + few).astype(np.float32), BY_MEANING


def divide(
    texts: Sequence[str], vectors: Matrix | None = None, kept: Sequence[int | None] | None = None
) -> list[int]:
    """Return the group of every text: a number from 0; texts of the same `kept` number stay together for good.

    Texts that nobody has placed (None) are divided among themselves; those that are together join a kept group that
    they are nearly as alike to as to each other. The groups come in the order of their first texts.
    """
    if not texts:
        return []
    placed = list(kept) if kept is not None else [None] * len(texts)
    alike, threshold = alikeness(texts, vectors)
    labels: dict[int, tuple[str, int]] = {
        at: ("kept", label) for at, label in enumerate(placed) if label is not None
    }
    fixed = {
        label: [at for at, of in enumerate(placed) if of == label]
        for label in sorted({of for of in placed if of is not None})
    }
    free = [at for at, of in enumerate(placed) if of is None]
    found: dict[int, list[int]] = {}
    for at, label in zip(free, _agglomerate(alike, free, threshold), strict=True):
        found.setdefault(label, []).append(at)
    for label, members in found.items():
        near = max(
            ((float(alike[np.ix_(members, all_)].mean()), -of) for of, all_ in fixed.items()), default=None
        )
        joins = near is not None and near[0] >= max(threshold, AS_NEAR * _cohesion(alike, members))
        for at in members:
            labels[at] = ("kept", -near[1]) if joins and near is not None else ("found", label)
    names: dict[tuple[str, int], int] = {}
    return [names.setdefault(labels[at], len(names)) for at in range(len(texts))]


def _cohesion(alike: Matrix, members: Sequence[int]) -> float:
    """Return how alike the members are on the average; 0 for one alone."""
    n = len(members)
    inside = alike[np.ix_(list(members), list(members))]
    return float(inside.sum() - inside.trace()) / (n * (n - 1)) if n > 1 else 0.0


def _agglomerate(alike: Matrix, free: Sequence[int], threshold: float) -> list[int]:
    """Return the groups of the texts `free` by average linkage; two are one while they are alike on the average."""
    if len(free) < 2:
        return [0] * len(free)
    from sklearn.cluster import AgglomerativeClustering

    # Of very many texts an even sample makes the groups.
    step = -(-len(free) // LARGEST)
    sample = list(free[::step])
    top = max(1.0, float(alike.max()))
    part = alike[np.ix_(sample, sample)]
    if len(sample) > 1:
        model = AgglomerativeClustering(
            n_clusters=None, metric="precomputed", linkage="average", distance_threshold=top - threshold
        )
        found = model.fit_predict(np.clip(top - (part + part.T) / 2, 0, None)).tolist()
    else:
        found = [0]
    label_of = dict(zip(sample, found, strict=True))
    members: dict[int, list[int]] = {}
    for at, label in label_of.items():
        members.setdefault(label, []).append(at)
    alone = max(members, default=-1)
    for at in free:
        if at in label_of:
            continue
        nearness, label = max((float(alike[at, all_].mean()), -label) for label, all_ in members.items())
        if nearness >= threshold:
            label_of[at] = -label
        else:
            alone += 1
            label_of[at] = alone
    return [label_of[at] for at in free]


def typical(alike: Matrix, members: Sequence[int]) -> int:
    """Return the medoid: the member most like all the others, the earliest of equals."""
    inside = alike[np.ix_(list(members), list(members))]
    return members[int(inside.sum(axis=1).argmax())]
