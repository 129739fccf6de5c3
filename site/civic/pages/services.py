"""Writing of pages and questions from the content folder. What staff have edited since is never overwritten."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.html import format_html_join
from wagtail.models import Page, Site

from civic.core.errors import InvalidInput
from civic.pages.models import ContentPage, FaqCategory, FaqEntry, FaqIndexPage, FooterSettings, HomePage

FAQ_SLUG = "faq"
ENTRY_FIELDS = ("question", "variants", "answer")


@dataclass
class Loaded:
    """How many things a load made, changed, found unchanged, or left alone because staff had edited them."""

    made: int = 0
    changed: int = 0
    same: int = 0
    kept: list[str] = field(default_factory=list)


def _digest(values: dict[str, Any]) -> str:
    return sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def install_home_page(*, title: str, hostname: str = "localhost") -> HomePage:
    """Return the home page, made the root of the default site in place of Wagtail's welcome page."""
    existing = HomePage.objects.first()
    if existing is not None:
        return existing
    root = Page.get_first_root_node()
    if root is None:
        raise InvalidInput("Wagtail 还没有根页面，请先运行 migrate。", code="no_root_page")
    home = HomePage(title=title, slug="front", show_in_menus=False)
    root.add_child(instance=home)
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        Site.objects.create(hostname=hostname, root_page=home, is_default_site=True, site_name=title)
    else:
        site.root_page = home
        site.site_name = title
        site.save()
    for welcome in root.get_children().filter(
        content_type__app_label="wagtailcore", content_type__model="page"
    ):
        welcome.specific.delete()
    return HomePage.objects.get(pk=home.pk)


@transaction.atomic
def fill_home_page(*, home: HomePage, values: dict[str, Any], loaded: Loaded) -> None:
    """Bring the home page to the given texts (see content/pages/home.yaml) unless staff have edited it."""
    wanted = {
        "title": values["title"],
        "seo_title": values.get("seo_title", ""),
        "search_description": values.get("description", ""),
        "headline": values["headline"],
        "lead": values.get("lead", ""),
        "placeholder": values.get("placeholder", ""),
        "steps_title": values.get("steps_title", ""),
        "examples": [{"type": "example", "value": text} for text in values.get("examples", [])],
        "rooms": [{"type": "room", "value": room} for room in values.get("rooms", [])],
        "steps": [{"type": "step", "value": step} for step in values.get("steps", [])],
    }
    _fill(home, wanted, {name: _plain(home, name) for name in wanted}, loaded)


@transaction.atomic
def fill_footer(*, home: HomePage, values: dict[str, str]) -> FooterSettings:
    """Fill the empty fields of the footer; what staff have written stays."""
    footer = FooterSettings.for_site(home.get_site())
    for name in ("statement", "operator", "contact"):
        if values.get(name) and not getattr(footer, name):
            setattr(footer, name, values[name])
    footer.save()
    return footer


@transaction.atomic
def load_content_page(*, home: HomePage, slug: str, values: dict[str, Any], loaded: Loaded) -> ContentPage:
    """Make or bring up to date one page of text below the home page; paragraphs starting with `## ` are headings."""
    page = ContentPage.objects.child_of(home).filter(slug=slug).first()
    wanted = {
        "title": values["title"],
        "intro": values.get("intro", ""),
        "body": rich_text(values["body"]),
    }
    if page is None:
        page = ContentPage(slug=slug, show_in_menus=True, loaded_digest=_digest(wanted), **wanted)
        home.add_child(instance=page)
        page.save_revision().publish()
        loaded.made += 1
        return page
    _fill(page, wanted, {name: getattr(page, name) for name in wanted}, loaded)
    return page


def rich_text(text: str) -> str:
    """Return plain paragraphs as the rich text that Wagtail stores."""
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    marked = [("h2", part[3:]) if part.startswith("## ") else ("p", part) for part in paragraphs]
    return "".join(format_html_join("", "<{0}>{1}</{0}>", [pair]) for pair in marked)


@transaction.atomic
def load_faq_page(*, home: HomePage, title: str, intro: str, loaded: Loaded) -> FaqIndexPage:
    """Return the questions page below the home page, made when missing."""
    page = FaqIndexPage.objects.first()
    if page is not None:
        loaded.same += 1
        return page
    page = FaqIndexPage(title=title, slug=FAQ_SLUG, intro=intro, show_in_menus=True)
    home.add_child(instance=page)
    page.save_revision().publish()
    loaded.made += 1
    return page


@transaction.atomic
def load_category(*, key: str, name: str, order: int) -> FaqCategory:
    """Return the category with this key, made when missing; its name belongs to staff afterwards."""
    return FaqCategory.objects.get_or_create(key=key, defaults={"name": name, "order": order})[0]


@transaction.atomic
def load_entry(
    *, category: FaqCategory, key: str, values: dict[str, Any], order: int, loaded: Loaded
) -> FaqEntry:
    """Make or bring up to date one question unless staff have edited it."""
    wanted = {
        "question": values["question"].strip(),
        "variants": "\n".join(line.strip() for line in values.get("variants", [])),
        "answer": values["answer"].strip(),
    }
    digest = _digest(wanted)
    entry = FaqEntry.objects.filter(key=key).first()
    if entry is None:
        loaded.made += 1
        return FaqEntry.objects.create(
            key=key, category=category, order=order, loaded_digest=digest, **wanted
        )
    present = {name: getattr(entry, name) for name in ENTRY_FIELDS}
    if present == wanted:
        loaded.same += 1
    elif entry.loaded_digest != _digest(present):
        loaded.kept.append(entry.question)
    else:
        for name, value in wanted.items():
            setattr(entry, name, value)
        entry.loaded_digest = digest
        entry.save()
        loaded.changed += 1
    return entry


def _plain(home: HomePage, name: str) -> Any:
    """Return a field as it would stand in the file: stream fields without the ids that Wagtail gives blocks."""
    value = getattr(home, name)
    if not hasattr(value, "get_prep_value"):
        return value
    return [{"type": block["type"], "value": block["value"]} for block in value.get_prep_value()]


def _fill(
    page: HomePage | ContentPage, wanted: dict[str, Any], present: dict[str, Any], loaded: Loaded
) -> None:
    digest = _digest(wanted)
    if page.loaded_digest == digest and present == wanted:
        loaded.same += 1
        return
    if page.loaded_digest and page.loaded_digest != _digest(present):
        loaded.kept.append(page.title)
        return
    made = not page.loaded_digest
    for name, value in wanted.items():
        setattr(page, name, json.dumps(value) if isinstance(value, list) else value)
    page.loaded_digest = digest
    page.full_clean()
    page.save_revision().publish()
    if made:
        loaded.made += 1
    else:
        loaded.changed += 1
