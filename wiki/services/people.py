"""What a person decides about being seen."""

from __future__ import annotations

from django.db import transaction

from wiki.errors import NotAllowed
from wiki.models import Contributor
from wiki.policies import Account


def show_contributions(*, person: Account, on: bool) -> Contributor:
    """Gather what the person has contributed on a page that everybody can see, or no longer. Raises NotAllowed."""
    if not person.is_authenticated or not person.is_active:
        raise NotAllowed("请先登录。")
    with transaction.atomic():
        contributor, _created = Contributor.objects.update_or_create(user=person, defaults={"shown": on})
    return contributor
