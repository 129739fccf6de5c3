"""The market list in a real browser: nearest by the phone's position, refused positions, the map by keyboard."""

import os
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.system import RunningSystem

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
HERE = {"longitude": 116.4109, "latitude": 39.9546}

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, system: RunningSystem):
    """Open the market list on a phone that gives its position, or does not; scripts must not fail."""
    contexts, errors = [], []

    def open_list(*, permissions: list[str]) -> Page:
        context = browser.new_context(
            viewport={"width": 390, "height": 844},
            locale="zh-CN",
            base_url=system.url,
            geolocation=HERE,
            permissions=permissions,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/markets/")
        return page

    yield open_list
    for context in contexts:
        context.close()
    assert errors == []


def distances(page: Page) -> list[float]:
    said = page.locator("[data-markets-list] .number").all_inner_texts()
    return [
        float(text.removesuffix(" 公里")) * 1000 if text.endswith("公里") else float(text.removesuffix(" 米"))
        for text in said
    ]


def test_nearest_by_the_phones_position(visit) -> None:
    page = visit(permissions=["geolocation"])
    page.get_by_role("button", name="离我最近").click()
    expect(page).to_have_url(re.compile(r"near=116\.41090%2C39\.95460"))
    expect(page.locator("#markets-map .map-here")).to_be_attached()
    shown = distances(page)
    assert shown == sorted(shown)
    assert shown[0] < 500
    assert page.locator("#markets-map .map-pin-icon").count() == len(shown)


def test_a_refused_position_says_what_else_to_do(visit) -> None:
    page = visit(permissions=[])
    button = page.get_by_role("button", name="离我最近")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("在上面写街道或地名")
    expect(button).to_be_enabled()


def test_the_map_is_used_by_keyboard(visit) -> None:
    page = visit(permissions=[])
    chart = page.get_by_role("region", name="菜市场地图")
    page.locator("#markets-map .leaflet-outlines-pane path").first.wait_for()
    chart.focus()
    inside = page.locator("#markets-map .leaflet-proxy")
    before = inside.get_attribute("style")
    page.keyboard.press("+")
    expect(inside).not_to_have_attribute("style", before or "")
    marker = page.locator("#markets-map .map-pin-icon").first
    marker.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup a[href*='/markets/']")
    expect(popup).to_be_visible()


def test_without_outlines_the_markers_stay(visit) -> None:
    page = visit(permissions=[])
    page.route("**/places/boundaries/**", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("status").filter(has_text="区划边界没有加载出来")).to_be_visible()
    expect(page.locator("#markets-map .map-pin-icon").first).to_be_visible()


APART = """() => {
  const names = [...document.querySelectorAll(".basemap-name:not(.basemap-name-crowded) span")];
  const boxes = names.map((name) => name.getBoundingClientRect());
  const over = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
  return boxes.length > 0 && !boxes.some((a, i) => boxes.slice(i + 1).some((b) => over(a, b)));
}"""


def test_names_on_a_phones_map_never_lie_over_each_other(visit) -> None:
    page = visit(permissions=[])
    page.locator("#markets-map .basemap-name").first.wait_for(state="attached")
    page.wait_for_function(APART)
    everywhere = page.locator("#markets-map .basemap-name").count()
    for button in ("zoom-out", "zoom-in", "zoom-in", "zoom-in"):
        page.locator(f"#markets-map .leaflet-control-{button}").click(force=True)
        page.locator("#markets-map .leaflet-zoom-anim").wait_for(state="detached")
        page.wait_for_function(APART)
    assert everywhere == 16
