"""The ledger of points: given once for one thing, taken back once by a line of its own, never deleted."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.engagement.levels import amount_of
from civic.engagement.models import Point


def award(
    *, user: User, reason: str, key: str, subject: str = "", at: datetime | None = None
) -> Point | None:
    """Give what the reason is worth; None when this key has been given before, or the reason is worth nothing.

    Raises KeyError for a reason that content/engagement/points.yaml does not know.
    """
    amount = amount_of(reason)
    if amount == 0 or Point.objects.filter(key=key).exists():
        return None
    try:
        with transaction.atomic():
            return Point.objects.create(
                user=user, amount=amount, reason=reason, key=key, subject=subject,
                created_at=at or timezone.now(),
            )  # fmt: skip
    except IntegrityError:  # another run was faster
        return None


def take_back(*, key: str, reason: str, at: datetime | None = None) -> Point | None:
    """Take back what was given under a key, once; None when nothing was, or it has been taken back already."""
    given = Point.objects.filter(key=key, takes_back=None).first()
    if given is None or Point.objects.filter(takes_back=given).exists():
        return None
    try:
        with transaction.atomic():
            return Point.objects.create(
                user_id=given.user_id, amount=-given.amount, reason=reason, key=f"{key}:back",
                subject=given.subject, takes_back=given, created_at=at or timezone.now(),
            )  # fmt: skip
    except IntegrityError:  # another run was faster
        return None
