"""A citizen's and a moderator's afternoon in a real browser, on a phone-size screen, against the running product."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chromium import CHROMIUM, DESK, PHONE, picture
from tests.e2e.system import RunningSystem

NUMBER = re.compile(r"BJ\d{13}")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill("demo-beijing")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_report_with_a_pin_and_find_it_on_the_map(visit, system: RunningSystem) -> None:
    page = visit(PHONE)
    page.goto("/report/")
    page.get_by_role("button", name="下一步：写问题").click()
    page.get_by_label("哪里有什么问题").fill("路口的井盖翘起来了，骑车经过差点摔倒，晚上没有灯更危险")
    page.get_by_role("button", name="下一步：标位置").click()
    page.locator("#report-map .leaflet-outlines-pane path").first.wait_for()
    page.locator("#report-map").click(position={"x": 170, "y": 150})
    expect(page.get_by_role("status").filter(has_text="已标记")).to_be_visible()
    picture(page, "report")
    page.get_by_role("button", name="下一步：确认").click()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已经受理，请记下编号")).to_be_visible()
    number = NUMBER.search(page.url)
    assert number
    picture(page, "case")
    address = f"/api/v1/public/cases/{number[0]}/"
    # A report is on the public map once it is understood, which on a busy machine the worker does a moment later.
    system.wait_for(
        lambda: page.request.get(address).json()["analysis"] == "done",
        seconds=60,
        what="the report to be understood",
    )
    face = page.request.get(address).json()
    page.goto("/map/")
    expect(page.locator(".cluster-icon").first).to_be_visible()
    picture(page, "map")
    box = f"{face['lon'] - 0.001},{face['lat'] - 0.001},{face['lon'] + 0.001},{face['lat'] + 0.001}"
    view = page.request.get(f"/api/v1/public/map/cases?bbox={box}&zoom=17").json()
    assert number[0] in {feature["properties"]["number"] for feature in view["features"]}
    page.goto("/cases/")
    expect(page.get_by_text(number[0], exact=True)).to_be_visible()


def test_suggest_a_clause_and_accept_it(visit) -> None:
    citizen = visit(PHONE)
    sign_in(citizen, "demo-citizen1")
    citizen.goto("/wiki/")
    citizen.locator("main a[href^='/wiki/market-upgrade/']").first.click()
    picture(citizen, "document")
    citizen.locator(".clause-paragraph .clause-edit, .clause-article .clause-edit").nth(3).click()
    text = citizen.locator("textarea[name=text]")
    text.fill(text.input_value().rstrip("。") + "，并在入口处公示当日菜价。")
    citizen.locator("[name=reason]").fill("买菜的人进门就能比价")
    picture(citizen, "suggest")
    citizen.get_by_role("button", name="提交建议").click()
    done = citizen.locator(".suggest-done")
    expect(done).to_be_visible()
    number = re.search(r"第 (\d+) 号", done.inner_text())
    assert number

    moderator = visit(DESK)
    sign_in(moderator, "demo-moderator")
    moderator.goto("/admin/wiki/")
    expect(moderator.locator(".wiki-queue__name").first).to_be_visible()
    picture(moderator, "moderation")
    moderator.goto(f"/admin/wiki/suggestions/{number[1]}/")
    expect(moderator.locator("ins", has_text="并在入口处公示当日菜价").first).to_be_visible()
    moderator.get_by_role("button", name=re.compile("^采纳")).first.click()
    expect(moderator.get_by_text(f"第 {number[1]} 号建议：采纳")).to_be_visible()
    moderator.goto("/wiki/market-upgrade/versions/")
    moderator.locator(".history-title a").first.click()
    expect(moderator.locator("ins.diff-ins", has_text="并在入口处公示当日菜价")).to_be_visible()
    picture(moderator, "version-2")


def test_chat_to_a_case_number(visit) -> None:
    page = visit(PHONE)
    page.goto("/chat/")
    log = page.locator("[data-log]")

    def say(text: str) -> None:
        said = log.locator(".chat-them").count()
        page.locator("#chat-text").fill(text)
        page.get_by_role("button", name="发送", exact=True).click()
        expect(log.locator(".chat-them")).not_to_have_count(said, timeout=15_000)

    say("我们楼下的垃圾桶满了三天没人收，味道很大")
    say("朝阳区双井街道")
    for _ in range(3):
        if NUMBER.search(log.inner_text()):
            break
        say("确认")
    picture(page, "chat")
    number = NUMBER.search(log.inner_text())
    assert number, log.inner_text()
    say(f"{number[0]} 办到哪一步了")
    expect(log.locator(".chat-them").last).to_contain_text("受理")
    page.goto(f"/cases/{number[0]}/")
    expect(page.get_by_text(number[0], exact=True)).to_be_visible()
