"""The text of a document in a template."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from wiki.presenters.clause_html import text_html

register = template.Library()


@register.simple_tag(takes_context=True)
def clause_text(context: dict[str, Any]) -> SafeString:
    """Return `blocks` of the context as HTML; with `tools` the links of each clause, as `is_open` says."""
    return text_html(
        context["blocks"], tools=bool(context.get("tools")), is_open=bool(context.get("is_open"))
    )
