"""Suggestions through splits and merges: each follows its words whole, or both texts go to people; all comes back."""

import pytest

from tests.wiki.conftest import FIRST, SECOND
from tests.wiki.trees import check_whole, shape
from wiki import errors
from wiki.kinds import Kind
from wiki.models import ClauseVersion, Event, Opinion, Suggestion
from wiki.selectors.heirs import heirs_of, standing_for
from wiki.services import accept_suggestion, editing, submit_suggestion
from wiki.services.reverting import revert_document
from wiki.workflow import Status

pytestmark = pytest.mark.django_db
CUT = FIRST.index("并")


@pytest.fixture
def outbox(monkeypatch):
    events = []
    monkeypatch.setattr("wiki.ports.publish", lambda **event: events.append(event))
    return events


@pytest.fixture
def split(document, manager, clause_of):
    """Split the first article; return the new clause's id."""

    def do(at=CUT):
        document.refresh_from_db()
        row = clause_of(document)
        return editing.split_clause(
            actor=manager, document=document, clause_id=row.clause_id, at=at, label="第一条之一",
            reason="分开两件事", seen_version=document.version,
        ).clause_id  # fmt: skip

    return do


@pytest.fixture
def unite(document, manager, clause_of):
    """Merge the second of two neighbouring articles into the first."""

    def do(first="第一条", second="第二条"):
        document.refresh_from_db()
        ids = [clause_of(document, label).clause_id for label in (first, second)]
        editing.merge_clauses(
            actor=manager, document=document, first_id=ids[0], second_id=ids[1],
            reason="合成一条", seen_version=document.version,
        )  # fmt: skip
        return ids

    return do


@pytest.fixture
def back(document, manager):
    def do(version=1):
        document.refresh_from_db()
        revert_document(
            actor=manager, document=document, to_version=version, reason="恢复原文",
            seen_version=document.version,
        )  # fmt: skip

    return do


def ask(author, row, kind, **given):
    return submit_suggestion(
        author=author, clause=row.clause, kind=kind, reason="更合理", base_version=1, **given
    )


def state(suggestion):
    one = Suggestion.objects.get(pk=suggestion.pk)
    return one.status, one.clause_id, one.origin_id, one.carried_text


