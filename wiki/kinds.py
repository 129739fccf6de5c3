"""What a clause can be; shared by the parsers and the models."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    HEADING = "heading", _("标题")
    ARTICLE = "article", _("条")
    ITEM = "item", _("项")
    PARAGRAPH = "paragraph", _("段")
    TABLE = "table", _("表格")
    HEADER_ROW = "header", _("表头")
    ROW = "row", _("表行")


ROWS = frozenset({Kind.HEADER_ROW, Kind.ROW})
CONTAINERS = frozenset({Kind.HEADING, Kind.ARTICLE, Kind.ITEM, Kind.TABLE})
"""What other clauses may stand under."""
