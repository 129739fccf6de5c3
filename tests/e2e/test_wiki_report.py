"""From the ledger to the report: the last opinions are answered, the answers are published, the Word file says it all."""

import re
import secrets

import pytest
from docx import Document as read_docx
from playwright.sync_api import Page, expect

from tests.e2e.chromium import CHROMIUM, DESK, PHONE, picture
from tests.e2e.test_browser import sign_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
# The demo's consultation that is over and half answered.
DOCUMENT, TITLE = "/wiki/community-canteen/", "社区食堂助餐服务办法"
RUN = "".join(secrets.choice("甲乙丙丁戊己庚辛") for _ in range(5))
GROUP = f"吃得上也吃得好{RUN}"
GROUP_ANSWER = f"{RUN}：晚餐延到八时半，每日备一样不放糖的菜，写进食堂的服务约定。"
REST_ANSWER = f"{RUN}：已请街道按老人的步子重新量过，家长可以报名参加膳食小组。"
TOGETHER = ("糖尿病人", "晚餐能不能供应到九点")


def test_the_last_answers_make_the_report(visit) -> None:
    moderator, writer, reader = visit(DESK), visit(DESK), visit(PHONE)
    reader.goto(f"{DOCUMENT}ledger/")
    if (
        "意见整理中" not in reader.locator("main").inner_text()
        and "100%" in reader.locator("main").inner_text()
    ):
        pytest.skip("an earlier run has answered it: the folder is kept between runs")

    sign_in(moderator, "demo-moderator")
    moderator.goto(f"{DOCUMENT}ledger/?outcome=unanswered")
    moderator.get_by_role("link", name="去答复意见").click()
    answers = moderator.url.split("?")[0]
    moderator.get_by_role("link", name="去审核这条修改建议").click()
    moderator.get_by_role("button", name="采纳", exact=True).click()
    expect(moderator.get_by_text(re.compile(r"第 \d+ 号建议：采纳"))).to_be_visible()

    moderator.goto(answers)
    for words in TOGETHER:
        moderator.locator(".answering-line", has_text=words).locator("[name=opinion]").check()
    moderator.get_by_label("新分组的名称").fill(GROUP)
    moderator.get_by_role("button", name="放在一组").click()
    moderator.get_by_role("link", name=GROUP).first.click()
    moderator.get_by_role("link", name="给这一组一个答复").click()
    answer(moderator, "部分采纳", GROUP_ANSWER, 2)

    # The writer cannot publish the answers while one is missing.
    sign_in(writer, "demo-writer")
    writer.goto("/admin/wiki/documents/")
    writer.get_by_role("link", name=re.compile(TITLE)).first.click()
    desk = writer.url
    writer.get_by_role("button", name="公布采纳情况").click()
    expect(writer.get_by_text(re.compile(r"还有 \d+ 条意见没有答复，全部答复以后"))).to_be_visible()

    moderator.goto(answers)
    boxes = moderator.locator(".answering-line [name=opinion]")
    left = boxes.count()
    assert left >= 1
    for index in range(left):
        boxes.nth(index).check()
    picture(moderator, "wiki-last-answers")
    moderator.get_by_role("button", name="给一个答复").click()
    answer(moderator, "采纳", REST_ANSWER, left)

    reader.goto(f"{DOCUMENT}ledger/")
    expect(reader.locator("main")).to_contain_text("100%")
    picture(reader, "wiki-ledger-complete")

    writer.goto(desk)
    writer.get_by_role("button", name="公布采纳情况").click()
    expect(writer.get_by_text("现在是“意见已答复”")).to_be_visible()
    picture(writer, "wiki-answered")

    reader.goto(f"{DOCUMENT}ledger/")
    with reader.expect_download() as download:
        reader.get_by_role("link", name=re.compile("意见征集情况说明|Word|docx")).first.click()
    check_report(str(download.value.path()), left)


def answer(page: Page, outcome: str, reason: str, number: int) -> None:
    page.get_by_role("radio", name=outcome, exact=True).check()
    page.locator("[name=reason]").fill(reason)
    page.get_by_role("button", name=f"答复 {number} 条意见").click()
    expect(page.get_by_text(f"已答复 {number} 条意见。")).to_be_visible()


def check_report(path: str, left: int) -> None:
    """Find in the Word file what the ledger has: how many, what they came to, the group with its answer."""
    file = read_docx(path)
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    text = "\n".join([paragraph.text for paragraph in file.paragraphs] + cells)
    assert TITLE in text
    assert "100%" in text
    received = 6 + 2 + 1 + left  # answered before, the group, the suggestion, the others
    # Before: three adopted, two in part, one not; then the suggestion and the others adopted, the group in part.
    assert f"应当答复的意见{received}条" in text
    assert f"其中采纳{3 + 1 + left}条，部分采纳{2 + 2}条，不采纳1条。" in text
    assert f"{GROUP}（2条）" in text
    assert GROUP_ANSWER in text
    assert "不少于五十人" in text, "what was taken over stands in the changed text"
