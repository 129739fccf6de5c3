"""Consultations: dates and their reasons, what a stage needs, openings and closings by themselves, facts, the pages."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from wiki import consultation, errors
from wiki.consultation import Facts, check_dates, obstacles
from wiki.models import Category, Document, Event, Suggestion
from wiki.policies import Right, Role, may
from wiki.presenters import parts
from wiki.services import accept_suggestion, change_stage, create_document, reject_suggestion
from wiki.services.categories import drop_category, save_category
from wiki.services.facts import DocumentFacts, change_facts, facts_now, stamp_of, start_document
from wiki.services.stages import keep_dates, schedule_opening
from wiki.workflow import Stage, StageAction

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 1, 8, 0, 10, tzinfo=BEIJING)  # still_clock's


def at(**parts):
    return NOW + timedelta(**parts)


class TestRules:
    @given(st.integers(1, 400), st.integers(0, 23), st.booleans())
    def test_fewer_than_thirty_days_need_a_reason(self, days, hour, explained):
        opens = NOW.replace(hour=hour)
        facts = Facts(3, opens, opens + timedelta(days=days), "须尽快施行" if explained else "")
        found = obstacles(StageAction.OPEN, facts, NOW - timedelta(days=1))
        assert bool(found) == (days < 30 and not explained)
        assert [one.field for one in found] == ["short_reason"] * len(found)

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            (Facts(0, NOW, at(days=40)), "empty"),
            (Facts(1, NOW, None), "no_end"),
            (Facts(1, NOW, at(days=-1)), "past"),
            (Facts(1, at(days=50), at(days=40)), "order"),
            (Facts(1, NOW, at(days=29)), "short"),
        ],
    )
    def test_what_opening_lacks_is_named(self, facts, code):
        assert [one.code for one in obstacles(StageAction.OPEN, facts, NOW)] == [code]

    def test_nothing_lacks(self):
        assert not obstacles(StageAction.OPEN, Facts(1, NOW, at(days=30)), NOW)
        assert not obstacles(StageAction.OPEN, Facts(1, NOW, None, without_end=True), NOW)
        assert not obstacles(StageAction.ANSWER, Facts(1, NOW, at(days=30)), NOW)
        assert "还有 7 条" in obstacles(StageAction.ANSWER, Facts(1, NOW, NOW, unanswered=7), NOW)[0].sentence
        assert obstacles(StageAction.ANSWER, Facts(1, NOW, NOW, held=1), NOW)[0].code == "held"

    @pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
    def test_a_year_of_no_consultation_is_refused_at_its_field(self, year):
        odd = NOW.replace(year=year)
        for dates, field in (((odd, NOW), "opens_at"), ((NOW, odd), "closes_at"), ((odd, None), "opens_at")):
            (found,) = check_dates(*dates, "")
            assert (found.code, found.field) == ("year", field)

    def test_days_are_the_citys(self):
        late = datetime(2026, 3, 1, 23, 59, tzinfo=BEIJING)
        assert consultation.days_open(late, late + timedelta(minutes=2)) == 1


@pytest.mark.parametrize(
    ("left", "text", "is_open", "soon"),
    [
        (timedelta(0), "已截止", False, False),
        (timedelta(seconds=1), "还剩 1 分钟", True, True),
        (timedelta(minutes=60), "还剩 60 分钟", True, True),
        (timedelta(minutes=60, seconds=1), "还剩 2 小时", True, True),
        (timedelta(hours=24, seconds=-1), "还剩 24 小时", True, True),
        (timedelta(hours=24), "还剩 1 天", True, True),
        (timedelta(days=3), "还剩 3 天", True, False),
        (timedelta(days=-3), "已截止", False, False),
    ],
)
def test_countdown_at_its_edges(still_clock, left, text, is_open, soon):
    document = Document(stage=Stage.OPEN, opens_at=at(days=-40), closes_at=NOW + left)
    shown = parts.countdown(document, timezone.now())
    assert (shown.text, shown.open, shown.soon) == (text, is_open, soon)


def test_countdown_to_the_opening(still_clock):
    for left, text in ((timedelta(minutes=5), "1 小时后开始"), (timedelta(days=2), "2 天后开始")):
        document = Document(stage=Stage.OPEN, opens_at=NOW + left, closes_at=at(days=40))
        assert parts.countdown(document, NOW).text == text


@pytest.mark.django_db
class TestStages:
    def test_a_short_consultation_says_why_in_public(self, client, make_document, manager):
        draft = make_document(opened=False)
        closes = timezone.now() + timedelta(days=10)
        with pytest.raises(errors.StageBlocked) as refused:
            change_stage(actor=manager, document=draft, action=StageAction.OPEN, closes_at=closes)
        assert "short_reason" in refused.value.fields
        draft.refresh_from_db()
        assert draft.stage == Stage.DRAFT
        assert draft.closes_at is None
        change_stage(
            actor=manager, document=draft, action=StageAction.OPEN, closes_at=closes, short_reason="汛期将至"
        )
        assert "汛期将至" in client.get(draft.get_absolute_url()).content.decode()

    def test_an_empty_document_does_not_open(self, manager):
        draft = create_document(actor=None, slug="empty", title="空", nodes=[])
        with pytest.raises(errors.StageBlocked) as refused:
            change_stage(
                actor=manager,
                document=draft,
                action=StageAction.OPEN,
                closes_at=timezone.now() + timedelta(days=40),
            )
        assert [one.code for one in refused.value.obstacles] == ["empty"]

    def test_answers_are_published_when_every_opinion_has_one(
        self, document, citizen, moderator, manager, suggest
    ):
        first = suggest(document, citizen, "二十一点", "二十二点")
        second = suggest(document, citizen, "一百元", "五十元", label="第二条")
        change_stage(actor=None, document=document, action=StageAction.CLOSE)
        accept_suggestion(moderator=moderator, suggestion=first)
        with pytest.raises(errors.StageBlocked, match="还有 1 条意见没有答复"):
            change_stage(actor=manager, document=document, action=StageAction.ANSWER)
        reject_suggestion(moderator=moderator, suggestion=second, reason="已有规定")
        answered = change_stage(actor=manager, document=document, action=StageAction.ANSWER)
        assert answered.stage == Stage.ANSWERED
        with pytest.raises(errors.WrongStage):
            change_stage(actor=manager, document=document, action=StageAction.ARCHIVE)

    def test_closing_early_and_opening_anew_are_explained(self, client, document, manager):
        with pytest.raises(errors.InvalidText, match="提前结束须写明理由"):
            change_stage(actor=manager, document=document, action=StageAction.CLOSE)
        closed = change_stage(
            actor=manager, document=document, action=StageAction.CLOSE, reason="意见已经充分"
        )
        assert closed.closes_at <= timezone.now()
        with pytest.raises(errors.InvalidText, match="新的截止日期"):
            change_stage(actor=manager, document=document, action=StageAction.REOPEN, reason="增加了附件")
        change_stage(
            actor=manager, document=document, action=StageAction.REOPEN, reason="增加了附件",
            closes_at=timezone.now() + timedelta(days=31),
        )  # fmt: skip
        html = client.get(document.get_absolute_url()).content.decode()
        assert html.index("重新征求意见") < html.index("结束征求意见") < html.index("开始征求意见")
        assert "增加了附件" in html
        assert "意见已经充分" in html


@pytest.mark.django_db
class TestDates:
    def test_it_closes_by_itself_to_the_second(self, still_clock, make_document):
        document = make_document(days=30)
        still_clock.move_to(document.closes_at - timedelta(seconds=1))
        assert keep_dates() == []
        still_clock.move_to(document.closes_at)
        assert keep_dates() == [document.pk]
        assert keep_dates() == []
        document.refresh_from_db()
        assert document.stage == Stage.CLOSED
        event = Event.objects.filter(document=document, action="document.stage").latest("id")
        assert (event.data["after"], event.data["by"], event.actor) == ("closed", "schedule", None)

    def test_a_scheduled_draft_opens_by_itself(self, still_clock, make_document, manager, client):
        draft = make_document(opened=False)
        with pytest.raises(errors.InvalidText, match="将来的开始时间"):
            schedule_opening(actor=manager, document=draft, on=True)
        opens = at(days=1)
        Document.objects.filter(pk=draft.pk).update(opens_at=opens, closes_at=opens + timedelta(days=30))
        schedule_opening(actor=manager, document=draft, on=True)
        still_clock.move_to(opens - timedelta(seconds=1))
        assert keep_dates() == []
        assert client.get(draft.get_absolute_url()).status_code == 404
        still_clock.move_to(opens)
        assert keep_dates() == [draft.pk]
        assert "征求意见中" in client.get(draft.get_absolute_url()).content.decode()
        draft.refresh_from_db()
        assert not draft.scheduled

    def test_what_can_no_longer_open_leaves_the_schedule_with_a_line(
        self, still_clock, make_document, manager
    ):
        draft = make_document(opened=False)
        opens = at(days=1)
        Document.objects.filter(pk=draft.pk).update(opens_at=opens, closes_at=opens + timedelta(days=30))
        schedule_opening(actor=manager, document=draft, on=True)
        still_clock.move_to(opens + timedelta(days=31))
        assert keep_dates() == []
        draft.refresh_from_db()
        assert (draft.stage, draft.scheduled) == (Stage.DRAFT, False)
        assert Event.objects.filter(document=draft, action="document.not_opened").count() == 1


def facts(document, **changed):
    return DocumentFacts(**{**facts_now(document).__dict__, **changed})


@pytest.mark.django_db
class TestFacts:
    def test_two_editors_do_not_overwrite_each_other(self, document, manager):
        seen = stamp_of(document)
        change_facts(actor=manager, document=document, seen=seen, facts=facts(document, scope="全体市民"))
        with pytest.raises(errors.StaleFacts, match="别人改了：征求意见的对象和范围") as refused:
            change_facts(actor=manager, document=document, seen=seen, facts=facts(document, issuer="另一家"))
        assert refused.value.differing == ("scope",)
        document.refresh_from_db()
        assert (document.scope, document.issuer) == ("全体市民", "")

    def test_who_saves_second_reads_what_the_first_changed(self, client, document, manager):
        client.force_login(manager)
        url = reverse("wiki_desk:document", args=[document.pk])
        form = client.get(url).context["form"]
        typed = {name: form[name].value() or "" for name in form.fields}
        typed |= {name: f"{value:%Y-%m-%dT%H:%M}" for name, value in typed.items() if hasattr(value, "hour")}
        change_facts(
            actor=manager, document=document, seen=stamp_of(document), facts=facts(document, scope="全体市民")
        )
        answer = client.post(url, typed | {"issuer": "另一家"})
        assert answer.status_code == 409
        html = answer.content.decode()
        assert "全体市民" in html
        assert 'value="另一家"' in html

    @pytest.mark.parametrize("seen", ["", "[]", "{}", "不是", "null"])
    def test_a_form_that_remembers_nothing_is_told_so(self, document, manager, seen):
        with pytest.raises(errors.StaleFacts):
            change_facts(actor=manager, document=document, seen=seen, facts=facts(document, issuer="新"))

    def test_an_extension_is_explained_in_public(self, client, document, manager):
        later = document.closes_at + timedelta(days=15)
        new = facts(document, closes_at=later)
        with pytest.raises(errors.InvalidText, match="须写明理由"):
            change_facts(actor=manager, document=document, seen=stamp_of(document), facts=new)
        change_facts(
            actor=manager, document=document, seen=stamp_of(document), facts=new, reason="居民要求多些时间"
        )
        html = client.get(document.get_absolute_url()).content.decode()
        assert "延长征求意见" in html
        assert "居民要求多些时间" in html
        assert f"{timezone.localtime(later):%-m月%-d日}" in html

    @pytest.mark.parametrize(
        ("changed", "error", "field"),
        [
            ({"title": "  "}, errors.InvalidText, "title"),
            ({"title": "长" * 201}, errors.InvalidText, "title"),
            ({"category": "没有的"}, errors.InvalidText, "category"),
            ({"opens_at": NOW + timedelta(days=9000)}, errors.WrongStage, "opens_at"),
            ({"closes_at": NOW - timedelta(days=9000)}, errors.InvalidText, "closes_at"),
            ({"scope": "看\u202e不见"}, errors.InvalidText, "scope"),
        ],
    )
    def test_bad_facts_are_refused_at_their_field(self, document, manager, changed, error, field):
        before = facts_now(document)
        with pytest.raises(error) as refused:
            change_facts(
                actor=manager, document=document, seen=stamp_of(document), facts=facts(document, **changed),
                reason="试一试",
            )  # fmt: skip
        assert field in refused.value.fields
        document.refresh_from_db()
        assert facts_now(document) == before

    def test_dates_of_what_is_over_are_history(self, document, manager):
        change_stage(actor=None, document=document, action=StageAction.CLOSE)
        document.refresh_from_db()
        new = facts(document, closes_at=timezone.now() + timedelta(days=60))
        with pytest.raises(errors.WrongStage, match="重新征求意见"):
            change_facts(actor=manager, document=document, seen=stamp_of(document), facts=new, reason="延长")
        change_facts(
            actor=manager, document=document, seen=stamp_of(document), facts=facts(document, contact="12345")
        )

    def test_a_new_document_keeps_clear_of_the_wikis_own_addresses(self, manager, citizen):
        made = start_document(
            actor=manager,
            slug="market-2026",
            facts=DocumentFacts(title="办法", category="官方发布", contact="12345"),
        )
        assert (made.stage, made.contact) == (Stage.DRAFT, "12345")
        for slug in ("feed", "archive", "rights", "market-2026"):
            with pytest.raises(errors.SlugTaken):
                start_document(
                    actor=manager, slug=slug, facts=DocumentFacts(title="办法", category="官方发布")
                )
        for slug in ("", "有字", "A B", "x" * 81):
            with pytest.raises(errors.InvalidText):
                start_document(
                    actor=manager, slug=slug, facts=DocumentFacts(title="办法", category="官方发布")
                )
        with pytest.raises(errors.NotAllowed):
            start_document(actor=citizen, slug="x", facts=DocumentFacts(title="办法", category="官方发布"))

    def test_categories_take_their_documents_along(self, document, manager, citizen):
        official = Category.objects.get(name="官方发布")
        save_category(actor=manager, category=official, name="市政府文件", order=1)
        document.refresh_from_db()
        assert document.category == "市政府文件"
        with pytest.raises(errors.InvalidText, match="还有文件属于"):
            drop_category(actor=manager, category=official)
        other = save_category(actor=manager, category=None, name="部门文件", order=2)
        with pytest.raises(errors.InvalidText, match="已有分类"):
            save_category(actor=manager, category=other, name="市政府文件", order=2)
        drop_category(actor=manager, category=other)
        assert list(Category.objects.values_list("name", flat=True)) == ["市政府文件"]
        with pytest.raises(errors.NotAllowed):
            save_category(actor=citizen, category=None, name="x", order=1)


@pytest.mark.django_db
class TestPages:
    def test_search_and_category_narrow_the_list(self, client, make_document):
        market, noise = make_document("market"), make_document("noise")
        Category.objects.create(name="城市管理", order=5)
        Document.objects.filter(pk=noise.pk).update(title="夜间施工噪声办法", category="城市管理")
        url = reverse("wiki:index")

        def slugs(**query):
            html = client.get(url, query).content.decode()
            return {one.slug for one in (market, noise) if f'"/wiki/{one.slug}/"' in html}

        assert slugs() == {"market", "noise"}
        assert slugs(q="噪声 夜间") == {"noise"}
        assert slugs(q="噪声 摊贩") == set()
        assert slugs(q="怎样摆摊") == {"market", "noise"}  # in the summary of both
        assert slugs(category=Category.objects.get(name="城市管理").pk) == {"noise"}
        assert slugs(category="x' or 1=1") == {"market", "noise"}
        assert "没有找到这样的文件" in client.get(url, {"q": "根本没有\0"}).content.decode()

    def test_many_documents_come_in_pages(self, client, make_document, django_assert_num_queries):
        first = make_document("first")
        Document.objects.bulk_create(
            Document(slug=f"d{n}", title=f"第{n}份", stage=Stage.PUBLISHED) for n in range(30)
        )
        html = client.get(reverse("wiki:index")).content.decode()
        assert first.get_absolute_url() in html
        assert "第 1 页，共 3 页" in html
        assert client.get(reverse("wiki:index"), {"page": "9999"}).status_code == 200

    def test_the_archive_gives_results_by_year(self, client, document, citizen, moderator, suggest):
        url = reverse("wiki:archive")
        assert "这里还没有结束的征求意见" in client.get(url).content.decode()
        accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
        suggest(document, citizen, "一百元", "五十元", label="第二条")
        held = suggest(document, citizen, "五百元", "九百元", label="第二条")
        Suggestion.objects.filter(pk=held.pk).update(held_by="advertising")
        held.opinion.held_by = "advertising"
        held.opinion.save()
        assert document.title not in client.get(url).content.decode()
        change_stage(actor=None, document=document, action=StageAction.CLOSE)
        html = client.get(url).content.decode()
        figures = [int(part.split("</dd>")[0]) for part in html.split("<dd>")[1:]]
        assert figures == [2, 1, 1]
        year = timezone.localdate().year
        assert document.title in client.get(url, {"year": year}).content.decode()
        assert f"{year}年" in html

    def test_everybody_reads_who_may_do_what(self, client):
        html = client.get(reverse("wiki:rights")).content.decode()
        for word in ("访客", "登录用户", "审核员", "政策起草人", "征求意见中", "提修改建议"):
            assert word in html
        shown = re.findall(r'<td class="is-(allowed|refused)"', html)
        assert shown == [
            "allowed" if may(role, right, stage) else "refused"
            for stage in Stage
            for right in Right
            for role in Role
        ]


@pytest.mark.django_db
class TestPeople:
    def test_only_the_person_sees_it_until_they_say_so(
        self, client, document, citizen, neighbour, moderator, suggest
    ):
        accept_suggestion(
            moderator=moderator,
            suggestion=suggest(document, citizen, "二十一点", "二十二点", reason="住户 13800138000 睡得晚"),
        )
        hidden = suggest(document, citizen, "一百元", "五十元", label="第二条", reason="不公开的这一条")
        Suggestion.objects.filter(pk=hidden.pk).update(held_by="abuse")
        url = reverse("wiki:person", args=[citizen.pk])
        assert client.get(url).status_code == 404
        client.force_login(neighbour)
        assert client.get(url).status_code == 404
        assert client.post(f"{url}shown/", {"shown": "1"}).status_code == 404
        client.force_login(citizen)
        assert "只有您自己能看到" in client.get(url).content.decode()
        client.post(f"{url}shown/", {"shown": "1"})
        client.logout()
        html = client.get(url).content.decode()
        assert "睡得晚" in html
        assert "13800138000" not in html
        assert "不公开的这一条" not in html
        client.force_login(citizen)
        client.post(f"{url}shown/", {"shown": "0"})
        client.logout()
        assert client.get(url).status_code == 404