class TestSplit:
    def test_each_follows_its_words(self, document, citizen, neighbour, suggest, split, clause_of, moderator):
        row = clause_of(document)
        head = suggest(document, citizen, "二十一点", "二十二点")
        tail = suggest(document, neighbour, "垃圾", "垃圾和污水")
        other = split()
        assert state(head) == (
            Status.PENDING, row.clause_id, None, FIRST[:CUT].replace("二十一点", "二十二点"),
        )  # fmt: skip
        wording = FIRST[CUT:].replace("垃圾", "垃圾和污水")
        assert state(tail) == (Status.PENDING, other, row.clause_id, wording)
        assert Opinion.objects.get(suggestion=tail).clause_id == other
        tail.refresh_from_db()
        assert tail.text == FIRST.replace("垃圾", "垃圾和污水")
        accept_suggestion(moderator=moderator, suggestion=tail)
        assert clause_of(document, "第一条之一").text == wording
        accept_suggestion(moderator=moderator, suggestion=head)
        assert clause_of(document).text + wording == FIRST.replace("二十一点", "二十二点").replace(
            "垃圾", "垃圾和污水"
        )

    def test_its_author_is_told_and_the_log_keeps_it(
        self, document, citizen, suggest, outbox, split, clause_of
    ):
        row = clause_of(document)
        tail = suggest(document, citizen, "垃圾", "垃圾和污水")
        other = split()
        told = [one["payload"] for one in outbox if one["topic"] == "wiki.suggestion.passed"]
        assert told == [
            {
                "document": document.pk,
                "from": row.clause_id,
                "clause": other,
                "version": 2,
                "suggestions": [tail.pk],
            }
        ]
        assert not [one for one in outbox if one["topic"] == "wiki.suggestion.conflict"]
        line = Event.objects.get(action="suggestion.passed")
        assert (line.suggestion_id, line.clause_id, line.data["from"]) == (tail.pk, other, row.clause_id)

    def test_what_changes_both_halves_is_for_people_to_word_on_either(
        self, document, citizen, neighbour, suggest, split, clause_of, moderator
    ):
        row = clause_of(document)
        new = FIRST.replace("二十一点", "二十二点").replace("垃圾", "垃圾和污水")
        both = [suggest(document, person, FIRST, new) for person in (citizen, neighbour)]
        other = split()
        for one in both:
            assert state(one) == (Status.CONFLICT, row.clause_id, None, new)
        given = {"moderator": moderator, "suggestion": both[0], "reason": "时间另行研究"}
        with pytest.raises(errors.ConflictUnresolved):
            accept_suggestion(**given)
        with pytest.raises(errors.ConflictUnresolved):
            accept_suggestion(**given, on=other)
        elsewhere = clause_of(document, "第二条")
        with pytest.raises(errors.InvalidText):
            accept_suggestion(**given, on=elsewhere.clause_id, wording="别的。")
        wording = FIRST[CUT:].replace("垃圾", "垃圾和污水")
        decision = accept_suggestion(**given, on=other, wording=wording)
        assert (decision.outcome, decision.version, decision.clause_id) == ("partly", 3, other)
        assert clause_of(document, "第一条之一").text == decision.wording == wording
        decision = accept_suggestion(
            moderator=moderator, suggestion=both[1], reason="按半点",
            wording=FIRST[:CUT].replace("二十一点", "二十二点"),
        )  # fmt: skip
        assert (decision.clause_id, clause_of(document).text) == (None, decision.wording)

    def test_what_takes_one_half_out_is_not_taken_as_done(
        self, document, citizen, suggest, split, clause_of, manager
    ):
        short = suggest(document, citizen, FIRST[CUT:], "")
        split()
        assert state(short)[0] == Status.CONFLICT
        row = clause_of(document)
        editing.edit_clause(
            actor=manager, document=document, clause_id=row.clause_id, text=row.text + "另行通知。",
            reason="补充", seen_version=2,
        )  # fmt: skip
        assert state(short)[0] == Status.CONFLICT

    def test_a_revert_and_a_merge_bring_everything_back(
        self, document, citizen, neighbour, suggest, split, clause_of, unite, back
    ):
        row = clause_of(document)
        new = FIRST.replace("二十一点", "二十二点").replace("垃圾", "垃圾和污水")
        all_of_it = suggest(document, neighbour, FIRST, new)
        tail = suggest(document, citizen, "垃圾", "垃圾和污水")
        out = ask(citizen, row, "delete")
        before = [state(one) for one in (all_of_it, tail, out)]
        for undo in (back, lambda: unite(second="第一条之一")):
            split()
            assert [state(one)[0] for one in (all_of_it, tail, out)] == ["conflict", "pending", "conflict"]
            undo()
            assert [state(one) for one in (all_of_it, tail, out)] == before
            assert Opinion.objects.get(suggestion=tail).clause_id == row.clause_id

    def test_it_follows_again_and_again(self, document, citizen, suggest, split, clause_of, unite):
        row = clause_of(document)
        tail = suggest(document, citizen, "周边的垃圾", "四周的垃圾")
        other = split()
        unite("第一条之一", "第二条")
        assert state(tail) == (
            Status.PENDING, other, row.clause_id, FIRST[CUT:].replace("周边", "四周") + SECOND,
        )  # fmt: skip

    def test_what_is_to_stand_behind_it_stands_behind_both(
        self, document, citizen, neighbour, split, clause_of, moderator
    ):
        row, chapter = clause_of(document), clause_of(document, "第一章")
        added = ask(citizen, row, "add", text="摊位费另行规定。")
        moved = ask(neighbour, clause_of(document, "第二条"), "move", to=chapter.clause, inside=True)
        split()
        accept_suggestion(moderator=moderator, suggestion=moved)
        assert state(added)[:3] == (Status.PENDING, row.clause_id, None)
        accept_suggestion(moderator=moderator, suggestion=added)
        assert texts(document) == ["总则", SECOND, FIRST[:CUT], FIRST[CUT:], "摊位费另行规定。"]


def texts(document):
    document.refresh_from_db()
    check_whole(document, document.version)
    return [text for *_, kind, label, text in shape(document, document.version) if text and "|" not in text]


