"""From the outbox into the index: reports and suggestions, masked, once, and no more public than they are."""

import pytest
from django.contrib.auth.models import Group

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.cases.models import Case, Report
from civic.cases.services import correct_code, release_report, submit_report
from civic.core import outbox
from civic.opinion.backends.base import Filters
from civic.opinion.models import Document, Source
from civic.opinion.searching import search
from civic.opinion.tasks import index_reports, index_suggestions
from civic.places.cells import cell_of
from wiki.kinds import Kind
from wiki.models import Clause
from wiki.parsing import Node
from wiki.services import change_stage, create_document, submit_suggestion
from wiki.workflow import StageAction

WORDS = "红庙路口的井盖坏了，晚上有人崴脚，我姓欧阳，电话13800138000"


@pytest.fixture
def report(db, settings) -> Report:
    settings.ELASTICSEARCH_URL = ""
    stored = submit_report(text=WORDS, channel="web", lon=116.4790, lat=39.9170).report
    outbox.drain()
    return stored


@pytest.fixture
def clerk(db) -> User:
    user = User.objects.create_user("clerk", password="pw")
    user.groups.add(Group.objects.get(name=Role.CASE_CLERK))
    return user


def public_total(text: str) -> int:
    return search(text, Filters(public=True)).total


def test_a_report_is_found_masked(report):
    document = Document.objects.get()
    assert (document.source, document.reference) == (Source.REPORT, report.number)
    assert "13800138000" not in document.text
    assert [hit.pk for hit in search("井盖").documents] == [document.pk]
    assert [hit.pk for hit in search(report.number).documents] == [document.pk]
    assert document.district.name == "朝阳区"
    assert document.terms_version


def test_the_index_holds_the_block_not_the_home(report):
    assert Document.objects.get().cell != cell_of(116.4790, 39.9170)


def test_running_the_handler_again_changes_nothing(report):
    before = Document.objects.values().get()
    index_reports([{"report": report.pk}])
    outbox.publish(topic="cases.report_changed", payload={"report": report.pk})
    outbox.drain()
    assert Document.objects.values().get() == before


def test_a_report_that_is_gone_is_no_error(db):
    index_reports([{"report": 987654321}])
    index_suggestions([{"suggestion": 987654321}])
    assert not Document.objects.exists()


def test_a_corrected_code_reaches_the_index(report, clerk):
    correct_code(case_pk=report.case_id, code="06001", actor=clerk)
    outbox.drain()
    document = Document.objects.get()
    assert document.code == "06001"
    assert search("", Filters(code="06001")).total == 1


def test_words_are_no_oracle_before_release(report):
    for word in ("崴脚", "红庙", "晚上", "路口"):  # 井盖 stands in the matter's public name
        assert public_total(word) == 0
    document = Document.objects.get()
    assert public_total(report.number) == 1
    assert public_total(document.title) == 1
    assert public_total(document.street) == 1
    assert "崴脚" not in document.public_text


def test_released_words_are_public_in_their_released_form(report, clerk):
    release_report(report_pk=report.pk, actor=clerk, text="路口井盖坏了")
    outbox.drain()
    assert public_total("井盖坏了") == 1
    assert public_total("崴脚") == 0
    assert search("崴脚").total == 1


@pytest.mark.parametrize(
    "change", [{"withheld": True}, {"matter_code": "OUT"}, {"request_type": "accusation"}]
)
def test_what_turns_out_never_public_is_taken_back(report, clerk, change):
    release_report(report_pk=report.pk, actor=clerk)
    outbox.drain()
    assert public_total("井盖坏了") == 1
    Case.objects.filter(pk=report.case_id).update(**change)
    index_reports([{"report": report.pk}])
    assert public_total("井盖坏了") == 0
    assert public_total(report.number) == (0 if "withheld" in change else 1)
    assert search("井盖坏了").total == 1


def test_a_suggestion_is_found_with_its_document(db, settings):
    settings.ELASTICSEARCH_URL = ""
    manager = User.objects.create_superuser("manager", password="pw")
    citizen = User.objects.create_user("citizen", password="pw")
    document = create_document(
        actor=manager,
        slug="stalls",
        title="便民摊位管理办法",
        nodes=[Node(Kind.ARTICLE, "第一条", "商户应当在每日二十一点前收摊。")],
    )
    change_stage(actor=manager, document=document, action=StageAction.OPEN, without_end=True)
    suggestion = submit_suggestion(
        author=citizen,
        clause=Clause.objects.get(),
        text="商户应当在每日二十二点前收摊。",
        reason="夏天天黑得晚，我的电话13911112222",
        base_version=1,
    )
    outbox.drain()
    found = search("夏天", Filters(source=Source.SUGGESTION)).documents
    assert [hit.source_id for hit in found] == [str(suggestion.pk)]
    assert "便民摊位管理办法" in found[0].title
    assert "13911112222" not in found[0].text
    assert found[0].public_url == "/wiki/stalls/"
    assert public_total("夏天") == 0
