"""Template tags of the page frame: icons from the sprite, links that know where the reader is, times as people say them."""

from datetime import datetime, timedelta

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

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
def nav_link(
    context: template.Context, url: str, label: str, icon: str = "", css: str = ""
) -> dict[str, object]:
    """Render a navigation link; `current` is "page" on that very page and "true" on the pages below it."""
    request = context.get("request")
    path = request.path if request else ""
    current = ""
    if url and path == url:
        current = "page"
    elif len(url) > 1 and path.startswith(url):
        current = "true"
    return {"url": url, "label": label, "icon": icon, "css": css, "current": current}


@register.filter
def short_time(value: datetime | None) -> str:
    """Return a moment as people say it: minutes and hours today, 昨天 and the hour, else the date."""
    if not value:
        return ""
    now, local = timezone.localtime(), timezone.localtime(value)
    age = now - local
    if timedelta(0) <= age < timedelta(minutes=1):
        return _("刚刚")
    if timedelta(0) <= age < timedelta(hours=1):
        return _("%d 分钟前") % (age.seconds // 60)
    if local.date() == now.date():
        return f"{local:%H:%M}" if age < timedelta(0) else _("%d 小时前") % (age.seconds // 3600)
    if local.date() == now.date() - timedelta(days=1):
        return _("昨天 %s") % f"{local:%H:%M}"
    if local.year == now.year:
        return _("%(month)d月%(day)d日") % {"month": local.month, "day": local.day}
    return _("%(year)d年%(month)d月%(day)d日") % {"year": local.year, "month": local.month, "day": local.day}
