"""Speaking to Elasticsearch: alias and versioned index, refusals, being down, and that the stand-in is strict."""

import json
from datetime import timedelta

import pytest
import urllib3
from django.db import transaction

from civic.core import outbox
from civic.core.models import OutboxEvent
from civic.opinion.backends import get_backend
from civic.opinion.backends.base import SearchUnavailable
from civic.opinion.backends.elastic import ElasticsearchBackend
from civic.opinion.health import check
from civic.opinion.models import Document
from civic.opinion.searching import search
from civic.opinion.services import rebuild_index, store_documents
from tests.site.opinion.elasticsearch_server import JSON, NDJSON
from tests.site.opinion.factories import NOON, document, draft, store

pytestmark = pytest.mark.django_db


def test_the_settings_choose_the_backend(cluster):
    assert isinstance(get_backend(), ElasticsearchBackend)


def test_the_first_document_makes_a_mapped_index_behind_the_alias(cluster):
    store(draft(1))
    assert cluster.aliases == {"opinion": {"opinion-1"}}
    assert set(cluster.indices["opinion-1"].properties) >= {"terms", "public_terms", "occurred_at"}


def test_words_are_searched_only_after_a_refresh(cluster):
    store_documents(drafts=[draft(1)])
    assert search("井盖").total == 0
    get_backend().refresh()
    assert search("井盖").total == 1


def test_an_empty_cluster_answers_with_nothing(cluster):
    assert search("井盖").total == 0


def test_a_rebuild_swaps_the_alias_and_deletes_the_old_index(cluster):
    store(draft(1))
    rebuild_index()
    (name,) = cluster.aliases["opinion"]
    assert name != "opinion-1"
    assert list(cluster.indices) == [name]
    assert "-1" not in cluster.indices[name].settings.values()
    assert search("井盖").total == 1


def test_what_is_written_during_a_rebuild_is_not_lost(cluster):
    store(draft(1))

    def write_meanwhile(_count):
        if not Document.objects.filter(source_id="2").exists():
            store_documents(drafts=[draft(2, "路灯不亮", as_of=NOON - timedelta(days=30))])

    rebuild_index(told=write_meanwhile)
    get_backend().refresh()
    assert search("路灯").total == 1


def test_a_failed_rebuild_leaves_the_old_index_in_place(cluster):
    store(draft(1))

    def break_down(_count):
        cluster.failing = 503

    with pytest.raises(SearchUnavailable):
        rebuild_index(told=break_down)
    cluster.failing = 0
    assert search("井盖").total == 1
    assert cluster.aliases == {"opinion": {"opinion-1"}}


def test_a_rejected_document_is_an_error_and_waits_as_stale(cluster):
    cluster.rejecting = 1
    with pytest.raises(SearchUnavailable, match="没有收下 1 条"):
        store_documents(drafts=[draft(1), draft(2)])
    assert Document.objects.stale("x").count() == 2
    store(draft(1), draft(2))
    assert search("井盖").total == 2
    assert not Document.objects.filter(terms_version="").exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failing_server_is_unavailable_not_a_crash(cluster, status):
    store(draft(1))
    cluster.failing = status
    with pytest.raises(SearchUnavailable) as refused:
        search("井盖")
    assert refused.value.status == 503
    assert check()["status"] == "degraded"


def test_a_red_cluster_is_degraded(cluster):
    assert check()["status"] == "ok"
    cluster.colour = "red"
    assert check()["status"] == "degraded"


@pytest.mark.parametrize("product", [None, "OpenSearch"])
def test_another_product_is_refused(cluster, settings, product):
    store(draft(1))
    settings.OPINION_INDEX = "opinion"  # a new client: one asks for the product once
    cluster.product = product
    with pytest.raises(SearchUnavailable):
        search("井盖")


