"""Comments on a clause or on words of it, their threads, and votes."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wiki.models.clauses import Clause
from wiki.models.documents import Document
from wiki.models.suggestions import Suggestion
from wiki.querysets import CommentQuerySet


class Comment(models.Model):
    """What somebody says of a clause, or of a quotation in it; an answer to another comment names its `thread`.

    `quote`, `prefix`, `suffix` and `start` are as they were in `base_version` and never change; `at` and `length`
    say where the quotation stands in the clause's wording of `anchored_version`. A comment whose words are gone is
    listed as belonging to an earlier wording; it is never put on other words.
    """

    class Stance(models.TextChoices):
        SUPPORT = "support", _("支持")
        OPPOSE = "oppose", _("反对")
        NEUTRAL = "neutral", _("中立")

    class Anchor(models.TextChoices):
        CLAUSE = "clause", _("针对整条")
        QUOTE = "quote", _("针对引文")
        EARLIER = "earlier", _("针对先前的文字")

    class HiddenFor(models.TextChoices):
        """Why a moderator takes a comment out of sight; opinions are no reason."""

        ABUSE = "by_hand_abuse", _("辱骂他人")
        PERSONAL = "by_hand_personal", _("泄露个人信息")
        ADVERT = "by_hand_advert", _("广告")
        FLOOD = "by_hand_flood", _("重复刷屏")
        UNLAWFUL = "by_hand_unlawful", _("法律禁止发布的内容")

    EDITABLE_FOR = timedelta(minutes=10)

    document = models.ForeignKey(Document, models.PROTECT, related_name="comments")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="comments")
    # The clause it was written on, where its words have passed to another one since.
    origin = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("原来的条款")
    )
    thread = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replies", verbose_name=_("所属讨论")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="wiki_comments", verbose_name=_("评论人")
    )
    stance = models.CharField(_("立场"), max_length=8, choices=Stance.choices, default=Stance.NEUTRAL)
    text = models.TextField(_("评论"))
    base_version = models.PositiveIntegerField(_("针对版本"))
    quote = models.TextField(_("引文"), blank=True)
    prefix = models.CharField(_("引文之前"), max_length=64, blank=True)
    suffix = models.CharField(_("引文之后"), max_length=64, blank=True)
    start = models.PositiveIntegerField(_("引文起点"), default=0)
    anchor = models.CharField(_("位置"), max_length=8, choices=Anchor.choices, default=Anchor.CLAUSE)
    anchored_version = models.PositiveIntegerField(_("定位到版本"))
    at = models.PositiveIntegerField(_("现在的起点"), default=0)
    length = models.PositiveIntegerField(_("现在的长度"), default=0)
    # The rule that keeps it out of sight, and what the moderator who hid it says of it.
    held_by = models.CharField(_("拦下的规则"), max_length=40, blank=True)
    held_reason = models.CharField(_("拦下的理由"), max_length=300, blank=True)
    # Counted here so that sorting reads no votes.
    ups = models.PositiveIntegerField(_("支持"), default=0)
    downs = models.PositiveIntegerField(_("反对"), default=0)
    score = models.IntegerField(_("赞成减反对"), default=0)
    submitted_at = models.DateTimeField(_("提交时间"), auto_now_add=True)
    edited_at = models.DateTimeField(_("修改时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("评论")
        verbose_name_plural = _("评论")
        indexes = [
            models.Index(fields=["clause", "thread", "submitted_at"], name="wiki_comment_clause"),
            models.Index(fields=["document", "submitted_at"], name="wiki_comment_document"),
            models.Index(fields=["author", "submitted_at"], name="wiki_comment_author"),
            # Counting what is said beside every clause reads this index alone.
            models.Index(
                fields=["document", "held_by", "withdrawn_at", "clause"], name="wiki_comment_counts"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="wiki_comment_says_something"),
            models.CheckConstraint(
                condition=Q(anchor="clause", quote="") | (~Q(anchor="clause") & ~Q(quote="")),
                name="wiki_comment_quote_iff_anchored",
            ),
            models.CheckConstraint(
                condition=Q(score=F("ups") - F("downs")), name="wiki_comment_score_is_its_votes"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_public(self) -> bool:
        """Whether everybody may read its words."""
        return not self.held_by and self.withdrawn_at is None

    @property
    def written_on(self) -> int:
        """The id of the clause it was written on."""
        return self.origin_id or self.clause_id


class Vote(models.Model):
    """One person's yes or no to a clause, a suggestion or a comment."""

    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="votes")
    suggestion = models.ForeignKey(Suggestion, models.PROTECT, null=True, blank=True, related_name="votes")
    comment = models.ForeignKey(Comment, models.PROTECT, null=True, blank=True, related_name="votes")
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="wiki_votes")
    value = models.SmallIntegerField(_("赞成或反对"), choices=[(1, _("赞成")), (-1, _("反对"))])
    voted_at = models.DateTimeField(_("时间"), auto_now=True)

    class Meta:
        verbose_name = _("表态")
        verbose_name_plural = _("表态")
        indexes = [
            models.Index(fields=["clause", "value"], name="wiki_vote_clause"),
            models.Index(fields=["suggestion", "value"], name="wiki_vote_suggestion"),
        ]
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["voter", target],
                    condition=Q(**{f"{target}__isnull": False}),
                    name=f"wiki_vote_once_on_{target}",
                )
                for target in ("clause", "suggestion", "comment")
            ),
            models.CheckConstraint(
                condition=Q(clause__isnull=False, suggestion=None, comment=None)
                | Q(clause=None, suggestion__isnull=False, comment=None)
                | Q(clause=None, suggestion=None, comment__isnull=False),
                name="wiki_vote_on_one_thing",
            ),
            models.CheckConstraint(condition=Q(value__in=[1, -1]), name="wiki_vote_is_yes_or_no"),
        ]

    def __str__(self) -> str:
        return f"{self.voter_id}: {self.value}"
