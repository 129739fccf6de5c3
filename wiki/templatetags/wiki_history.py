"""What the history's templates show of changes and of the people behind them."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wiki.models import Document, DocumentVersion
from wiki.presenters import parts
from wiki.presenters.change_cards import SORTS

register = template.Library()

ACTS: dict[str, tuple[Any, Any]] = {
    "words": (gettext_lazy("改文字、序号、类型"), gettext_lazy("保存为新版本")),
    "split": (gettext_lazy("拆成两条"), gettext_lazy("拆开")),
    "merge": (gettext_lazy("与后一条合并"), gettext_lazy("合并")),
    "move": (gettext_lazy("移到别处"), gettext_lazy("移动")),
    "revert": (gettext_lazy("恢复较早的文字"), gettext_lazy("恢复")),
    "remove": (gettext_lazy("删去这一条"), gettext_lazy("删去")),
    "restore": (gettext_lazy("放回正文"), gettext_lazy("放回")),
}


@register.simple_tag
def version_line(document: Document, version: DocumentVersion) -> SafeString:
    """Return when, how and by whom a version came about, on one line.

    Written here and not in a template: a page of history has twenty of them.
    """
    opening = getattr(version, "opening", False)
    said = [
        format_html(
            '<time datetime="{}">{}</time>',
            timezone.localtime(version.made_at).isoformat(),
            date_format(timezone.localtime(version.made_at), "Y年n月j日 H:i"),
        ),
        _("征求意见稿") if opening else version.get_origin_display(),
    ]
    suggestion = version.suggestion
    if suggestion is not None:
        address = reverse("wiki:clause", args=[document.slug, suggestion.clause_id])
        number = _("第 %(n)s 号建议") % {"n": suggestion.pk}
        said.append(version_author(suggestion.author, version.origin))
        said.append(format_html('<a href="{}?status=decided#s{}">{}</a>', address, suggestion.pk, number))
    elif version.author is not None:
        said.append(version_author(version.author, version.origin))
    return format_html_join("", "<span>{}</span>", ((one,) for one in said))


@register.filter
def change_name(sort: str) -> str:
    """Return what a sort of change is called."""
    return str(SORTS[sort])


@register.filter
def version_author(user: Any, origin: str) -> str:
    """Return what the public sees of a version's author; a suggestion's may be nobody who has signed in."""
    if user is None and origin == DocumentVersion.Origin.SUGGESTION:
        return _("未登录的访客")
    return parts.public_name(user)


@register.filter
def act_name(act: str) -> str:
    """Return what an act of the editing desk is called."""
    return str(ACTS[act][0])


@register.filter
def act_verb(act: str) -> str:
    """Return what the button that does an act says."""
    return str(ACTS[act][1])


@register.filter
def is_removal(act: str) -> bool:
    """Return whether an act takes words out, so that its button warns."""
    return act == "remove"
