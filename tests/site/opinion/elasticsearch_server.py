"""A small strict Elasticsearch 9 on loopback, so that the official client is really spoken to.

It refuses what the real one refuses: a missing or foreign media type, an unknown endpoint or body key, a bulk body
that is not NDJSON or does not end in a newline, a field the strict mapping does not know, an older external
version, a write through a missing alias, a window beyond max_result_window, a query clause it does not know. Like
the real one it is near-real-time: what was written is searched only after a refresh.

What it is not: a cluster, a query language beyond what the product asks, or proof about the real server.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.site.opinion.elasticsearch_search import search
from tests.site.opinion.elasticsearch_state import Cluster, Index, Json, Refusal, only

JSON = "application/vnd.elasticsearch+json; compatible-with=9"
NDJSON = "application/vnd.elasticsearch+x-ndjson; compatible-with=9"
FIELD_TYPES = {"text", "keyword", "long", "date", "boolean"}


# --- indices and aliases ----------------------------------------------------------------------------


def create_index(cluster: Cluster, name: str, _query: Json, body: Json) -> Json:
    only(body, "settings", "mappings", "aliases", where="create index")
    if name in cluster.indices:
        raise Refusal(400, "resource_already_exists_exception", f"index [{name}] already exists")
    if name in cluster.aliases or name != name.lower() or name.startswith(("_", "-", "+")):
        raise Refusal(400, "invalid_index_name_exception", f"Invalid index name [{name}]")
    settings = body.get("settings", {})
    only(settings, "number_of_shards", "max_result_window", "analysis", "refresh_interval", where="settings")
    analyzers = settings.get("analysis", {}).get("analyzer", {})
    for analyzer in analyzers.values():
        if analyzer.get("type") != "custom" or analyzer.get("tokenizer") != "whitespace":
            raise Refusal(
                400, "illegal_argument_exception", "this server only knows custom whitespace analyzers"
            )
    mappings = body.get("mappings", {})
    only(mappings, "dynamic", "_source", "properties", where="mappings")
    for field_name, mapping in mappings.get("properties", {}).items():
        only(mapping, "type", "analyzer", "index_options", where=f"mapping of {field_name}")
        if mapping.get("type") not in FIELD_TYPES:
            raise Refusal(400, "mapper_parsing_exception", f"No handler for type [{mapping.get('type')}]")
        if mapping["type"] != "text" and len(mapping) > 1:
            raise Refusal(400, "mapper_parsing_exception", f"unknown parameter on mapper [{field_name}]")
        if mapping.get("analyzer", "standard") not in {*analyzers, "standard"}:
            raise Refusal(
                400, "mapper_parsing_exception", f"analyzer [{mapping['analyzer']}] has not been configured"
            )
    if mappings.get("dynamic") != "strict":
        raise Refusal(400, "illegal_argument_exception", "this server only knows strict mappings")
    cluster.indices[name] = Index(mappings["properties"], dict(settings))
    for alias in body.get("aliases", {}):
        cluster.aliases.setdefault(alias, set()).add(name)
    return {"acknowledged": True, "shards_acknowledged": True, "index": name}


def delete_index(cluster: Cluster, name: str, query: Json, _body: Json) -> Json:
    if name not in cluster.indices:
        if query.get("ignore_unavailable") == "true":
            return {"acknowledged": True}
        raise Refusal(404, "index_not_found_exception", f"no such index [{name}]")
    del cluster.indices[name]
    for alias, members in list(cluster.aliases.items()):
        members.discard(name)
        if not members:
            del cluster.aliases[alias]
    return {"acknowledged": True}


def put_settings(cluster: Cluster, name: str, _query: Json, body: Json) -> Json:
    only(body, "refresh_interval", "index", where="settings")
    for index in cluster.resolve(name):
        cluster.indices[index].settings.update(body)
    return {"acknowledged": True}


def refresh(cluster: Cluster, name: str, _query: Json, _body: Json) -> Json:
    for index in cluster.resolve(name):
        cluster.indices[index].refresh()
    return {"_shards": {"total": 1, "successful": 1, "failed": 0}}


def get_alias(cluster: Cluster, name: str, _query: Json, _body: Json) -> Json:
    if name not in cluster.aliases:
        raise Refusal(404, "aliases_not_found_exception", f"alias [{name}] missing")
    return {index: {"aliases": {name: {}}} for index in sorted(cluster.aliases[name])}


def update_aliases(cluster: Cluster, _name: str, _query: Json, body: Json) -> Json:
    only(body, "actions", where="aliases")
    changed = {alias: set(members) for alias, members in cluster.aliases.items()}
    for action in body["actions"]:
        ((verb, target),) = action.items()
        only(target, "index", "alias", where="alias action")
        if target["index"] not in cluster.indices:
            raise Refusal(404, "index_not_found_exception", f"no such index [{target['index']}]")
        members = changed.setdefault(target["alias"], set())
        if verb == "add":
            members.add(target["index"])
        elif verb == "remove" and target["index"] in members:
            members.discard(target["index"])
        else:
            raise Refusal(404, "aliases_not_found_exception", f"aliases [{target['alias']}] missing")
    # All or nothing: the changes count only when every action went through.
    cluster.aliases = {alias: members for alias, members in changed.items() if members}
    return {"acknowledged": True, "errors": False}


def health(cluster: Cluster, _name: str, _query: Json, _body: Json) -> Json:
    return {"cluster_name": "test", "status": cluster.colour, "timed_out": False}


# --- writing ------------------------------------------------------------------------------------------


def check_source(index: Index, source: Json) -> None:
    for name, value in source.items():
        kind = index.properties.get(name, {}).get("type")
        if kind is None:
            raise Refusal(400, "strict_dynamic_mapping_exception", f"introduction of [{name}] is not allowed")
        if value is None:
            continue
        fits = {
            "text": lambda v: isinstance(v, str),
            "keyword": lambda v: isinstance(v, str) and len(v.encode()) <= 32_766,
            "long": lambda v: isinstance(v, int) and not isinstance(v, bool),
            "boolean": lambda v: isinstance(v, bool),
            "date": lambda v: datetime.fromisoformat(v).tzinfo is not None,
        }[kind]
        try:
            good = fits(value)
        except (TypeError, ValueError):
            good = False
        if not good:
            raise Refusal(
                400, "document_parsing_exception", f"failed to parse field [{name}] of type [{kind}]"
            )


def bulk(cluster: Cluster, _name: str, query: Json, lines: list[Json]) -> Json:
    items = []
    remaining = iter(lines)
    for action in remaining:
        if not isinstance(action, dict) or len(action) != 1:
            raise Refusal(400, "illegal_argument_exception", "Malformed action/metadata line")
        ((verb, meta),) = action.items()
        only(meta, "_index", "_id", "version", "version_type", where="bulk metadata")
        if verb not in {"index", "delete"}:
            raise Refusal(400, "illegal_argument_exception", f"unknown bulk action [{verb}]")
        source = next(remaining, None) if verb == "index" else None
        if verb == "index" and source is None:
            raise Refusal(400, "illegal_argument_exception", "the last action has no source")
        items.append({verb: bulk_one(cluster, verb, meta, source, query)})
    return {
        "took": 1,
        "errors": any(item["status"] >= 300 for entry in items for item in entry.values()),
        "items": items,
    }


def bulk_one(cluster: Cluster, verb: str, meta: Json, source: Json | None, query: Json) -> Json:
    answer: Json = {"_index": meta["_index"], "_id": meta["_id"]}
    try:
        if query.get("require_alias") == "true" and meta["_index"] not in cluster.aliases:
            raise Refusal(404, "index_not_found_exception", f"[{meta['_index']}] is not an alias")
        if cluster.rejecting:
            cluster.rejecting -= 1
            raise Refusal(429, "es_rejected_execution_exception", "rejected execution")
        (name,) = cluster.resolve(meta["_index"])
        index = cluster.indices[name]
        old = index.written.get(meta["_id"])
        if verb == "delete":
            index.written.pop(meta["_id"], None)
            return {**answer, "status": 200 if old else 404, "result": "deleted" if old else "not_found"}
        check_source(index, source or {})
        version = meta.get("version", (old[0] if old else 0) + 1)
        if meta.get("version_type") == "external_gte" and old and version < old[0]:
            raise Refusal(
                409, "version_conflict_engine_exception", "current version is higher than the one provided"
            )
        index.written[meta["_id"]] = (version, source or {})
        return {
            **answer,
            "status": 200 if old else 201,
            "result": "updated" if old else "created",
            "_version": version,
        }
    except Refusal as refusal:
        return {**answer, "status": refusal.status, "error": refusal.body["error"]["root_cause"][0]}


# --- HTTP ---------------------------------------------------------------------------------------------

Endpoint = Callable[[Cluster, str, Json, Any], Json]


def route(method: str, path: str) -> tuple[Endpoint, str]:
    """Return the endpoint of a call and the name in its path."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    match (method, parts):
        case ("GET", ["_cluster", "health"]):
            return health, ""
        case ("PUT" | "POST", ["_bulk"]):
            return bulk, ""
        case ("POST", ["_aliases"]):
            return update_aliases, ""
        case ("GET" | "HEAD", ["_alias", name]):
            return get_alias, name
        case ("PUT", [name]) if not name.startswith("_"):
            return create_index, name
        case ("DELETE", [name]) if not name.startswith("_"):
            return delete_index, name
        case ("PUT", [name, "_settings"]):
            return put_settings, name
        case ("POST", [name, "_refresh"]):
            return refresh, name
        case ("POST", [name, "_search"]):
            return search, name
    raise Refusal(
        400, "illegal_argument_exception", f"no handler found for uri [{path}] and method [{method}]"
    )


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    cluster: Cluster
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """Answer any method."""
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        with self.cluster.lock:
            self.cluster.calls.append((self.command, parts.path))
            try:
                if self.cluster.failing:
                    raise Refusal(self.cluster.failing, "unavailable_shards_exception", "not now")
                endpoint, name = route(self.command, parts.path)
                status, body = 200, endpoint(self.cluster, name, query, self.body_of(endpoint, raw))
            except Refusal as refusal:
                status, body = refusal.status, refusal.body
        packed = json.dumps(body).encode()
        self.send_response(status)
        if self.cluster.product:
            self.send_header("X-Elastic-Product", self.cluster.product)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(packed)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def body_of(self, endpoint: Endpoint, raw: bytes) -> Any:
        """Return the parsed body; refuse other media types and malformed bodies."""
        accepted = self.headers.get("Accept", "")
        if accepted.replace(" ", "") != JSON.replace(" ", ""):
            raise Refusal(
                406, "media_type_header_exception", f"Invalid media-type value on header [Accept]: {accepted}"
            )
        if not raw:
            return {}
        given = self.headers.get("Content-Type", "")
        wanted = NDJSON if endpoint is bulk else JSON
        if given.replace(" ", "") != wanted.replace(" ", ""):
            raise Refusal(
                415,
                "media_type_header_exception",
                f"Invalid media-type value on header [Content-Type]: {given}",
            )
        try:
            if endpoint is not bulk:
                return json.loads(raw)
            if not raw.endswith(b"\n"):
                raise Refusal(
                    400,
                    "illegal_argument_exception",
                    "The bulk request must be terminated by a newline [\\n]",
                )
            return [json.loads(line) for line in raw.decode().split("\n") if line]
        except ValueError as error:
            raise Refusal(400, "parse_exception", "request body is not valid JSON") from error

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: the tests read `calls`."""


@contextmanager
def running() -> Iterator[tuple[str, Cluster]]:
    """Serve an empty cluster on a free loopback port while the block runs."""
    cluster = Cluster()
    handler = type("BoundHandler", (Handler,), {"cluster": cluster})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", cluster
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
