"""The search part of /health."""

from typing import Any

import nlp
from civic.opinion.backends import get_backend
from civic.opinion.backends.base import SearchUnavailable
from civic.opinion.models import Document

COUNTED = 1000


def check() -> dict[str, Any]:
    """Ask the index for a sign of life; `stale` counts documents that wait for `rebuild_opinion_index` (to 1,000).

    Stale documents are found all the same: bigrams do not depend on the lexicon, only the ranking does.
    """
    backend = get_backend()
    stale = len(Document.objects.stale(nlp.LEXICON_VERSION).values_list("pk")[:COUNTED])
    try:
        state = backend.check()
    except SearchUnavailable:
        return {"status": "degraded", "backend": backend.name, "stale": stale}
    return {"status": "ok", "backend": backend.name, "stale": stale, **state}
