"""import_policy: once, again, newer, broken, several; what it says and what it leaves alone."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from wiki.models import Clause, ClauseVersion, Document, DocumentVersion
from wiki.services import accept_suggestion

pytestmark = pytest.mark.django_db

TEXT = """---
title: 夜间施工办法
slug: night-work
category: 城市管理
stage: open
consultation_days: 30
---
# 夜间施工办法

第一条 夜间施工应当提前三天公告。

第二条 夜间噪声不得超过55分贝。
"""


def run(*files, **options):
    out = StringIO()
    call_command("import_policy", *map(str, files), stdout=out, stderr=StringIO(), no_color=True, **options)
    return out.getvalue()


def test_the_command_opens_and_takes_all_of_the_head(tmp_path):
    path = tmp_path / "a.md"
    head = "slug: a\nissuer: 市城管委\nsummary: 怎样施工。"
    path.write_text(f"---\n{head}\n---\n# 办法\n\n第一条 好。\n", encoding="utf-8")
    run(path, open=True, days=45)
    made = Document.objects.get(slug="a")
    assert (made.stage, made.issuer, made.summary) == ("open", "市城管委", "怎样施工。")
    assert (timezone.localdate(made.closes_at) - timezone.localdate(made.opens_at)).days in (45, 46)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "办法.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def state():
    return (
        list(Document.objects.order_by("id").values("slug", "title", "version", "stage")),
        list(ClauseVersion.objects.order_by("id").values()),
        DocumentVersion.objects.count(),
        Clause.objects.count(),
    )


def test_the_second_run_changes_nothing(file):
    assert "已导入《夜间施工办法》，2 个条款" in run(file)
    document = Document.objects.get()
    assert (document.slug, document.category, document.stage) == ("night-work", "城市管理", "open")
    assert (timezone.localtime(document.closes_at) - timezone.localtime(document.opens_at)).days in (30, 31)
    before = state()
    assert "没有变化" in run(file)
    assert "没有变化" in run(
        file, slug="another-name"
    )  # the same text under another name is the same document
    assert state() == before


def test_a_newer_file_makes_a_new_version(file):
    run(file)
    file.write_text(TEXT.replace("三天", "五天") + "\n第三条 本办法自公布之日起施行。\n", encoding="utf-8")
    assert "更新到第 2 版，改 1 条，增 1 条，减 0 条" in run(file)
    assert Document.objects.count() == 1
    assert "没有变化" in run(file)


def test_an_accepted_suggestion_survives_the_next_import(file, citizen, moderator, suggest, clause_of):
    run(file)
    document = Document.objects.get()
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "55", "50", label="第二条"))
    before = state()
    assert "没有变化" in run(file)
    assert state() == before
    file.write_text(TEXT.replace("三天", "五天"), encoding="utf-8")
    run(file)
    assert "50分贝" in clause_of(document, "第二条").text
    file.write_text(TEXT.replace("55", "45"), encoding="utf-8")
    assert "保留网上已采纳的文字：第二条" in run(file)
    assert "50分贝" in clause_of(document, "第二条").text


def test_a_broken_file_is_named_and_the_others_go_on(file, tmp_path):
    broken, missing = tmp_path / "坏.docx", tmp_path / "没有.txt"
    broken.write_bytes(b"no zip")
    out = StringIO()
    with pytest.raises(CommandError, match="3 份文件中有 2 份没有导入"):
        call_command("import_policy", str(broken), str(missing), str(file), stdout=out, no_color=True)
    assert "坏.docx：没有导入" in out.getvalue()
    assert "没有.txt：没有导入。文件打不开" in out.getvalue()
    assert Document.objects.count() == 1


def test_bad_parts_are_named(tmp_path):
    file = tmp_path / "draft.md"
    file.write_text(
        "---\nclosed: x\ncloses: 明天\nstage: secret\nconsultation_days: many\n---\n# 稿\n\n好\x07的。",
        encoding="utf-8",
    )
    out = run(file)
    for words in (
        "不认识“closed”",
        "closes 不是日期",
        "stage 只能是",
        "consultation_days 应当是天数",
        "特殊字符",
    ):
        assert words in out
    assert Document.objects.get().stage == "draft"


def test_a_dry_run_writes_nothing(file):
    assert "没有写入" in run(file, dry_run=True)
    assert not Document.objects.exists()


def test_an_unknown_account_is_refused(file):
    with pytest.raises(CommandError, match="没有账号"):
        run(file, username="nobody")


def test_a_name_without_latin_letters_still_gives_one_address(tmp_path):
    file = tmp_path / "办法.txt"
    file.write_text("办法\n第一条 正文。", encoding="utf-8")
    run(file)
    run(file)
    assert Document.objects.get().slug.startswith("doc-")


@pytest.mark.parametrize("name", ["market-upgrade", "night-construction-noise"])
def test_the_demo_drafts_import_cleanly(name):
    content = settings.CONTENT_DIR / "policies" / f"{name}.md"
    out = run(content)
    assert "个条款" in out
    assert out.count("\n") == 2  # imported, opened; no complaint
    assert Document.objects.get(slug=name).stage == "open"


def test_ports_are_checked(settings):
    from wiki.checks import check_ports

    settings.WIKI_PORTS = {"publish": "no.such.thing", "other": "x"}
    assert {message.id for message in check_ports(None)} == {"wiki.E001", "wiki.E002"}
    settings.WIKI_PORTS = {}
    assert {message.id for message in check_ports(None)} == {"wiki.I001"}
