"""Comments stay on their words or with the earlier wording; votes count once."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki import errors
from wiki.models import ClauseVersion, Comment, Document, Opinion, Vote
from wiki.services import editing
from wiki.services.comments import submit_comment
from wiki.services.votes import vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(make_user):
    return make_user("writer", "wiki.manage_document")


def comment_on(document, author, row, quote="", text="这里说得不清楚。", **given_parts):
    return submit_comment(
        author=author, clause=row.clause, text=text, quote=quote, base_version=document.version, **given_parts
    )


def rewrite(document, manager, row, text):
    document.refresh_from_db()
    editing.edit_clause(
        actor=manager,
        document=document,
        clause_id=row.clause_id,
        text=text,
        reason="改写",
        seen_version=document.version,
    )
    document.refresh_from_db()


def test_a_comment_follows_its_words_and_never_leaves_them(document, citizen, manager, clause_of):
    row = clause_of(document)
    comment = comment_on(document, citizen, row, "清理摊位周边的垃圾")
    rewrite(document, manager, row, "为方便居民，" + row.text)
    comment.refresh_from_db()
    text = ClauseVersion.objects.current().get(clause=row.clause).text
    assert text[comment.at : comment.at + comment.length] == "清理摊位周边的垃圾"
    assert (comment.anchor, comment.anchored_version) == ("quote", 2)
    rewrite(document, manager, row, "商户应当在每日二十一点前收摊。")
    comment.refresh_from_db()
    assert (comment.anchor, comment.anchored_version, comment.quote) == ("earlier", 2, "清理摊位周边的垃圾")
    rewrite(document, manager, row, row.text)
    comment.refresh_from_db()
    assert comment.anchor == "earlier"


def test_a_quotation_read_in_an_older_version_is_found_in_the_present_one(
    document, citizen, manager, clause_of
):
    row = clause_of(document)
    rewrite(document, manager, row, "为方便居民，" + row.text)
    comment = submit_comment(
        author=citizen, clause=row.clause, text="太早了", quote="二十一点", start=8, base_version=1
    )
    text = ClauseVersion.objects.current().get(clause=row.clause).text
    assert text[comment.at : comment.at + comment.length] == "二十一点"
    assert row.text[comment.start : comment.start + 4] == "二十一点"


def test_an_opinion_gets_a_line_and_a_reply_none(document, citizen, neighbour, clause_of):
    row = clause_of(document)
    comment = comment_on(document, citizen, row, stance="oppose")
    reply = comment_on(document, neighbour, row, thread=comment, text="我也这样看。")
    assert Opinion.objects.get().comment == comment
    assert Opinion.objects.get().stance == "oppose"
    assert reply.thread == comment
    assert comment_on(document, citizen, row, stance="oppose") == comment  # sent twice, stored once
    assert Comment.objects.count() == 2


def test_refusals(document, make_document, citizen, clause_of):
    row = clause_of(document)
    comment = comment_on(document, citizen, row)
    reply = comment_on(document, citizen, row, thread=comment, text="补充一句。")
    for error, parts in [
        (errors.InvalidText, {"quote": "不在这一条里的话"}),
        (errors.InvalidText, {"text": " "}),
        (errors.InvalidText, {"text": "长" * 1001}),
        (errors.InvalidText, {"stance": "愤怒"}),
        (errors.InvalidText, {"thread": reply}),
    ]:
        with pytest.raises(error):
            comment_on(document, citizen, row, **parts)
    closed = make_document("draft", opened=False)
    with pytest.raises(errors.NotAllowed):
        comment_on(closed, citizen, clause_of(closed))
    assert Comment.objects.count() == 2


def test_votes_count_once_and_can_be_taken_back(document, citizen, neighbour, clause_of):
    row = clause_of(document)
    comment = comment_on(document, citizen, row)
    assert vote(voter=citizen, target=comment, value=1).score == 1
    assert vote(voter=citizen, target=comment, value=1).score == 1
    assert vote(voter=neighbour, target=comment, value=-1).score == 0
    comment.refresh_from_db()
    assert comment.score == 0
    assert vote(voter=citizen, target=comment, value=0).score == -1
    assert vote(voter=citizen, target=row.clause, value=-1).score == -1
    comment.refresh_from_db()
    assert (comment.score, Vote.objects.count()) == (-1, 2)
    with pytest.raises(errors.InvalidText):
        vote(voter=citizen, target=comment, value=5)


SENTENCES = [
    "商户应当在每日二十一点前收摊。",
    "不得占用盲道和消防通道。",
    "每月公布检查情况。",
    "居民可以监督。",
]
texts = st.lists(
    st.sampled_from([*SENTENCES, "另行规定。", "由市政府解释。"]), min_size=1, max_size=5, unique=True
).map("".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.permutations(SENTENCES),
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
    st.lists(texts, max_size=4),
)
def test_a_comment_is_never_lost_nor_on_another_sentence(
    make_document, make_user, clause_of, first, quoted, edits
):
    with transaction.atomic():
        name = Document.objects.count()
        document = make_document(f"c-{name}")
        manager, citizen = make_user(f"m{name}", "wiki.manage_document"), make_user(f"c{name}")
        row = clause_of(document)
        rewrite(document, manager, row, "".join(first))
        made = [
            comment_on(document, citizen, row, SENTENCES[which], text=f"第{place}条看法")
            for place, which in enumerate(quoted)
        ]
        for text in edits:
            try:
                rewrite(document, manager, row, text)
            except errors.NothingChanged:
                continue
        now = ClauseVersion.objects.current().get(clause=row.clause)
        for comment in made:
            kept = Comment.objects.get(pk=comment.pk)
            assert (kept.text, kept.quote, kept.start) == (comment.text, comment.quote, comment.start)
            then = ClauseVersion.objects.filter(clause=row.clause).at(kept.anchored_version).get()
            assert then.text[kept.at : kept.at + kept.length] == kept.quote
            if kept.anchor == "quote":
                assert now.text[kept.at : kept.at + kept.length] == kept.quote
        transaction.set_rollback(True)
