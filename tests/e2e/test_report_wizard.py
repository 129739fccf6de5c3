"""Reporting in four steps on a telephone: suggestions, a place from the words, a draft that survives, one report only."""

import io
import re
import uuid

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.e2e.chromium import CHROMIUM, PHONE, picture
from tests.e2e.system import RunningSystem

WORDS = "望京街道路边的井盖翘起来了，骑车差点摔倒"
NUMBER = re.compile(r"/cases/(BJ\d{13})/$")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def photo(shade: int = 90, *, elsewhere: bool = False) -> dict:
    """Return a file as Playwright hands it to a file input; `elsewhere`: its camera says 西城区."""
    exif = Image.Exif()
    if elsewhere:
        exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 56.0, 0.0), 3: "E", 4: (116.0, 20.0, 0.0)})
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (shade, 90, 160)).save(out, "JPEG", exif=exif)
    return {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def begin(page: Page) -> None:
    page.goto("/report/")
    page.locator("form[data-ready]").wait_for()


def fill(page: Page, words: str = WORDS, *, elsewhere: bool = False) -> None:
    """Go through the steps up to the confirmation, with a photo and the place that the words name."""
    page.locator("input[name=photos]").set_input_files([photo(elsewhere=elsewhere)])
    expect(page.get_by_alt_text("第 1 张照片")).to_be_visible()
    page.get_by_role("button", name="下一步：写问题").click()
    page.get_by_label("哪里有什么问题").fill(words)
    page.get_by_role("button", name="下一步：标位置").click()
    expect(page.get_by_text("您说的是：朝阳区望京街道")).to_be_visible()
    page.get_by_role("button", name="是，标在地图上").click()
    expect(page.get_by_text("已标记：朝阳区望京街道")).to_be_visible()
    page.get_by_role("button", name="下一步：确认").click()


def submit(page: Page) -> str:
    """Press the last button; return the number on the receipt."""
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已经受理，请记下编号")).to_be_visible()
    found = NUMBER.search(page.url)
    assert found
    return found[1]


DRAFT = """() => new Promise((done) => {
    const request = indexedDB.open("report-draft", 1);
    request.onsuccess = () => {
        const ask = request.result.transaction("drafts").objectStore("drafts").get("current");
        ask.onsuccess = () => { request.result.close(); done([ask.result?.text, ask.result?.step, !!ask.result?.point]); };
    };
})"""


def wait_until_kept(page: Page, system: RunningSystem) -> None:
    """Wait until the draft on the device holds words and place, at the last step."""
    system.wait_for(
        lambda: page.evaluate(DRAFT) == [WORDS, 3, True], seconds=20, what="the draft on the device"
    )


def test_four_steps_to_a_receipt(visit, system: RunningSystem) -> None:
    page = visit(PHONE)
    begin(page)
    page.locator("input[name=photos]").set_input_files([photo()])
    page.get_by_role("button", name="下一步：写问题").click()
    page.get_by_role("button", name="下一步：标位置").click()
    expect(page.get_by_text("请写一句话说明哪里有什么问题。")).to_be_visible()
    page.get_by_label("哪里有什么问题").fill(WORDS)
    matters = page.get_by_role("group", name="属于哪一类")
    expect(matters.get_by_role("radio").first).to_be_visible()
    picture(page, "wizard-words")
    name = matters.locator("label").first.inner_text()
    matters.get_by_text(name).click()
    page.get_by_role("button", name="下一步：标位置").click()
    page.get_by_role("button", name="是，标在地图上").click()
    page.get_by_role("button", name="下一步：确认").click()
    said = page.locator(".said")
    for part in (WORDS, name, "朝阳区望京街道", "1 张"):
        expect(said.get_by_text(part, exact=True)).to_be_visible()
    picture(page, "wizard-confirm")
    number = submit(page)
    picture(page, "wizard-receipt")
    expect(page.get_by_alt_text("您上传的第 1 张照片")).to_be_visible()
    assert system.rows("select citizen_code <> '' from cases_report where number = ?", (number,)) == [(1,)]
    begin(page)
    expect(page.get_by_text("找回了没有提交的草稿")).to_be_hidden()
    expect(page.get_by_label("哪里有什么问题")).to_have_value("")


def test_back_goes_one_step_back(visit) -> None:
    page = visit(PHONE)
    begin(page)
    page.get_by_role("button", name="下一步：写问题").click()
    page.get_by_label("哪里有什么问题").fill(WORDS)
    page.get_by_role("button", name="下一步：标位置").click()
    page.go_back()
    expect(page.get_by_label("哪里有什么问题")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="先拍一张照片")).to_be_visible()


