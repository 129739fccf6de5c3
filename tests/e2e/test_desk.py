"""A clerk's desk in a real browser: narrowing the queue, marking cases, and a refusal that loses nothing."""

import pytest
from playwright.sync_api import expect

from tests.e2e.chromium import CHROMIUM, DESK, PHONE, picture
from tests.e2e.test_browser import sign_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
WORDS = "这不归城市管理，是供电公司的变压器，已经电话问过"


def test_marked_cases_bring_up_the_bar_and_the_keys_tell_themselves(visit) -> None:
    page = visit(DESK)
    sign_in(page, "demo-clerk")
    page.goto("/admin/cases/?urgent=on")
    # The list begins in the upper half of the screen.
    assert page.locator("[data-case]").first.bounding_box()["y"] < DESK["height"] / 2
    bar = page.get_by_role("button", name="办理勾选的")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar).to_be_in_viewport()
    expect(page.locator("[data-checked-count]")).to_have_text("1 件")
    page.keyboard.press("x")
    expect(bar).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_text("下一件、上一件")).to_be_visible()
    page.get_by_role("link", name="紧急").click()
    expect(page).to_have_url("/admin/cases/")
    picture(page, "desk-queue")


def test_what_was_typed_for_a_case_that_moved_on_comes_back(visit) -> None:
    page = visit(PHONE)
    sign_in(page, "demo-clerk")
    page.goto("/admin/cases/?step=intake")
    page.locator("[data-case] a").first.click()
    address = page.url
    jump = page.get_by_role("link", name="下一步：立案")
    expect(jump).to_be_in_viewport()
    jump.click()
    expect(page.get_by_role("button", name="立案", exact=True)).to_be_in_viewport()
    page.locator("summary", has_text="不予立案").click()
    page.get_by_label("不予立案的说明").fill(WORDS)
    # Meanwhile a colleague files it.
    other = page.context.new_page()
    other.goto(address)
    other.get_by_role("button", name="立案", exact=True).click()
    expect(other.get_by_text("已记录")).to_be_visible()
    other.close()
    page.get_by_role("button", name="不予立案", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("案件现在处于“立案”")
    expect(page.get_by_label("您写的说明")).to_have_value(WORDS)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    picture(page, "desk-refused")
