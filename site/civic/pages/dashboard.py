"""What waits for a member of staff, desk by desk: the first thing the staff's home page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from bot.models import Conversation
from bot.policies import can_view_transcripts
from civic.cases.models import Case, Step
from civic.cases.policies import can_use_desk
from wiki.models import Suggestion
from wiki.policies import can_moderate


@dataclass(frozen=True)
class Task:
    """A number of things that wait, and the desk where they do."""

    label: str
    count: int
    url: str


def tasks_of(user: Any) -> list[Task]:
    """Return what waits on the desks that the user may open."""
    tasks = []
    if can_use_desk(user):
        desk = Case.objects.on_desk_of(user)
        queue = reverse("cases_desk:queue")
        tasks.append(
            Task(_("件待立案"), desk.filter(step=Step.INTAKE).count(), f"{queue}?step={Step.INTAKE}")
        )
        tasks.append(Task(_("件在办"), desk.open().count(), queue))
        # What must not wait is shown only when there is some.
        urgent = desk.open().filter(urgent=True).count()
        overdue = desk.open().filter(due_at__lt=timezone.now()).count()
        tasks += [
            Task(label, count, f"{queue}?{mark}=on")
            for label, count, mark in ((_("件紧急"), urgent, "urgent"), (_("件已超期"), overdue, "overdue"))
            if count
        ]
    if can_view_transcripts(user):
        waiting = Conversation.objects.visible_to(user).waiting_for_a_person()
        tasks.append(Task(_("个对话等人接"), waiting.count(), reverse("bot_desk:index")))
    if can_moderate(user):
        tasks.append(
            Task(_("条修改建议待审"), Suggestion.objects.waiting().count(), reverse("wiki_desk:index"))
        )
    return tasks


class TasksPanel(Component):
    """The counts as links, above Wagtail's own panels."""

    name = "civic_tasks"
    template_name = "pages/admin/tasks.html"
    order = 50

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {"tasks": tasks_of(parent_context["request"].user)}
