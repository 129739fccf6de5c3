"""Keeping the sentences that moderators answer with."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from wiki.errors import InvalidText, NotAllowed
from wiki.models import AnswerTemplate, Decision
from wiki.policies import Account, can_moderate
from wiki.text.cleaning import REASON_LIMIT, REASON_MINIMUM, clean

NAME_LIMIT = 40
MOST = 200


def save_template(
    *, moderator: Account, name: str, text: str, outcome: str = "", template: AnswerTemplate | None = None
) -> AnswerTemplate:
    """Store a template, or change `template`. Raises NotAllowed, InvalidText (also for a name that is taken)."""
    name = " ".join(clean(name, name="名称", limit=NAME_LIMIT, field="name").split())
    text = clean(text, name="文字", limit=REASON_LIMIT, field="text")
    if not can_moderate(moderator):
        raise NotAllowed("没有编辑答复模板的权限。")
    if not name:
        raise InvalidText("请写名称。", fields={"name": "请写名称。"})
    if len(text) < REASON_MINIMUM:
        raise InvalidText("请写出答复的文字。", fields={"text": "请写出答复的文字。"})
    if outcome and outcome not in Decision.Outcome.values:
        raise InvalidText("没有这种答复。", fields={"outcome": "请选择采纳、部分采纳或不采纳。"})
    if template is None and AnswerTemplate.objects.count() >= MOST:
        raise InvalidText(f"最多保存 {MOST} 个模板，请先删去不用的。")
    stored = template or AnswerTemplate()
    stored.name, stored.text, stored.outcome = name, text, outcome
    try:
        with transaction.atomic():
            stored.save()
    except IntegrityError as error:
        raise InvalidText("这个名称已经有了。", fields={"name": "这个名称已经有了，请换一个。"}) from error
    return stored


def delete_template(*, moderator: Account, template: AnswerTemplate) -> None:
    """Forget a template; answers that were given with it stay as they are. Raises NotAllowed."""
    if not can_moderate(moderator):
        raise NotAllowed("没有编辑答复模板的权限。")
    template.delete()
