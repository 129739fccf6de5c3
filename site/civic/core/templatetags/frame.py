"""Template tags of the page frame: icons from the sprite and navigation links that know where the reader is."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return one icon of img/icons.svg as a decorative <svg>; the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("civic/img/icons.svg"),
        name,
    )


@register.inclusion_tag("includes/nav_link.html", takes_context=True)
def nav_link(context: template.Context, url: str, label: str, icon: str = "", css: str = "") -> dict[str, object]:
    """Render a navigation link; `current` is "page" on that very page and "true" on the pages below it."""
    request = context.get("request")
    path = request.path if request else ""
    current = ""
    if url and path == url:
        current = "page"
    elif len(url) > 1 and path.startswith(url):
        current = "true"
    return {"url": url, "label": label, "icon": icon, "css": css, "current": current}
