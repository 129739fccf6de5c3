"""What templates show of people."""

from typing import Any

from django import template

from wiki.presenters import parts

register = template.Library()


@register.filter
def author_name(user: Any) -> str:
    """Return what is shown of somebody who said something; nobody is a visitor who has not signed in."""
    return parts.public_name(user) if user is not None else "未登录的访客"


@register.filter
def public_name(user: Any) -> str:
    """Return what the public sees of a person."""
    return parts.public_name(user)