def test_nothing_listening_is_unavailable(settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    with pytest.raises(SearchUnavailable):
        search("井盖")


def test_an_outage_delays_indexing_and_loses_nothing(cluster, monkeypatch):
    monkeypatch.setattr(outbox, "backoff", lambda attempts: timedelta(0))
    monkeypatch.setattr(
        "civic.opinion.tasks.index_reports", lambda payloads: store_documents(drafts=[draft(1)])
    )
    cluster.failing = 503
    with transaction.atomic():
        outbox.publish(topic="cases.report_changed", payload={"report": 1})
    (event,) = outbox.claim(worker="w", queue="urgent")
    assert outbox.run(event) is False
    cluster.failing = 0
    outbox.drain()
    get_backend().refresh()
    assert OutboxEvent.objects.get().state == OutboxEvent.State.DONE
    assert search("井盖").total == 1


def test_two_workers_may_make_the_first_index(cluster, monkeypatch):
    store(draft(1))
    # The second worker asked for the alias before the first had made it.
    monkeypatch.setattr(get_backend().client.indices, "exists_alias", lambda name: False)
    store(draft(2))
    assert cluster.aliases == {"opinion": {"opinion-1"}}
    assert search("井盖").total == 2


def test_a_write_without_the_alias_makes_no_stray_index(cluster):
    store(draft(1))
    cluster.aliases.clear()
    with pytest.raises(SearchUnavailable):
        store_documents(drafts=[draft(2)])
    assert list(cluster.indices) == ["opinion-1"]


def ask(cluster_url: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict]:
    with urllib3.PoolManager(retries=False) as pool:
        response = pool.request(method, cluster_url + path, body=body, headers=headers)
        return response.status, response.json()


GOOD = {"Accept": JSON, "Content-Type": JSON}
BULK = {"Accept": JSON, "Content-Type": NDJSON}


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "kind"),
    [
        ("POST", "/opinion/_search", b"{}", {"Accept": "application/json", "Content-Type": JSON}, 406, "media_type_header_exception"),
        ("POST", "/opinion/_search", b"{}", {"Accept": JSON, "Content-Type": "application/json"}, 415, "media_type_header_exception"),
        ("POST", "/_bulk", b'{"index":{"_index":"a","_id":"1"}}\n{}', BULK, 400, "illegal_argument_exception"),
        ("POST", "/_bulk", b'[{"index":{}}]\n', BULK, 400, "illegal_argument_exception"),
        ("POST", "/_bulk", b"not json\n", BULK, 400, "parse_exception"),
        ("POST", "/nowhere/_search", b'{"query":{}}', GOOD, 404, "index_not_found_exception"),
        ("POST", "/opinion/_delete_by_magic", b"{}", GOOD, 400, "illegal_argument_exception"),
        ("POST", "/opinion/_search", b'{"query":{"bool":{}},"limit":5}', GOOD, 400, "parsing_exception"),
        ("POST", "/opinion/_search", b'{"query":{"fuzzy":{"terms":"x"}}}', GOOD, 400, "parsing_exception"),
        ("POST", "/opinion/_search", b'{"query":{"bool":{}},"from":9999,"size":2}', GOOD, 400, "illegal_argument_exception"),
        ("PUT", "/opinion-1", b'{"mappings":{"dynamic":"strict","properties":{}}}', GOOD, 400, "resource_already_exists_exception"),
        ("PUT", "/other", b'{"mappings":{"dynamic":"strict","properties":{"a":{"type":"text","analyzer":"no"}}}}', GOOD, 400, "mapper_parsing_exception"),
    ],
)  # fmt: skip
def test_the_stand_in_refuses_what_the_real_one_refuses(
    cluster, elasticsearch_url, method, path, body, headers, status, kind
):
    store(draft(1))
    answered, error = ask(elasticsearch_url[0], method, path, body, headers)
    assert (answered, error["error"]["type"]) == (status, kind)


@pytest.mark.parametrize(
    ("action", "source", "status"),
    [
        ({"_index": "opinion", "_id": "1"}, {"unknown": 1}, 400),
        ({"_index": "opinion", "_id": "1"}, {"occurred_at": "yesterday"}, 400),
        ({"_index": "opinion", "_id": "1"}, {"terms": ["not", "text"]}, 400),
        ({"_index": "nowhere", "_id": "1"}, {}, 404),
        ({"_index": "opinion", "_id": "PK", "version": 1, "version_type": "external_gte"}, {}, 409),
    ],
)
def test_the_stand_in_refuses_single_documents(cluster, elasticsearch_url, action, source, status):
    store(draft(1))
    action = {**action, "_id": str(document(1).pk)}
    lines = "\n".join([json.dumps({"index": action}), json.dumps(source), ""]).encode()
    answered, body = ask(elasticsearch_url[0], "POST", "/_bulk", lines, BULK)
    assert answered == 200
    assert body["errors"] is True
    assert body["items"][0]["index"]["status"] == status
