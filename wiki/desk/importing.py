"""Bringing a text in: upload or paste, look at the tree that was read, store it."""

import base64
import json
import zlib
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from wiki.desk.frame import desk_page, require
from wiki.errors import WikiError
from wiki.models import Document, Doubt
from wiki.parsing import FileError, Parsed, parse_file, parse_pasted
from wiki.parsing.exported import parse_json, tree_json
from wiki.parsing.files import SIZE_LIMIT
from wiki.policies import can_import, can_manage
from wiki.services import create_document, revise_document
from wiki.text.cleaning import tidy
from wiki.text.slugs import make_slug

PASTE_LIMIT = 400 * 1024
"""Characters that a form field may bring: longer texts come as files (settings.DATA_UPLOAD_MAX_MEMORY_SIZE)."""

LINES_SHOWN = 400
PROBLEMS_SHOWN = 30
_SALT = "wiki.import"


class ImportForm(forms.Form):
    """A file, or pasted words (with their HTML where the browser gave it)."""

    file = forms.FileField(
        label=_("文件"),
        required=False,
        help_text=_("docx、md、txt 或 html，最大 20 MB。旧的 doc 请先另存为 docx。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.md,.markdown,.txt,.html,.htm,.json"}),
    )
    text = forms.CharField(
        label=_("或者粘贴文字"),
        required=False,
        strip=False,
        help_text=_("从网页或 Word 里复制后粘贴在这里，标题、列表和表格会保留。"),
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off", "data-paste": ""}),
    )
    html = forms.CharField(
        required=False, strip=False, widget=forms.HiddenInput(attrs={"data-paste-html": ""})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file, text, html = given.get("file"), given.get("text") or "", given.get("html") or ""
        if file is None and not (text.strip() or html.strip()) and "file" not in self.errors:
            raise forms.ValidationError(_("请选择一个文件，或者粘贴文字。"))
        if file is not None and text.strip():
            raise forms.ValidationError(_("文件和粘贴的文字只能用一样，请去掉其中一样。"))
        if file is not None and file.size > SIZE_LIMIT:
            self.add_error("file", f"文件有 {file.size / 1048576:.1f} MB，最大 {SIZE_LIMIT // 1048576} MB。")
        return given

    def read(self) -> tuple[Parsed, str]:
        """Return the tree and the source's name; raises FileError."""
        file = self.cleaned_data["file"]
        if file is not None:
            return parse_file(file.name, file.read()), file.name[:255]
        return parse_pasted(self.cleaned_data["text"], self.cleaned_data["html"]), "粘贴的文字"


class StoreForm(forms.Form):
    """What a text is stored as: a new document with its facts, or the newer text of one that exists."""

    tree = forms.CharField(widget=forms.HiddenInput)
    source = forms.CharField(required=False, max_length=255, widget=forms.HiddenInput)
    title = forms.CharField(label=_("标题"), max_length=200)
    target = forms.ChoiceField(label=_("存成"), required=False)
    slug = forms.CharField(
        label=_("地址"),
        required=False,
        help_text=_("网址里的名字，用小写字母、数字和短横线；新文件才需要。"),
    )
    issuer = forms.CharField(label=_("起草单位"), max_length=100, required=False)
    summary = forms.CharField(
        label=_("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, documents: list[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target: Any = self.fields["target"]
        target.choices = [
            ("", _("一份新文件")),
            *((str(one.pk), f"更新《{one.title}》（现在第 {one.version} 版）") for one in documents),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("target") and not given.get("slug") and "slug" not in self.errors:
            self.add_error("slug", _("请写地址。"))
        return given


@dataclass(frozen=True)
class TreeLine:
    """One clause of the preview."""

    depth: int
    kind: str
    label: str
    text: str
    doubts: list[str]


@require_http_methods(["GET", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """Ask for a text; read it and show the tree before anything is stored."""
    require(can_manage(request.user))
    if request.method == "GET":
        return _ask(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, form, 400)
    try:
        parsed, source = form.read()
    except FileError as error:
        form.add_error("file" if form.cleaned_data["file"] else "text", str(error))
        return _ask(request, form, 400)
    documents = _documents(request)
    held = pack(parsed)
    if len(held) > PASTE_LIMIT:
        form.add_error("file", "这份文件太大，不能在网页上预览；请用命令 import_policy 导入，或者分成几份。")
        return _ask(request, form, 400)
    same = next((one for one in documents if one.title == parsed.title), None)
    wanted = make_slug(str(parsed.meta.get("slug") or "") or source.rsplit(".", 1)[0])
    store = StoreForm(
        documents=documents,
        initial={
            "tree": held,
            "source": source,
            "title": str(parsed.meta.get("title") or parsed.title)[:200],
            "target": str(same.pk) if same else "",
            "slug": "" if same else (wanted or f"doc-{parsed.digest[:10]}"),
            "issuer": str(parsed.meta.get("issuer") or parsed.facts.get("issuer", ""))[:100],
            "summary": str(parsed.meta.get("summary") or "")[:2000],
        },
    )
    return _preview(request, store, parsed)


@require_POST
def store(request: HttpRequest) -> HttpResponse:
    """Store a tree that was looked at."""
    require(can_manage(request.user))
    documents = _documents(request)
    form = StoreForm(request.POST, documents=documents)
    try:
        parsed = unpack(request.POST.get("tree", ""))
    except (signing.BadSignature, FileError, ValueError, zlib.error):
        refused = ImportForm({})
        refused.errors.clear()
        refused.add_error(None, "预览已经失效，请重新选择文件。")
        return _ask(request, refused, 400)
    if not form.is_valid():
        return _preview(request, form, parsed, 400)
    given = form.cleaned_data
    parsed = replace(parsed, title=tidy(given["title"]))
    try:
        if given["target"]:
            document = next(one for one in documents if str(one.pk) == given["target"])
            result = revise_document(
                actor=request.user,
                document=document,
                title=parsed.title,
                nodes=parsed.nodes,
                source=given["source"],
                digest=parsed.digest,
            )
            if result.version is None:
                messages.info(request, f"《{document.title}》没有变化。")
            else:
                messages.success(
                    request,
                    f"《{parsed.title}》更新到第 {result.version} 版：改 {result.changed} 条，增 {result.added} 条，"
                    f"减 {result.removed} 条。",
                )
            if result.kept:
                messages.warning(request, f"以下条款保留网上已采纳的文字：{'、'.join(result.kept[:10])}。")
        else:
            document = create_document(
                actor=request.user,
                slug=given["slug"],
                title=parsed.title,
                nodes=parsed.nodes,
                summary=given["summary"],
                issuer=given["issuer"],
                source=given["source"],
                digest=parsed.digest,
            )
            messages.success(request, f"《{document.title}》已存为草稿。")
    except WikiError as error:
        field = next((name for name in error.fields if name in form.fields), None)
        form.add_error("slug" if error.code == "slug_taken" else field, error.message)
        return _preview(request, form, parsed, error.status)
    if Doubt.objects.filter(document=document, settled_at=None).exists():
        return redirect("wiki_desk:doubts", document.pk)
    return redirect("wiki_desk:documents")


def pack(parsed: Parsed) -> str:
    """Return a tree as text for a form, signed: what is stored is what was shown."""
    raw = json.dumps(tree_json(parsed), ensure_ascii=False, separators=(",", ":")).encode()
    return signing.TimestampSigner(salt=_SALT).sign(base64.b85encode(zlib.compress(raw, 6)).decode())


def unpack(held: str) -> Parsed:
    """Return the tree that `pack` wrote within the last day; raises BadSignature."""
    packed = signing.TimestampSigner(salt=_SALT).unsign(held, max_age=24 * 3600)
    return parse_json(zlib.decompress(base64.b85decode(packed)).decode())


def _documents(request: HttpRequest) -> list[Document]:
    """Return the documents whose text this person may replace, newest first."""
    found = Document.objects.visible_to(request.user).order_by("-updated_at")[:200]
    return [document for document in found if can_import(request.user, document)]


def _ask(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    crumbs = [(reverse("wiki_desk:documents"), "政策文件")]
    return desk_page(request, "wiki/desk/import.html", "导入文本", crumbs, {"form": form}, status)


def _preview(request: HttpRequest, form: StoreForm, parsed: Parsed, status: int = 200) -> HttpResponse:
    lines = list(parsed.walk())
    context = {
        "form": form,
        "title": parsed.title,
        "count": len(lines),
        "doubt_count": len(parsed.doubts),
        "problems": parsed.problems[:PROBLEMS_SHOWN],
        "more_problems": max(0, len(parsed.problems) - PROBLEMS_SHOWN),
        "lines": [
            TreeLine(
                min(depth, 5),
                node.kind.value,
                node.label,
                node.text,
                [doubt.message for doubt in node.doubts],
            )
            for depth, node in lines[:LINES_SHOWN]
        ],
        "more": max(0, len(lines) - LINES_SHOWN),
    }
    crumbs = [
        (reverse("wiki_desk:documents"), "政策文件"),
        (reverse("wiki_desk:import"), "导入文本"),
    ]
    return desk_page(request, "wiki/desk/import_preview.html", "导入前看一看", crumbs, context, status)
