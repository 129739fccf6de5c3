"""Pages of the past are sent once: asked for again they are 304, until what they say or the frame around them differs."""

import pytest
from django.urls import reverse

from wiki.services import accept_suggestion

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(document, citizen, moderator, suggest):
    for old, new in (("垃圾", "垃圾和污水"), ("收摊", "收摊离场")):
        accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, old, new))
    document.refresh_from_db()
    return document


@pytest.fixture(params=["version", "version_text", "version_clause", "compare", "attribution"])
def page(request, written, clause_of):
    clause = clause_of(written).clause_id
    numbers = {"version_clause": [2, clause], "compare": [1, 2]}.get(request.param, [2])
    return reverse(f"wiki:{request.param}", args=[written.slug, *numbers])


def test_a_page_of_the_past_is_sent_once(client, page):
    first = client.get(page)
    assert first.status_code == 200
    assert set(first["Cache-Control"].split(", ")) == {"private", "no-cache"}
    assert "Cookie" in first["Vary"]
    again = client.get(page, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_another_page_of_the_same_address_is_sent(client, page, written, citizen):
    etag = client.get(page)["ETag"]
    written.title = "摊贩管理条例"
    written.save()
    renamed = client.get(page, headers={"If-None-Match": etag})
    assert renamed.status_code == 200
    assert "摊贩管理条例" in renamed.content.decode()
    client.force_login(citizen)
    own = client.get(page, headers={"If-None-Match": renamed["ETag"]})
    assert own.status_code == 200
    assert "ETag" not in own


def test_what_is_not_there_is_not_kept(client, written):
    missing = client.get(reverse("wiki:version_text", args=[written.slug, 99]))
    assert missing.status_code == 404
    assert "ETag" not in missing


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("versions/2/", {"public", "max-age=86400", "immutable"}),
        ("compare/1/2/", {"public", "max-age=86400", "immutable"}),
        ("versions/2/attribution/", {"private", "no-cache"}),
    ],
)
def test_the_api_sends_the_past_once(client, written, path, kept):
    url = f"/api/v1/public/wiki/documents/{written.slug}/{path}"
    first = client.get(url)
    assert first.status_code == 200
    assert set(first["Cache-Control"].split(", ")) == kept
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_api_sends_attribution_again_when_a_name_has_changed(client, written, citizen):
    url = f"/api/v1/public/wiki/documents/{written.slug}/versions/2/attribution/"
    etag = client.get(url)["ETag"]
    citizen.display_name = "前门街坊"
    citizen.save()
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200
