"""The categories that a city sorts its documents into."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from wiki.errors import InvalidText, NotAllowed
from wiki.models import Category, Document
from wiki.policies import Account, can_manage
from wiki.text.cleaning import clean

NAME_LIMIT = 40


def save_category(*, actor: Account, category: Category | None, name: str, order: int) -> Category:
    """Add a category, or rename and order one; documents follow the new name. Raises NotAllowed, InvalidText."""
    if not can_manage(actor):
        raise NotAllowed("没有管理政策文件的权限。")
    name = " ".join(clean(name, name="分类", limit=NAME_LIMIT, field="name").split())
    if not name:
        raise InvalidText("请写分类的名称。", fields={"name": "请写分类的名称。"})
    if not 0 <= order <= 9999:
        raise InvalidText("顺序是 0 到 9999 的数。", fields={"order": "顺序是 0 到 9999 的数。"})
    with transaction.atomic():
        row = Category() if category is None else Category.objects.select_for_update().get(pk=category.pk)
        before, row.name, row.order = row.name, name, order
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise InvalidText(f"已有分类“{name}”。", fields={"name": f"已有分类“{name}”。"}) from error
        if before and before != name:
            Document.objects.filter(category=before).update(category=name)
        return row


def drop_category(*, actor: Account, category: Category) -> None:
    """Take a category away that no document stands in. Raises NotAllowed, InvalidText."""
    if not can_manage(actor):
        raise NotAllowed("没有管理政策文件的权限。")
    with transaction.atomic():
        row = Category.objects.select_for_update().get(pk=category.pk)
        if Document.objects.filter(category=row.name).exists():
            raise InvalidText(f"还有文件属于“{row.name}”，不能删去。")
        row.delete()
