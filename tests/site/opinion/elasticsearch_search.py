"""The part of Elasticsearch's query language that the product asks, scored by BM25."""

import math
from collections import Counter
from datetime import datetime

from tests.site.opinion.elasticsearch_state import Cluster, Index, Json, Refusal, only


def matches(clause: Json, source: Json, index: Index) -> bool:
    ((kind, body),) = clause.items()
    if kind == "bool":
        only(body, "filter", "must", "should", where="bool")
        needed = [*body.get("filter", []), *body.get("must", [])]
        if not all(matches(part, source, index) for part in needed):
            return False
        # With a filter or must the shoulds are optional, without them one has to match.
        should = body.get("should", [])
        return bool(needed) or not should or any(matches(part, source, index) for part in should)
    ((name, value),) = body.items()
    mapping = index.properties.get(name)
    if mapping is None:
        return False
    if kind == "term":
        present = source.get(name)
        return value in present.split() if mapping["type"] == "text" and present else present == value
    if kind == "range":
        only(value, "gte", "lt", where="range")
        moment = datetime.fromisoformat(source[name])
        low, high = value.get("gte"), value.get("lt")
        return (low is None or moment >= datetime.fromisoformat(low)) and (
            high is None or moment < datetime.fromisoformat(high)
        )
    raise Refusal(400, "parsing_exception", f"unknown query [{kind}]")


def score(query: Json, source: Json, index: Index) -> float:
    """Return BM25 (k1 1.2, b 0.75) over the `should` and `must` terms on text fields; `filter` does not score."""
    total = 0.0
    bool_query = query.get("bool", {})
    for clause in [*bool_query.get("should", []), *bool_query.get("must", [])]:
        ((kind, body),) = clause.items()
        ((name, term),) = body.items()
        if kind != "term" or index.properties.get(name, {}).get("type") != "text":
            continue
        texts = [(other.get(name) or "").split() for other in index.searched.values()]
        own = (source.get(name) or "").split()
        holding = sum(term in text for text in texts)
        rarity = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        length = len(own) / (sum(map(len, texts)) / len(texts) or 1)
        frequency = own.count(term)
        total += rarity * frequency / (frequency + 1.2 * (0.25 + 0.75 * length))
    return total


def search(cluster: Cluster, name: str, _query: Json, body: Json) -> Json:
    only(body, "query", "sort", "from", "size", "_source", "track_total_hits", "aggs", where="search")
    hits: list[tuple[float, str, Json]] = []
    for index_name in cluster.resolve(name):
        index = cluster.indices[index_name]
        window = index.settings.get("max_result_window", 10_000)
        if body.get("from", 0) + body.get("size", 10) > window:
            raise Refusal(
                400, "illegal_argument_exception", f"Result window is too large, must be <= [{window}]"
            )
        for key, source in index.searched.items():
            if matches(body["query"], source, index):
                hits.append((score(body["query"], source, index), key, source))
    for ordering in reversed(body.get("sort", [{"_score": "desc"}])):
        ((by, direction),) = ordering.items()
        reverse = direction == "desc"
        if by == "_score":
            hits.sort(key=lambda hit: hit[0], reverse=reverse)
        else:
            hits.sort(key=lambda hit, by=by: hit[2][by], reverse=reverse)
    start = body.get("from", 0)
    page = hits[start : start + body.get("size", 10)]
    exact = body.get("track_total_hits") is True
    return {
        "took": 1,
        "timed_out": False,
        "hits": {
            "total": {"value": len(hits) if exact else min(len(hits), 10_000), "relation": "eq"},
            "hits": [{"_index": name, "_id": key, "_score": value} for value, key, _ in page],
        },
        "aggregations": {
            label: {"buckets": buckets(aggregation, [source for _, _, source in hits])}
            for label, aggregation in body.get("aggs", {}).items()
        },
    }


def buckets(aggregation: Json, sources: list[Json]) -> list[Json]:
    only(aggregation, "terms", where="aggregation")
    terms = aggregation["terms"]
    only(terms, "field", "size", "missing", where="terms aggregation")
    values = (source.get(terms["field"]) for source in sources)
    counts = Counter(terms.get("missing") if value is None else value for value in values)
    counts.pop(None, None)
    return [{"key": key, "doc_count": count} for key, count in counts.most_common(terms.get("size", 10))]
