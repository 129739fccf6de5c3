"""The OpenAPI document is committed and compared; it is never rewritten by a test.

After a wanted change of the API:
    .venv/bin/python site/manage.py spectacular --file tests/site/api/openapi.yaml
"""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.db import connection
from django.test import Client

COMMITTED = Path(__file__).with_name("openapi.yaml")
COMMAND = ".venv/bin/python site/manage.py spectacular --file tests/site/api/openapi.yaml"

OWN = {"GET /api/v1/public/wiki/drafts/", "GET /api/v1/public/wiki/suggestions/mine/"}
"""What a person has written is read by that person alone."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The document of the code as it is; a warning of the generator is an error."""
    target = tmp_path_factory.mktemp("api") / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))
    return target.read_text(encoding="utf-8")


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the ranges of integers are the database's")
def test_the_committed_document_is_the_codes(generated: str) -> None:
    committed = COMMITTED.read_text(encoding="utf-8")
    if generated != committed:
        old, new = operations(yaml.safe_load(committed)), operations(yaml.safe_load(generated))
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        pytest.fail(f"the API changed ({', '.join(changed) or 'components'}); if that is wanted: {COMMAND}")


def test_the_addresses_that_stay_are_there(generated: str) -> None:
    known = set(operations(yaml.safe_load(generated)))
    assert {
        "POST /api/v1/public/reports/",
        "GET /api/v1/public/cases/{number}/",
        "GET /api/v1/public/map/cases",
        "GET /api/v1/public/markets/",
        "POST /api/v1/public/chat/",
        "GET /api/v1/public/search/",
        "GET /api/v1/public/wiki/documents/{slug}/",
        "GET /api/v1/staff/cases/",
        "POST /api/v1/staff/cases/{number}/actions/",
    } <= known


def test_every_operation_says_what_it_is_for_and_how_it_refuses(generated: str) -> None:
    for name, operation in operations(yaml.safe_load(generated)).items():
        assert operation.get("summary") or operation.get("description"), name
        assert "default" in operation["responses"], name


def test_staff_and_partners_are_asked_who_they_are_and_readers_in_public_are_not(generated: str) -> None:
    for name, operation in operations(yaml.safe_load(generated)).items():
        anonymous = {} in operation.get("security", [{}])
        if "/staff/" in name or "/partner/" in name or name in OWN:
            assert not anonymous, name
        elif name.startswith("GET "):
            assert anonymous, name


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_is_not_there_is_a_404_for_every_method(method: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, "/api/v1/public/nothing/here/")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


@pytest.mark.django_db
def test_the_site_serves_it(client: Client, generated: str) -> None:
    response = client.get("/api/v1/schema/")
    assert response.status_code == 200
    assert yaml.safe_load(response.content)["paths"] == yaml.safe_load(generated)["paths"]
