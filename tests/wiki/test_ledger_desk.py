"""The desk for answering: what waits, many at once, groups, corrections, letters one by one and by file."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from wiki import errors
from wiki.models import AnswerTemplate, Correction, Decision, Event, Opinion, OpinionGroup
from wiki.services import accept_suggestion, reject_suggestion
from wiki.services.answering import answer_group, answer_opinions, correct_answer, put_together, take_apart
from wiki.services.comments import submit_comment
from wiki.services.ledger import hold_line, withdraw_line
from wiki.services.letters import take_in_letters, take_in_opinion

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(document, clause_of):
    def say(author, text="二十一点太早了。", label="第一条"):
        clause = clause_of(document, label).clause
        return submit_comment(author=author, clause=clause, text=text, base_version=document.version).opinion

    return say


@pytest.fixture
def desk(client, moderator):
    client.force_login(moderator)
    return client


def address(name, document, query=""):
    return f"{reverse(f'wiki_desk:{name}', args=[document.pk])}?{query}"


def letters_of(document, moderator, *rows):
    return take_in_letters(actor=moderator, document=document, rows=rows)


def test_many_are_chosen_put_together_and_answered_at_once(desk, document, citizen, neighbour, say):
    one, two = say(citizen, "请打13812345678，太早。"), say(neighbour, "夏天应当晚一点。")
    page = desk.get(address("answers", document)).content.decode()
    assert "13812345678" in page  # those who answer read what was written
    ticked = {"opinion": [one.pk, two.pk], "action": "group", "name": "收摊时间太早"}
    desk.post(address("answers_sort", document), ticked)
    group = OpinionGroup.objects.get()
    assert set(group.opinions.all()) == {one, two}
    url = address("answer", document, f"group={group.pk}")
    assert "答复 2 条意见" in desk.get(url).content.decode()
    given = {"outcome": "adopted", "reason": "改为二十二点。", "version": "1", "clause": str(one.clause_id)}
    assert desk.post(url, given).status_code == 302
    decisions = Decision.objects.all()
    assert {(one.outcome, one.version, one.opinion.group_id) for one in decisions} == {
        ("adopted", 1, group.pk)
    }
    assert "没有等待答复的意见" in desk.get(address("answers", document)).content.decode()


def test_a_refused_answer_keeps_what_was_typed_and_stores_nothing(desk, document, citizen, say):
    opinion = say(citizen)
    url = address("answer", document, f"o={opinion.pk}")
    for given, message in [
        ({"outcome": "adopted", "reason": "", "version": ""}, "请写明理由"),
        ({"outcome": "", "reason": "写得很长的理由。"}, "请选择答复"),
        ({"outcome": "adopted", "reason": "写得很长的理由。", "version": "99"}, "没有第 99 版"),
        ({"outcome": "rejected", "reason": "写得很长的理由。", "version": "1"}, "请不要填版本"),
        ({"outcome": "adopted", "reason": "写得很长的理由。", "clause": str(opinion.clause_id)}, "第几版"),
        ({"outcome": "adopted", "reason": "写得很长的理由。", "version": "x"}, "整数"),
    ]:
        response = desk.post(url, given)
        page = response.content.decode()
        assert response.status_code == 400, given
        assert message in page, given
        assert given["reason"] in page
    assert not Decision.objects.exists()


def test_what_owes_no_answer_gets_none(document, citizen, neighbour, moderator, say):
    held, gone = say(citizen), say(neighbour)
    hold_line(held, rule="links")
    withdraw_line(gone)
    for opinion in (held, gone):
        with pytest.raises(errors.InvalidText):
            answer_opinions(moderator=moderator, opinions=[opinion], outcome="adopted", reason="合理。")
    assert not Decision.objects.exists()


def test_a_group_answers_those_that_wait_and_leaves_suggestions_to_the_review(
    document, citizen, neighbour, moderator, say, suggest
):
    first, second = say(citizen), say(neighbour)
    suggestion = suggest(document, citizen, "二十一点", "二十二点")
    answer_opinions(moderator=moderator, opinions=[first], outcome="rejected", reason="已有规定。")
    group = put_together(
        moderator=moderator, opinions=[first, second, suggestion.opinion], name="收摊时间太早"
    )
    given = {"moderator": moderator, "group": group, "outcome": "partly", "reason": "夏季另行规定。"}
    assert [one.opinion_id for one in answer_group(**given)] == [second.pk]
    with pytest.raises(errors.AlreadyDecided):
        answer_group(**given)
    assert take_apart(moderator=moderator, opinions=[first, second]) == 2
    assert list(group.opinions.all()) == [suggestion.opinion]


def test_a_correction_keeps_what_was_said_before(desk, document, citizen, moderator, say):
    opinion = say(citizen)
    answer_opinions(moderator=moderator, opinions=[opinion], outcome="rejected", reason="已有规定。")
    url = reverse("wiki_desk:answer_correct", args=[opinion.pk])
    assert "已有规定。" in desk.get(url).content.decode()
    new = {"outcome": "partly", "reason": "夏季另行规定。", "version": "1"}
    assert desk.post(url, new).status_code == 400
    assert not Correction.objects.exists()
    assert desk.post(url, new | {"why": "会上重新研究过。"}).status_code == 302
    decision = Decision.objects.get()
    assert (decision.outcome, decision.reason, decision.version) == ("partly", "夏季另行规定。", 1)
    before = decision.corrections.get()
    assert (before.outcome, before.reason, before.version, before.actor) == (
        "rejected",
        "已有规定。",
        None,
        moderator,
    )
    assert Event.objects.filter(action="opinion.corrected", opinion=opinion).count() == 1
    with pytest.raises(errors.NothingChanged):
        correct_answer(
            moderator=moderator,
            opinion=opinion,
            outcome="partly",
            reason="夏季另行规定。",
            version=1,
            why="再来一次。",
        )


def test_a_correction_never_turns_an_accepted_suggestion_down(
    document, citizen, neighbour, moderator, suggest
):
    taken, refused = (
        suggest(document, citizen, "二十一点", "二十二点"),
        suggest(document, neighbour, "垃圾", "杂物"),
    )
    accept_suggestion(moderator=moderator, suggestion=taken)
    reject_suggestion(moderator=moderator, suggestion=refused, reason="已有规定。")
    for suggestion, outcome in [(taken, "rejected"), (refused, "adopted")]:
        with pytest.raises(errors.InvalidText):
            correct_answer(
                moderator=moderator,
                opinion=suggestion.opinion,
                outcome=outcome,
                reason="改了。",
                why="弄错了。",
            )
    decision = correct_answer(
        moderator=moderator,
        opinion=taken.opinion,
        outcome="partly",
        reason="只采纳了时间。",
        why="写得更准确。",
    )
    assert (decision.outcome, decision.version) == ("partly", 2)


def test_only_moderators_and_only_while_answers_can_be_given(client, document, citizen, manager, say):
    opinion = say(citizen)
    for person in (citizen, manager):
        client.force_login(person)
        for name in ("answers", "answer", "letters"):
            response = client.get(address(name, document))
            assert response.status_code in (302, 403), (person, name)
            assert "二十一点太早" not in response.content.decode()
    with pytest.raises(errors.NotAllowed):
        answer_opinions(moderator=manager, opinions=[opinion], outcome="adopted", reason="合理。")


def test_a_letter_is_typed_in(desk, document):
    url = address("letters", document)
    letter = {
        "text": "建议延长。", "channel": "import", "name": "王建国", "source_ref": "来信-7", "received": "2020-01-02",
    }  # fmt: skip
    for wrong, message in [
        ({"text": " "}, "请写出意见"),
        ({"received": "2999-01-01"}, "不能在今天之后"),
        ({"received": "昨天"}, "日期"),
        ({"channel": "web"}, "web"),
    ]:
        response = desk.post(url, letter | wrong)
        assert response.status_code == 400, wrong
        assert message in response.content.decode()
        assert "王建国" in response.content.decode()
    assert not Opinion.objects.exists()
    assert desk.post(url, letter).status_code == 302
    assert desk.post(url, letter).status_code == 302
    opinion = Opinion.objects.get()
    assert (opinion.text, opinion.name, opinion.submitted_at.year) == ("建议延长。", "王建国", 2020)


def test_a_file_of_letters_goes_in_once_and_names_each_bad_row(desk, document, clause_of):
    table = (
        "意见,条款,立场,署名,编号,收到日期\n"
        "收摊太早,第一条,反对,李某,L-1,2020-03-01\n"
        "没有这一条,第九条,,,L-2,\n"
        ",第一条,,,L-3,\n"
        "立场不对,,随便,,L-4,\n"
        "日期不对,,,,L-5,三月\n"
        "\n"
        '"罚得太重，\n两行字",,支持,,,2020年3月2日\n'
    ).encode()
    url = address("letters", document)

    def send():
        return desk.post(
            url, {"action": "file", "file": SimpleUploadedFile("来信.csv", table)}
        ).content.decode()

    page = send()
    assert "新登记 2 条，以前登记过 0 条，没能登记 4 条" in page
    for number in (3, 4, 5, 6):
        assert f"第 {number} 行" in page
    first, second = Opinion.objects.order_by("pk")
    assert (first.clause_id, first.stance, first.source_ref) == (
        clause_of(document).clause_id,
        "oppose",
        "L-1",
    )
    assert (second.text, second.clause_id, second.stance) == ("罚得太重，\n两行字", None, "support")
    assert "新登记 0 条，以前登记过 2 条，没能登记 4 条" in send()
    assert Opinion.objects.count() == 2


def test_a_workbook_of_letters(desk, document):
    book = Workbook()
    book.active.append(["编号", "意见"])
    book.active.append([12, "建议延长。"])
    out = io.BytesIO()
    book.save(out)
    desk.post(
        address("letters", document),
        {"action": "file", "file": SimpleUploadedFile("信.xlsx", out.getvalue())},
    )
    assert Opinion.objects.get().source_ref == "12"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("空.csv", b" ", "空的"),
        ("信.csv", "内容说明\n无".encode(), "至少有“意见”一列"),
        ("信.csv", b"PK\x03\x04", "不是 CSV"),
        ("信.xlsx", "意见\n一".encode(), "XLSX"),
        ("信.csv", b"\xff\xfe\xfa\xff\xff", "UTF-8"),
        ("信.csv", '意见\n"没有关上'.encode(), "引号"),
    ],
)
def test_what_is_no_table_is_refused(desk, document, name, content, message):
    file = SimpleUploadedFile(name, content)
    response = desk.post(address("letters", document), {"action": "file", "file": file})
    assert response.status_code == 400
    assert message in response.content.decode()
    assert not Opinion.objects.exists()


def test_tables_of_other_encodings(document, moderator):
    from wiki.spreadsheets import read_rows

    rows = read_rows("信.csv", "意见\n建议延长。\n".encode("gb18030"))
    assert [one.text for one in letters_of(document, moderator, *rows).new] == ["建议延长。"]


def test_a_letter_of_a_published_document_comes_too_late(document, moderator):
    type(document).objects.filter(pk=document.pk).update(stage="published")
    with pytest.raises(errors.NotOpen):
        take_in_opinion(actor=moderator, document_id=document.pk, text="建议延长。", channel="import")


def test_a_template_is_put_where_the_reason_is_written_and_stores_nothing(desk, document, citizen, say):
    opinion = say(citizen)
    template = AnswerTemplate.objects.create(name="上位法", text="幅度由上位法规定。", outcome="rejected")
    url = address("answer", document, f"o={opinion.pk}")
    typed = {"action": "fill", "template": str(template.pk), "reason": "谢谢您。", "outcome": ""}
    response = desk.post(url, typed)
    assert response.status_code == 200
    page = response.content.decode()
    assert "谢谢您。\n幅度由上位法规定。" in page
    assert response.context["form"]["outcome"].value() == "rejected"
    assert not Decision.objects.exists()
    assert desk.post(url, typed | {"template": "x"}).status_code == 200
