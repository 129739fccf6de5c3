"""Keeping and forgetting a person's own filters of the queue."""

from django.db import transaction

from civic.accounts.models import User
from civic.cases.models import SavedFilter
from civic.core.errors import InvalidInput, NotFound

NAME_LIMIT = 40
QUERY_LIMIT = 500
FILTER_LIMIT = 30


@transaction.atomic
def keep_filter(*, owner: User, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name; the same name again replaces it."""
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise InvalidInput("请给筛选起个名字。", fields={"name": "请给筛选起个名字。"})
    if len(name) > NAME_LIMIT:
        raise InvalidInput(f"名字最多 {NAME_LIMIT} 字。", fields={"name": f"名字最多 {NAME_LIMIT} 字。"})
    if not query:
        raise InvalidInput("现在没有筛选条件，没有什么可保存。", fields={"query": "没有筛选条件。"})
    if len(query) > QUERY_LIMIT:
        raise InvalidInput("筛选条件太长，保存不下。", fields={"query": "筛选条件太长。"})
    others = SavedFilter.objects.select_for_update().filter(owner=owner).exclude(name=name)
    if others.count() >= FILTER_LIMIT:
        raise InvalidInput(f"最多保存 {FILTER_LIMIT} 个筛选，请先删掉不用的。")
    saved, _ = SavedFilter.objects.update_or_create(owner=owner, name=name, defaults={"query": query})
    return saved


@transaction.atomic
def forget_filter(*, owner: User, pk: int) -> None:
    """Delete one of the owner's own filters."""
    if not SavedFilter.objects.filter(owner=owner, pk=pk).delete()[0]:
        raise NotFound("没有这个筛选，或者它不是您的。")
