"""Triage: one case after the other, decided with one press; and how often people agree with nlp."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.cases.code_search import find_codes
from civic.cases.models import Case, CaseEvent
from civic.cases.services import correct_code
from tests.factories import ELSEWHERE, WASTE, UserFactory, make_analysis, make_report, queries_of

pytestmark = pytest.mark.django_db
TRIAGE = "/admin/cases/triage/"
LAMP = "01037"


@pytest.fixture
def clerk() -> User:
    return UserFactory(roles=[Role.CASE_CLERK])


@pytest.fixture
def desk(clerk: User) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture(autouse=True)
def _doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "nlp.analyze",
        lambda text: make_analysis(text, certain="有把握" in text, urgent="急" in text),
    )


def test_what_is_urgent_comes_first_then_what_waits_longest(desk: Client) -> None:
    now = timezone.now()
    young, old = make_report("较晚"), make_report("较早", received_at=now - timedelta(days=1))
    urgent, _sure = make_report("急"), make_report("有把握")
    seen = []
    for left in (3, 2, 1):
        page = desk.get(TRIAGE)
        assert page.context["left"] == left
        report = page.context["report"]
        seen.append(report)
        assert f"还有 {left} 件" in page.content.decode()
        desk.post(TRIAGE + "decide/", {"case": report.case_id, "code": WASTE})
    assert seen == [urgent, old, young]
    assert "都确认完了" in desk.get(TRIAGE).content.decode()


def test_the_page_shows_words_place_and_the_candidates_on_keys(desk: Client) -> None:
    report = make_report("井盖翘起来了，差点摔倒")
    page = desk.get(TRIAGE).content.decode()
    for shown in (
        report.text,
        "朝阳区",
        "暴露垃圾",
        "置信度 20%",
        'data-key="1"',
        'data-key="o"',
        'data-key="s"',
    ):
        assert shown in page
    assert f'<option value="{LAMP}"' in page


def test_one_press_accepts_another_corrects(desk: Client, clerk: User) -> None:
    accepted, corrected, out = make_report("一"), make_report("二"), make_report("三")
    for report, code in ((accepted, WASTE), (corrected, LAMP), (out, "OUT")):
        assert (
            "已记录"
            in desk.post(
                TRIAGE + "decide/", {"case": report.case_id, "code": code}, follow=True
            ).content.decode()
        )
    assert list(Case.objects.order_by("pk").values_list("matter_code", "code_source")) == [
        (WASTE, "clerk"), (LAMP, "clerk"), ("OUT", "clerk"),
    ]  # fmt: skip
    recorded = (
        CaseEvent.objects.filter(kind="recoded", actor=clerk).order_by("pk").values_list("data", flat=True)
    )
    assert [data["to"] for data in recorded] == [WASTE, LAMP, "OUT"]


def test_the_first_decision_stands_when_two_clerks_press(desk: Client) -> None:
    report = make_report()
    desk.post(TRIAGE + "decide/", {"case": report.case_id, "code": WASTE})
    page = desk.post(TRIAGE + "decide/", {"case": report.case_id, "code": LAMP}, follow=True)
    assert "已经有人确认过了" in page.content.decode()
    assert Case.objects.get().matter_code == WASTE


@pytest.mark.parametrize("data", [{"code": "99999"}, {"code": ""}, {"case": "x", "code": WASTE}, {}])
def test_nonsense_changes_nothing(desk: Client, data: dict[str, str]) -> None:
    report = make_report()
    response = desk.post(TRIAGE + "decide/", {"case": report.case_id, **data}, follow=True)
    assert response.status_code == 200
    assert Case.objects.get().code_source == ("clerk" if data == {"code": WASTE} else "nlp")


def test_what_is_skipped_waits_until_it_is_taken_up_again(desk: Client) -> None:
    first, second = make_report("一"), make_report("二")
    desk.post(TRIAGE + "skip/", {"case": first.case_id})
    page = desk.get(TRIAGE)
    assert page.context["report"] == second
    assert "跳过了 1 件" in page.content.decode()
    desk.post(TRIAGE + "skip/", {"case": second.case_id})
    assert "只剩跳过的" in desk.get(TRIAGE).content.decode()
    desk.post(TRIAGE + "skip/", {"again": "1"})
    assert desk.get(TRIAGE).context["report"] == first


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.DISTRICT_OFFICER, Role.DEPARTMENT_HANDLER])
def test_only_clerks_decide(role: str) -> None:
    report, client = make_report(), Client()
    client.force_login(UserFactory(roles=[role]))
    assert client.get(TRIAGE).status_code in {302, 403}
    assert client.post(TRIAGE + "decide/", {"case": report.case_id, "code": LAMP}).status_code in {302, 403}
    assert Case.objects.get().matter_code == WASTE


@pytest.mark.parametrize(
    ("query", "code"),
    [("暴露垃圾", WASTE), ("0601", WASTE), ("06010", WASTE), ("路灯", LAMP), ("路 灯", LAMP)],
)
def test_codes_are_found_by_number_and_name(desk: Client, query: str, code: str) -> None:
    found = desk.get("/admin/cases/codes/", {"q": query}).json()["codes"]
    assert code in [item["code"] for item in found[:12]]
    assert query != "暴露垃圾" or found[0]["code"] == code


def test_codes_are_found_by_synonyms_and_not_by_nothing() -> None:
    from civic.cases.matters import matters

    for code, entry in list(matters().items())[::10]:
        assert find_codes(entry.name)[0].name == entry.name
        for synonym in entry.synonyms[:2]:
            assert code in [found.code for found in find_codes(synonym, limit=40)], synonym
    assert find_codes("") == find_codes("   ") == find_codes("\x00") == []


def test_quality_counts_the_first_decision_of_each_case(desk: Client, clerk: User) -> None:
    reports = [make_report(f"第 {n} 件") for n in range(4)]
    for report, code in zip(reports, (WASTE, WASTE, LAMP, LAMP), strict=True):
        correct_code(case_pk=report.case_id, code=code, actor=clerk)
    correct_code(case_pk=reports[0].case_id, code=LAMP, actor=clerk)  # a change of mind is not nlp's fault
    make_report("没有人看过")
    page = desk.get(TRIAGE + "quality/")
    figures = page.context["all"]
    assert (figures["count"], figures["right"], figures["percent"]) == (4, 2, 50)
    assert [(pair["guessed"], pair["decided"], pair["count"]) for pair in page.context["pairs"]] == [
        (WASTE, LAMP, 2)
    ]
    assert {row["tenth"]: row["count"] for row in page.context["tenths"] if row["count"]} == {2: 4}
    assert page.context["weeks"][-1]["count"] == 4

    def behind(query: str) -> set[str]:
        listed = desk.get(TRIAGE + "quality/cases/" + query).content.decode()
        return {report.number for report in reports if report.number in listed}

    numbers = [report.number for report in reports]
    assert behind("") == behind("?tenth=2") == behind(f"?guessed={WASTE}") == set(numbers)
    assert behind("?result=right") == set(numbers[:2])
    assert behind(f"?guessed={WASTE}&decided={LAMP}") == set(numbers[2:])
    assert behind("?week=2020-01-06") == behind("?tenth=9") == set()


def test_quality_leaves_out_what_the_citizen_chose_and_other_desks(clerk: User) -> None:
    chosen = make_report("市民选的", citizen_code=LAMP)
    correct_code(case_pk=chosen.case_id, code=WASTE, actor=clerk)
    there = make_report("海淀的", lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    correct_code(case_pk=there.case_id, code=WASTE, actor=clerk)
    for district, count in (("海淀区", 1), ("朝阳区", 0)):
        client = Client()
        client.force_login(UserFactory(roles=[Role.DISTRICT_OFFICER], district=district))
        assert client.get(TRIAGE + "quality/").context["all"]["count"] == count


def test_the_pages_take_the_same_queries_for_one_and_for_ten(desk: Client, clerk: User) -> None:
    addresses = (TRIAGE, TRIAGE + "quality/", TRIAGE + "quality/cases/")
    correct_code(case_pk=make_report("判过").case_id, code=LAMP, actor=clerk)
    make_report("等着")
    before = [queries_of(desk, address) for address in addresses]
    for n in range(9):
        correct_code(case_pk=make_report(f"判过 {n}").case_id, code=LAMP, actor=clerk)
        make_report(f"等着 {n}")
    assert [queries_of(desk, address) for address in addresses] == before
    assert max(before) < 15
