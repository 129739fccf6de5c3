"""The index behind opinion search: of the database itself, or Elasticsearch where the settings name one."""

from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed
from django.db import connection
from django.utils.module_loading import import_string

from civic.opinion.backends.base import OpinionBackend

IN_DATABASE = {
    "sqlite": "civic.opinion.backends.fts5.FTS5Backend",
    "postgresql": "civic.opinion.backends.postgresql.PostgreSQLBackend",
}
ELASTICSEARCH = "civic.opinion.backends.elastic.ElasticsearchBackend"


def backend_path() -> str:
    """Return the dotted path of the backend: OPINION_BACKEND, else what the other settings imply."""
    if settings.OPINION_BACKEND:
        return settings.OPINION_BACKEND
    return ELASTICSEARCH if settings.ELASTICSEARCH_URL else IN_DATABASE[connection.vendor]


@lru_cache(maxsize=4)
def _load(path: str, url: str, index: str) -> OpinionBackend:
    return import_string(path)()


def get_backend() -> OpinionBackend:
    """Return the backend that the settings choose."""
    return _load(backend_path(), settings.ELASTICSEARCH_URL, settings.OPINION_INDEX)


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting in {"OPINION_BACKEND", "ELASTICSEARCH_URL", "OPINION_INDEX"}:
        _load.cache_clear()


setting_changed.connect(_forget)
