"""StreamField blocks of the front page."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class Room(models.TextChoices):
    """The four rooms of the site that the front page can lead to."""

    CASES = "cases", _("反映与进展")
    WIKI = "wiki", _("政务维基")
    MARKETS = "markets", _("便民菜市场")
    CHAT = "chat", _("问答聊天")


class RoomBlock(blocks.StructBlock):
    """One room: where it leads, its name, and what one does there."""

    room = blocks.ChoiceBlock(choices=Room.choices, label=_("栏目"))
    title = blocks.CharBlock(max_length=20, label=_("名称"))
    text = blocks.CharBlock(max_length=90, label=_("一句说明"))

    class Meta:
        icon = "folder-open-inverse"
        label = _("栏目")


class StepBlock(blocks.StructBlock):
    """One step of how a sentence becomes a result."""

    title = blocks.CharBlock(max_length=16, label=_("标题"))
    text = blocks.CharBlock(max_length=120, label=_("说明"))

    class Meta:
        icon = "list-ol"
        label = _("一步")


class ExamplesBlock(blocks.StreamBlock):
    """Sentences that a visitor can start from."""

    example = blocks.CharBlock(max_length=40, label=_("例子"))


class RoomsBlock(blocks.StreamBlock):
    """The rooms in their order."""

    room = RoomBlock()


class StepsBlock(blocks.StreamBlock):
    """The steps in their order."""

    step = StepBlock()
