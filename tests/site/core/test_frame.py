"""The page frame's tags: times as people say them, links that know where the reader is."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.template import Context, Template
from django.test import Client, RequestFactory

from civic.core.templatetags.frame import nav_link, short_time

NOW = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)  # 22:00 in Beijing


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (None, ""),
        (datetime(2026, 3, 10, 13, 59, 30, tzinfo=UTC), "刚刚"),
        (datetime(2026, 3, 10, 13, 20, tzinfo=UTC), "40 分钟前"),
        (datetime(2026, 3, 10, 9, 0, tzinfo=UTC), "5 小时前"),
        (datetime(2026, 3, 10, 14, 30, tzinfo=UTC), "22:30"),  # a clock that goes ahead of ours
        (datetime(2026, 3, 9, 15, 30, tzinfo=UTC), "昨天 23:30"),
        (datetime(2026, 3, 9, 16, 30, tzinfo=UTC), "21 小时前"),  # the city's day, not the server's
        (datetime(2026, 1, 5, 4, 0, tzinfo=UTC), "1月5日"),
        (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "2025年12月31日"),
    ],
)
def test_a_moment_as_people_say_it(moment: datetime | None, words: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert short_time(moment) == words


@pytest.mark.parametrize(
    ("here", "link", "current"),
    [
        ("/cases/", "/cases/", "page"),
        ("/cases/BJ1/", "/cases/", "true"),
        ("/map/", "/cases/", ""),
        ("/map/", "/", ""),
        ("/", "/", "page"),
    ],
)
def test_a_link_knows_where_the_reader_is(here: str, link: str, current: str) -> None:
    context = Context({"request": RequestFactory().get(here)})
    assert nav_link(context, link, "x")["current"] == current


def test_an_icon_is_decoration_and_cannot_be_injected() -> None:
    page = Template("{% load frame %}{% icon name %}").render(Context({"name": '"><script>'}))
    assert 'aria-hidden="true"' in page
    assert "<script>" not in page


@pytest.mark.django_db
def test_robots_may_read_public_pages_only(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    closed = {line.partition(": ")[2] for line in response.content.decode().splitlines()[1:]}
    assert closed == {"/admin/", "/api/", "/accounts/"}


@pytest.mark.django_db
def test_the_old_name_of_the_icon_leads_to_the_one_that_pages_link(client: Client) -> None:
    icon = client.get("/favicon.ico")
    assert icon.status_code == 302
    assert (
        f'rel="icon" href="{icon.headers["Location"]}" type="image/svg+xml"'
        in client.get("/report/").content.decode()
    )
