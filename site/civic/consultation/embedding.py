"""The wiki's port for sentence embeddings: the platform's own model, where it has been built. For workers only."""

from collections.abc import Sequence

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from nlp.embed import embedder


def embed(texts: Sequence[str]) -> NDArray[np.float32] | None:
    """Return each text's embedding, a row of length one; None without a model, and the texts' characters decide."""
    found = embedder(settings.EMBEDDING_DIR)
    return found.encode(texts) if found.available else None
