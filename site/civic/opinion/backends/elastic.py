"""The index in Elasticsearch: an alias over a versioned index, written in bulk, asked for terms we made ourselves."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from django.conf import settings
from django.utils import timezone
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import streaming_bulk

from civic.opinion.backends.base import WINDOW, Entry, Filters, Hits, Page, SearchUnavailable
from nlp import QueryTerms

T = TypeVar("T")
CHUNK = 500
FACETS = 100  # more sources or districts than a city has
SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,
    "max_result_window": WINDOW,
    # Our terms stand between spaces; nothing may cut, fold or stem them again.
    "analysis": {"analyzer": {"terms": {"type": "custom", "tokenizer": "whitespace"}}},
}
_TERMS = {"type": "text", "analyzer": "terms", "index_options": "freqs"}
MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    "_source": {"excludes": ["terms", "public_terms"]},
    "properties": {
        "id": {"type": "long"},
        "terms": _TERMS,
        "public_terms": _TERMS,
        "source": {"type": "keyword"},
        "district": {"type": "long"},
        "code": {"type": "keyword"},
        "occurred_at": {"type": "date"},
        "is_public": {"type": "boolean"},
    },
}


class ElasticsearchBackend:
    """Elasticsearch 9 through its official client; the rows themselves stay in the database."""

    name = "elasticsearch"
    in_database = False

    def __init__(self) -> None:
        self.alias = settings.OPINION_INDEX
        # Short and few tries: a search waits for a person, an indexing handler is retried by the outbox.
        self.client = Elasticsearch(
            settings.ELASTICSEARCH_URL,
            request_timeout=5,
            max_retries=2,
            retry_on_timeout=True,
            sniff_on_start=False,
        )

    def index(self, entries: Sequence[Entry]) -> None:
        """Add or replace documents under the alias, making the first index when there is none."""
        _asked(self._ensure)
        # require_alias: a write to a missing alias would otherwise create an index of that name, without mappings.
        self._write(self.alias, [entries], require_alias=True)

    def delete(self, ids: Sequence[int]) -> None:
        """Delete documents; those that are not there are no error."""
        actions = [{"_op_type": "delete", "_index": self.alias, "_id": str(pk)} for pk in ids]
        self._bulk(actions, {404})

    def search(self, query: QueryTerms, filters: Filters, page: Page) -> Hits:
        """Every required term filters, the words alone make the score."""
        column = "public_terms" if filters.public else "terms"
        conditions = [{"term": {column: term}} for term in query.required] + [*_conditions(filters)]
        newest = page.newest or not query.required
        by_time: list[dict[str, str]] = [{"occurred_at": "desc"}, {"id": "desc"}]
        try:
            answer = _asked(
                lambda: self.client.search(
                    index=self.alias,
                    query={
                        "bool": {
                            "filter": conditions,
                            "should": [{"term": {column: word}} for word in query.words],
                        }
                    },
                    sort=by_time if newest else [{"_score": "desc"}, *by_time],
                    from_=page.offset,
                    size=page.size,
                    source=False,
                    track_total_hits=True,
                    aggs={
                        "source": {"terms": {"field": "source", "size": FACETS}},
                        "district": {"terms": {"field": "district", "size": FACETS, "missing": 0}},
                    },
                )
            )
        except _Missing:
            return Hits([], 0)
        facets = answer["aggregations"]
        return Hits(
            ids=[int(hit["_id"]) for hit in answer["hits"]["hits"]],
            total=answer["hits"]["total"]["value"],
            by_source={bucket["key"]: bucket["doc_count"] for bucket in facets["source"]["buckets"]},
            by_district={
                bucket["key"] or None: bucket["doc_count"] for bucket in facets["district"]["buckets"]
            },
        )

    def rebuild(self, batches: Iterable[Sequence[Entry]]) -> None:
        """Fill a new index, then move the alias to it in one step and delete what it pointed at."""
        fresh = f"{self.alias}-{timezone.now():%Y%m%d%H%M%S%f}"
        _asked(
            lambda: self.client.indices.create(
                index=fresh, settings={**SETTINGS, "refresh_interval": "-1"}, mappings=MAPPINGS
            )
        )
        try:
            self._write(fresh, batches)
            _asked(lambda: self.client.indices.put_settings(index=fresh, settings={"refresh_interval": None}))
            _asked(lambda: self.client.indices.refresh(index=fresh))
            old = self._behind_alias()
            _asked(
                lambda: self.client.indices.update_aliases(
                    actions=[
                        *({"remove": {"index": name, "alias": self.alias}} for name in old),
                        {"add": {"index": fresh, "alias": self.alias}},
                    ]
                )
            )
        except BaseException:  # an interrupted rebuild leaves the old index in place and nothing else behind
            with suppress(SearchUnavailable):
                self._drop(fresh)
            raise
        for name in old:
            self._drop(name)

    def refresh(self) -> None:
        """Make everything indexed so far visible to searches now instead of within a second."""
        _asked(lambda: self.client.indices.refresh(index=self.alias))

    def check(self) -> dict[str, Any]:
        """Return the cluster's colour; raises SearchUnavailable when it is red or does not answer."""
        colour = _asked(lambda: self.client.cluster.health(timeout="2s"))["status"]
        if colour == "red":
            raise SearchUnavailable("检索服务现在不完整。")
        return {"cluster": colour}

    def _write(self, index: str, batches: Iterable[Sequence[Entry]], *, require_alias: bool = False) -> None:
        for entries in batches:
            self._bulk([_action(entry, index) for entry in entries], {409}, require_alias=require_alias)

    def _bulk(self, actions: Iterable[dict[str, Any]], allowed: set[int], **options: Any) -> None:
        """Send actions; raise SearchUnavailable when one fails with a status that is not in `allowed`.

        409 is a newer state of the document that is already there; 404 a deletion of what is gone.
        """
        results = _asked(
            lambda: list(
                streaming_bulk(self.client, actions, chunk_size=CHUNK, raise_on_error=False, **options)
            )
        )
        statuses = [result["status"] for _, item in results for result in item.values()]
        failed = [status for status in statuses if status >= 300 and status not in allowed]
        if failed:
            raise SearchUnavailable(f"检索服务没有收下 {len(failed)} 条文本（状态 {failed[0]}）。")

    def _ensure(self) -> None:
        if self.client.indices.exists_alias(name=self.alias):
            return
        try:
            # A fixed first name: of two workers that come here together the second is refused and goes on.
            self.client.indices.create(
                index=f"{self.alias}-1", settings=SETTINGS, mappings=MAPPINGS, aliases={self.alias: {}}
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise

    def _behind_alias(self) -> list[str]:
        try:
            return list(_asked(lambda: self.client.indices.get_alias(name=self.alias)))
        except _Missing:
            return []

    def _drop(self, index: str) -> None:
        _asked(lambda: self.client.indices.delete(index=index, ignore_unavailable=True))


class _Missing(SearchUnavailable):
    """The alias does not exist yet: nothing has been indexed."""


def _asked(call: Callable[[], T]) -> T:
    """Make a call and turn the client's errors into ours; the message names no document."""
    try:
        return call()
    except NotFoundError as error:
        raise _Missing("检索服务里还没有索引。") from error
    except (ApiError, TransportError) as error:
        raise SearchUnavailable("检索服务现在没有回应，请稍后再试。") from error


def _action(entry: Entry, index: str) -> dict[str, Any]:
    document = entry.document
    return {
        "_op_type": "index",
        "_index": index,
        "_id": str(document.pk),
        # The state of the source orders the writes: a late handler cannot put an older state over a newer one.
        "version": int(document.as_of.timestamp() * 1_000_000),
        "version_type": "external_gte",
        "id": document.pk,
        "terms": " ".join(entry.terms),
        "public_terms": " ".join(entry.public_terms),
        "source": document.source,
        "district": document.district_id,
        "code": document.code,
        "occurred_at": document.occurred_at.isoformat(),
        "is_public": document.is_public,
    }


def _conditions(filters: Filters) -> Iterator[dict[str, Any]]:
    if filters.district_id is not None:
        yield {"term": {"district": filters.district_id}}
    if filters.source:
        yield {"term": {"source": filters.source}}
    if filters.code:
        yield {"term": {"code": filters.code}}
    span: dict[str, str] = {}
    if filters.since is not None:
        span["gte"] = filters.since.isoformat()
    if filters.until is not None:
        span["lt"] = filters.until.isoformat()
    if span:
        yield {"range": {"occurred_at": span}}
    if filters.public:
        yield {"term": {"is_public": True}}
