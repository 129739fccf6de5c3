"""What must be said first, whatever the dialogue is about: care for a person in danger, emergency numbers.

Runs before Rasa and without it, so that it also works when Rasa is down.
"""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import gettext as _

from . import conf
from .replies import Reply


class Heard(Protocol):
    """The part of nlp's analysis that matters here."""

    @property
    def urgent(self) -> bool: ...

    @property
    def self_harm(self) -> bool: ...


def care() -> Reply:
    """The answer to words of self-harm: no form, no classification, people who can help."""
    lines = conf.get("BOT_HOTLINES")
    return Reply(
        _(
            "听到您这么说，我很担心您。您不用一个人扛着：现在就可以拨打全国统一心理援助热线 %(care)s，"
            "24 小时有人接听；如果您或身边的人有危险，请马上拨打 %(police)s 或 %(medical)s。"
            "这段话已经转给工作人员，不会公开。愿意的话，也请告诉身边信任的人。"
        )
        % lines
    )


def emergency() -> Reply:
    """Emergency numbers, said before the ordinary answer."""
    lines = conf.get("BOT_HOTLINES")
    return Reply(
        _(
            "如果正有危险，请先离开现场，并马上拨打：报警 %(police)s，火警 %(fire)s，急救 %(medical)s；"
            "市政设施险情可拨打城市管理热线 %(city)s 或 %(government)s。这里的登记不能代替报警。"
        )
        % lines
    )


def notices(heard: Heard) -> list[Reply]:
    """Returns what to say before the ordinary answer."""
    return [emergency()] if heard.urgent else []
