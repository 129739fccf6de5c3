"""Who may manage partners."""

from typing import Any


def can_manage(user: Any) -> bool:
    """Whether the user may see and change partners, their keys and their webhooks."""
    return bool(user.is_active and user.has_perm("partners.manage_partner"))
