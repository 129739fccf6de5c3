"""Chinese understanding for civic messages: plain Python, no Django, no HTTP, no clock.

The names below are the public interface; each loads its module, and that its data, on the first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlp import taxonomy
    from nlp.analysis import Analysis, analyze
    from nlp.matter import Candidate, Matter
    from nlp.normalization import normalize
    from nlp.places import Gazetteer, Place
    from nlp.redaction import redact
    from nlp.segment import QueryTerms, index_terms, query_terms
    from nlp.sentiment import Sentiment
    from nlp.similarity import Similarity

    LEXICON_VERSION: str
    MODEL_VERSION: str

_HOME = {
    "Analysis": "analysis",
    "analyze": "analysis",
    "Candidate": "matter",
    "Matter": "matter",
    "normalize": "normalization",
    "Gazetteer": "places",
    "Place": "places",
    "redact": "redaction",
    "QueryTerms": "segment",
    "index_terms": "segment",
    "query_terms": "segment",
    "Sentiment": "sentiment",
    "Similarity": "similarity",
}
_VERSIONS = {"LEXICON_VERSION": ("segment", "lexicon_version"), "MODEL_VERSION": ("matter", "model_version")}

__all__ = [
    "LEXICON_VERSION",
    "MODEL_VERSION",
    "Analysis",
    "Candidate",
    "Gazetteer",
    "Matter",
    "Place",
    "QueryTerms",
    "Sentiment",
    "Similarity",
    "analyze",
    "index_terms",
    "normalize",
    "query_terms",
    "redact",
    "taxonomy",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f"nlp.{_HOME[name]}"), name)
    elif name in _VERSIONS:
        module, function = _VERSIONS[name]
        value = getattr(import_module(f"nlp.{module}"), function)()
    elif name == "taxonomy":
        value = import_module("nlp.taxonomy")
    else:
        raise AttributeError(f"module 'nlp' has no attribute {name!r}")
    globals()[name] = value
    return value
