"""Opinions: the ledger's lines, whatever door they came through, and the one answer to each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wiki.models.clauses import Clause
from wiki.models.comments import Comment
from wiki.models.documents import Document
from wiki.models.suggestions import Suggestion
from wiki.querysets import OpinionQuerySet


class OpinionGroup(models.Model):
    """Opinions that say the same of a clause, or of the whole document, with a name people can read."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="opinion_groups")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("名称"), max_length=60)
    # Found by the machine and touched by no person yet: it may be found otherwise when more opinions have come.
    automatic = models.BooleanField(_("自动分组"), default=False)
    typical = models.ForeignKey(
        "Opinion", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("代表意见")
    )
    made_at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("意见分组")
        verbose_name_plural = _("意见分组")

    def __str__(self) -> str:
        return self.name


class Opinion(models.Model):
    """A line of the ledger: one opinion on a document, whatever door it came through, which is owed an answer.

    A suggestion and a comment have their line beside them; what came by letter, chat or from the case desk is in
    `text`. Replies within a discussion are conversation and have no line. What is held back has none to show
    until it is released.
    """

    class Channel(models.TextChoices):
        WEB = "web", _("网站")
        WECHAT = "wechat", _("微信")
        CASE = "case", _("市民反映")
        IMPORT = "import", _("导入")

    document = models.ForeignKey(Document, models.PROTECT, related_name="opinions")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="opinions")
    suggestion = models.OneToOneField(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="opinion"
    )
    comment = models.OneToOneField(Comment, models.PROTECT, null=True, blank=True, related_name="opinion")
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel.choices, default=Channel.WEB)
    source_ref = models.CharField(_("来源编号"), max_length=100, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="wiki_opinions"
    )
    name = models.CharField(_("署名"), max_length=60, blank=True)
    stance = models.CharField(_("立场"), max_length=8, choices=Comment.Stance.choices, blank=True)
    text = models.TextField(_("意见"), blank=True)
    group = models.ForeignKey(
        OpinionGroup, models.SET_NULL, null=True, blank=True, related_name="opinions", verbose_name=_("分组")
    )
    # Put where it is by a person, alone or in a group: the machine leaves it there.
    placed_by_hand = models.BooleanField(_("由人分组"), default=False)
    # What the words sound like where no stance was stated; shown as a guess, and only to those who answer.
    stance_guess = models.CharField(_("推测的立场"), max_length=8, choices=Comment.Stance.choices, blank=True)
    held_by = models.CharField(_("拦下的规则"), max_length=40, blank=True)
    # The instant of the decision, repeated here so that counting what is answered is one indexed query.
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    # Taken back by whoever said it, before it was answered: its line stays and is owed no answer.
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"))

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("意见")
        verbose_name_plural = _("意见")
        indexes = [
            models.Index(fields=["document", "id"], name="wiki_opinion_document"),
            models.Index(fields=["document", "answered_at", "submitted_at"], name="wiki_opinion_ledger"),
            models.Index(fields=["clause", "answered_at"], name="wiki_opinion_clause"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "channel", "source_ref"],
                condition=~Q(source_ref=""),
                name="wiki_opinion_source_once",
            ),
            models.CheckConstraint(
                condition=Q(suggestion__isnull=False, comment=None)
                | Q(suggestion=None, comment__isnull=False)
                | (Q(suggestion=None, comment=None) & ~Q(text="")),
                name="wiki_opinion_says_something",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_at__gte=F("submitted_at")),
                name="wiki_opinion_answered_after_submitting",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(withdrawn_at=None),
                name="wiki_opinion_answered_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Decision(models.Model):
    """The one answer to an opinion, public with its reason.

    `version` is where its words stand in the text; `clause` names the clause where that is not the opinion's own.
    `undone_in` is the version that brought an earlier text back and took them out again, while they are out.
    """

    class Outcome(models.TextChoices):
        ADOPTED = "adopted", _("采纳")
        PARTLY = "partly", _("部分采纳")
        REJECTED = "rejected", _("不采纳")

    opinion = models.OneToOneField(Opinion, models.PROTECT, related_name="decision")
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome.choices)
    reason = models.TextField(_("理由"), blank=True)
    wording = models.TextField(_("采用的文字"), blank=True)
    replaced = models.TextField(_("被替换的文字"), blank=True)
    version = models.PositiveIntegerField(_("形成的版本"), null=True, blank=True)
    undone_in = models.PositiveIntegerField(_("撤下的版本"), null=True, blank=True)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("写进的条款")
    )
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("审核人")
    )
    made_at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("审核决定")
        verbose_name_plural = _("审核决定")
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="rejected") | Q(version=None),
                name="wiki_decision_rejection_makes_no_version",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="rejected") | ~Q(reason=""), name="wiki_decision_rejection_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(undone_in=None) | Q(version__lt=F("undone_in")),
                name="wiki_decision_undone_after_its_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id}: {self.outcome}"

    @property
    def told(self) -> str:
        """The answer in words, with what became of it."""
        return told(self.outcome, self.undone_in)


def told(outcome: str, undone_in: int | None) -> str:
    """Return an outcome in words: adopted words that were taken out again are not simply adopted."""
    name = str(Decision.Outcome(outcome).label)
    return (
        name
        if undone_in is None
        else gettext("%(name)s，后来在第 %(n)d 版撤下") % {"name": name, "n": undone_in}
    )


class Correction(models.Model):
    """What an answer said before it was corrected, why, and by whom; the decision itself says what holds now."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="corrections")
    outcome = models.CharField(_("原来的结果"), max_length=10, choices=Decision.Outcome.choices)
    reason = models.TextField(_("原来的理由"), blank=True)
    version = models.PositiveIntegerField(_("原来的版本"), null=True, blank=True)
    why = models.TextField(_("更正的原因"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("更正人")
    )
    made_at = models.DateTimeField(_("更正时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("答复更正")
        verbose_name_plural = _("答复更正")
        constraints = [
            models.CheckConstraint(condition=~Q(why=""), name="wiki_correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.outcome}"