class TestMerge:
    def test_what_waited_for_the_second_waits_for_both_in_one(
        self, document, citizen, neighbour, suggest, unite, clause_of, moderator
    ):
        one = suggest(document, citizen, "二十一点", "二十二点")
        end = suggest(document, citizen, "的垃圾。", "的垃圾和污水。")
        two = suggest(document, neighbour, "一百元", "五十元", label="第二条")
        first, second = unite()
        assert state(one) == (Status.PENDING, first, None, FIRST.replace("二十一点", "二十二点") + SECOND)
        assert state(end)[0] == Status.PENDING
        assert state(two) == (Status.PENDING, first, second, FIRST + SECOND.replace("一百元", "五十元"))
        for suggestion in (two, one, end):
            suggestion.refresh_from_db()
            accept_suggestion(moderator=moderator, suggestion=suggestion)
        assert clause_of(document).text == (
            FIRST.replace("二十一点", "二十二点").replace("垃圾", "垃圾和污水")
            + SECOND.replace("一百元", "五十元")
        )

    def test_undone_all_of_it_comes_back(self, document, citizen, suggest, unite, clause_of, back):
        rows = [clause_of(document, label) for label in ("第一条", "第二条")]
        waiting = [
            suggest(document, citizen, "二十一点", "二十二点"),
            suggest(document, citizen, SECOND, "听证以后施行。" + SECOND, label="第二条"),
            ask(citizen, rows[1], "add", text="摊位费另行规定。"),
            ask(citizen, rows[1], "add", text="（一）初犯的，警告；", inside=True),
            ask(citizen, rows[1], "delete"),
            ask(citizen, rows[1], "move", to=rows[0].clause, inside=True),
        ]
        before = [state(one) for one in waiting]
        unite()
        assert [state(one)[0] for one in waiting] == ["pending"] * 4 + ["conflict"] * 2
        assert {state(one)[1] for one in waiting[:4]} == {rows[0].clause_id}
        back()
        assert [state(one) for one in waiting] == before

    def test_new_clauses_beside_and_in_it_land_at_the_heir(
        self, document, citizen, neighbour, manager, unite, clause_of, moderator
    ):
        rows = [clause_of(document, label) for label in ("第一条", "第二条")]
        for row, text in zip(rows, ("（一）甲；", "（一）乙；"), strict=True):
            editing.add_clause(
                actor=manager, document=document, kind=Kind.ITEM, label="（一）", text=text[3:],
                parent_id=row.clause_id, after_id=None, reason="列举",
            )  # fmt: skip
        document.refresh_from_db()
        beside = ask(citizen, rows[1], "add", text="摊位费另行规定。")
        inside = ask(citizen, rows[1], "add", text="（零）丙；", inside=True)
        item = ClauseVersion.objects.current().get(parent=rows[1].clause_id)
        behind = submit_suggestion(
            author=neighbour, clause=item.clause, kind="add", text="（二）丁；", reason="更全",
            base_version=document.version,
        )  # fmt: skip
        unite()
        for one in (beside, inside, behind):
            one.refresh_from_db()
            accept_suggestion(moderator=moderator, suggestion=one)
        assert texts(document)[1:] == [
            FIRST + SECOND,
            "甲；",
            "丙；",
            "乙；",
            "丁；",
            "摊位费另行规定。",
        ]

    def test_taking_the_second_out_is_for_the_moderator_to_word(
        self, document, citizen, unite, clause_of, moderator
    ):
        out = ask(citizen, clause_of(document, "第二条"), "delete")
        first, second = unite()
        assert state(out)[:2] == (Status.CONFLICT, second)
        with pytest.raises(errors.ClauseGone) as refused:
            accept_suggestion(moderator=moderator, suggestion=out, reason="确实重复")
        assert "第一条" in refused.value.message
        decision = accept_suggestion(
            moderator=moderator, suggestion=out, reason="确实重复", wording=FIRST, on=first
        )
        assert (decision.outcome, decision.clause_id, decision.replaced) == ("partly", first, FIRST + SECOND)
        assert clause_of(document).text == FIRST

    def test_a_collision_from_before_can_still_be_worded(
        self, document, citizen, neighbour, suggest, unite, moderator, clause_of
    ):
        mine = suggest(document, citizen, "一百元", "五十元", label="第二条")
        theirs = suggest(document, neighbour, "一百元", "八十元", label="第二条")
        accept_suggestion(moderator=moderator, suggestion=theirs)
        unite()
        mine.refresh_from_db()
        assert mine.status == Status.CONFLICT
        wording = clause_of(document).text.replace("八十元", "六十元")
        decision = accept_suggestion(moderator=moderator, suggestion=mine, wording=wording, reason="取中")
        assert clause_of(document).text == wording
        assert decision.clause_id == clause_of(document).clause_id


def test_a_merge_that_was_undone_leads_nowhere(document, unite, back, clause_of, manager):
    first, second = unite()
    assert heirs_of(document.pk, second) == [first]
    assert standing_for([document.pk], [second]) == {second: first}
    back()
    assert heirs_of(document.pk, second) == []
    back(2)
    assert standing_for([document.pk], [second]) == {second: first}
    back()
    document.refresh_from_db()
    editing.remove_clause(
        actor=manager, document=document, clause_id=second, reason="删去", seen_version=document.version
    )
    assert heirs_of(document.pk, second) == []
    assert standing_for([document.pk], [second]) == {}


def test_who_went_elsewhere_is_in_no_group_with_those_who_stayed(
    document, citizen, neighbour, suggest, split
):
    head = suggest(document, citizen, "二十一点", "二十二点")
    tail = suggest(document, neighbour, "垃圾", "垃圾和污水")
    Suggestion.objects.filter(pk=tail.pk).update(alike=head, placed_by_hand=True)
    split()
    tail.refresh_from_db()
    assert (tail.alike_id, tail.placed_by_hand) == (None, False)
