"""Chinese understanding for civic messages: plain Python, no Django, no HTTP, no clock.

The names below are the public interface; each loads its module, and that its data, on the first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlp import duplicates, taxonomy, wordlists
    from nlp.analysis import Analysis, analyze
    from nlp.cluster_names import name_of
    from nlp.clusters import Cluster, Clusters
    from nlp.extract import Facts, extract
    from nlp.matter import Candidate, Matter
    from nlp.normalization import normalize
    from nlp.places import Gazetteer, Place
    from nlp.redaction import redact
    from nlp.segment import QueryTerms, index_terms, query_terms
    from nlp.sentiment import Sentiment
    from nlp.similarity import Hit, Similarity
    from nlp.summary import summarize
    from nlp.times import TimeMention
    from nlp.topic import Topic

    LEXICON_VERSION: str
    MODEL_VERSION: str

_HOME = {
    "Analysis": "analysis",
    "analyze": "analysis",
    "Candidate": "matter",
    "Cluster": "clusters",
    "Clusters": "clusters",
    "Facts": "extract",
    "extract": "extract",
    "Gazetteer": "places",
    "Hit": "similarity",
    "Matter": "matter",
    "name_of": "cluster_names",
    "normalize": "normalization",
    "Place": "places",
    "QueryTerms": "segment",
    "index_terms": "segment",
    "query_terms": "segment",
    "redact": "redaction",
    "Sentiment": "sentiment",
    "Similarity": "similarity",
    "summarize": "summary",
    "TimeMention": "times",
    "Topic": "topic",
}
_MODULES = ("duplicates", "taxonomy", "wordlists")
_VERSIONS = {"LEXICON_VERSION": ("segment", "lexicon_version"), "MODEL_VERSION": ("matter", "model_version")}

__all__ = [
    "LEXICON_VERSION",
    "MODEL_VERSION",
    "Analysis",
    "Candidate",
    "Cluster",
    "Clusters",
    "Facts",
    "Gazetteer",
    "Hit",
    "Matter",
    "Place",
    "QueryTerms",
    "Sentiment",
    "Similarity",
    "TimeMention",
    "Topic",
    "analyze",
    "duplicates",
    "extract",
    "index_terms",
    "name_of",
    "normalize",
    "query_terms",
    "redact",
    "summarize",
    "taxonomy",
    "wordlists",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f"nlp.{_HOME[name]}"), name)
    elif name in _VERSIONS:
        module, function = _VERSIONS[name]
        value = getattr(import_module(f"nlp.{module}"), function)()
    elif name in _MODULES:
        value = import_module(f"nlp.{name}")
    else:
        raise AttributeError(f"module 'nlp' has no attribute {name!r}")
    globals()[name] = value
    return value
