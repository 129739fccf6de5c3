"""Measures similarity, duplicates and clusters on the open complaint files; choices were made on the other half.

The labelled groups were read out of candidates that character similarity had proposed, so issues told in quite
other words are missing from them: the figures on groups are upper bounds of what a reader would find.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from nlp import duplicates, embed
from nlp.clusters import Clusters
from nlp.content import ROOT
from nlp.learning import same_issue
from nlp.learning.evaluation import Figure, share
from nlp.learning.messages import COMPLAINTS
from nlp.learning.same_issue import Group, Posted
from nlp.ngram_index import Floats
from nlp.similarity import Similarity
from nlp.summary import gist

CACHE = ROOT / "var" / "embeddings"
AT = 5
BATCH = 50
_DRAWS = 2000


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


def embedded(texts: Sequence[str], kind: str, model: Path, cache: Path = CACHE) -> Floats:
    """Return the texts' embeddings, made once and kept under the model's fingerprint.

    Raises EmbeddingUnavailableError without a model in the folder.
    """
    maker = embed.embedder(model)
    if not maker.available:
        raise embed.EmbeddingUnavailableError(str(model))
    name = hashlib.sha256("\0".join([kind, *texts]).encode("utf-8", "replace")).hexdigest()[:24]
    path = cache / _fingerprint(model) / f"{name}.npy"
    if path.exists():
        rows: Floats = np.load(path)
        return rows
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = maker.encode(texts, kind=kind, progress=True)
    fresh = path.with_suffix(".part.npy")
    np.save(fresh, rows)
    fresh.replace(path)
    return rows


def mean(name: str, values: Sequence[float]) -> Figure:
    """Return a mean with its 95 % interval (bootstrap over the cases, seeded)."""
    data = np.asarray(values, dtype=np.float64)
    if not len(data):
        return Figure(name, float("nan"), 0)
    draws = np.random.default_rng(7).integers(0, len(data), size=(_DRAWS, len(data)))
    low, high = np.percentile(data[draws].mean(axis=1), [2.5, 97.5])
    return Figure(name, float(data.mean()), len(data), float(low), float(high))


def _reciprocal_ranks(
    answers: Similarity, queries: Sequence[tuple[int, str]], vectors: Floats | None, note: str
) -> list[float]:
    """Return one over the rank of each query's own answer; of equals the worse rank counts."""
    result: list[float] = []
    for own, text in tqdm(queries, desc=note, unit="query", leave=False):
        scores = answers.scores(text, vector=None if vectors is None else vectors[own])
        result.append(1.0 / float((scores >= scores[own]).sum()))
    return result


def reply_figures(folder: Path = COMPLAINTS, model: Path | None = None) -> list[Figure]:
    """Measure how well a message finds its own reply among all replies (mean reciprocal rank).

    With a model the subject's embedding is compared with that of the reply's first telling clauses.
    """
    messages = same_issue.load_messages(folder, ["A4-"])
    replies = [one.reply for one in messages]
    asked = [at for at, one in enumerate(messages) if not same_issue.first_half(one.id.removeprefix("A4-"))]
    rows = vectors = None
    if model is not None:
        rows = embedded([gist(reply) for reply in replies], embed.PASSAGE, model)
        vectors = embedded([one.subject for one in messages], embed.QUERY, model)
    answers = Similarity(replies, vectors=rows, background=[one.text for one in messages])
    figures: list[Figure] = []
    for name, texts in (
        ("subject and detail", [one.text for one in messages]),
        ("detail", [one.detail for one in messages]),
        ("subject", [one.subject for one in messages]),
    ):
        queries = [(at, texts[at]) for at in asked]
        figures.append(
            mean(f"replies by {name}, characters: MRR", _reciprocal_ranks(answers, queries, None, name))
        )
        if vectors is not None:
            found = _reciprocal_ranks(answers, queries, vectors, f"{name}, fused")
            figures.append(mean(f"replies by {name}, fused: MRR", found))
    return figures


