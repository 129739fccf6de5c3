"""Drafts on the server: the last one saved is the draft, what another device wrote is kept beside it."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki import errors
from wiki.models import Draft
from wiki.services import accept_suggestion
from wiki.services.drafts import PER_PERSON, save_draft, token_of

pytestmark = pytest.mark.django_db


def save(author, row, text, seen="", **more):
    return save_draft(
        author=author, clause=row.clause, base_version=1, text=text, reason="理由", seen=seen, **more
    )


def test_one_draft_for_each_kind_of_a_clause(document, citizen, neighbour, clause_of):
    row = clause_of(document)
    first = save(citizen, row, "一")
    save(citizen, row, "一二", seen=token_of(first))
    save(citizen, row, "加一条", kind="add")
    save(neighbour, row, "别人的")
    assert sorted(Draft.objects.filter(author=citizen).values_list("kind", "text", "other")) == [
        ("add", "加一条", {}),
        ("change", "一二", {}),
    ]


def test_what_another_device_wrote_is_kept(document, citizen, clause_of):
    row = clause_of(document)
    phone = save(citizen, row, "手机上写的")
    desk = save(citizen, row, "电脑上写的", seen="")
    assert (desk.text, desk.other["text"], desk.pk) == ("电脑上写的", "手机上写的", phone.pk)
    again = save(citizen, row, "手机上接着写的", seen=token_of(phone))
    assert (again.text, again.other["text"]) == ("手机上接着写的", "电脑上写的")
    on = save(citizen, row, "手机上写完了", seen=token_of(again))
    assert on.other["text"] == "电脑上写的"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from("AB"), st.text(alphabet="甲乙丙", min_size=1, max_size=4)), max_size=12
    )
)
def test_the_last_words_of_two_devices_are_never_lost(document, make_user, clause_of, steps):
    from django.db import transaction

    with transaction.atomic():
        writer, row = make_user("writer"), clause_of(document)
        seen, last, newest = {"A": "", "B": ""}, {}, None
        for device, text in steps:
            if text == newest:
                last.clear()  # who writes the same goes on from there
            newest = text
            kept = save(writer, row, text, seen=seen[device])
            seen[device], last[device] = token_of(kept), text
            assert kept.text == text
            assert {kept.text, kept.other.get("text", kept.text)} >= set(last.values())
        transaction.set_rollback(True)


def test_refusals(document, citizen, clause_of, django_user_model):
    from django.contrib.auth.models import AnonymousUser

    row = clause_of(document)
    with pytest.raises(errors.NotAllowed):
        save(AnonymousUser(), row, "没有登录")
    with pytest.raises(errors.InvalidText):
        save(citizen, row, "长" * 20_000)
    with pytest.raises(errors.InvalidText):
        save(citizen, row, "字", kind="turn")
    assert save(citizen, row, "好\u0000的").text == "好的"
    assert PER_PERSON == 200


class TestAddresses:
    def url(self, row):
        return reverse("wiki:draft", args=[row.document.slug, row.clause_id])

    def post(self, client, row, status=200, **data):
        body = {"kind": "change", "text": "写了一半", "reason": "", "base_version": 1} | data
        answer = client.post(self.url(row), body)
        assert answer.status_code == status
        return answer.json()

    def test_saving_opening_and_sending(self, client, document, citizen, clause_of):
        row = clause_of(document)
        self.post(client, row, 403)
        client.force_login(citizen)
        token = self.post(client, row)["token"]
        assert self.post(client, row, text="写了一大半", draft_seen=token)["other"] == {}
        suggest = reverse("wiki:suggest", args=[document.slug, row.clause_id])
        html = client.get(suggest).content.decode()
        assert "写了一大半" in html
        assert "保存的草稿" in html
        listed = client.get(reverse("wiki:drafts")).content.decode()
        assert "写了一大半" in listed
        client.post(
            suggest, {"kind": "change", "text": "写完了的文字。", "reason": "更好", "base_version": 1}
        )
        assert not Draft.objects.exists()

    def test_a_refused_suggestion_keeps_its_draft(self, client, document, citizen, clause_of):
        row = clause_of(document)
        client.force_login(citizen)
        self.post(client, row)
        client.post(
            reverse("wiki:suggest", args=[document.slug, row.clause_id]),
            {"kind": "change", "text": "写完了的文字。", "reason": "", "base_version": 1},
        )
        assert Draft.objects.exists()

    def test_a_draft_on_an_older_wording_is_carried_when_it_is_opened(
        self, client, document, citizen, neighbour, moderator, clause_of, suggest
    ):
        row = clause_of(document)
        client.force_login(citizen)
        self.post(client, row, text=row.text.replace("垃圾", "垃圾和油污"))
        accept_suggestion(
            moderator=moderator, suggestion=suggest(document, neighbour, "二十一点", "二十二点")
        )
        assert "有了新文本" in client.get(reverse("wiki:drafts")).content.decode()
        form = client.get(reverse("wiki:suggest", args=[document.slug, row.clause_id])).context["form"]
        assert "二十二点" in form["text"].value()
        assert "油污" in form["text"].value()

    def test_what_another_device_wrote_is_offered(self, client, document, citizen, clause_of):
        row = clause_of(document)
        client.force_login(citizen)
        self.post(client, row, text="手机上写的")
        assert self.post(client, row, text="电脑上写的")["other"]["text"] == "手机上写的"
        html = client.get(reverse("wiki:suggest", args=[document.slug, row.clause_id])).content.decode()
        assert "另一处还写过一份" in html
        assert "手机上写的" in html

    def test_forgetting(self, client, document, citizen, neighbour, clause_of):
        row = clause_of(document)
        save(neighbour, row, "别人的")
        client.force_login(citizen)
        self.post(client, row)
        answer = client.post(self.url(row), {"drop": "1", "page": "1", "kind": "change"})
        assert answer["Location"] == reverse("wiki:drafts")
        assert list(Draft.objects.values_list("author__username", flat=True)) == ["neighbour"]

    @pytest.mark.parametrize("base", ["", "x", "-1", "9" * 30])
    def test_nonsense(self, client, document, citizen, clause_of, base):
        client.force_login(citizen)
        assert self.post(client, clause_of(document), 400, base_version=base)["error"]["message"]

    def test_the_list_costs_the_same_queries(
        self, client, document, citizen, clause_of, django_assert_max_num_queries
    ):
        client.force_login(citizen)
        assert "没有草稿" in client.get(reverse("wiki:drafts")).content.decode()
        for kind in ("change", "add", "delete", "move"):
            for label in ("第一条", "第二条"):
                save(citizen, clause_of(document, label), "写了一半", kind=kind)
        with django_assert_max_num_queries(11):
            client.get(reverse("wiki:drafts"))
