"""Any sequence of editing: the tree stays whole in every version, and no words or suggestions are ever lost."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wiki.trees import check_whole, shape
from wiki import errors
from wiki.kinds import Kind
from wiki.models import Clause, ClauseVersion, Document, Lineage, Suggestion
from wiki.outline import arrange
from wiki.services import editing, submit_suggestion
from wiki.workflow import UNDECIDED

pytestmark = pytest.mark.django_db
ACTS = ["edit", "add", "remove", "move", "split", "merge", "revert", "suggest"]
steps = st.lists(st.tuples(st.sampled_from(ACTS), *[st.integers(0, 30)] * 3), min_size=1, max_size=12)


def act(what, numbers, *, document, manager, citizen):
    rows = [line.row for line in arrange(ClauseVersion.objects.filter(document=document).current())]
    if not rows:
        return None
    one, other, third = (rows[number % len(rows)] for number in numbers)
    common = {"actor": manager, "document": document, "reason": "整理文字"}
    seen = {"seen_version": document.version}
    if what == "edit":
        return editing.edit_clause(
            clause_id=one.clause_id,
            text=one.text[: numbers[1]] + "新的文字" + one.text[numbers[1] :],
            **seen,
            **common,
        )
    if what == "add":
        return editing.add_clause(
            kind=Kind.PARAGRAPH,
            label="",
            text=f"增加的一段{numbers[2]}。",
            parent_id=one.parent_id if numbers[2] % 2 else one.clause_id,
            after_id=other.clause_id if numbers[2] % 3 else None,
            **common,
        )
    if what == "remove":
        return editing.remove_clause(clause_id=one.clause_id, **seen, **common)
    if what == "move":
        return editing.move_clause(
            clause_id=one.clause_id,
            parent_id=other.clause_id if numbers[2] % 2 else other.parent_id,
            after_id=third.clause_id,
            **common,
        )
    if what == "split":
        return editing.split_clause(clause_id=one.clause_id, at=numbers[1], **seen, **common)
    if what == "merge":
        after = [row for row in rows if row.parent_id == one.parent_id and row.order > one.order]
        second = after[0] if after else other
        return editing.merge_clauses(first_id=one.clause_id, second_id=second.clause_id, **seen, **common)
    if what == "revert":
        return editing.revert_clause(
            clause_id=one.clause_id, to_version=1 + numbers[1] % document.version, **seen, **common
        )
    return submit_suggestion(
        author=citizen,
        clause=one.clause,
        text=one.text + "并公示。",
        reason="让大家知道",
        base_version=document.version,
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_the_tree_stays_whole_and_nothing_is_lost(make_document, make_user, given_steps):
    with transaction.atomic():
        name = Document.objects.count()
        document = make_document(f"editing-{name}")
        people = {
            "manager": make_user(f"m{name}", "wiki.manage_document"),
            "citizen": make_user(f"c{name}"),
        }
        history = {1: shape(document, 1)}
        written = {}
        for what, *numbers in given_steps:
            before = document.version
            try:
                with transaction.atomic():
                    made = act(what, numbers, document=document, **people)
            except errors.WikiError:
                made = None
            document.refresh_from_db()
            if isinstance(made, Suggestion):
                written[made.pk] = (made.text, made.base_version)
            elif made is None:
                assert document.version == before, "an act that was refused left something behind"
            else:
                assert document.version == before + 1
                history[document.version] = shape(document, document.version)
                assert history[document.version] != history[before]
        for number, seen in history.items():
            assert shape(document, number) == seen
            check_whole(document, number)
        for pk, (text, base) in written.items():
            kept = Suggestion.objects.get(pk=pk)
            assert (kept.text, kept.base_version) == (text, base)
            assert kept.status in UNDECIDED
        for line in Lineage.objects.filter(document=document):
            assert line.version in history
        transaction.set_rollback(True)


def test_split_and_merge_keep_identity_words_and_lineage(document, make_user, clause_of):
    manager = make_user("m", "wiki.manage_document")
    row = clause_of(document)
    words = row.text
    common = {"actor": manager, "document": document, "reason": "分开两件事"}
    second = editing.split_clause(
        clause_id=row.clause_id, at=words.index("，") + 1, label="第一条之一", seen_version=1, **common
    )
    first = ClauseVersion.objects.current().get(clause=row.clause_id)
    assert first.text + second.text == words
    assert (first.label, second.label) == (row.label, "第一条之一")
    assert (second.parent_id, second.order > first.order) == (first.parent_id, True)
    assert second.authorship == [[len(second.text), 1]] or second.authorship == [(len(second.text), 1)]
    line = Lineage.objects.get()
    assert (line.kind, line.ancestor_id, line.descendant_id, line.version) == (
        "split", row.clause_id, second.clause_id, 2,
    )  # fmt: skip
    editing.merge_clauses(first_id=row.clause_id, second_id=second.clause_id, seen_version=2, **common)
    assert ClauseVersion.objects.current().get(clause=row.clause_id).text == words
    assert not ClauseVersion.objects.current().filter(clause=second.clause_id).exists()
    assert Clause.objects.filter(pk=second.clause_id).exists()
    assert Lineage.objects.get(version=3).descendant_id == row.clause_id


@pytest.mark.parametrize("permission", [(), ("wiki.moderate_suggestion",)])
def test_only_who_manages_documents_edits_them(document, make_user, clause_of, permission):
    row = clause_of(document)
    with pytest.raises(errors.NotAllowed):
        editing.edit_clause(
            actor=make_user("other", *permission),
            document=document,
            clause_id=row.clause_id,
            text="别的文字",
            reason="想改",
            seen_version=1,
        )
    document.refresh_from_db()
    assert document.version == 1


def test_nothing_is_put_where_it_cannot_stand(document, make_user):
    manager = make_user("m", "wiki.manage_document")
    rows = {
        row.kind: row for row in ClauseVersion.objects.filter(document=document).current().order_by("-order")
    }
    chapter, article, table, line = (
        rows[kind].clause_id for kind in (Kind.HEADING, Kind.ARTICLE, Kind.TABLE, Kind.ROW)
    )
    paragraph = editing.add_clause(
        actor=manager, document=document, kind=Kind.PARAGRAPH, label="", text="一段。",
        parent_id=article, after_id=None, reason="补一段",
    ).clause_id  # fmt: skip
    wrong = [
        (chapter, article),  # under its own part
        (chapter, chapter),  # under itself
        (article, paragraph),  # a paragraph holds nothing
        (article, table),  # a table holds rows only
        (line, article),  # a row stands in tables only
        (line, None),
    ]
    for moved, parent in wrong:
        with pytest.raises(errors.WrongPlace):
            editing.move_clause(
                actor=manager,
                document=document,
                clause_id=moved,
                parent_id=parent,
                after_id=None,
                reason="移动",
            )
    document.refresh_from_db()
    assert document.version == 2
    check_whole(document, 2)
