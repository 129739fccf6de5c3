"""Notes among staff on a case; never public."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.models import CaseNote
from civic.cases.services.checking import clean, says_something
from civic.cases.services.steps import lock_on_desk
from civic.core.errors import InvalidInput, NotAllowed

NOTE_LIMIT = 2000


@transaction.atomic
def add_note(*, case_pk: int, text: str, actor: User, at: datetime | None = None) -> CaseNote:
    """Add a note to a case on the actor's desk."""
    case = lock_on_desk(case_pk, actor)
    if not policies.can_use_desk(actor):
        raise NotAllowed("您的角色不能写内部备注。")
    text = clean(text).strip()
    if not says_something(text):
        raise InvalidInput("备注是空的。", fields={"text": "备注是空的。"})
    if len(text) > NOTE_LIMIT:
        raise InvalidInput(f"备注最多 {NOTE_LIMIT} 字。", fields={"text": f"备注最多 {NOTE_LIMIT} 字。"})
    return CaseNote.objects.create(case=case, author=actor, text=text, created_at=at or timezone.now())
