"""What the site does for the wiki's review desk: grouping in the worker, the alarm to moderators, word to authors."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from civic.engagement.models import Channel
from civic.engagement.services.notices import tell
from civic.engagement.services.subscriptions import Topic, follow
from wiki.models import ClauseVersion, Document, Holding
from wiki.policies import MODERATE
from wiki.services.alarms import raise_alarm
from wiki.services.grouping import group_suggestions


def group_new(payloads: list[dict[str, Any]]) -> None:
    """Group the suggestions of the clauses that got a new one; running twice changes nothing."""
    for clause in sorted({payload["clause"] for payload in payloads}):
        group_suggestions(clause_id=clause)


def group_changed(payloads: list[dict[str, Any]]) -> None:
    """Group anew where a version changed a clause's words: what was alike of the old text may not be of the new."""
    changed: set[int] = set()
    for payload in payloads:
        number = payload["version"]
        rows = ClauseVersion.objects.filter(document=payload["document"])
        changed |= set(rows.filter(Q(since=number) | Q(until=number)).values_list("clause_id", flat=True))
    for clause in sorted(changed):
        group_suggestions(clause_id=clause)


def check_waiting() -> None:
    """Raise the alarm where a suggestion has waited too long; the hourly job."""
    raise_alarm()


def warn_moderators(payload: dict[str, Any]) -> None:
    """Write to the moderators that suggestions for a document have waited too long; a raise is a retry."""
    document = Document.objects.get(pk=payload["document"])
    people = get_user_model().objects.with_perm(MODERATE, include_superusers=False)
    addresses = sorted(set(people.filter(is_active=True).exclude(email="").values_list("email", flat=True)))
    if not addresses:
        return
    oldest = timezone.localtime(datetime.fromisoformat(payload["oldest"]))
    link = f"{settings.PUBLIC_BASE_URL.rstrip('/')}{reverse('wiki_desk:index')}?document={document.pk}&late=1"
    lines = [
        f"文件：《{document.title}》",
        f"等了 48 小时以上的修改建议：{payload['count']} 条",
        f"等得最久的一条提交于：{oldest:%Y-%m-%d %H:%M}",
        f"处理：{link}",
    ]
    EmailMessage(
        subject=f"【超过 48 小时】{document.title[:40]}的修改建议待审", body="\n".join(lines), bcc=addresses
    ).send()


def tell_of_holding(payload: dict[str, Any]) -> None:
    """Tell an author on the site that their words were kept back, by which rule and why, or were let go."""
    holding = Holding.objects.select_related("document", "suggestion__author", "comment__author").get(
        pk=payload["holding"]
    )
    author = holding.said.author
    if author is None:
        return
    kept = holding.state == Holding.State.KEPT
    if not kept and holding.state != Holding.State.RELEASED:
        return  # objected meanwhile: the next decision is told
    what = "修改建议" if holding.suggestion_id else "评论"
    url = reverse("wiki:holding", args=[holding.document.slug, holding.pk])
    title = f"您的{what}{'被拦下了' if kept else '已放行'}"
    text = f"《{holding.document.title}》：规则“{holding.rule_label}”。"
    if kept:
        text += f"理由：{holding.reason}"
        if holding.objected_at is None:
            text += " 如果看错了，可以申诉一次，三天以内一定来得及。"
    subject = f"wiki.holding:{holding.pk}"
    follow(topic=Topic(subject, title, url), channel=Channel.SITE, user=author)
    tell(
        subject=subject, key=f"{subject}:{holding.state}:{holding.decided_at}", kind="wiki", title=title, text=text,
        url=url, since=timezone.now(),
    )  # fmt: skip
