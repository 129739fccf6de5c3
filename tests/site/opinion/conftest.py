"""Every index the product can run on: the database's own, the strict stand-in, and a real server where one is named."""

import os

import pytest
from elasticsearch import Elasticsearch

from tests.site.opinion.elasticsearch_server import running

REAL = os.environ.get("ELASTICSEARCH_URL", "")


@pytest.fixture(scope="session")
def elasticsearch_url():
    """A stand-in for the whole run; tests read and clear its cluster through `cluster`."""
    with running() as (url, cluster):
        yield url, cluster


@pytest.fixture
def cluster(elasticsearch_url, settings):
    """An empty stand-in that the settings point at."""
    url, cluster = elasticsearch_url
    cluster.__init__()
    settings.ELASTICSEARCH_URL = url
    return cluster


@pytest.fixture
def real_elasticsearch(settings):
    """The server that ELASTICSEARCH_URL names, with an index of our own that is gone afterwards."""
    if not REAL:
        pytest.skip("ELASTICSEARCH_URL is not set: the real Elasticsearch is not asked")
    settings.ELASTICSEARCH_URL = REAL
    settings.OPINION_INDEX = f"opinion-test-{os.getpid()}"
    client = Elasticsearch(REAL)
    yield client
    client.indices.delete(index=f"{settings.OPINION_INDEX}-*", ignore_unavailable=True)
    client.close()


@pytest.fixture(params=["database", "stand-in", "elasticsearch"])
def index(request, db):
    """Run the test over each index."""
    if request.param == "database":
        request.getfixturevalue("settings").ELASTICSEARCH_URL = ""
    else:
        request.getfixturevalue("cluster" if request.param == "stand-in" else "real_elasticsearch")
    return request.param
