"""Cases as evidence for a clause: found by matter and words, public ones only, words for those who work with them."""

import pytest
from django.contrib.auth.models import AnonymousUser

from civic.accounts.roles import Role
from civic.cases.services import release_report
from civic.consultation.evidence import LEAST, find_evidence, read_evidence
from tests.factories import UserFactory, make_analysis, make_report
from wiki.findings import Topic
from wiki.kinds import Kind
from wiki.parsing import Node
from wiki.services import create_document

TOILET = Topic(1, "市场应当设男女分设的公共厕所和一处无障碍厕位，保持清洁。", "第二章 设施", 1)
PRICE = Topic(2, "商品应当明码标价，价签写清品名、产地、计价单位。", "第四章 诚信经营", 1)
SMELL = "市场里的公共厕所又脏又堵，蹲坑都没法用，希望保持清洁"


@pytest.fixture(autouse=True)
def _understood(monkeypatch):
    def analyse(text):
        code = "03001" if "厕" in text else "09020" if "市场" in text else "06010"
        return make_analysis(text, code=code)

    monkeypatch.setattr("nlp.analyze", analyse)
    monkeypatch.setattr("civic.consultation.clause_matching.analyze", analyse)


@pytest.fixture
def found_for(db):
    nodes = [Node(Kind.ARTICLE, "第一条", TOILET.text), Node(Kind.ARTICLE, "第二条", PRICE.text)]
    document = create_document(actor=None, slug="markets", title="市场规范办法", nodes=nodes, summary="试")
    return lambda topic: find_evidence(document=document.pk, topics=[TOILET, PRICE])[topic.clause]


@pytest.mark.django_db
def test_what_concerns_a_clause_is_found_with_the_reason(found_for):
    report = make_report(SMELL)
    make_report("路边的垃圾三天没人收")
    found = found_for(TOILET)
    assert [one.reference for one in found.best] == [report.number]
    (one,) = found.best
    assert LEAST <= one.score <= 1
    assert "同为“公共厕所异常”" in one.why
    assert report.number in one.url
    assert found.total == sum(n for _, n in found.months) == 1
    assert not found_for(PRICE).best


@pytest.mark.django_db
def test_words_are_told_only_when_released(found_for):
    report = make_report(SMELL)
    assert "蹲坑" not in found_for(TOILET).best[0].title
    release_report(report_pk=report.pk, actor=UserFactory(roles=[Role.CASE_CLERK]))
    assert "蹲坑" in found_for(TOILET).best[0].title


@pytest.mark.django_db
def test_withheld_cases_are_no_evidence(found_for):
    report = make_report(SMELL)
    report.case.withheld = True
    report.case.save()
    assert not found_for(TOILET).best


@pytest.mark.django_db
def test_two_reports_of_one_case_count_once(found_for):
    first, second = make_report(SMELL), make_report(SMELL + "，都好几天了")
    second.case = first.case
    second.save()
    assert found_for(TOILET).total == 1


@pytest.mark.django_db
def test_only_who_works_with_a_case_reads_its_words():
    report = make_report(SMELL)
    clerk, writer = UserFactory(roles=[Role.CASE_CLERK]), UserFactory(roles=[Role.POLICY_WRITER])
    words, url = read_evidence(user=clerk, references=[report.number])[report.number]
    assert words == SMELL
    assert str(report.case_id) in url
    assert read_evidence(user=writer, references=[report.number]) == {}
    assert read_evidence(user=AnonymousUser(), references=[report.number]) == {}
