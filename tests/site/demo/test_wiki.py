"""The demo shows each part of the wiki alive, at plausible times, and what people said is told once."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from civic.accounts.models import User
from civic.demo import loading
from civic.demo.clock import clock_at
from civic.demo.rows import rows_of
from civic.demo.wiki import DOCUMENT, load_wiki
from wiki.models import (
    Comment,
    Decision,
    Document,
    Event,
    Landscape,
    Opinion,
    OpinionGroup,
    Statement,
    StatementVote,
    Suggestion,
    Vote,
)
from wiki.services.ledger import figures
from wiki.workflow import Stage, Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> None:
    loading.load_departments()
    loading.load_people()


@pytest.fixture
def told(people) -> int:
    return load_wiki()


def test_each_part_of_the_wiki_has_something_to_show(client, told) -> None:
    rows = list(rows_of("wiki.csv"))
    assert told == len(rows)
    market = Document.objects.get(slug=DOCUMENT)
    said = [row for row in rows if row["document"] == DOCUMENT]

    suggestions = Suggestion.objects.filter(document=market)
    assert set(suggestions.values_list("kind", flat=True)) == set(Suggestion.Kind.values)
    assert 12 <= suggestions.count() <= 20
    assert suggestions.filter(alike__isnull=False).count() >= 2, "nearly the same, in one group"
    assert suggestions.filter(status=Status.CONFLICT).count() == 1
    assert suggestions.exclude(held_by="").count() == 1
    outcomes = set(suggestions.decided().values_list("opinion__decision__outcome", flat=True))
    assert outcomes == set(Decision.Outcome.values)

    assert Comment.objects.filter(document=market).count() >= 15
    assert not Comment.objects.exclude(held_by="").exists()
    quoted = {row["on"] for row in rows if row["what"] == "comment" and row["on"]}
    assert set(Comment.objects.exclude(quote="").values_list("quote", flat=True)) == quoted
    assert Vote.objects.filter(comment__document=market).exists()
    assert OpinionGroup.objects.filter(document=market, automatic=False).exists()
    assert Statement.objects.filter(shown=True).count() == 12
    assert StatementVote.objects.values("voter").distinct().count() == 30
    assert Landscape.objects.get().document == market
    assert "group" in str(Landscape.objects.get().data)

    assert len({row["id"] for row in said if row["id"]}) == sum(bool(row["id"]) for row in said)
    for path in ("", "ledger/", "landscape/", "comments/", "versions/", "log/"):
        assert client.get(f"/wiki/{DOCUMENT}/{path}").status_code == 200
    assert "0 人答得太少" not in client.get(f"/wiki/{DOCUMENT}/landscape/").content.decode()
    assert "摊位费调整的间隔太短" in client.get(f"/wiki/{DOCUMENT}/ledger/").content.decode()


def test_one_consultation_is_half_answered_and_one_is_over(client, told) -> None:
    half, over = Document.objects.get(slug="community-canteen"), Document.objects.get(slug="ebike-charging")
    assert half.stage == Stage.CLOSED
    assert 40 <= figures(half).percent <= 70
    assert over.stage == Stage.PUBLISHED
    assert figures(over).complete
    archive = client.get("/wiki/archive/").content.decode()
    assert half.title in archive
    assert over.title in archive
    assert client.get(f"/wiki/{over.slug}/ledger/report.docx").status_code == 200


def test_what_was_said_lies_in_the_past_and_in_order(told) -> None:
    now = timezone.now()
    assert not Event.objects.filter(at__gt=now).exists()
    for document in Document.objects.exclude(opinions=None):
        assert document.opens_at is not None
        assert document.closes_at is not None
        for opinion in Opinion.objects.filter(document=document):
            assert document.opens_at <= opinion.submitted_at < document.closes_at
            assert opinion.answered_at is None or opinion.submitted_at < opinion.answered_at <= now
    waiting = Suggestion.objects.waiting().filter(document__slug=DOCUMENT, status=Status.PENDING)
    assert not waiting.filter(submitted_at__lt=now - timedelta(hours=48)).exists()


def test_told_once(told) -> None:
    before = [model.objects.count() for model in (Document, Opinion, Comment, Vote, Event, User)]
    assert load_wiki() == 0
    assert [model.objects.count() for model in (Document, Opinion, Comment, Vote, Event, User)] == before


def test_residents_cannot_sign_in(told) -> None:
    residents = User.objects.filter(username__startswith="demo-resident")
    assert residents.count() == 20
    assert not any(one.has_usable_password() for one in residents)


def test_the_clock_goes_right_again_after_a_mistake(db) -> None:
    real = timezone.now()
    with clock_at(real - timedelta(days=9)):
        assert timezone.now() == real - timedelta(days=9)
    with pytest.raises(Document.DoesNotExist), clock_at(real - timedelta(days=9)):
        Document.objects.get()
    assert timezone.now() >= real


def test_the_command_alone_brings_the_documents(settings) -> None:
    settings.DEMO = True
    call_command("load_demo", verbosity=0, stdout=StringIO())
    assert Document.objects.count() == 4
    assert Opinion.objects.exists()
