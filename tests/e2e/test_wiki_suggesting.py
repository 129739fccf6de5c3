"""Suggesting on a phone, right in the document; two people on one clause; a new wording told while one writes."""

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
DOCUMENT = "/wiki/market-upgrade/"


def open_editor(page: Page, label: str):
    """Open the editor of the clause with this label in the document; return its panel."""
    page.goto(DOCUMENT)
    clause = page.locator(".clause", has=page.locator(".clause-label", has_text=re.compile(f"^{label}$")))
    clause.first.locator(".clause-edit").click()
    panel = page.locator(".suggest-inplace")
    expect(panel.locator("[data-suggest]")).to_be_visible()
    return panel


def test_a_change_in_place_on_a_phone(visit) -> None:
    page = visit(PHONE)
    sign_in(page, "demo-citizen1")
    panel = open_editor(page, "第五条")
    text = panel.locator("[name=text]")
    text.fill(text.input_value().rstrip("。") + "，并公布投诉电话。")
    expect(panel.locator("[data-preview-text] ins")).to_contain_text("并公布投诉电话")
    panel.get_by_role("button", name="提交建议").click()
    expect(panel.locator(".field-error")).to_contain_text("写明为什么")
    expect(panel.locator("[name=text]")).to_have_value(re.compile("并公布投诉电话"))
    picture(page, "wiki-in-place")
    panel.locator("[name=reason]").fill("出了问题知道找谁")
    panel.get_by_role("button", name="提交建议").click()
    expect(panel.get_by_text("已收到您的建议")).to_be_visible()
    panel.get_by_role("link", name="看这一条的意见").click()
    expect(page.get_by_text("出了问题知道找谁")).to_be_visible()


def test_moving_a_clause_by_a_list_that_words_narrow_down(visit) -> None:
    page = visit(PHONE)
    sign_in(page, "demo-citizen1")
    panel = open_editor(page, "第六条")
    panel.get_by_role("link", name="移动").click()
    panel.get_by_role("searchbox").fill("第九条")
    panel.get_by_role("radio", name=re.compile("^第九条")).check()
    picture(page, "wiki-move")
    panel.locator("[name=reason]").fill("和第九条说的是一件事")
    panel.get_by_role("button", name="提交建议").click()
    expect(panel.get_by_text("已收到您的建议")).to_be_visible()
    page.goto("/wiki/mine/suggestions/")
    expect(page.get_by_text("移到“第九条”之后")).to_be_visible()


def test_two_people_on_one_clause_and_a_new_wording(visit) -> None:
    first, second, moderator = visit(PHONE), visit(DESK), visit(DESK)
    sign_in(first, "demo-citizen1")
    sign_in(second, "demo-citizen2")
    for page in (first, second):
        panel = open_editor(page, "第七条")
        panel.locator("[name=text]").press("End")
    expect(second.locator(".suggest-inplace [data-editors]")).to_have_text("2 人正在修改")
    # One number in both places, and whoever came first hears of it without touching anything.
    expect(second.locator(".clause-editors")).to_have_text("2 人正在修改")
    expect(first.locator(".suggest-inplace [data-editors]")).to_have_text("2 人正在修改", timeout=15_000)
    expect(first.locator(".clause-editors")).to_have_text("2 人正在修改")
    reader = visit(PHONE)
    reader.goto(DOCUMENT)
    expect(reader.locator(".clause-editors")).to_have_text("2 人正在修改")
    picture(reader, "wiki-presence")

    text = second.locator(".suggest-inplace [name=text]")
    text.fill(text.input_value().rstrip("。") + "，每年公布一次结果。")
    second.locator(".suggest-inplace [name=reason]").fill("看得到结果")
    second.get_by_role("button", name="提交建议").click()
    expect(second.get_by_text("已收到您的建议")).to_be_visible()
    sign_in(moderator, "demo-moderator")
    number = re.search(r"第 (\d+) 号", second.locator(".suggest-done").inner_text())
    assert number
    moderator.goto(f"/admin/wiki/suggestions/{number[1]}/")
    moderator.get_by_role("button", name=re.compile("^采纳")).first.click()

    mine = first.locator(".suggest-inplace [name=text]")
    mine.fill("为此，" + mine.input_value())
    expect(first.get_by_text("这一条刚刚有了新文字。")).to_be_visible(timeout=40_000)
    picture(first, "wiki-new-wording")
    first.get_by_role("button", name="把我的修改转到新文字上").click()
    expect(first.get_by_text("您的修改已经转到新文本上")).to_be_visible()
    expect(first.locator(".suggest-inplace [name=text]")).to_have_value(
        re.compile("^为此，.*每年公布一次结果。$")
    )


def test_what_is_typed_on_one_device_goes_on_on_another(visit) -> None:
    phone, desk = visit(PHONE), visit(DESK)
    for page in (phone, desk):
        sign_in(page, "demo-citizen2")
    panel = open_editor(phone, "第八条")
    panel.locator("[name=reason]").fill("在地铁上写了一半")
    expect(panel.get_by_text("草稿已保存")).to_be_visible()
    expect(open_editor(desk, "第八条").locator("[name=reason]")).to_have_value("在地铁上写了一半")
    desk.goto("/wiki/mine/drafts/")
    expect(desk.get_by_text("在地铁上写了一半")).to_be_visible()


def test_what_is_typed_without_a_network_stays_on_this_device(visit) -> None:
    page = visit(PHONE)
    sign_in(page, "demo-citizen2")
    panel = open_editor(page, "第十条")
    page.route("**/draft/**", lambda route: route.abort())
    panel.locator("[name=reason]").fill("断网时写的")
    expect(panel.get_by_text("草稿存在这台设备上")).to_be_visible()
    expect(open_editor(page, "第十条").locator("[name=reason]")).to_have_value("断网时写的")