def _earlier(group: Group, place: dict[str, int]) -> list[tuple[int, list[int], bool]]:
    """Return of each message but the first: its place, its group's earlier ones, and whether a copy is among them."""
    ids = sorted((one for one in group.ids if one in place), key=lambda one: place[one])
    found: list[tuple[int, list[int], bool]] = []
    for at, own in enumerate(ids[1:], start=1):
        copied = any(own in copies and copies & set(ids[:at]) for copies in group.exact)
        found.append((place[own], [place[one] for one in ids[:at]], copied))
    return found


def duplicate_figures(messages: Sequence[Posted], groups: Sequence[Group]) -> list[Figure]:
    """Measure whether an earlier message of the same issue is among the first five found, by words and time."""
    known = Similarity([one.text for one in messages])
    reports = [duplicates.Report(one.text, time=one.time) for one in messages]
    place = {one.id: at for at, one in enumerate(messages)}
    hits: list[bool] = []
    fresh: list[bool] = []
    for group in tqdm(groups, desc="duplicates", unit="group", leave=False):
        for own, earlier, copied in _earlier(group, place):
            past = np.arange(len(messages)) < own
            found = duplicates.rank(reports[own], reports, AT, known=known, among=past)
            hit = bool({one.index for one in found} & set(earlier))
            hits.append(hit)
            if not copied:
                fresh.append(hit)
    return [
        share(f"duplicates: recall@{AT}", hits),
        share(f"duplicates: recall@{AT}, no word-for-word copy before", fresh),
    ]


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def cluster_figures(messages: Sequence[Posted], groups: Sequence[Group]) -> list[Figure]:
    """Measure the groups found in the whole stream against the labelled ones: pairs and B-cubed.

    Strict figures hold every unlabelled message beside a labelled one for wrong, which not all of them are.
    """
    found = Clusters()
    for start in tqdm(range(0, len(messages), BATCH), desc="clusters", unit="batch", leave=False):
        found.add([one.text for one in messages[start : start + BATCH]])
    return score_labels(np.asarray(found.labels()), {one.id: at for at, one in enumerate(messages)}, groups)


def score_labels(labels: NDArray[np.int64], place: dict[str, int], groups: Sequence[Group]) -> list[Figure]:
    """Return the figures of group numbers given to messages, against labelled groups."""
    owned = [(place[one], number) for number, group in enumerate(groups) for one in group.ids if one in place]
    true = np.array([number for _, number in owned])
    guess = labels[[at for at, _ in owned]]
    same, together = true[:, None] == true[None], guess[:, None] == guess[None]
    right = (same & together).sum(axis=1)
    sizes = Counter(labels.tolist())
    whole = np.array([sizes[label] for label in guess.tolist()])
    pairs = float((right - 1).sum())
    recall = pairs / max(1.0, float((same.sum(axis=1) - 1).sum()))
    precision = pairs / max(1.0, float((together.sum(axis=1) - 1).sum()))
    strangers = float((whole - together.sum(axis=1)).sum())  # an unlabelled neighbour is one wrong pair
    strict = pairs / max(1.0, float((together.sum(axis=1) - 1).sum()) + 2 * strangers)
    per_recall = float((right / same.sum(axis=1)).mean())
    per_precision = float((right / together.sum(axis=1)).mean())
    per_strict = float((right / whole).mean())
    cases = len(owned)
    return [
        Figure("clusters: pairwise F1", _f1(precision, recall), cases),
        Figure("clusters: pairwise F1, strict", _f1(strict, recall), cases),
        Figure("clusters: B-cubed F1", _f1(per_precision, per_recall), cases),
        Figure("clusters: B-cubed F1, strict", _f1(per_strict, per_recall), cases),
    ]


def figures(folder: Path = COMPLAINTS, model: Path | None = None) -> list[Figure]:
    """Return all figures, on the halves on which nothing was chosen; `model` is an embedding folder, if any.

    Raises FileNotFoundError without the messages.
    """
    messages = same_issue.load_messages(folder)
    groups = [group for group in same_issue.load_groups() if not group.chosen_on]
    return [
        *reply_figures(folder, model),
        *duplicate_figures(messages, groups),
        *cluster_figures(messages, groups),
    ]
