"""A comment on words of a clause, made by selecting them on a phone, stays on its words when the clause is changed."""

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

# Selects characters 4 to 10 of the clause's words, across whatever marks them already, and returns them.
SELECT = """() => {
  const words = document.querySelector("[data-clause-words]");
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let at = 0, node;
  while ((node = walker.nextNode())) {
    if (at <= 4 && 4 < at + node.length) range.setStart(node, 4 - at);
    if (at < 10 && 10 <= at + node.length) { range.setEnd(node, 10 - at); break; }
    at += node.length;
  }
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return range.toString();
}"""


def test_a_comment_stays_on_its_words(visit) -> None:
    citizen: Page = visit(PHONE)
    sign_in(citizen, "demo-citizen1")
    citizen.goto("/wiki/")
    citizen.locator("main .wiki-card a.card-link").first.click()
    # Words selected while reading lead to the clause's comments, quoted there.
    clause = citizen.locator(".clause:is(.clause-paragraph, .clause-article):has(.clause-comments)").first
    clause.locator("> p").click(click_count=3)
    citizen.get_by_role("button", name="评论这句").click()
    citizen.wait_for_url("**/comments/?quote=*")
    expect(citizen.locator("[name=quote]")).not_to_have_value("")
    citizen.go_back()
    clause.locator(".clause-comments").click()
    talk = citizen.url.split("#")[0]
    quote = citizen.evaluate(SELECT)
    citizen.get_by_role("button", name="评论这句").click()
    expect(citizen.locator("[name=quote]")).to_have_value(quote)
    citizen.get_by_role("radio", name="反对").check()
    citizen.locator("[name=text]").fill("这几个字请再斟酌，和别的规定对不上。")
    picture(citizen, "comment")
    citizen.get_by_role("button", name="发表评论").click()
    mine = citizen.locator(".comment", has_text="这几个字请再斟酌").first
    expect(mine).to_be_visible()
    expect(mine.locator(".comment-quote")).to_contain_text(quote)

    vote = mine.get_by_role("button", name="支持")
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "false")

    # somebody changes the clause's beginning, and the change is accepted
    citizen.goto(re.sub(r"comments/$", "suggest/", talk))
    text = citizen.locator("textarea[name=text]")
    text.fill("为方便群众，" + text.input_value())
    citizen.locator("[name=reason]").fill("先说明目的")
    citizen.get_by_role("button", name="提交建议").click()
    number = citizen.locator(".opinion[id^=s]").last.get_attribute("id").removeprefix("s")
    moderator: Page = visit(DESK)
    sign_in(moderator, "demo-moderator")
    moderator.goto(f"/admin/wiki/suggestions/{number}/")
    moderator.get_by_role("button", name="采纳", exact=True).click()

    citizen.goto(talk)
    expect(citizen.locator("[data-clause-words]")).to_contain_text("为方便群众，")
    mine.locator(".comment-quote a").click()
    # Other quotations may begin or end within this one: what it leads to is the first stretch of it.
    marked = citizen.locator("mark.quoted:target")
    expect(marked).to_have_count(1)
    assert quote.startswith(marked.inner_text())
    expect(citizen.locator("[data-clause-words]")).to_contain_text(quote)
    picture(citizen, "comment-after-the-edit")
