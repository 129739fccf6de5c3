"""What templates show of people."""

from typing import Any

from django import template

from wiki import presentation

register = template.Library()


@register.filter
def public_name(user: Any) -> str:
    """Return what the public sees of a person."""
    return presentation.public_name(user)
