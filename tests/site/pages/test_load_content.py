"""`load_content`: repeatable, respectful of what staff have edited, plain about what is wrong."""

from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from wagtail.models import Page, Site

from civic.pages.models import ContentPage, FaqEntry, FaqIndexPage, FooterSettings, HomePage

pytestmark = pytest.mark.django_db


def load(folder: Path | None = None) -> str:
    out = StringIO()
    call_command(
        "load_content", *(["--content", str(folder)] if folder else []), verbosity=0, stdout=out, stderr=out
    )
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small content folder that a test may change."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "faq").mkdir()
    write(
        tmp_path,
        "pages/home.yaml",
        {"title": "首页", "headline": "说一句话", "examples": ["灯不亮"], "rooms": [], "steps": []},
    )
    write(tmp_path, "pages/about.yaml", {"title": "关于", "body": "## 小标题\n\n一段 <b>话</b>。"})
    write(tmp_path, "faq/faq.yaml", faq("可以。"))
    return tmp_path


def write(folder: Path, name: str, values: object) -> None:
    (folder / name).write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")


def faq(answer: str) -> dict[str, object]:
    entry = {"key": "anonymous", "question": "可以匿名吗？", "variants": ["要不要实名"], "answer": answer}
    return {"title": "常见问答", "categories": [{"key": "report", "name": "反映问题", "entries": [entry]}]}


def test_replaces_the_welcome_page() -> None:
    load()
    home = HomePage.objects.get()
    assert Site.objects.get(is_default_site=True).root_page_id == home.pk
    assert list(Page.objects.filter(depth=2)) == [home.page_ptr]
    assert FaqIndexPage.objects.get().get_url() == "/faq/"
    assert FaqEntry.objects.count() >= 40


def test_a_second_load_changes_nothing(folder: Path) -> None:
    load(folder)
    pages, entries = list(Page.objects.values()), list(FaqEntry.objects.values())
    revisions = HomePage.objects.get().revisions.count()
    assert "新增 0，更新 0" in load(folder)
    assert (list(Page.objects.values()), list(FaqEntry.objects.values())) == (pages, entries)
    assert HomePage.objects.get().revisions.count() == revisions


def test_the_shipped_content_is_stable_too() -> None:
    load()
    assert "新增 0，更新 0" in load()


def test_new_texts_reach_what_nobody_edited(folder: Path) -> None:
    load(folder)
    write(folder, "faq/faq.yaml", faq("可以，称呼也不用留。"))
    write(folder, "pages/about.yaml", {"title": "关于本站", "body": "新的一段。"})
    assert "新增 0，更新 2" in load(folder)
    assert FaqEntry.objects.get().answer == "可以，称呼也不用留。"
    assert ContentPage.objects.get().title == "关于本站"


def test_what_staff_edited_stays(folder: Path) -> None:
    load(folder)
    entry = FaqEntry.objects.get()
    entry.answer = "工作人员改过的回答。"
    entry.save()
    home = HomePage.objects.get()
    home.headline = "工作人员改过的标题"
    home.save_revision().publish()
    write(folder, "faq/faq.yaml", faq("文件里的新回答。"))
    write(folder, "pages/home.yaml", {"title": "首页", "headline": "文件里的新标题"})
    said = load(folder)
    assert "可以匿名吗？" in said
    assert FaqEntry.objects.get().answer == "工作人员改过的回答。"
    assert HomePage.objects.get().headline == "工作人员改过的标题"


def test_markup_in_a_text_file_stays_text(folder: Path) -> None:
    load(folder)
    assert ContentPage.objects.get().body == "<h2>小标题</h2><p>一段 &lt;b&gt;话&lt;/b&gt;。</p>"


def test_footer_texts_fill_only_what_is_empty(folder: Path) -> None:
    write(
        folder,
        "pages/home.yaml",
        {"title": "首页", "headline": "说一句话", "footer": {"statement": "甲", "contact": "乙"}},
    )
    load(folder)
    footer = FooterSettings.for_site(Site.objects.get())
    assert (footer.statement, footer.contact) == ("甲", "乙")
    footer.contact = "工作人员写的"
    footer.save()
    load(folder)
    assert FooterSettings.for_site(Site.objects.get()).contact == "工作人员写的"


def test_a_bad_entry_is_named_and_the_rest_loads(folder: Path) -> None:
    values = faq("可以。")
    values["categories"][0]["entries"].insert(0, {"key": "broken", "question": "没有回答？"})
    write(folder, "faq/faq.yaml", values)
    assert "反映问题 第 1 条" in load(folder)
    assert [entry.key for entry in FaqEntry.objects.all()] == ["anonymous"]


def test_a_missing_or_broken_file_is_said_plainly(folder: Path) -> None:
    (folder / "faq" / "faq.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(CommandError, match=r"faq\.yaml"):
        load(folder)
    (folder / "faq" / "faq.yaml").unlink()
    with pytest.raises(CommandError, match="找不到"):
        load(folder)


def test_shipped_rooms_are_rooms_of_the_site() -> None:
    values = yaml.safe_load((settings.CONTENT_DIR / "pages" / "home.yaml").read_text(encoding="utf-8"))
    assert [room["room"] for room in values["rooms"]] == ["cases", "wiki", "markets", "chat"]
