"""Where a document lives: one rule at every door, and never where the wiki's own pages are."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from wiki.errors import InvalidText, SlugTaken
from wiki.models import Document
from wiki.services import create_document
from wiki.services.addresses import reserved_slugs
from wiki.services.facts import DocumentFacts, start_document
from wiki.text.slugs import is_slug, make_slug

pytestmark = pytest.mark.django_db
BAD = ["", "ABC_d", "abc_d", "Abc", "a--b", "-a", "a-", "甲", "a b", "a/b", "x" * 81, "１"]


@given(st.text(max_size=120))
def test_what_is_made_of_a_name_is_a_slug_or_nothing(name):
    made = make_slug(name)
    assert made == "" or is_slug(made)
    assert make_slug(made) == made


def test_every_page_of_our_own_is_reserved(client):
    assert reserved_slugs() == {"archive", "feed", "rights", "people", "mine"}


@pytest.mark.parametrize("slug", ["archive", "feed", "rights", "people", "mine"])
def test_no_door_opens_onto_our_own_pages(client, manager, tmp_path, slug):
    with pytest.raises(SlugTaken):
        create_document(actor=None, slug=slug, title="办法", nodes=[])
    with pytest.raises(SlugTaken):
        start_document(actor=manager, slug=slug, facts=DocumentFacts(title="办法", category="官方发布"))
    assert store(client, manager, slug).status_code == 409
    file = tmp_path / "a.md"
    file.write_text("# 办法\n\n第一条 二十一点前收摊。\n")
    with pytest.raises(CommandError):
        call_command("import_policy", file, slug=slug, stdout=StringIO(), stderr=StringIO())
    assert not Document.objects.exists()


@pytest.mark.parametrize("slug", BAD)
def test_the_rule_is_the_same_at_every_door(client, manager, slug):
    with pytest.raises(InvalidText) as refused:
        create_document(actor=None, slug=slug, title="办法", nodes=[])
    assert "slug" in refused.value.fields
    with pytest.raises(InvalidText):
        start_document(actor=manager, slug=slug, facts=DocumentFacts(title="办法", category="官方发布"))
    assert store(client, manager, slug).status_code == 400
    assert not Document.objects.exists()


def test_a_files_name_becomes_a_slug(tmp_path):
    file = tmp_path / "Night_Work--2026.md"
    file.write_text("# 办法\n\n第一条 二十一点前收摊。\n")
    call_command("import_policy", file, stdout=StringIO())
    assert Document.objects.get().slug == "night-work-2026"


def store(client, manager, slug):
    """Import a text at the desk and store it under an address."""
    client.force_login(manager)
    url = reverse("wiki_desk:import")
    asked = client.post(url, {"text": "# 办法\n\n第一条 二十一点前收摊。", "format": "markdown"})
    form = asked.context["form"]
    given_ = {name: form[name].value() or "" for name in form.fields} | {"slug": slug, "target": ""}
    return client.post(reverse("wiki_desk:import_store"), given_)
