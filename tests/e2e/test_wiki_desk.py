"""Two people change the same words; a moderator accepts one, words the other anew, and everybody reads why."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chromium import CHROMIUM, DESK, PHONE, picture
from tests.e2e.test_browser import sign_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def suggest(page: Page, url: str, ending: str) -> str:
    """Suggest another ending for the clause; return the suggestion's number."""
    page.goto(url)
    text = page.locator("textarea[name=text]").first
    text.fill(text.input_value().rstrip("。") + ending)
    page.locator("[name=reason]").first.fill("这样更清楚")
    page.get_by_role("button", name="提交建议").click()
    page.goto("/wiki/mine/suggestions/")
    number = re.search(r"第 (\d+) 号", page.locator("main").inner_text())
    assert number
    return number[1]


def test_accept_and_conflict(visit) -> None:
    first, second, moderator = visit(PHONE), visit(PHONE), visit(DESK)
    sign_in(first, "demo-citizen1")
    sign_in(second, "demo-citizen2")
    first.goto("/wiki/")
    first.locator("main .wiki-card a.card-link").first.click()
    document = first.url
    clause = first.locator(".clause-paragraph [href*='/suggest/'], .clause-article [href*='/suggest/']").last
    url = str(clause.get_attribute("href")).split("?")[0].split("#")[0]
    accepted = suggest(first, url, "，并向居民公布。")
    collided = suggest(second, url, "，同时接受监督。")

    sign_in(moderator, "demo-moderator")
    moderator.goto(f"/admin/wiki/suggestions/{accepted}/")
    expect(moderator.locator(".wiki-item ins")).to_contain_text("并向居民公布")
    picture(moderator, "wiki-desk-suggestion")
    moderator.get_by_role("button", name="采纳", exact=True).click()
    expect(moderator.get_by_text(f"第 {accepted} 号建议：采纳")).to_be_visible()

    moderator.goto(f"/admin/wiki/suggestions/{collided}/")
    expect(moderator.locator(".wiki-collision")).to_contain_text("同时接受监督")
    picture(moderator, "wiki-desk-conflict")
    wording = moderator.locator("[name=wording]")
    wording.fill(wording.input_value().replace("，同时接受监督", "，并向居民公布，接受监督"))
    moderator.locator("[name=reason]").fill("两条建议并成一句。")
    moderator.get_by_role("button", name="按上面的文字采纳").click()
    expect(moderator.get_by_text(f"第 {collided} 号建议：部分采纳")).to_be_visible()

    first.goto(document)
    expect(first.locator("main")).to_contain_text("并向居民公布，接受监督")
    first.goto(document.split("#")[0] + "log/")
    expect(first.get_by_role("link", name=f"第 {collided} 号修改建议")).to_be_visible()
    picture(first, "wiki-log")
