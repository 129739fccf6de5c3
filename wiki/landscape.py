"""Who agrees with whom on a document's statements: groups of people by their answers, in counts and shares only.

Pure, and the only module that needs scikit-learn, which is loaded with the first call: workers call it, web processes
never. The answers of all people are a matrix; two axes explain most of it (PCA); people are grouped on them (k-means,
k by silhouette), and each group is told apart by the statements on which it answers unlike everybody else, as Polis
does (Small et al. 2021, "Polis: Scaling deliberation by mapping high dimensional opinion spaces").

Nobody can be read out of the result: there is no group and no spot of fewer than LEAST people, no figure of a
statement to which fewer than LEAST people of any group answered, and the order in which people come changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

LEAST = 5
"""People: the smallest group, spot or base of a share that is ever told."""
ANSWERS = 5
"""Answers that a person must have given, or all there are where there are fewer, to be placed."""
GROUPS = (2, 3, 4, 5)
SEPARATE = 0.45
"""The silhouette below which people are one group: answers thrown by dice reach 0.46 for 40 people, 0.36 for 1,000."""
TELLING = 1.2816
"""The z-value of a share that differs with nine parts in ten of certainty, one-sided."""
SHOWN = 5
GRIDS = (16, 12, 8, 6, 4, 3)
SAMPLE = 2000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Answer = tuple[int, int, int]
"""Statement, person, answer: 1 agree, -1 disagree, 0 neither."""


class Share(TypedDict):
    """How people answered a statement: shares of those who answered, in whole per cent."""

    statement: int
    agree: int
    disagree: int
    answered: int


class Telling(Share):
    """A statement that tells a group from the others, and on which side the group stands (1 or -1)."""

    side: int


class Group(TypedDict):
    """People who answer alike: how many, where on the axes (-1 to 1), what tells them apart, and all their shares."""

    size: int
    x: float
    y: float
    telling: list[Telling]
    shares: list[Share]


class Spot(TypedDict):
    """A field of the grid with at least LEAST people: its middle (-1 to 1) and how many."""

    x: float
    y: float
    people: int


class Landscape(TypedDict):
    """The whole picture; `scattered` are people on fields with too few to be told."""

    people: int
    placed: int
    left_out: int
    votes: int
    statements: int
    answered_share: int
    explained: list[int]
    silhouette: float
    groups: list[Group]
    grid: int
    spots: list[Spot]
    scattered: int
    shares: list[Share]
    consensus: list[Telling]
    divisive: list[Share]


def landscape(answers: Sequence[Answer], statements: Sequence[int]) -> Landscape:
    """Return the picture of answers to `statements`; the last answer of a person to a statement counts."""
    columns = {statement: place for place, statement in enumerate(sorted(set(statements)))}
    matrix = _matrix(answers, columns)
    people, votes = len(matrix), int((~np.isnan(matrix)).sum())
    enough = (~np.isnan(matrix)).sum(axis=1) >= min(ANSWERS, max(1, len(columns)))
    placed = matrix[enough]
    found = Landscape(
        people=people,
        placed=len(placed),
        left_out=people - len(placed),
        votes=votes,
        statements=len(columns),
        answered_share=round(100 * votes / (people * len(columns))) if people and columns else 0,
        explained=[],
        silhouette=0.0,
        groups=[],
        grid=0,
        spots=[],
        scattered=0,
        shares=[],
        consensus=[],
        divisive=[],
    )
    if len(placed) < LEAST or len(columns) < 2:
        return found
    points, explained = axes(placed)
    labels, silhouette = groups_of(points)
    ids = list(columns)
    found["explained"] = [round(100 * share) for share in explained]
    found["silhouette"] = round(silhouette, 3)
    found["grid"], found["spots"], found["scattered"] = spots_of(points)
    counts = np.stack([_counts(placed[labels == label]) for label in range(labels.max() + 1)])
    told = np.flatnonzero((counts.sum(axis=2) >= LEAST).all(axis=0))
    found["groups"] = [
        Group(
            size=int((labels == label).sum()),
            x=round(float(points[labels == label, 0].mean()), 2),
            y=round(float(points[labels == label, 1].mean()), 2),
            telling=_telling(counts, label, told, ids) if len(counts) > 1 else [],
            shares=[_share(counts[label, at], ids[at]) for at in told],
        )
        for label in range(len(counts))
    ]
    found["shares"] = [_share(counts[:, at].sum(axis=0), ids[at]) for at in told]
    found["consensus"] = _consensus(counts, told, ids)
    found["divisive"] = _divisive(counts, told, ids)
    return found


def _matrix(answers: Sequence[Answer], columns: Mapping[int, int]) -> Floats:
    """Return people × statements, NaN where there is no answer; rows in the order of what they say.

    So nothing that follows can depend on who a person is or when they came.
    """
    rows: dict[int, dict[int, int]] = {}
    for statement, person, value in answers:
        if statement in columns:
            rows.setdefault(person, {})[columns[statement]] = value
    matrix = np.full((len(rows), len(columns)), np.nan)
    for place, given in enumerate(rows.values()):
        for column, value in given.items():
            matrix[place, column] = value
    if not matrix.size:
        return matrix
    order = np.lexsort(np.nan_to_num(matrix, nan=9.0).T[::-1])
    return matrix[order]


def axes(matrix: Floats) -> tuple[Floats, list[float]]:
    """Return each row's place on two axes, from -1 to 1, and the share of the variance that each axis explains.

    An answer that was not given stands at the statement's mean. Who answered little would so be drawn to the middle:
    Polis stretches them out again by the root of (statements / answers), and so is done here.
    """
    from sklearn.decomposition import PCA

    known = ~np.isnan(matrix)
    means = np.where(known.any(axis=0), np.nansum(matrix, axis=0) / np.maximum(known.sum(axis=0), 1), 0.0)
    filled = np.where(known, matrix, means) - means
    if np.allclose(filled, 0):
        return np.zeros((len(matrix), 2)), [0.0, 0.0]
    count = min(2, *filled.shape)
    pca = PCA(n_components=count, svd_solver="full").fit(filled)
    # The sign of an axis is arbitrary: the statement that weighs most points to the right, or up.
    heaviest = pca.components_[np.arange(count), np.abs(pca.components_).argmax(axis=1)]
    signs = np.where(heaviest < 0, -1.0, 1.0)
    points = np.zeros((len(matrix), 2))
    points[:, :count] = pca.transform(filled) * signs
    points *= np.sqrt(matrix.shape[1] / known.sum(axis=1))[:, None]
    points /= np.abs(points).max() or 1.0
    explained = [float(share) for share in np.nan_to_num(pca.explained_variance_ratio_)]
    return np.round(points, 9), [*explained, 0.0][:2]


def groups_of(points: Floats) -> tuple[Ints, float]:
    """Return each row's group, 0 for the largest, and the silhouette; one group where there are no camps.

    Only divisions count in which every group has at least LEAST people.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score
    from threadpoolctl import threadpool_limits

    best: tuple[float, Ints] = (SEPARATE, np.zeros(len(points), dtype=np.int64))
    different = len(np.unique(points, axis=0))
    for count in GROUPS:
        if different < count or len(points) < max(count * LEAST, count + 1):
            break
        with threadpool_limits(1):  # so few points are slower on many threads
            labels = KMeans(count, n_init=5, random_state=0).fit_predict(points).astype(np.int64)
        if np.bincount(labels, minlength=count).min() < LEAST:
            continue
        sample = SAMPLE if len(points) > SAMPLE else None
        score = float(silhouette_score(points, labels, sample_size=sample, random_state=0))
        # A finer division must be clearly better, or groups would come and go with every vote.
        if score > best[0] + (0.02 if best[1].any() else 0.0):
            best = (score, labels)
    score, labels = best
    if not labels.any():
        return labels, 0.0
    centres = [points[labels == label].mean(axis=0) for label in range(labels.max() + 1)]
    sizes = np.bincount(labels)
    order = sorted(range(len(centres)), key=lambda label: (-sizes[label], *centres[label]))
    renamed = np.empty(len(order), dtype=np.int64)
    renamed[order] = np.arange(len(order))
    return renamed[labels], score


