"""A market: its place, its hours and what it sells."""

from datetime import datetime

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civic.accounts.models import District
from civic.markets.hours import is_open, say_hours
from civic.markets.querysets import MarketQuerySet


class Market(models.Model):
    """One market of one source. Opening and closing at the same minute means open round the clock;
    closing before opening means over midnight. Both empty: the hours are not known."""

    slug = models.SlugField(_("网址名"), max_length=140, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    cell = models.BigIntegerField(_("网格"))
    district = models.ForeignKey(District, models.PROTECT, related_name="markets", verbose_name=_("区"))
    street = models.CharField(_("街道"), max_length=40, blank=True)
    opens = models.TimeField(_("开门"), null=True, blank=True)
    closes = models.TimeField(_("关门"), null=True, blank=True)
    # One line of words, not JSON: SQLite stores JSON with escapes, in which no Chinese word could be searched.
    goods = models.CharField(_("经营品类"), max_length=300, blank=True, help_text=_("用顿号隔开"))
    note = models.TextField(_("说明"), blank=True)
    is_demo = models.BooleanField(_("演示数据"), default=False)
    source = models.CharField(_("来源"), max_length=40)
    source_id = models.CharField(_("来源编号"), max_length=80)
    updated_at = models.DateTimeField(_("更新时间"), default=timezone.now)

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("菜市场")
        verbose_name_plural = _("菜市场")
        ordering = ["district__code", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="market_once_per_source"),
            models.CheckConstraint(
                condition=models.Q(lon__range=(-180, 180), lat__range=(-90, 90)), name="market_point_on_earth"
            ),
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(opens__isnull=False, closes__isnull=False),
                name="market_hours_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["lat", "lon"], name="market_point"),
            models.Index(fields=["cell"], name="market_cell"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the market's page."""
        return reverse("markets:detail", args=[self.slug])

    @property
    def products(self) -> list[str]:
        """What the market sells, as a list."""
        return [item for item in self.goods.split("、") if item]

    @property
    def hours(self) -> str:
        """The opening hours as a reader sees them."""
        return say_hours(self.opens, self.closes)

    def is_open_at(self, moment: datetime) -> bool | None:
        """Whether the market is open at a moment; None when its hours are not known."""
        return is_open(self.opens, self.closes, moment)
