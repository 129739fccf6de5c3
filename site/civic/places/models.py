"""Responsible grid cells (责任网格): who looks after which patch of the city."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from civic.accounts.models import District


class GridCell(models.Model):
    """A patch of a street with the person in charge of it; `polygon` is GeoJSON in WGS-84."""

    code = models.CharField(_("网格编号"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    street = models.CharField(_("街道"), max_length=40, blank=True)
    polygon = models.JSONField(_("范围"))
    west = models.FloatField(_("西界"))
    south = models.FloatField(_("南界"))
    east = models.FloatField(_("东界"))
    north = models.FloatField(_("北界"))
    person = models.CharField(_("网格员"), max_length=40, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("责任网格")
        verbose_name_plural = _("责任网格")
        ordering = ["code"]
        indexes = [models.Index(fields=["west", "east", "south", "north"], name="grid_cell_box")]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"