def spots_of(points: Floats) -> tuple[int, list[Spot], int]:
    """Return how fine the grid is, its fields of at least LEAST people, and how many people are on other fields.

    The grid is the finest one on which at least four people in five stand on a field that is told, else the one
    that tells most.
    """
    best: tuple[int, int, list[Spot]] = (-1, 0, [])
    for fine in GRIDS:
        fields = np.minimum(((points + 1) / 2 * fine).astype(np.int64), fine - 1)
        places, people = np.unique(fields, axis=0, return_counts=True)
        spots = [
            Spot(
                x=round((2 * int(x) + 1) / fine - 1, 3),
                y=round((2 * int(y) + 1) / fine - 1, 3),
                people=int(n),
            )
            for (x, y), n in zip(places, people, strict=True)
            if n >= LEAST
        ]
        told = sum(spot["people"] for spot in spots)
        if told > best[0]:
            best = (told, fine, spots)
        if told >= 0.8 * len(points):
            break
    told, fine, spots = best
    return fine, spots, len(points) - told


def _counts(matrix: Floats) -> Ints:
    """Return statements × (agree, disagree, neither)."""
    return np.stack([(matrix == value).sum(axis=0) for value in (1, -1, 0)], axis=1).astype(np.int64)


def _share(counts: Ints, statement: int) -> Share:
    answered = int(counts.sum())
    return Share(
        statement=statement,
        agree=round(100 * int(counts[0]) / answered),
        disagree=round(100 * int(counts[1]) / answered),
        answered=answered,
    )


