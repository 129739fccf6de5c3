"""Districts from the city's content, kept up to date after each migrate."""

import csv
from typing import Any

from django.conf import settings


def load_districts(*, using: str = "default", **_kwargs: Any) -> None:
    """Store the districts that content/places/divisions.csv lists (columns district_code, district)."""
    from civic.accounts.models import District

    path = settings.CONTENT_DIR / "places" / "divisions.csv"
    with path.open(encoding="utf-8-sig", newline="") as rows:
        wanted = {row["district_code"]: row["district"] for row in csv.DictReader(rows)}
    known = dict(District.objects.using(using).values_list("code", "name"))
    for code, name in wanted.items():
        if known.get(code) != name:
            District.objects.using(using).update_or_create(code=code, defaults={"name": name})