def test_a_draft_survives_a_closed_page_with_its_photos(visit, system: RunningSystem) -> None:
    page = visit(PHONE)
    begin(page)
    fill(page)
    wait_until_kept(page, system)
    context = page.context
    page.close()
    page = context.new_page()
    begin(page)
    expect(page.get_by_text("找回了没有提交的草稿")).to_be_visible()
    expect(page.locator("[data-said=photos]")).to_have_text("1 张")
    expect(page.locator("[data-said=place]")).to_have_text("朝阳区望京街道")
    number = submit(page)
    rows = system.rows(
        "select count(*) from cases_photo p join cases_report r on r.id = p.report_id where r.number = ?",
        (number,),
    )
    assert rows == [(1,)]


def test_a_draft_can_be_cleared(visit, system: RunningSystem) -> None:
    page = visit(PHONE)
    begin(page)
    fill(page)
    wait_until_kept(page, system)
    page.reload()
    page.get_by_role("button", name="清除草稿").click()
    page.locator("form[data-ready]").wait_for()
    expect(page.get_by_text("找回了没有提交的草稿")).to_be_hidden()
    page.get_by_role("button", name="下一步：写问题").click()
    expect(page.get_by_label("哪里有什么问题")).to_have_value("")


def test_without_a_network_it_waits_on_the_device(visit) -> None:
    page = visit(PHONE)
    begin(page)
    fill(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已存在手机上，联网后请点提交")).to_be_visible()
    picture(page, "wizard-offline")
    page.context.set_offline(False)
    expect(page.get_by_text("已经联网，可以提交了。")).to_be_visible()
    submit(page)


def test_an_answer_lost_on_the_way_files_nothing_twice(visit, system: RunningSystem) -> None:
    page = visit(PHONE)
    begin(page)
    words = f"{WORDS}，第 {uuid.uuid4().hex[:8]} 次"
    fill(page, words)
    lost = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort()
        else:
            route.continue_()

    page.route("**/report/", lose)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已存在手机上")).to_be_visible()
    assert lost == [302]
    begin(page)  # the draft brings its token back with it
    expect(page.get_by_text("找回了没有提交的草稿")).to_be_visible()
    number = submit(page)
    assert system.rows("select number from cases_report where text = ?", (words,)) == [(number,)]


def test_a_refusal_keeps_the_photos(visit) -> None:
    page = visit(PHONE)
    begin(page)
    fill(page)
    page.locator("[data-go=words]").first.click()
    page.get_by_label("哪里有什么问题").fill(WORDS * 300)
    page.locator("[data-go=confirm]").click()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("内容太长了")).to_be_visible()
    page.locator("form[data-ready]").wait_for()
    page.get_by_label("哪里有什么问题").fill(WORDS)
    page.locator("[data-go=confirm]").click()
    expect(page.locator("[data-said=photos]")).to_have_text("1 张")
    submit(page)
    expect(page.get_by_alt_text("您上传的第 1 张照片")).to_be_visible()


def test_a_file_that_is_no_photo_is_said_at_once(visit) -> None:
    """By its name and type it is a photo; nobody should learn after four steps that it cannot be opened."""
    page = visit(PHONE)
    begin(page)
    page.locator("input[name=photos]").set_input_files(
        [{"name": "假的.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}, photo()]
    )
    note = page.locator("[data-photo-note]")
    expect(note).to_have_text("“假的.jpg”打不开，请换一张。")
    expect(note).to_have_class("field-error")
    expect(page.get_by_alt_text("第 1 张照片")).to_be_visible()
    expect(page.get_by_alt_text("第 2 张照片")).to_have_count(0)


def test_a_photo_from_elsewhere_is_asked_about_once(visit) -> None:
    page = visit(PHONE)
    begin(page)
    fill(page, elsewhere=True)
    page.get_by_role("button", name="提交", exact=True).click()
    question = page.get_by_role("radiogroup", name=re.compile("问题在哪里"))
    expect(question).to_be_visible()
    page.locator("form[data-ready]").wait_for()
    picture(page, "wizard-question")
    question.get_by_text("在图钉处").click()
    page.get_by_role("button", name="下一步：确认").click()
    expect(page.locator("[data-said=photos]")).to_have_text("1 张")
    submit(page)
    expect(page.get_by_alt_text(re.compile("您上传的第 . 张照片"))).to_have_count(1)


def test_without_scripts_it_is_one_page(browser, system: RunningSystem) -> None:
    context = browser.new_context(
        viewport=PHONE, locale="zh-CN", base_url=system.url, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/report/")
    expect(page.get_by_role("button", name="下一步")).to_have_count(0)
    page.get_by_label("照片", exact=True).set_input_files([photo()])
    page.get_by_label("哪里有什么问题").fill(WORDS)
    page.get_by_label("地址或附近的地名").fill("朝阳区望京街道")
    picture(page, "report-no-script")
    submit(page)
    context.close()
