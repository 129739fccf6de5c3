"""The front page, text pages, the frame around every page, the staff's shell."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from wagtail.models import Site

from civic.pages import front
from civic.pages.models import ContentPage, FooterSettings, HomePage
from tests.factories import PASSWORD, UserFactory, bring_to, make_report
from wiki.models import Document

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]

OPEN_PAGES = [
    "/",
    "/faq/",
    "/about/",
    "/report/",
    "/cases/",
    "/map/",
    "/markets/",
    "/wiki/",
    "/chat/",
    "/accounts/login/",
    "/nowhere/",
]


def draft(slug: str, **values: object) -> Document:
    return Document.objects.create(slug=slug, title=f"{slug} 号草案", **values)


def inline_code(page: str) -> list[str]:
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", page, re.DOTALL)
    code = [body for attributes, body in scripts if body.strip() and "application/json" not in attributes]
    return [*code, *re.findall(r"<style\b", page), *re.findall(r"<[^>]+\s(?:style|on[a-z]+)=", page)]


def unnamed_controls(page: str) -> list[str]:
    labelled = set(re.findall(r'<label\b[^>]*\bfor="([^"]+)"', page))
    return [
        control
        for control in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page)
        if not re.search(r'type="(?:hidden|submit|checkbox|radio)"', control)
        and "aria-label" not in control
        and not (set(re.findall(r'\bid="([^"]+)"', control)) & labelled)
    ]


def queries_of(client: Client, django_assert_max_num_queries: object) -> int:
    cache.clear()
    client.get("/")  # site root paths and content types are remembered from here on
    cache.delete(front.FIGURES_KEY)
    with django_assert_max_num_queries(40) as captured:
        assert client.get("/").status_code == 200
    return len(captured)


def test_home_leads_to_every_room(client: Client) -> None:
    page = client.get("/").content.decode()
    for address in ("/report/", "/map/", "/wiki/", "/markets/", "/chat/", "/cases/", "/faq/"):
        assert f'"{address}"' in page, address
    assert '<form class="sentence" method="get" action="/report/">' in page
    assert HomePage.objects.get().headline in page


def test_home_asks_the_database_as_often_with_much_as_with_little(
    client: Client, django_assert_max_num_queries: object
) -> None:
    make_report()
    draft("d1", stage="open")
    few = queries_of(client, django_assert_max_num_queries)
    for number in range(8):
        make_report(f"第 {number} 处路灯不亮，晚上看不见路")
        draft(f"e{number}", stage="open", closes_at=timezone.now() + timedelta(days=number + 1))
    assert queries_of(client, django_assert_max_num_queries) == few


def test_home_figures_are_counts(client: Client) -> None:
    bring_to(make_report(), "closed")
    make_report("井盖松了，车一过就响")
    old = make_report("很久以前的事，早就办完了")
    type(old).objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=40))
    withheld = make_report("不该公开的事，只在工作台可见")
    withheld.case.withheld = True
    withheld.case.save()
    draft("open", stage="open")
    draft("hidden", stage="draft")
    cache.delete(front.FIGURES_KEY)
    figures = client.get("/").context["figures"]
    assert (figures["received"], figures["closed"], figures["drafts"]) == (2, 1, 1)


def test_home_shows_no_unreleased_words_and_nothing_withheld(client: Client) -> None:
    make_report("独一无二的原文不应当出现在首页")
    hidden = make_report("另一句不该出现的话")
    hidden.case.withheld = True
    hidden.case.save()
    draft("secret", stage="draft")
    page = client.get("/").content.decode()
    assert "独一无二的原文" not in page
    assert hidden.number not in page
    assert "secret 号草案" not in page


def test_footer_shows_the_numbers_of_the_law(client: Client) -> None:
    footer = FooterSettings.for_site(Site.objects.get())
    footer.icp_number, footer.police_number, footer.map_number = (
        "京ICP备1号",
        "京公网安备2号",
        "京S（2026）3号",
    )
    footer.save()
    page = client.get("/about/").content.decode()
    for number in ("京ICP备1号", "京公网安备2号", "京S（2026）3号"):
        assert number in page
    assert ContentPage.objects.get(slug="privacy").get_url() in page


def test_the_foot_is_read_once_a_minute_and_anew_when_staff_change_it(
    client: Client, django_assert_num_queries: Any
) -> None:
    """A kept foot costs no query; new words stand in the next page."""
    client.get("/wiki/rights/")
    with django_assert_num_queries(0):
        client.get("/wiki/rights/")
    footer = FooterSettings.for_site(Site.objects.get())
    footer.operator = "某某区城市管理委员会"
    footer.save()
    assert "某某区城市管理委员会" in client.get("/wiki/rights/").content.decode()
    privacy = ContentPage.objects.get(slug="privacy")
    privacy.title = "我们怎样对待您的资料"
    privacy.save_revision().publish()
    assert "我们怎样对待您的资料" in client.get("/wiki/rights/").content.decode()
    privacy.unpublish()
    assert "我们怎样对待您的资料" not in client.get("/wiki/rights/").content.decode()


def test_a_host_that_is_not_ours_gets_the_error_page(client: Client, settings: Any) -> None:
    """The foot of the error page does not ask for the host once more."""
    settings.ALLOWED_HOSTS = ["beijing.test"]
    page = client.get("/about/", HTTP_HOST="evil.test")
    assert page.status_code == 400
    assert "site-footer" in page.content.decode()


@pytest.mark.parametrize("address", OPEN_PAGES)
def test_frame_of_every_page(client: Client, address: str) -> None:
    """No inline script or style, one h1, one main, a skip link, unique ids, a name for every control."""
    page = client.get(address).content.decode()
    assert inline_code(page) == []
    assert "//cdn" not in page
    assert len(re.findall(r"<h1\b", page)) == 1
    assert len(re.findall(r'<main id="main"', page)) == 1
    assert 'href="#main"' in page
    assert '<html lang="zh-Hans">' in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert [one for one in ids if ids.count(one) > 1] == []
    assert unnamed_controls(page) == []


def test_staff_see_their_shell_in_chinese_with_the_brand(client: Client) -> None:
    user = UserFactory(is_staff=True, is_superuser=True)
    assert client.login(username=user.username, password=PASSWORD)
    page = client.get("/admin/").content.decode()
    assert "我爱北京 工作台" in page
    assert "civic/css/admin.css" in page
    assert 'lang="zh-hans"' in page
    assert client.get("/admin/snippets/pages/faqentry/").status_code == 200
    assert client.get("/admin/settings/pages/footersettings/", follow=True).status_code == 200


def test_sign_out_is_a_post_with_a_token(client: Client) -> None:
    user = UserFactory()
    assert client.login(username=user.username, password=PASSWORD)
    page = client.get("/").content.decode()
    forms = re.findall(r'<form[^>]+action="/accounts/logout/"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert len(forms) == 2  # the wide header and the phone menu
    assert all("csrfmiddlewaretoken" in form for form in forms)
