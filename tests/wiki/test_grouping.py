"""Opinions in groups by meaning: pure division, what a person has arranged stays, numbers stay while groups do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.errors import InvalidText, NotAllowed
from wiki.models import ClauseReading, Opinion, OpinionGroup
from wiki.selectors.voices import dissent, sides
from wiki.services.answering import put_together, take_apart
from wiki.services.comments import submit_comment
from wiki.services.opinion_groups import (
    group_opinions,
    group_stale,
    guess_stances,
    move_opinion,
    rename_group,
)
from wiki.text.grouping import alikeness, divide, typical

LATE = ["收摊时间应当推迟到二十二点", "收摊时间推迟到晚上二十二点", "希望收摊时间推迟到二十二点以后"]
DIRT = ["摊位周边的油污要用水冲洗干净", "油污太多，摊位周边要冲洗干净"]
ALONE = "请写明投诉电话"


@pytest.fixture
def say(document, clause_of, make_user):
    """Comment on the first article, each time as another person."""

    def make(text, stance="neutral", label="第一条"):
        author = make_user(f"u{Opinion.objects.count()}")
        row = clause_of(document, label)
        comment = submit_comment(
            author=author, clause=row.clause, text=text, stance=stance, base_version=document.version
        )
        return comment.opinion

    return make


def test_texts_that_say_the_same_are_together():
    labels = divide([LATE[0], DIRT[0], LATE[1], ALONE, LATE[2], DIRT[1]])
    assert labels[0] == labels[2] == labels[4]
    assert labels[1] == labels[5]
    assert len({labels[0], labels[1], labels[3]}) == 3


def test_embeddings_bring_together_what_shares_no_characters():
    texts = ["收摊太早", "希望晚点关门", "油污要冲洗", "地上黏，脏"]
    around = np.array([[1, 0.1], [1, 0], [0, 1], [0.1, 1]]) + 3
    vectors = (around / np.linalg.norm(around, axis=1, keepdims=True)).astype(np.float32)
    assert divide(texts, vectors) == [0, 0, 1, 1]


words = st.sampled_from([*LATE, *DIRT, ALONE, "同意", "。", "夜里太吵了睡不着觉"])


@given(st.lists(st.tuples(words, st.sampled_from([None, 1, 2])), max_size=12))
def test_every_text_is_in_one_group_and_kept_ones_stay_together(said):
    texts, kept = [text for text, _ in said], [label for _, label in said]
    labels = divide(texts, None, kept)
    assert len(labels) == len(texts)
    assert list(dict.fromkeys(labels)) == list(range(len(set(labels))))
    together = [{label for label, of in zip(labels, kept, strict=True) if of == number} for number in (1, 2)]
    assert all(len(found) <= 1 for found in together)
    assert not together[0] & together[1]


def test_the_typical_one_is_the_most_like_the_others():
    texts = [LATE[1], LATE[0], "收摊时间推迟", LATE[2]]
    alike, _ = alikeness(texts)
    assert texts[typical(alike, [0, 1, 2, 3])] in (LATE[0], LATE[1])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"support": 3, "oppose": 1}, ("support", "oppose")),
        ({"support": 1, "oppose": 3}, ("oppose", "support")),
        ({"support": 2}, ("support", "")),
        ({"oppose": 2}, ("oppose", "")),
        ({"change": 2}, ("", "")),
    ],
)
def test_sides(counts, expected):
    assert sides(counts) == expected


@given(st.integers(0, 50), st.integers(0, 50))
def test_dissent_is_least_with_one_side_and_most_with_two_equal_ones(pro, contra):
    found = dissent({"support": pro, "oppose": contra})
    assert 0 <= found <= 100
    assert (found == 100) == (pro == contra and pro > 0)
    assert not (min(pro, contra) == 0 and found)


def test_stances_are_guessed_by_what_is_said():
    assert guess_stances(["我支持这一条", "不同意，取消这一条", "不支持"]) == ["support", "oppose", "oppose"]
    assert guess_stances([]) == []


def test_opinions_are_grouped_named_and_shown_with_a_typical_one(document, say):
    late = [say(text) for text in LATE]
    dirt = [say(text) for text in DIRT]
    alone = say(ALONE)
    assert group_opinions(document_id=document.pk, clause_id=alone.clause_id) == 2
    groups = list(OpinionGroup.objects.order_by("pk"))
    assert {one.pk for one in groups[0].opinions.all()} == {one.pk for one in late}
    assert {one.pk for one in groups[1].opinions.all()} == {one.pk for one in dirt}
    assert groups[0].typical in late
    assert "收摊" in groups[0].name
    alone.refresh_from_db()
    assert alone.group is None


def test_a_group_keeps_its_number_when_more_comes(document, say):
    clause_id = [say(text) for text in LATE[:2]][-1].clause_id
    group_opinions(document_id=document.pk, clause_id=clause_id)
    before = OpinionGroup.objects.get()
    later = say(LATE[2])
    group_opinions(document_id=document.pk, clause_id=clause_id)
    later.refresh_from_db()
    assert OpinionGroup.objects.get() == before == later.group


def test_what_was_arranged_where_opinions_are_answered_stays_too(document, say, moderator):
    late = [say(text) for text in LATE]
    dirt = [say(text) for text in DIRT]
    clause_id = late[0].clause_id
    group_opinions(document_id=document.pk, clause_id=clause_id)
    group = OpinionGroup.objects.get(opinions=dirt[0])
    take_apart(moderator=moderator, opinions=late[:1])
    put_together(moderator=moderator, opinions=late[1:2], group=group)
    say(LATE[1])
    group_opinions(document_id=document.pk, clause_id=clause_id)
    for one in late:
        one.refresh_from_db()
    assert late[0].group is None
    assert late[1].group == group


def test_what_a_person_has_arranged_stays(document, say, moderator):
    late = [say(text) for text in LATE]
    dirt = [say(text) for text in DIRT]
    clause_id = late[0].clause_id
    group_opinions(document_id=document.pk, clause_id=clause_id)
    late_group, dirt_group = OpinionGroup.objects.order_by("pk")
    rename_group(actor=moderator, group=dirt_group, name="  保洁 ")
    move_opinion(actor=moderator, opinion=late[0], group=dirt_group)
    move_opinion(actor=moderator, opinion=dirt[0], group=None)
    group_opinions(document_id=document.pk, clause_id=clause_id)
    for opinion, group in (
        (late[0], dirt_group),
        (late[1], late_group),
        (dirt[0], None),
        (dirt[1], dirt_group),
    ):
        opinion.refresh_from_db()
        assert opinion.group == group
    dirt_group.refresh_from_db()
    assert dirt_group.name == "保洁"
    assert not dirt_group.automatic


def test_only_staff_arrange(document, say, citizen):
    opinion = say(LATE[0])
    group = OpinionGroup.objects.create(document=document, clause=opinion.clause, name="甲")
    with pytest.raises(NotAllowed):
        rename_group(actor=citizen, group=group, name="乙")
    with pytest.raises(NotAllowed):
        move_opinion(actor=citizen, opinion=opinion, group=group)


def test_an_opinion_cannot_go_to_a_group_of_another_clause(document, say, moderator):
    opinion, other = say(LATE[0]), say(DIRT[0], label="第二条")
    group = OpinionGroup.objects.create(document=document, clause=other.clause, name="甲")
    with pytest.raises(InvalidText):
        move_opinion(actor=moderator, opinion=opinion, group=group)
    with pytest.raises(InvalidText):
        rename_group(actor=moderator, group=group, name=" ")


def test_a_rush_of_opinions_waits_for_the_next_time(still_clock, document, say):
    say(LATE[0])
    assert group_stale() == 1
    say(LATE[1])
    assert group_stale() == 0
    still_clock.shift(61)
    assert group_stale() == 1
    still_clock.shift(61)
    assert group_stale() == 0
    assert ClauseReading.objects.get().opinions == 2


def test_what_is_held_back_is_in_no_group(document, say):
    opinions = [say(text) for text in LATE[:2]]
    Opinion.objects.filter(pk=opinions[0].pk).update(held_by="advert")
    assert group_opinions(document_id=document.pk, clause_id=opinions[0].clause_id) == 0
