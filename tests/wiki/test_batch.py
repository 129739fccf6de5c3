"""One answer for a group, one decision for each of a selection, pieces of a change, templates."""

import pytest
from django.urls import reverse

from wiki.errors import AlreadyDecided, InvalidText, NotAllowed, StaleBase
from wiki.models import AnswerTemplate, Decision, Event, Suggestion
from wiki.services import accept_suggestion
from wiki.services.batches import decide_each, decide_group
from wiki.services.grouping import group_suggestions, put_in_group, take_out_of_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def alike(document, make_user, suggest):
    """Three people say the same of one clause, a fourth says something else."""
    same = [
        suggest(document, make_user(f"a{n}"), "垃圾", words)
        for n, words in enumerate(["垃圾和油污", "垃圾及油污", "垃圾、油污"])
    ]
    other = suggest(document, make_user("other"), "二十一点", "二十二点")
    group_suggestions(clause_id=other.clause_id)
    for one in (*same, other):
        one.refresh_from_db()
    return same, other


def test_grouping_is_by_the_oldest_and_changes_nothing_twice(alike):
    same, other = alike
    assert [one.alike_id for one in same] == [None, same[0].pk, same[0].pk]
    assert other.alike_id is None
    assert group_suggestions(clause_id=other.clause_id) == 0


def test_one_acceptance_answers_everybody_with_one_version(document, alike, moderator):
    same, other = alike
    decisions = decide_group(
        moderator=moderator, suggestion=same[1], accept=True, reason="合理", seen_members=3
    )
    document.refresh_from_db()
    assert document.version == 2
    assert {decision.opinion.suggestion_id for decision in decisions} == {one.pk for one in same}
    assert {(one.outcome, one.version, one.reason) for one in decisions} == {("adopted", 2, "合理")}
    assert Suggestion.objects.waiting().get() == other
    assert Event.objects.filter(action="suggestion.adopted").count() == 3
    assert not document.opinions.filter(suggestion__in=same, answered_at=None).exists()


def test_one_refusal_answers_everybody(alike, moderator):
    same, _ = alike
    with pytest.raises(InvalidText):
        decide_group(moderator=moderator, suggestion=same[0], accept=False, reason="")
    assert not Decision.objects.exists()
    decide_group(moderator=moderator, suggestion=same[0], accept=False, reason="已有规定")
    assert Decision.objects.filter(outcome="rejected", reason="已有规定").count() == 3


def test_own_words_answer_everybody_partly(alike, moderator, clause_of, document):
    same, _ = alike
    wording = clause_of(document).text.replace("垃圾", "油污")
    decide_group(
        moderator=moderator,
        suggestion=same[0],
        accept=True,
        wording=wording,
        seen_version=1,
        reason="并成一句",
    )
    assert set(Decision.objects.values_list("outcome", "wording")) == {("partly", wording)}


def test_nobody_is_answered_unseen(alike, moderator, citizen):
    same, other = alike
    with pytest.raises(AlreadyDecided):
        decide_group(moderator=moderator, suggestion=same[0], accept=True, seen_members=2)
    with pytest.raises(NotAllowed):
        decide_group(moderator=citizen, suggestion=same[0], accept=True)
    accept_suggestion(moderator=moderator, suggestion=other)
    with pytest.raises(StaleBase):
        decide_group(moderator=moderator, suggestion=same[0], accept=True, seen_version=1)
    assert Decision.objects.count() == 1


def test_a_moderators_hand_stays(alike, moderator):
    same, other = alike
    take_out_of_group(moderator=moderator, suggestion=same[0])
    same[1].refresh_from_db()
    same[2].refresh_from_db()
    assert (same[1].alike_id, same[2].alike_id) == (None, same[1].pk)
    group_suggestions(clause_id=other.clause_id)
    same[0].refresh_from_db()
    assert same[0].alike_id is None
    put_in_group(moderator=moderator, suggestion=same[0], head=same[2])
    same[0].refresh_from_db()
    assert same[0].alike_id == same[1].pk
    group_suggestions(clause_id=other.clause_id)
    same[0].refresh_from_db()
    assert same[0].alike_id == same[1].pk
    with pytest.raises(InvalidText):
        put_in_group(moderator=moderator, suggestion=other, head=other)
    with pytest.raises(InvalidText):
        take_out_of_group(moderator=moderator, suggestion=other)


def test_each_of_a_selection_has_its_own_result(document, make_user, moderator, suggest):
    first = suggest(document, make_user("a"), "二十一点", "二十二点")
    second = suggest(document, make_user("b"), "二十一点", "二十点")
    third = suggest(document, make_user("c"), "一百元", "五十元", label="第二条")
    results = decide_each(moderator=moderator, suggestions=[first, second, third], accept=True, reason="")
    assert [result.decision is not None for result in results] == [True, False, True]
    assert "改动了同一处文字" in results[1].refusal
    with pytest.raises(InvalidText):
        decide_each(moderator=moderator, suggestions=[second], accept=False, reason="")
    with pytest.raises(InvalidText):
        decide_each(moderator=moderator, suggestions=[], accept=True, reason="")


