"""What was written while a document was a draft stays with staff: the public history starts with what was opened."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from wiki.errors import InvalidText
from wiki.models import Document, Suggestion
from wiki.services import accept_suggestion, change_stage, submit_suggestion
from wiki.services.comments import submit_comment
from wiki.services.editing import add_clause, edit_clause, remove_clause, split_clause
from wiki.workflow import StageAction

pytestmark = pytest.mark.django_db
SECRETS = ("草稿密字", "草稿密由", "草稿密条", "草稿删因")
API = "/api/v1/public/wiki/documents/"


@pytest.fixture
def drafted(make_document, manager, clause_of):
    """Return an open document with a past as a draft (versions 1 to 5), and the clause that came and went in it."""
    document = make_document("drafted", opened=False)
    row = clause_of(document)
    said = row.text
    edit_clause(
        actor=manager,
        document=document,
        clause_id=row.clause_id,
        text="草稿密字。",
        reason="草稿密由一",
        seen_version=1,
    )
    edit_clause(
        actor=manager,
        document=document,
        clause_id=row.clause_id,
        text=said,
        reason="草稿密由二",
        seen_version=2,
    )
    add_clause(
        actor=manager, document=document, parent_id=row.parent_id, after_id=row.clause_id, text="草稿密条。", kind="article", label="第九条",
        reason="草稿密由三",
    )  # fmt: skip
    gone = clause_of(document, "第九条").clause_id
    remove_clause(actor=manager, document=document, clause_id=gone, reason="草稿删因", seen_version=4)
    document = change_stage(
        actor=manager,
        document=document,
        action=StageAction.OPEN,
        closes_at=timezone.now() + timedelta(days=40),
    )
    assert (document.version, document.opened_version) == (5, 5)
    return document, row.clause_id, gone


@pytest.fixture
def lived(drafted, citizen, moderator, suggest):
    """The same after one accepted suggestion: version 6."""
    document, kept, gone = drafted
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
    document.refresh_from_db()
    return document, kept, gone


def addresses(slug, kept, gone):
    """Return the addresses that answer everybody, and those of the draft's past."""
    page = f"/wiki/{slug}/"
    shown = [
        page, f"{page}versions/", f"{page}versions/?date=2000-01-01", f"{page}versions/?version=2",
        f"{page}versions/5/", f"{page}versions/5/?full=1", f"{page}versions/5/text/", f"{page}versions/6/",
        f"{page}versions/5/clauses/{kept}/", f"{page}versions/6/attribution/", f"{page}compare/",
        f"{page}compare/5/6/", f"{page}compare/6/5/?full=1", f"{page}compare/?from=1&to=6",
        f"{page}clauses/{kept}/", f"{page}clauses/{kept}/history/", f"{page}clauses/{kept}/history/?from=2&to=6",
        f"{page}feed/", "/wiki/feed/", f"{page}log/", f"{page}log.csv", f"{page}export/json/",
        f"{page}export/json/?version=5", f"{page}export/md/?since=5", f"{page}export/html/?since=5",
        f"{API}{slug}/", f"{API}{slug}/versions/", f"{API}{slug}/versions/5/", f"{API}{slug}/compare/5/6/",
        f"{API}{slug}/versions/6/attribution/", f"{API}{slug}/clauses/{kept}/", f"{API}{slug}/export/",
    ]  # fmt: skip
    past = [
        f"{page}versions/2/", f"{page}versions/4/text/", f"{page}versions/2/clauses/{kept}/",
        f"{page}versions/4/attribution/", f"{page}compare/2/6/", f"{page}compare/6/1/",
        f"{page}export/json/?version=2", f"{page}export/md/?since=1", f"{page}export/docx/?version=4",
        f"{page}clauses/{gone}/", f"{page}clauses/{gone}/history/", f"{page}versions/4/clauses/{gone}/",
        f"{API}{slug}/versions/4/", f"{API}{slug}/versions/2/attribution/", f"{API}{slug}/compare/2/6/",
        f"{API}{slug}/clauses/{gone}/", f"{API}{slug}/export/?version=2", f"{API}{slug}/export/?since=2",
    ]  # fmt: skip
    return shown, past


@pytest.mark.parametrize("who", ["visitor", "citizen", "manager"])
def test_a_draft_s_past_is_for_staff(who, client, lived, citizen, manager):
    document, kept, gone = lived
    if who != "visitor":
        client.force_login({"citizen": citizen, "manager": manager}[who])
    shown, past = addresses(document.slug, kept, gone)
    for address in shown:
        response = client.get(address)
        assert response.status_code < 500, address
        body = b"".join(response) if response.streaming else response.content
        found = [one for one in SECRETS if one in body.decode()]
        assert who == "manager" or not found, (address, found)
    answers = {address: client.get(address).status_code for address in past}
    assert set(answers.values()) == ({200} if who == "manager" else {404}), answers


