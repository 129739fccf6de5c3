"""Staff give a case its place or correct it: point, district, street, public point and grid cell, with a record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.models import Case, CaseEvent, PointSource
from civic.cases.services.checking import REASON_LIMIT, check_line, check_point
from civic.cases.services.placing import (
    NOWHERE,
    Placement,
    place_by_point,
    place_by_text,
    set_grid_cell,
    set_place,
)
from civic.cases.services.steps import lock_on_desk, tell_of_change
from civic.core.errors import Conflict, InvalidInput, NotAllowed

ACTION = "correct_place"


@dataclass(frozen=True)
class Moved:
    """A case in its new place, and what whoever moved it must know."""

    case: Case
    from_district: str
    to_district: str
    on_desk: bool

    @property
    def notices(self) -> list[str]:
        """Return sentences for the person who moved the case; none when nobody's desk has changed."""
        if self.from_district == self.to_district:
            return []
        found = [f"案件从{self.from_district or '未定的区'}转到了{self.to_district}，由那里的工作人员看到。"]
        if not self.on_desk:
            found.append("它不再在您的工作台上。")
        office = self.case.department
        if office is not None and office.district is not None and office.district.name != self.to_district:
            found.append(f"承办部门仍是{office}，需要时请由部门退回后重新派遣。")
        return found


def correct_place(
    *, case_pk: int, actor: User, lon: float | None = None, lat: float | None = None, address: str = "",
    reason: str = "", at: datetime | None = None,
) -> Moved:  # fmt: skip
    """Set or correct a case's place by a point or by words, and say what that changes.

    Raises NotFound, NotAllowed, OutsideCity, Conflict (the case was merged into another) and InvalidInput: neither a
    point nor words or both, words that name no place, no reason although the case had a place, the same place again.
    """
    placement = _placement(lon, lat, address)
    reason = check_line(reason, name="reason", limit=REASON_LIMIT)
    with transaction.atomic():
        return _correct(case_pk, actor, placement, reason, at or timezone.now())


def _placement(lon: float | None, lat: float | None, address: str) -> Placement:
    point, words = check_point(lon, lat), check_line(address, name="address", limit=200)
    if point and words:
        message = "坐标和地址请只给一个。"
        raise InvalidInput(message, code="two_places", fields={"address": message})
    if point:
        return place_by_point(point, PointSource.PIN)
    if not words:
        message = "请在地图上选点，或者写地址。"
        raise InvalidInput(message, code="no_place", fields={"address": message})
    found = place_by_text(words, PointSource.ADDRESS)
    if found is NOWHERE:
        message = "没有认出这个地址，请换一个写法，或者在地图上选点。"
        raise InvalidInput(message, code="unknown_place", fields={"address": message})
    return found


def _correct(case_pk: int, actor: User, placement: Placement, reason: str, at: datetime) -> Moved:
    case = lock_on_desk(case_pk, actor)
    if not policies.can_place(actor, case):
        raise NotAllowed("您的角色不能更正位置。")
    if case.merged_into_id is not None:
        raise Conflict("这个案件已并入另一件，请在那一件里更正位置。", code="merged")
    before = _place_of(case)
    if case.lon is not None and placement.lon is None:
        message = f"只认出了{placement.district}，请写到街道或地名，或者在地图上选点。"
        raise InvalidInput(message, code="vague_place", fields={"address": message})
    if before["district"] and not reason:
        message = "更正位置需要写明理由。"
        raise InvalidInput(message, fields={"reason": message})
    set_place(case, placement)
    set_grid_cell(case)
    after = _place_of(case)
    if {**before, "source": ""} == {**after, "source": ""}:
        raise InvalidInput("位置没有变化。", code="same_place")
    case.updated_at = at
    case.save()
    CaseEvent.objects.create(
        case=case, kind=CaseEvent.Kind.PLACED, action=ACTION, actor=actor, reason=reason,
        data={"source": placement.source, "from": before, "to": after}, created_at=at,
    )  # fmt: skip
    tell_of_change(case)
    on_desk = Case.objects.on_desk_of(actor).filter(pk=case.pk).exists()
    return Moved(case, before["district"], after["district"], on_desk)


def _place_of(case: Case) -> dict[str, Any]:
    return {
        "lon": case.lon,
        "lat": case.lat,
        "district": case.district.name if case.district else "",
        "street": case.street,
        "cell": case.grid_cell.code if case.grid_cell else "",
        "source": case.point_source,
    }
