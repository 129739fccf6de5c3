"""Wagtail pages, questions with their answers, and the numbers of the footer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from civic.pages import blocks
from civic.pages.querysets import FaqEntryQuerySet

RICH_TEXT = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "blockquote"]


class HomePage(Page):
    """The front page: one sentence box, four rooms, how it works, and what is going on."""

    headline = models.CharField(_("主标题"), max_length=40, default="一句话，告诉城市哪里不对")
    lead = models.CharField(_("副标题"), max_length=120, blank=True)
    placeholder = models.CharField(_("输入框里的例句"), max_length=80, blank=True)
    examples = StreamField(
        blocks.ExamplesBlock(),
        blank=True,
        verbose_name=_("可以点选的例子"),
        help_text=_("点一下就填进输入框，建议三到五个。"),
    )
    rooms = StreamField(blocks.RoomsBlock(), blank=True, verbose_name=_("四个栏目"))
    steps_title = models.CharField(_("流程标题"), max_length=40, blank=True)
    steps = StreamField(blocks.StepsBlock(), blank=True, verbose_name=_("办理流程"))
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("headline"), FieldPanel("lead"), FieldPanel("placeholder"), FieldPanel("examples")],
            heading=_("一句话反映"),
        ),
        FieldPanel("rooms"),
        MultiFieldPanel([FieldPanel("steps_title"), FieldPanel("steps")], heading=_("怎么办")),
    ]
    template = "pages/home.html"
    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["pages.FaqIndexPage", "pages.ContentPage"]

    class Meta:
        verbose_name = _("首页")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from civic.pages import front

        return {**super().get_context(request, *args, **kwargs), **front.context(self, request)}


class FaqIndexPage(Page):
    """All questions by category, with a search box."""

    intro = models.CharField(_("说明"), max_length=160, blank=True)

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("intro")]
    template = "pages/faq.html"
    max_count = 1
    parent_page_types = ["pages.HomePage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("常见问答页")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from civic.pages import questions

        query = request.GET.get("q", "").strip()[:100]
        return {
            **super().get_context(request, *args, **kwargs),
            "query": query,
            "groups": questions.groups(query),
        }


class ContentPage(Page):
    """A page of text: about, privacy, help."""

    intro = models.CharField(_("摘要"), max_length=200, blank=True)
    body = RichTextField(_("正文"), features=RICH_TEXT, blank=True)
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
    template = "pages/content.html"
    parent_page_types = ["pages.HomePage", "pages.ContentPage"]
    subpage_types = ["pages.ContentPage"]

    class Meta:
        verbose_name = _("文字页")


class FaqCategory(models.Model):
    """A heading of the questions page."""

    key = models.SlugField(_("标识"), unique=True)
    name = models.CharField(_("名称"), max_length=30)
    order = models.PositiveIntegerField(_("次序"), default=0)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    panels: ClassVar[list[Any]] = [FieldPanel("name"), FieldPanel("key"), FieldPanel("order")]

    class Meta:
        verbose_name = _("问答分类")
        verbose_name_plural = _("问答分类")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class FaqEntry(models.Model):
    """A question, the other ways people put it, and its answer in plain text."""

    key = models.SlugField(
        _("标识"), max_length=60, unique=True, help_text=_("网页锚点和接口里用，定了就不要改。")
    )
    category = models.ForeignKey(
        FaqCategory, on_delete=models.PROTECT, related_name="entries", verbose_name=_("分类")
    )
    question = models.CharField(_("问题"), max_length=120)
    variants = models.TextField(
        _("别的问法"), blank=True, help_text=_("一行一种问法，机器人靠它认出同一个问题。")
    )
    answer = models.TextField(_("回答"), help_text=_("纯文字，空一行分段；网址会自动变成链接。"))
    order = models.PositiveIntegerField(_("次序"), default=0)
    live = models.BooleanField(_("公开"), default=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = FaqEntryQuerySet.as_manager()

    panels: ClassVar[list[Any]] = [
        FieldPanel("question"),
        FieldPanel("variants"),
        FieldPanel("answer"),
        FieldPanel("category"),
        FieldPanel("order"),
        FieldPanel("live"),
        FieldPanel("key"),
    ]

    class Meta:
        verbose_name = _("问答")
        verbose_name_plural = _("问答")
        ordering = ["category__order", "order", "pk"]

    def __str__(self) -> str:
        return self.question

    @property
    def wordings(self) -> tuple[str, ...]:
        """The question and every other way of asking it."""
        return (self.question, *(line.strip() for line in self.variants.splitlines() if line.strip()))

    @property
    def anchor(self) -> str:
        """The fragment of the questions page that shows this entry."""
        return f"faq-{self.key}"


@register_setting(icon="site")
class FooterSettings(BaseSiteSetting):
    """What the law and good manners want at the foot of every page."""

    statement = models.CharField(_("一句话介绍"), max_length=120, blank=True)
    operator = models.CharField(_("主办单位"), max_length=80, blank=True)
    contact = models.CharField(_("联系方式"), max_length=120, blank=True)
    icp_number = models.CharField(_("ICP 备案号"), max_length=60, blank=True)
    police_number = models.CharField(_("公安备案号"), max_length=60, blank=True)
    map_number = models.CharField(_("地图审图号"), max_length=60, blank=True)

    panels: ClassVar[list[Any]] = [
        MultiFieldPanel(
            [FieldPanel("statement"), FieldPanel("operator"), FieldPanel("contact")], heading=_("主办")
        ),
        MultiFieldPanel(
            [FieldPanel("icp_number"), FieldPanel("police_number"), FieldPanel("map_number")],
            heading=_("备案"),
        ),
    ]

    class Meta:
        verbose_name = _("页脚与备案")

    @property
    def menu_pages(self) -> models.QuerySet[ContentPage]:
        """The pages of text that the footer leads to."""
        return ContentPage.objects.live().in_menu().order_by("path")
