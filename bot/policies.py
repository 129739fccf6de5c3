"""Who may read transcripts and close a hand-over."""

from __future__ import annotations

from typing import Any


def can_view_transcripts(user: Any) -> bool:
    """Staff who hold bot.view_conversation."""
    return bool(user and user.is_active and user.has_perm("bot.view_conversation"))


def can_close_handover(user: Any, conversation: Any) -> bool:
    """Staff who hold bot.take_over_conversation, while the conversation waits for a person."""
    return bool(
        user
        and user.is_active
        and user.has_perm("bot.take_over_conversation")
        and conversation.state == "handover"
    )
