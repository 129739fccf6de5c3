"""Every opinion has one answer, given alone or together; what came by letter has a line like the others."""

import pytest

from wiki import errors
from wiki.models import Decision, Opinion
from wiki.services.answering import answer_opinions, put_together, take_in_opinion
from wiki.services.comments import submit_comment

pytestmark = pytest.mark.django_db


def say(document, author, row, text="二十一点太早了。"):
    return submit_comment(author=author, clause=row.clause, text=text, base_version=document.version).opinion


def test_one_answer_goes_to_all_of_a_group_or_to_none(document, citizen, neighbour, moderator, clause_of):
    row = clause_of(document)
    opinions = [say(document, citizen, row), say(document, neighbour, row, "夏天应当晚一点。")]
    group = put_together(moderator=moderator, opinions=opinions, name="收摊时间太早")
    assert list(group.opinions.order_by("pk")) == opinions
    assert group.clause_id == row.clause_id
    decisions = answer_opinions(
        moderator=moderator, opinions=opinions, outcome="partly", reason="夏季另行规定。"
    )
    assert {decision.opinion_id for decision in decisions} == {opinion.pk for opinion in opinions}
    assert not Opinion.objects.filter(answered_at=None).exists()
    third = say(document, citizen, row, "还有别的意见。")
    with pytest.raises(errors.AlreadyDecided):
        answer_opinions(
            moderator=moderator, opinions=[third, opinions[0]], outcome="rejected", reason="已有规定。"
        )
    third.refresh_from_db()
    assert third.answered_at is None
    assert Decision.objects.count() == 2


def test_what_cannot_be_an_answer_is_refused(document, make_document, citizen, moderator, clause_of, suggest):
    opinion = say(document, citizen, clause_of(document))
    other = make_document("other")
    elsewhere = say(other, citizen, clause_of(other))
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    common = {"moderator": moderator, "opinions": [opinion], "outcome": "adopted", "reason": "写进第一条。"}
    for error, parts in [
        (errors.NotAllowed, {"moderator": citizen}),
        (errors.InvalidText, {"reason": ""}),
        (errors.InvalidText, {"outcome": "perhaps"}),
        (errors.InvalidText, {"version": 9}),
        (errors.InvalidText, {"opinions": [opinion, elsewhere]}),
        (errors.InvalidText, {"opinions": [suggestion.opinion]}),
        (errors.InvalidText, {"outcome": "rejected", "version": 1}),
    ]:
        with pytest.raises(error):
            answer_opinions(**{**common, **parts})
    assert not Decision.objects.exists()


def test_a_letter_gets_one_line_however_often_it_is_taken_in(document, moderator, citizen, clause_of):
    letter = {"document_id": document.pk, "channel": "import", "source_ref": "来信-12", "text": "建议延长。"}
    first = take_in_opinion(actor=moderator, name="某居民", **letter)
    assert take_in_opinion(actor=moderator, **letter) == first
    assert (first.suggestion, first.comment, first.text) == (None, None, "建议延长。")
    answer_opinions(
        moderator=moderator, opinions=[first], outcome="adopted", reason="写进第一条。", version=1
    )
    first.refresh_from_db()
    assert (first.answered_at is not None, first.decision.version) == (True, 1)
    with pytest.raises(errors.NotAllowed):
        take_in_opinion(actor=citizen, **letter)
    with pytest.raises(errors.InvalidText):
        take_in_opinion(actor=moderator, **(letter | {"text": " ", "source_ref": "来信-13"}))
