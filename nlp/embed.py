"""Sentence embeddings by a local sentence-transformers folder. Only workers may use it: it imports torch.

Importing this module imports nothing heavy; the model loads with the first texts.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nlp.normalization import normalize

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

QUERY, PASSAGE = "query", "passage"
BATCH = 32
READ = 600  # characters: more than the model's 256 tokens ever hold

Floats = NDArray[np.float32]


class EmbeddingUnavailableError(Exception):
    """There is no model in the folder: `python -m nlp build-embedding` makes one."""


class Embedder:
    """A sentence-transformers model in a local folder, loaded on first use; safe to share among threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._model: SentenceTransformer | None = None

    @property
    def available(self) -> bool:
        """Say whether the folder holds a model; nothing is loaded."""
        return (self._folder / "modules.json").exists()

    def _load(self) -> "SentenceTransformer":
        with self._lock:
            if self._model is None:
                if not self.available:
                    raise EmbeddingUnavailableError(str(self._folder))
                import torch
                from sentence_transformers import SentenceTransformer

                # With AMX bfloat16 is three times as fast; without it, it is slower than float32.
                has_amx: Callable[[], bool] = getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
                options: dict[str, Any] = {"dtype": torch.bfloat16 if has_amx() else torch.float32}
                self._model = SentenceTransformer(
                    str(self._folder), device="cpu", local_files_only=True, model_kwargs=options
                )
            return self._model

    def encode(self, texts: Sequence[str], *, kind: str = PASSAGE, progress: bool = False) -> Floats:
        """Return one row of length one per text. `kind` is query for what is asked, passage for what is found.

        Raises EmbeddingUnavailableError without a model.
        """
        model = self._load()
        if not texts:
            return np.zeros((0, model.get_embedding_dimension() or 0), dtype=np.float32)
        prompts = getattr(model, "prompts", None) or {}
        plain = [normalize(text[:READ]) for text in texts]
        rows = model.encode(
            plain,
            batch_size=BATCH,
            prompt=prompts.get(kind, ""),
            convert_to_numpy=True,
            normalize_embeddings=True,
            show_progress_bar=progress,
        )
        return np.asarray(rows, dtype=np.float32)

    def as_embed(self) -> Callable[[Sequence[str], str], Floats]:
        """Return the function that similarity.Similarity takes."""
        return lambda texts, kind: self.encode(texts, kind=kind)


@lru_cache(maxsize=4)
def embedder(folder: Path) -> Embedder:
    """Return the embedder of a folder, one per process; which folder is its user's to say, none is built in."""
    return Embedder(folder)
