"""The staff's home page: what waits on one's own desks, all in Chinese."""

import gettext
import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from civic.accounts.roles import Role
from civic.pages import dashboard
from tests.factories import PASSWORD, UserFactory, bring_to, make_report

CATALOGUE = Path(dashboard.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def entries(domain: str = "django") -> list[dict[str, str]]:
    text = (CATALOGUE / f"{domain}.po").read_text(encoding="utf-8")
    pattern = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[0\])?) "(.*)"$', re.MULTILINE)
    return [dict(pattern.findall(block)) for block in text.split("\n\n")[1:]]


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_catalogue_keeps_every_placeholder(domain: str) -> None:
    wrong = []
    for entry in entries(domain):
        said = entry.get("msgstr") or entry["msgstr[0]"]
        wanted = entry.get("msgid_plural") or entry["msgid"]
        if set(PLACEHOLDER.findall(said)) != set(PLACEHOLDER.findall(wanted)):
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_compiled_catalogue_is_of_this_text(domain: str) -> None:
    with (CATALOGUE / f"{domain}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in entries(domain):
        if "msgctxt" not in entry and "msgid_plural" not in entry and "\\" not in entry["msgid"]:
            assert compiled.gettext(entry["msgid"]) == entry["msgstr"].replace('\\"', '"')


def test_wagtail_speaks_through_it() -> None:
    with translation.override("zh-hans"):
        assert translation.gettext("Search all pages…") == "搜索全部页面…"
        assert translation.gettext("Privacy and access") == "隐私与访问"


@pytest.mark.django_db
def test_tasks_are_those_of_ones_own_desks() -> None:
    make_report()
    bring_to(make_report("井盖松了，车一过就响"), "closed")
    clerk, moderator, citizen = (
        UserFactory(roles=[role]) for role in (Role.CASE_CLERK, Role.MODERATOR, Role.CITIZEN)
    )
    counts = {task.label: task.count for task in dashboard.tasks_of(clerk)}
    assert counts["件待立案"] == 1
    assert counts["件在办"] == 1
    assert "条修改建议待审" in {task.label for task in dashboard.tasks_of(moderator)}
    assert "件待立案" not in {task.label for task in dashboard.tasks_of(moderator)}
    assert dashboard.tasks_of(citizen) == []


@pytest.mark.django_db
def test_home_shows_the_tasks_as_links(client: Client) -> None:
    user = UserFactory(is_staff=True, is_superuser=True)
    assert client.login(username=user.username, password=PASSWORD)
    page = client.get("/admin/").content.decode()
    for task in dashboard.tasks_of(user):
        assert f'<a href="{task.url}">' in page


@pytest.mark.django_db
def test_staff_are_greeted_by_the_name_they_chose(client: Client) -> None:
    user = UserFactory(is_staff=True, is_superuser=True, username="duty-7", display_name="值班员老周")
    assert client.login(username=user.username, password=PASSWORD)
    page = client.get("/admin/").content.decode()
    assert ">值班员老周</h2>" in page
    menu = re.search(r'<script id="wagtail-sidebar-props"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert menu is not None
    assert "duty-7" not in menu[1]
    assert json.dumps("值班员老周") in menu[1]


@pytest.mark.django_db
def test_wagtails_scripts_speak_chinese_too(client: Client) -> None:
    catalogue = client.get("/admin/jsi18n/").content.decode()
    for entry in entries("djangojs"):
        said = entry.get("msgstr") or entry["msgstr[0]"]
        assert json.dumps(said) in catalogue
    assert "\\u5173\\u95ed" in catalogue  # Wagtail's own words are still there: 关闭
