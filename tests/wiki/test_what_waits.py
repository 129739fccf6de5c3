"""Which waiting suggestions the public reads: the operator's setting, the author, the moderator."""

import pytest
from django.urls import reverse

from wiki.services import accept_suggestion, reject_suggestion

pytestmark = pytest.mark.django_db


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


class TestWhatWaits:
    """Words that no moderator has seen are public as the operator's setting says."""

    @pytest.fixture
    def reads(self, document, citizen, neighbour, moderator, suggest, clause_of):
        """Say who reads two waiting suggestions: of someone accepted before, and of a newcomer."""
        accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
        suggest(document, citizen, "垃圾", "垃圾和油污")
        suggest(document, neighbour, "商户", "摊主们")
        clause = clause_of(document).clause_id
        url = reverse("wiki:clause", args=[document.slug, clause])
        api = f"/api/v1/public/wiki/documents/{document.slug}/clauses/{clause}/"

        def read(client):
            html = page(client, url)
            found = ("油污" in html, "摊主们" in html)
            said = " ".join(
                row["text"] for row in client.get(api).json()["suggestions"] if not row["decision"]
            )
            assert found == ("油污" in said, "摊主们" in said)
            assert ("正在审核，有了结果再公开" in html) == (found != (True, True))
            return found

        return read

    @pytest.mark.parametrize(
        ("shown", "found"),
        [("at_once", (True, True)), ("known", (True, False)), ("reviewed", (False, False))],
    )
    def test_for_everyone(self, client, settings, reads, shown, found):
        settings.WIKI_SUGGESTIONS_SHOWN = shown
        assert reads(client) == found

    def test_a_newcomers_words_wait_unless_the_operator_says_otherwise(self, client, reads):
        assert reads(client) == (True, False)

    def test_authors_see_their_own_and_moderators_see_all(
        self, client, settings, reads, neighbour, moderator
    ):
        settings.WIKI_SUGGESTIONS_SHOWN = "reviewed"
        client.force_login(neighbour)
        assert reads(client) == (False, True)
        client.force_login(moderator)
        assert reads(client) == (True, True)

    def test_once_decided_they_are_public_with_the_answer(
        self, client, document, neighbour, moderator, suggest, clause_of
    ):
        waiting = suggest(document, neighbour, "商户", "摊主们")
        url = reverse("wiki:clause", args=[document.slug, clause_of(document).clause_id]) + "?status=decided"
        assert "摊主们" not in page(client, url)
        reject_suggestion(moderator=moderator, suggestion=waiting, reason="名称须与上位法一致")
        assert "摊主们" in page(client, url)
