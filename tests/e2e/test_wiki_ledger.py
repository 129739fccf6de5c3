"""Opinions answered together at the desk stand in the public ledger and its table; statements on a phone."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chromium import CHROMIUM, DESK, PHONE, picture
from tests.e2e.system import RunningSystem
from tests.e2e.test_browser import sign_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
DOCUMENT = "/wiki/market-upgrade/"
# Where the folder is kept between runs, what was said in the last one is answered already.
RUN = "".join(secrets.choice("甲乙丙丁戊己庚辛") for _ in range(5))
SAID = (f"{RUN}：每季度公示太慢，请改为每月。", f"{RUN}：三个月才看到一次，建议每月公示一回。")
REASON = f"{RUN}：季度是最低的要求，有条件的市场可以每月公示，已在解读里写明。"
GROUP = f"公示得太慢{RUN}"


def say(page: Page, url: str, text: str) -> None:
    """Comment on a clause; where the same person has said it already it stays one comment."""
    page.goto(url)
    words = page.locator("[name=text]")
    if not words.is_visible():  # folded below what others have said
        page.locator("[data-say] summary").click()
    words.fill(text)
    page.get_by_role("button", name="发表评论").click()
    expect(page.locator(".comment", has_text=text).first).to_be_visible()


def test_a_group_is_answered_and_the_ledger_says_so(visit) -> None:
    first, second, moderator = visit(PHONE), visit(PHONE), visit(DESK)
    sign_in(first, "demo-citizen1")
    sign_in(second, "demo-citizen2")
    first.goto(DOCUMENT)
    clause = first.locator(".clause-article, .clause-paragraph", has_text="第二十二条").first
    talk = str(clause.locator(".clause-comments").get_attribute("href"))
    for page, text in zip((first, second), SAID, strict=True):
        say(page, talk, text)

    sign_in(moderator, "demo-moderator")
    moderator.goto(f"{DOCUMENT}ledger/?outcome=unanswered")
    moderator.get_by_role("link", name="去答复意见").click()
    # Whatever else waits for an answer may fill pages.
    moderator.goto(f"{moderator.url.split('?')[0]}?q={RUN}")
    for text in SAID:
        moderator.locator(".answering-line", has_text=text).locator("[name=opinion]").check()
    moderator.get_by_label("新分组的名称").fill(GROUP)
    picture(moderator, "wiki-answers")
    moderator.get_by_role("button", name="放在一组").click()
    made = moderator.locator("[name=group] option", has_text=GROUP).get_attribute("value")
    moderator.goto(f"{moderator.url.split('?')[0]}?group={made}")
    moderator.get_by_role("link", name="给这一组一个答复").click()
    moderator.get_by_role("radio", name="部分采纳").check()
    moderator.locator("[name=reason]").fill(REASON)
    picture(moderator, "wiki-answer")
    moderator.get_by_role("button", name="答复 2 条意见").click()
    expect(moderator.get_by_text("已答复 2 条意见。")).to_be_visible()

    first.goto(f"{DOCUMENT}ledger/?outcome=partly")
    shown = first.get_by_role("article").filter(has_text=REASON)
    expect(shown).to_have_count(1)  # one stands for the group
    shown.get_by_role("link", name="看这一组的 2 条意见").click()
    for text in SAID:
        expect(first.get_by_role("article").filter(has_text=text)).to_contain_text(REASON)
    picture(first, "wiki-ledger")

    first.goto(f"{DOCUMENT}ledger/")
    with first.expect_download() as download:
        first.get_by_role("link", name="下载全部意见（CSV）").click()
    table = download.value.path().read_text(encoding="utf-8-sig")
    assert table.count(REASON) == 2
    assert all(text in table for text in SAID)


def test_three_statements_answered_on_a_phone(visit, system: RunningSystem) -> None:
    page = visit(PHONE)
    sign_in(page, "demo-citizen1")
    page.goto(DOCUMENT)
    page.get_by_role("link", name="您怎么看").click()
    progress = page.locator(".statement-progress label")
    for answer in ("同意", "不同意", "不好说"):
        before = progress.inner_text()
        picture(page, f"wiki-statement-{answer}")
        page.get_by_role("button", name=answer, exact=True).click()
        expect(progress).not_to_have_text(before)
    expect(progress).to_contain_text("答过 3 句")

    def drawn() -> bool:
        page.goto(f"{DOCUMENT}landscape/")
        return page.locator(".landscape .figures").count() == 1

    # the picture is drawn every few minutes, of the demo's answers at the latest
    system.wait_for(drawn, seconds=400, what="a picture of the answers")
    expect(page.get_by_role("heading", name="大家想法一致的")).to_be_visible()
    picture(page, "wiki-landscape")
