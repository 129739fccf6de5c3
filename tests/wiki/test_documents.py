"""Bringing documents in, moving them through their stages, and newer files for existing ones."""

import pytest

from wiki import errors
from wiki.kinds import Kind
from wiki.models import ClauseVersion
from wiki.parsing import Node
from wiki.services import (
    accept_suggestion,
    change_stage,
    create_document,
    reject_suggestion,
    revise_document,
    submit_suggestion,
)
from wiki.workflow import Stage, StageAction, Status

pytestmark = pytest.mark.django_db


def test_drafts_belong_to_managers(make_document, citizen, manager, clause_of):
    draft = make_document("draft", opened=False)
    with pytest.raises(errors.NotAllowed):
        submit_suggestion(
            author=citizen, clause=clause_of(draft).clause, text="新", reason="理由", base_version=1
        )
    with pytest.raises(errors.NotAllowed):
        change_stage(actor=citizen, document=draft, action=StageAction.OPEN, without_end=True)
    assert (
        change_stage(actor=manager, document=draft, action=StageAction.OPEN, without_end=True).stage
        == Stage.OPEN
    )
    with pytest.raises(errors.WrongStage):
        change_stage(actor=manager, document=draft, action=StageAction.OPEN, without_end=True)
    with pytest.raises(errors.NotAllowed):
        create_document(actor=citizen, slug="x", title="x", nodes=[])


def test_two_documents_never_share_an_address(document):
    with pytest.raises(errors.SlugTaken):
        create_document(actor=None, slug=document.slug, title="另一份", nodes=[])


def test_revising_keeps_identities_and_carries_suggestions(document, citizen, moderator, suggest, clause_of):
    first, second = clause_of(document), clause_of(document, "第二条")
    accepted = suggest(document, citizen, "二十一点", "二十二点")
    accept_suggestion(moderator=moderator, suggestion=accepted)
    waiting = suggest(document, citizen, "一百元", "五十元", label="第二条")
    doomed = suggest(document, citizen, "55", "50", label="夜间 | 55 分贝")
    chapter = Node(Kind.HEADING, "第一章", "总则")
    chapter.children = [
        Node(Kind.ARTICLE, "第一条", "为了方便居民，制定本办法。"),
        Node(Kind.ARTICLE, "第二条", first.text.replace("周边的垃圾", "周边的垃圾和积水")),
        Node(Kind.ARTICLE, "第三条", second.text.replace("罚款", "罚款，并责令改正")),
    ]
    result = revise_document(
        actor=None, document=document, title="摊贩管理办法（二稿）", nodes=[chapter], digest="2"
    )
    document.refresh_from_db()
    assert (result.version, document.version, result.added, result.removed, result.kept) == (3, 3, 1, 3, [])
    now = {row.clause_id: row for row in ClauseVersion.objects.filter(document=document).current()}
    # the accepted change and the file's change of the same clause both stand
    assert now[first.clause_id].label == "第二条"
    assert "二十二点" in now[first.clause_id].text
    assert "积水" in now[first.clause_id].text
    waiting.refresh_from_db()
    assert waiting.status == Status.PENDING
    assert waiting.carried_text == now[second.clause_id].text.replace("一百元", "五十元")
    doomed.refresh_from_db()
    assert doomed.status == Status.CONFLICT
    with pytest.raises(errors.ClauseGone):
        accept_suggestion(moderator=moderator, suggestion=doomed, wording="夜间 | 50 分贝")
    reject_suggestion(moderator=moderator, suggestion=doomed, reason="表格已删去")
    assert revise_document(actor=None, document=document, title="x", nodes=[], digest="2").version is None


def test_revising_keeps_an_accepted_wording_that_the_file_contradicts(
    document, citizen, moderator, suggest, clause_of, nodes
):
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
    nodes[0].children[0].text = nodes[0].children[0].text.replace("二十一点", "十九点")
    result = revise_document(actor=None, document=document, title=document.title, nodes=nodes, digest="2")
    assert result.kept == ["第一条"]
    assert "二十二点" in clause_of(document).text
