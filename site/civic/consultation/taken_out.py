"""Telling authors that the words of their adopted suggestions were taken out of the text again by a revert."""

from typing import Any

from django.urls import reverse

from civic.accounts.models import User
from civic.consultation.notes import tell_author
from wiki.models import Decision, DocumentVersion


def tell_of_words_taken_out(payload: dict[str, Any]) -> None:
    """Tell the authors whose adopted words the new version took out; a version that took none out tells nobody."""
    number = payload["version"]
    undone = Decision.objects.filter(
        opinion__document=payload["document"],
        undone_in=number,
        opinion__suggestion__isnull=False,
        opinion__author__kind=User.Kind.PERSON,
    )
    made = DocumentVersion.objects.filter(document=payload["document"], number=number).first()
    if made is None:
        return
    for decision in undone.select_related("opinion__document", "opinion__author"):
        opinion = decision.opinion
        tell_author(
            opinion,
            key=f"undone:{decision.pk}:{number}",
            kind="decision",
            title=f"【采纳后又撤下】您的建议（第 {opinion.suggestion_id} 号）",
            text=f"《{opinion.document.title}》第 {number} 版恢复了先前的文字，您的建议写进第 {decision.version} 版的文字"
            "已不在现行文字里；采纳情况里会写明。",
            path=reverse("wiki:suggestion", args=[opinion.document.slug, opinion.suggestion_id]),
            since=made.made_at,
        )
