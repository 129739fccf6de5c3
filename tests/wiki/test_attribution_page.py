"""Who wrote which words: every character is somebody's, names are public ones, links lead to the version."""

import re

import pytest
from django.urls import reverse

from wiki.selectors.attribution import attribution_of
from wiki.selectors.history import rows_at
from wiki.services import accept_suggestion, editing

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(document, citizen, neighbour, moderator, manager, suggest, clause_of):
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "垃圾", "垃圾和污水"))
    accept_suggestion(moderator=moderator, suggestion=suggest(document, neighbour, "收摊", "收摊离场"))
    row = clause_of(document, "第二条")
    document.refresh_from_db()
    editing.edit_clause(
        actor=manager, document=document, clause_id=row.clause_id, text=row.text + "由城管执法部门实施。",
        reason="写明机关", seen_version=document.version,
    )  # fmt: skip
    document.refresh_from_db()
    return document


def test_every_character_is_somebodys(written):
    found = attribution_of(written, 4)
    texts = {row.clause_id: row.text for row in rows_at(written, 4)}
    assert {
        line.row.clause_id: "".join(piece.text for piece in pieces) for line, pieces in found.lines
    } == texts
    assert found.total == sum(map(len, texts.values())) == sum(one.characters for one in found.contributors)
    counted = {one.user.username if one.user else one.origin: one.characters for one in found.contributors}
    assert (counted["citizen"], counted["neighbour"], counted["manager"]) == (3, 2, 10)
    assert found.by_origin()["suggestion"] == 5
    assert attribution_of(written, 1).by_origin() == {"import": attribution_of(written, 1).total}


def test_the_page_names_people_publicly_and_leads_to_versions(client, written, clause_of):
    url = reverse("wiki:attribution", args=[written.slug, 4])
    html = client.get(url).content.decode()
    assert "citizen" not in html
    assert "c***" in html
    row = clause_of(written)
    link = reverse("wiki:version", args=[written.slug, 2]) + f"#c{row.clause_id}"
    assert re.search(rf'href="{re.escape(link)}"[^>]*>和污水<sup>', html)
    chosen = client.get(url, {"who": "1"}).content.decode()
    assert "由城管执法部门实施。<sup>" in chosen
    assert "和污水<sup>" not in chosen
    assert client.get(url, {"who": "nobody"}).status_code == 200
    for number in (0, 5, 10**17):
        assert client.get(reverse("wiki:attribution", args=[written.slug, number])).status_code == 404


def test_the_interface_says_the_same(client, written):
    path = f"/api/v1/public/wiki/documents/{written.slug}/"
    data = client.get(f"{path}versions/4/attribution/").json()
    assert sum(one["characters"] for one in data["contributors"]) == data["characters"]
    text = {row.clause_id: row.text for row in rows_at(written, 4)}
    assert {one["id"]: "".join(piece["text"] for piece in one["pieces"]) for one in data["clauses"]} == text
    version = client.get(f"{path}versions/2/")
    assert "immutable" in version["Cache-Control"]
    assert "和污水" in str(version.json()["clauses"])
    compared = client.get(f"{path}compare/1/4/").json()
    assert compared["count"] == 2
    assert {one["change"] for one in compared["changes"]} == {"changed"}
    assert [one["number"] for one in client.get(f"{path}versions/?limit=2&offset=1").json()["results"]] == [
        3,
        2,
    ]
    assert client.get(f"{path}versions/99/").status_code == 404
    assert client.get(f"{path}compare/1/99/").status_code == 404
