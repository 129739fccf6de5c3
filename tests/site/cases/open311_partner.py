"""GeoReport v2 as a partner's program speaks it: fields sent, rows and errors read in either format."""

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring
from django.test import Client

from tests.factories import (
    INSIDE,
)
from tests.site.cases.submitting import SENTENCE

BASE = "/open311/v2"
FORMATS = ["json", "xml"]
FORM = "application/x-www-form-urlencoded"
FIELDS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url",
}  # fmt: skip


def read(response: Any, fmt: str) -> Any:
    """Return a list of flat rows from either format."""
    if fmt == "json":
        assert response["Content-Type"] == "application/json"
        return response.json()
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root: ElementTree.Element = fromstring(response.content)
    return [{field.tag: field.text for field in row} for row in root]


def fields(**changes: Any) -> dict[str, Any]:
    given = {
        "api_key": "demo-key",
        "service_code": "00000",
        "lat": INSIDE[1],
        "long": INSIDE[0],
        "description": SENTENCE,
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def create(client: Client, fmt: str = "json", key: str = "", **changes: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(
        f"{BASE}/requests.{fmt}", urlencode(fields(**changes)), content_type=FORM, headers=headers
    )


def refused(response: Any, fmt: str, status: int) -> list[str]:
    """Return the sentences of an error list."""
    assert response.status_code == status, response.content.decode()
    rows = read(response, fmt)
    assert rows
    if fmt == "xml":
        assert fromstring(response.content).tag == "errors"
    for row in rows:
        assert set(row) == {"code", "description"}
        assert int(row["code"]) == status
    return [row["description"] for row in rows]