def test_staff_read_the_draft_s_past(client, lived, manager):
    document, kept, _ = lived
    client.force_login(manager)
    read = "".join(
        client.get(address).content.decode()
        for address in (
            reverse("wiki:versions", args=[document.slug]),
            reverse("wiki:version_text", args=[document.slug, 2]),
            reverse("wiki:clause_history", args=[document.slug, kept]),
        )
    )
    assert "草稿密字" in read
    assert "草稿密由二" in read
    assert "从这一版起公开" in read
    # The answer for staff is kept by nobody else; what is public may be.
    assert "private" in client.get(f"{API}{document.slug}/versions/2/")["Cache-Control"]
    assert "public" in client.get(f"{API}{document.slug}/versions/5/")["Cache-Control"]


def test_the_public_history_starts_with_what_was_opened(client, lived):
    document, kept, _ = lived
    versions = client.get(reverse("wiki:versions", args=[document.slug])).content.decode()
    assert "公开的有 2 版，从开始征求意见时的第 5 版起" in versions
    assert versions.count("征求意见稿</span>") == 1
    first = client.get(reverse("wiki:version", args=[document.slug, 5])).content.decode()
    assert "公开的版本从这里开始" in first
    assert "versions/4/" not in first
    assert client.get(f"{API}{document.slug}/versions/").json()["count"] == 2
    clauses = client.get(f"{API}{document.slug}/versions/6/").json()["clauses"]
    assert {one["since"] for one in clauses} == {5, 6}
    wordings = client.get(reverse("wiki:clause_history", args=[document.slug, kept])).content.decode()
    assert wordings.count("这段文字的永久链接</a>") == 2
    assert f"versions/5/clauses/{kept}/" in wordings
    feed = client.get(reverse("wiki:document_feed", args=[document.slug])).content.decode()
    assert "第 5 版：征求意见稿" in feed
    assert "第 4 版" not in feed


def test_words_of_the_draft_are_nobody_s_in_public(client, lived, citizen):
    document, _, _ = lived
    found = client.get(f"{API}{document.slug}/versions/6/attribution/").json()
    assert {one["origin"] for one in found["contributors"]} == {"draft", "suggestion"}
    pieces = [piece for one in found["clauses"] for piece in one["pieces"]]
    assert {piece["version"] for piece in pieces} == {5, 6}
    page = client.get(reverse("wiki:attribution", args=[document.slug, 6])).content.decode()
    assert "征求意见稿" in page
    assert "manager" not in page
    assert "m***" not in page, "nor as a name is shown"


def test_nothing_is_made_on_a_version_of_the_draft(drafted, citizen, clause_of, client):
    document, kept, _ = drafted
    row = clause_of(document)
    for version in (1, 2, 4):
        with pytest.raises(InvalidText):
            submit_suggestion(
                author=citizen,
                clause=row.clause,
                text="另一种写法。",
                reason="更清楚一些",
                base_version=version,
            )
        with pytest.raises(InvalidText):
            submit_comment(
                author=citizen,
                clause=row.clause,
                text="说得不清楚",
                base_version=version,
                quote="草稿密字",
                start=0,
            )
    client.force_login(citizen)
    response = client.post(
        reverse("wiki:suggest", args=[document.slug, kept]),
        {"kind": "change", "text": "另一种写法。", "reason": "更清楚一些", "base_version": 2},
    )
    assert response.status_code in (400, 409)
    assert "草稿密字" not in response.content.decode()
    assert not Suggestion.objects.exists()


def test_splits_of_the_draft_are_not_told(client, make_document, manager, clause_of):
    document = make_document("split", opened=False)
    row = clause_of(document)
    split_clause(
        actor=manager, document=document, clause_id=row.clause_id, at=5, reason="草稿密由一", seen_version=1
    )
    change_stage(actor=manager, document=document, action=StageAction.OPEN, without_end=True)
    address = reverse("wiki:clause_history", args=[document.slug, row.clause_id])
    assert "拆出" not in client.get(address).content.decode()
    client.force_login(manager)
    assert "拆出" in client.get(address).content.decode()


def test_opening_again_hides_nothing(drafted, manager, clause_of):
    document, kept, _ = drafted
    edit_clause(
        actor=manager,
        document=document,
        clause_id=kept,
        text="公开以后改的。",
        reason="公开的理由",
        seen_version=5,
    )
    change_stage(actor=manager, document=document, action=StageAction.CLOSE, reason="提前结束的理由")
    document = change_stage(
        actor=manager, document=document, action=StageAction.REOPEN, without_end=True, reason="再听一次意见"
    )
    assert (document.version, document.opened_version) == (6, 5)


def test_the_desk_says_what_opening_shows(client, make_document, manager):
    document = make_document("told", opened=False)
    client.force_login(manager)
    page = client.get(reverse("wiki_desk:document", args=[document.pk])).content.decode()
    assert "只有工作人员看得到" in page


def test_older_databases_learn_it_from_the_log(lived, make_document):
    document, _, _ = lived
    draft = make_document("unopened", opened=False)
    Document.objects.update(opened_version=None)
    apply = import_module("wiki.migrations.0014_opened_version").fill
    apply(apps, connection.schema_editor())
    document.refresh_from_db()
    draft.refresh_from_db()
    assert (document.opened_version, draft.opened_version) == (5, None)
