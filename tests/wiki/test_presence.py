"""Who is changing a clause now: counted without names, forgotten after a minute, free for readers."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from wiki.models import Presence
from wiki.services import accept_suggestion
from wiki.services.presence import editor_key, forget_absent

pytestmark = pytest.mark.django_db


def beat(client, row, status=200, **data):
    answer = client.post(
        reverse("wiki:clause_presence", args=[row.document.slug, row.clause_id]), {"since": row.since} | data
    )
    assert answer.status_code == status
    return answer.json()


def present(client, document):
    return client.get(reverse("wiki:presence", args=[document.slug])).json()["clauses"]


@pytest.fixture
def people(client, citizen, neighbour):
    from django.test import Client

    browsers = []
    for person in (citizen, neighbour):
        browser = Client()
        browser.force_login(person)
        browsers.append(browser)
    return browsers


def test_two_people_on_one_clause(client, document, people, clause_of):
    row, other = clause_of(document), clause_of(document, "第二条")
    assert beat(people[0], row)["editors"] == 1
    assert beat(people[1], row)["editors"] == 2
    assert beat(people[0], row)["editors"] == 2  # the same person again
    assert beat(people[1], other)["editors"] == 1
    assert present(client, document) == {str(row.clause_id): 2, str(other.clause_id): 1}
    assert beat(people[1], row, leave="1")["editors"] == 1


def ago(seconds):
    Presence.objects.update(seen_at=timezone.now() - timedelta(seconds=seconds))


def test_a_minute_without_a_heartbeat_is_away(client, document, people, clause_of):
    row = clause_of(document)
    beat(people[0], row)
    ago(40)
    assert present(client, document) == {str(row.clause_id): 1}
    assert forget_absent() == 0
    ago(61)
    assert present(client, document) == {}
    assert Presence.objects.count() == 1  # reading writes nothing
    beat(people[1], row)
    assert Presence.objects.count() == 1  # the next one to write forgets who has gone
    ago(61)
    assert forget_absent() == 1


def test_reading_is_one_indexed_query_beside_the_document(client, document, people, clause_of):
    for label in ("第一条", "第二条"):
        for person in people:
            beat(person, clause_of(document, label))
    with CaptureQueriesContext(connection) as queries:
        present(client, document)
    assert len(queries) == 2
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {queries[1]['sql']}")
            assert "INDEX" in str(cursor.fetchall())


def test_rows_tell_neither_who_nor_where_else(document, people, clause_of):
    for label in ("第一条", "第二条"):
        beat(people[0], clause_of(document, label))
    keys = set(Presence.objects.values_list("editor", flat=True))
    assert len(keys) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", key) for key in keys)
    first = clause_of(document).clause_id
    unkeyed = hashlib.sha256(f"{first}:user:1".encode()).hexdigest()[:32]
    assert editor_key(clause_id=first, person="user:1") != unkeyed, "who has the rows could try all people"
    assert editor_key(clause_id=first, person="user:1") != editor_key(clause_id=first, person="user:2")


def test_a_new_wording_is_told_while_writing(document, people, neighbour, moderator, clause_of, suggest):
    row = clause_of(document)
    assert "text" not in beat(people[0], row)
    accept_suggestion(moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十二点"))
    told = beat(people[0], row)
    assert (told["since"], told["gone"]) == (2, False)
    assert "二十二点" in told["text"]


def test_who_may(still_clock, client, document, make_document, clause_of, settings, people):
    row = clause_of(document)
    beat(client, row, 403)
    assert not Presence.objects.exists()
    draft = make_document("secret", opened=False)
    assert people[0].post(f"/wiki/secret/clauses/{clause_of(draft).clause_id}/presence/").status_code == 404
    assert people[0].get("/wiki/secret/presence/").status_code == 404
    assert client.get(reverse("wiki:clause_presence", args=[document.slug, row.clause_id])).status_code == 405
    settings.WIKI_UNSIGNED_SUGGESTIONS = True
    settings.INTAKE_RATE_EXEMPT = []
    for _ in range(12):
        assert beat(client, row)["editors"] == 1
    assert beat(client, row, 429)["error"]["code"] == "too_many"
