"""Every answer has a reason, and no answer names a version that its words are not in."""

import pytest
from django.urls import reverse

from wiki import errors
from wiki.models import Decision, DocumentVersion, Suggestion
from wiki.services import accept_suggestion, editing, submit_suggestion
from wiki.services.batches import decide_group
from wiki.workflow import Status

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("change", "已按建议修改。"),
        ("add", "已按建议增加。"),
        ("delete", "已按建议删去。"),
        ("move", "已按建议移动。"),
    ],
)
def test_an_adoption_without_a_reason_says_what_was_done(
    client, document, citizen, moderator, clause_of, kind, sentence
):
    row = clause_of(document)
    suggestion = submit_suggestion(
        author=citizen,
        clause=row.clause,
        kind=kind,
        text=row.text.replace("二十一点", "二十二点"),
        to=clause_of(document, "第二条").clause if kind == "move" else None,
        reason="更合理",
        base_version=1,
    )
    decision = accept_suggestion(moderator=moderator, suggestion=suggestion)
    assert (decision.outcome, decision.reason) == ("adopted", sentence)
    for name in ("wiki:ledger", "wiki:ledger_csv", "wiki:log", "wiki:log_table"):
        assert sentence in b"".join(client.get(reverse(name, args=[document.slug]))).decode()
    shown = client.get(f"/api/v1/public/wiki/documents/{document.slug}/ledger/").json()
    assert sentence in str(shown)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_sentence_is_in_the_sites_language(document, citizen, moderator, suggest, language):
    from django.utils import translation

    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    with translation.override(language):
        assert accept_suggestion(moderator=moderator, suggestion=suggestion).reason == "已按建议修改。"


@pytest.mark.parametrize("reason", ["", " ", "好"])
def test_adopting_in_part_wants_a_reason(document, citizen, moderator, suggest, clause_of, reason):
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    wording = clause_of(document).text.replace("二十一点", "二十一点半")
    given = {"moderator": moderator, "suggestion": suggestion, "wording": wording, "reason": reason}
    with pytest.raises(errors.InvalidText) as refused:
        accept_suggestion(**given)
    assert "reason" in refused.value.fields
    with pytest.raises(errors.InvalidText):
        decide_group(**given, accept=True)
    document.refresh_from_db()
    assert (document.version, Decision.objects.count()) == (1, 0)
    assert accept_suggestion(**given | {"reason": "取中间"}).outcome == "partly"


def test_a_wording_that_changes_nothing_is_refused(document, citizen, moderator, suggest, clause_of):
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    with pytest.raises(errors.NothingChanged) as refused:
        accept_suggestion(
            moderator=moderator, suggestion=suggestion, wording=clause_of(document).text, reason="已研究"
        )
    assert "wording" in refused.value.fields
    suggestion.refresh_from_db()
    assert (suggestion.status, DocumentVersion.objects.count()) == (Status.PENDING, 1)


@pytest.mark.parametrize("worded", [False, True])
def test_what_is_said_already_is_adopted_in_the_version_that_says_it(
    document, citizen, neighbour, moderator, manager, suggest, clause_of, worded
):
    first = suggest(document, citizen, "二十一点", "二十二点")
    second = suggest(document, neighbour, "二十一点", "二十二点")
    accept_suggestion(moderator=moderator, suggestion=first, reason="夏天天黑得晚")
    common = {"actor": manager, "document": document, "reason": "整理"}
    editing.edit_clause(
        clause_id=clause_of(document).clause_id, text=clause_of(document).text, label="第一条之一",
        seen_version=2, **common,
    )  # fmt: skip
    editing.remove_clause(clause_id=clause_of(document, "第二条").clause_id, seen_version=3, **common)
    second.refresh_from_db()
    decision = accept_suggestion(
        moderator=moderator,
        suggestion=second,
        wording=clause_of(document, "第一条之一").text if worded else None,
    )
    document.refresh_from_db()
    assert (decision.outcome, decision.reason, decision.version, document.version) == (
        "adopted",
        "现行文字已经这样写。",
        2,
        4,
    )
    assert Suggestion.objects.get(pk=second.pk).status == Status.ACCEPTED
