"""Who is changing a clause now: heartbeats that expire, without names. Reading writes nothing."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from wiki.models import Clause, Presence
from wiki.querysets import PRESENT_FOR


def editor_key(*, clause_id: int, person: str) -> str:
    """Return the id under which `person` (an account's or a session's key) is present at one clause.

    Keyed and made for this clause alone: rows tell neither who somebody is nor where else they write.
    """
    return salted_hmac("wiki.presence", f"{clause_id}:{person}", algorithm="sha256").hexdigest()[:32]


def stay(*, clause: Clause, editor: str) -> int:
    """Note that an editor is at a clause now; return how many are, this one included."""
    now = timezone.now()
    with transaction.atomic():
        Presence.objects.filter(document_id=clause.document_id, seen_at__lt=now - PRESENT_FOR).delete()
        Presence.objects.bulk_create(
            [Presence(document_id=clause.document_id, clause=clause, editor=editor, seen_at=now)],
            update_conflicts=True,
            unique_fields=["clause", "editor"],
            update_fields=["seen_at"],
        )
        return Presence.objects.now().filter(clause=clause).count()


def leave(*, clause: Clause, editor: str) -> None:
    """Note that an editor has left a clause."""
    Presence.objects.filter(clause=clause, editor=editor).delete()


def forget_absent() -> int:
    """Delete what has expired, of all documents; return how many rows."""
    return Presence.objects.filter(seen_at__lt=timezone.now() - PRESENT_FOR).delete()[0]