def test_the_list_decides_a_selection_with_a_template(client, document, citizen, moderator, suggest):
    template = AnswerTemplate.objects.create(name="已有规定", text="上位法已有规定。", outcome="rejected")
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    client.force_login(moderator)
    url = reverse("wiki_desk:suggestions")
    assert "二十二" in client.get(url).content.decode()
    nothing = client.post(url, {"decision": "reject", "reason": "写好的理由"})
    assert nothing.status_code == 400
    assert "写好的理由" in nothing.content.decode()
    refused = client.post(url, {"decision": "reject", "pk": suggestion.pk})
    assert refused.status_code == 400
    assert f'value="{suggestion.pk}" checked' in refused.content.decode()
    done = client.post(url, {"decision": "reject", "pk": suggestion.pk, "template": template.pk})
    assert "1 条有了决定" in done.content.decode()
    assert Decision.objects.get().reason == "上位法已有规定。"
    late = client.post(url, {"decision": "reject", "pk": suggestion.pk, "reason": "再来一次"})
    assert "已经有决定" in late.content.decode()


def test_the_form_answers_the_group_or_one_alone(client, alike, moderator):
    same, other = alike
    client.force_login(moderator)
    html = client.get(reverse("wiki_desk:clause", args=[other.clause_id])).content.decode()
    assert html.index("3 条相近") < html.index(f"第 {other.pk} 号建议")
    url = reverse("wiki_desk:suggestion", args=[same[0].pk])
    data = {"decision": "reject", "reason": "已有规定", "seen_version": 1, "seen_members": 3}
    response = client.post(url, data)
    assert Decision.objects.count() == 1
    assert response.url == reverse("wiki_desk:suggestion", args=[other.pk])
    url = reverse("wiki_desk:suggestion", args=[same[1].pk])
    stale = client.post(url, data | {"together": "1"})
    assert stale.status_code == 409
    assert 'name="seen_members" value="2"' in stale.content.decode()
    assert client.post(url, data | {"together": "1", "seen_members": 2}).status_code == 302
    assert Decision.objects.count() == 3


def test_some_pieces_of_a_change(client, document, citizen, moderator, clause_of, suggest):
    old = clause_of(document).text
    new = old.replace("二十一点", "二十二点").replace("垃圾", "垃圾和油污")
    suggestion = suggest(document, citizen, old, new)
    client.force_login(moderator)
    url = reverse("wiki_desk:suggestion", args=[suggestion.pk])
    assert client.get(url).content.decode().count('name="take"') == 2
    data = {"decision": "partial", "reason": "时间不改", "seen_version": 1}
    refused = client.post(url, data)
    assert refused.status_code == 400
    assert "请先勾选" in refused.content.decode()
    assert client.post(url, data | {"take": ["1"]}).status_code == 302
    assert clause_of(document).text == old.replace("垃圾", "垃圾和油污")
    assert Decision.objects.get().outcome == "partly"


def test_regrouping_on_the_page(client, alike, moderator):
    same, other = alike
    client.force_login(moderator)
    url = reverse("wiki_desk:group", args=[other.pk])
    assert client.post(url, {"action": "into"}).status_code == 400
    assert client.post(url, {"action": "into", "head": "999999"}).status_code == 404
    assert client.post(url, {"action": "into", "head": same[1].pk}).status_code == 302
    other.refresh_from_db()
    assert (other.alike_id, other.placed_by_hand) == (same[0].pk, True)
    assert client.post(url, {"action": "out"}).status_code == 302
    assert client.post(url, {"action": "out"}).status_code == 400


def test_templates_are_kept_and_a_bad_one_keeps_its_words(client, moderator):
    client.force_login(moderator)
    url = reverse("wiki_desk:templates")
    bad = client.post(url, {"name": "", "text": "写好的文字", "outcome": ""})
    assert bad.status_code == 400
    assert "写好的文字" in bad.content.decode()
    client.post(url, {"name": "已有规定", "text": "上位法已有规定。", "outcome": "rejected"})
    twice = client.post(url, {"name": "已有规定", "text": "另一段文字", "outcome": ""})
    assert "已经有了" in twice.content.decode()
    template = AnswerTemplate.objects.get()
    one = reverse("wiki_desk:template", args=[template.pk])
    client.post(one, {"name": "已有规定", "text": "条例已有规定。", "outcome": "nonsense"})
    template.refresh_from_db()
    assert template.text == "上位法已有规定。"
    client.post(one, {"name": "已有规定", "text": "条例已有规定。", "outcome": "rejected"})
    template.refresh_from_db()
    assert template.text == "条例已有规定。"
    client.post(one, {"action": "delete"})
    assert not AnswerTemplate.objects.exists()
