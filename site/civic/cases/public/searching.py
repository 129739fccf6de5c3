"""Searching the public list: names of matters and places, and released words, by the terms of the one segmentation.

What a matter or a place is called is looked up in memory and becomes a condition on indexed columns; released words
are read from the newest releases alone. Both are bounded, so a million cases cost what ten thousand do.
"""

from collections.abc import Sequence
from functools import lru_cache, reduce
from operator import and_, or_
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Max, Q, Value
from django.db.models.functions import Coalesce

from civic.accounts.models import District
from civic.cases.matters import OUT, matters
from civic.cases.models import Report, ReportRelease, RequestType
from civic.cases.querysets import ReportQuerySet, understood
from civic.core.pagination import COUNTED
from civic.places.polygons import streets_of
from nlp import index_terms, query_terms

TERMS = 3  # words of a search that are looked at
RELEASES_READ = 100_000  # the newest; they are read one after the other, and site search has an index of all
WORDS_FOUND = 1_000
STREETS = 40  # a word that more streets share names none of them
ALL = 10_000_000  # rows of a walk that nobody pages to

Key = tuple[Any, int, int]  # when its case came, the case, the report


class Meant(NamedTuple):
    """What one word of a search may stand for."""

    terms: tuple[str, ...]
    codes: tuple[str, ...] = ()
    districts: tuple[int, ...] = ()
    streets: tuple[tuple[int, str], ...] = ()

    @property
    def names(self) -> bool:
        """Whether it names a matter or a place at all."""
        return bool(self.codes or self.districts or self.streets)

    def condition(self, case: str = "case__", code: str = "", district: str = "") -> Q:
        """Return the condition that a case is of these matters or places; `case` leads to it from what is asked."""
        code, district = code or f"{case}matter_code", district or f"{case}district_id"
        found = Q(pk__in=[])
        if self.codes:
            found |= Q(**{f"{code}__in": self.codes})
        if self.districts:
            found |= Q(**{f"{district}__in": self.districts})
        for pk, street in self.streets:
            found |= Q(**{district: pk, f"{case}street": street})
        return found

    def fits(self, code: str, district: int | None, street: str) -> bool:
        """Whether a case is of these matters or places."""
        return code in self.codes or district in self.districts or (district, street) in self.streets

    def worded(self) -> Q:
        """Return the condition that released words hold every term."""
        return reduce(and_, (Q(text__icontains=term) for term in self.terms))


@lru_cache(maxsize=1)
def _called() -> list[tuple[str, list[frozenset[str]]]]:
    """Return the index terms of each name by which a matter goes, and of its code."""
    return [
        (code, [frozenset(index_terms(name)) for name in (entry.name, *entry.synonyms)])
        for code, entry in matters().items()
    ]


@lru_cache(maxsize=4096)
def _terms_of(name: str) -> frozenset[str]:
    return frozenset(index_terms(name))


def meant_by(word: str, districts: Sequence[District]) -> Meant | None:
    """Return what a word may stand for; None where it holds nothing that can be searched."""
    terms = query_terms(word).required
    if not terms:
        return None
    asked = set(terms)
    if word.isdecimal() and 3 <= len(word) <= 5:
        codes = tuple(code for code in matters() if code.startswith(word))
        return Meant(terms, codes)
    if len(word) < 2:  # one character is part of too many names
        return Meant(terms)
    codes = tuple(code for code, names in _called() if any(asked <= name for name in names))
    named = tuple(district.pk for district in districts if asked <= _terms_of(district.name))
    streets = tuple(
        (district.pk, street)
        for district in districts
        for street in sorted(streets_of(district.name))
        if asked <= _terms_of(street)
    )
    return Meant(terms, codes, named, streets if len(streets) <= STREETS else ())


class FoundReports:
    """Reports of a search, newest first: as much of a list as a paginator asks for, in a constant number of queries."""

    def __init__(self, reports: ReportQuerySet, words: Sequence[Meant]) -> None:
        self._all = reports
        self._words = words
        self._worded = self._find_worded()
        self._named_count = self._count_named()

    def count(self) -> int:
        """Return how many were found, one more than 10,000 at most."""
        return min(self._named_count + len(self._worded), COUNTED + 1)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Report]:
        start, stop = part.start or 0, part.stop if part.stop is not None else ALL
        keys: list[Key] = sorted([*self._named_keys(stop), *self._worded], reverse=True)[start:stop]
        loaded = {report.pk: report for report in self._all.filter(pk__in=[key[2] for key in keys])}
        return [loaded[pk] for _moment, _case, pk in keys if pk in loaded]

    def _names_everything(self) -> bool:
        return bool(self._words) and all(word.names for word in self._words)

    def _named(self) -> ReportQuerySet:
        """Reports of which every word names the matter or the place, by the indexes of codes and districts."""
        return self._all.filter(reduce(and_, (word.condition() for word in self._words)))

    def _count_named(self) -> int:
        if not self._names_everything():
            return 0
        return self._named().order_by().values("pk")[: COUNTED + 1].count()

    def _named_keys(self, stop: int) -> list[Key]:
        """Return the newest of the named: a few are sorted, of very many the newest are met on the way."""
        if not self._named_count:
            return []
        found = self._named()
        if self._named_count > COUNTED:
            # Behind an expression no index of codes is taken: the cases are walked newest first until enough fit.
            walked = self._all.annotate(
                walked_code=Coalesce(F("case__matter_code"), Value("")),
                walked_district=Coalesce(F("case__district_id"), Value(0)),
            )
            found = walked.filter(
                reduce(
                    and_, (word.condition("case__", "walked_code", "walked_district") for word in self._words)
                )
            )
        return list(found.newest_first().values_list("case__received_at", "case_id", "pk")[:stop])

    def _find_worded(self) -> list[Key]:
        """Return the reports that are found by a released word and are not among the named, the newest releases'."""
        if settings.CASES_PUBLISH == "never" or not self._words:
            return []
        newest = ReportRelease.objects.aggregate(pk=Max("pk"))["pk"] or 0
        each = [word.worded() | word.condition("report__case__") for word in self._words]
        rows = (
            ReportRelease.objects.filter(pk__gt=newest - RELEASES_READ)
            .filter(reduce(or_, (word.worded() for word in self._words)))
            .filter(reduce(and_, each))
            .filter(understood("report__case__"), report__case__withheld=False)
            .filter(report__analysis__self_harm=False)
            .exclude(report__case__request_type=RequestType.ACCUSATION)
            .exclude(report__analysis__request_type=RequestType.ACCUSATION)
            .exclude(report__case__matter_code__in=["", OUT])
            .order_by("-pk")
            .values_list(
                "report__case__received_at", "report__case_id", "report_id",
                "report__case__matter_code", "report__case__district_id", "report__case__street",
            )[:WORDS_FOUND]
        )  # fmt: skip
        named = self._names_everything()
        keys = [
            (received, case, pk)
            for received, case, pk, code, district, street in rows
            if not (named and all(word.fits(code, district, street) for word in self._words))
        ]
        return self._kept(keys)

    def _kept(self, keys: list[Key]) -> list[Key]:
        """Return those that the list's other conditions let through."""
        if not keys:
            return []
        kept = set(self._all.filter(pk__in=[key[2] for key in keys]).values_list("pk", flat=True))
        return [key for key in keys if key[2] in kept]
