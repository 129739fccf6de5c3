"""Who may search what people say."""

from typing import Any


def can_search(user: Any) -> bool:
    """Whether the user may search texts that are not public; a duty officer's permission."""
    return bool(user.is_active and user.has_perm("opinion.view_document"))