def _prob(counts: Ints) -> tuple[Floats, Floats]:
    """Return the shares of agreement and disagreement, drawn to the middle by one imagined answer each way."""
    answered = counts.sum(axis=-1)
    return (counts[..., 0] + 1) / (answered + 2), (counts[..., 1] + 1) / (answered + 2)


def proportion_z(successes: int, total: int) -> float:
    """Return the z-value of a share against one half, with an answer added each way."""
    return 2 * math.sqrt(total + 1) * ((successes + 1) / (total + 1) - 0.5)


def two_proportions_z(one: int, of_one: int, other: int, of_other: int) -> float:
    """Return the z-value of the difference of two shares, with an answer added each way."""
    first, second = (one + 1) / (of_one + 1), (other + 1) / (of_other + 1)
    pooled = (one + other + 2) / (of_one + of_other + 2)
    spread = pooled * (1 - pooled) * (1 / (of_one + 1) + 1 / (of_other + 1))
    return 0.0 if spread <= 0 else (first - second) / math.sqrt(spread)


def _telling(counts: Ints, label: int, told: Ints, ids: Sequence[int]) -> list[Telling]:
    """Return the statements on which a group stands apart: its own share is sure, and so is the difference."""
    mine, others = counts[label], counts.sum(axis=0) - counts[label]
    agree, disagree = _prob(mine)
    agree_others, disagree_others = _prob(others)
    ranked: list[tuple[float, int, int]] = []
    for at in told.tolist():
        n, n_others = int(mine[at].sum()), int(others[at].sum())
        sides = ((0, 1, agree[at], agree_others[at]), (1, -1, disagree[at], disagree_others[at]))
        found = []
        for column, side, share, share_others in sides:
            sure = proportion_z(int(mine[at, column]), n)
            apart = two_proportions_z(int(mine[at, column]), n, int(others[at, column]), n_others)
            if sure > TELLING and apart > TELLING:
                found.append((share / share_others * sure * apart * share, at, side))
        if found:
            ranked.append(max(found))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    return [Telling(**_share(mine[at], ids[at]), side=side) for _, at, side in ranked[:SHOWN]]


def _consensus(counts: Ints, told: Ints, ids: Sequence[int]) -> list[Telling]:
    """Return the statements that every group answers alike: the product of the groups' shares, the highest first."""
    agree, disagree = _prob(counts)
    every = counts.sum(axis=0)
    ranked: list[tuple[float, int, int]] = []
    for at in told.tolist():
        for side, share in ((1, agree[:, at]), (-1, disagree[:, at])):
            if float(share.min()) > 0.5:
                ranked.append((float(share.prod()) ** (1 / len(share)), at, side))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    return [Telling(**_share(every[at], ids[at]), side=side) for _, at, side in ranked[:SHOWN]]


def _divisive(counts: Ints, told: Ints, ids: Sequence[int]) -> list[Share]:
    """Return the statements that divide: groups apart where there are groups, else people near half and half."""
    agree, disagree = _prob(counts)
    every = counts.sum(axis=0)
    ranked: list[tuple[float, int]] = []
    for at in told.tolist():
        if len(counts) > 1:
            stand = agree[:, at] - disagree[:, at]
            apart = float(stand.max() - stand.min()) / 2
        else:
            share, against = _prob(every[at])
            apart = float(2 * min(share, against))
        if apart >= 0.4:
            ranked.append((apart, at))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    return [_share(every[at], ids[at]) for _, at in ranked[:SHOWN]]


def as_data(found: Landscape) -> dict[str, Any]:
    """Return the picture as it is stored: plain numbers and lists."""
    return dict(found)
