"""Pages of long lists: counting stops where nobody leafs any more."""

from collections.abc import Sequence
from typing import Any, Protocol, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED = 10_000


class Counted(Protocol):
    """Rows that are no query of their own and count themselves, to one more than `COUNTED`."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Sequence[Any]: ...

    def count(self) -> int:
        """How many there are."""
        ...


class BoundedPaginator(Paginator):
    """A paginator over a query (or rows that count themselves) that counts to 10,000 and says when there are more: a million rows are not counted.

    `beyond` is true where there are more rows than `count`; they are not paged through.
    """

    def __init__(self, rows: QuerySet | Counted, per_page: int, **options: Any) -> None:
        super().__init__(
            cast("QuerySet", rows), per_page, **options
        )  # it slices rows, and counts through `count`
        self._rows = rows

    @cached_property
    def _counted(self) -> int:
        if isinstance(self._rows, QuerySet):
            return self._rows.order_by().values("pk")[: COUNTED + 1].count()
        return self._rows.count()

    @cached_property
    def count(self) -> int:
        """How many rows are paged through, 10,000 at most."""
        return min(self._counted, COUNTED)

    @property
    def beyond(self) -> bool:
        """Whether there are more than are counted."""
        return self._counted > COUNTED
