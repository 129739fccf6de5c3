"""Turns a stored landscape into what its page draws: names for groups, sentences for shares, circles for spots. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

NAMES = ("甲组", "乙组", "丙组", "丁组", "戊组")
SIZE = 400
MARGIN = 28
PULLED = 0.9
"""How far towards the rim the outermost spot stands."""


@dataclass(frozen=True)
class Bars:
    """One statement's shares, in whole per cent of those who answered it."""

    text: str
    agree: int
    disagree: int
    answered: int
    side: str = ""

    @property
    def neither(self) -> int:
        return max(0, 100 - self.agree - self.disagree)

    @property
    def before_disagree(self) -> int:
        return 100 - self.disagree


def picture(data: Mapping[str, Any], texts: Mapping[int, str]) -> dict[str, Any]:
    """Return what the page shows of a landscape; statements that are no longer shown are left out of it."""

    def bars(one: Mapping[str, Any]) -> Bars:
        side = {1: "同意", -1: "不同意"}.get(one.get("side", 0), "")
        return Bars(texts[one["statement"]], one["agree"], one["disagree"], one["answered"], side)

    def known(rows: Any) -> list[Bars]:
        return [bars(one) for one in rows if one["statement"] in texts]

    placed = data["placed"] or 1
    groups = [
        {
            "name": NAMES[at],
            "number": at + 1,
            "size": group["size"],
            "share": round(100 * group["size"] / placed),
            "telling": known(group["telling"]),
            "x": _across(group["x"]),
            "y": _down(group["y"]),
            "label_y": round(_down(group["y"]) - 8, 1),
        }
        for at, group in enumerate(data["groups"])
    ]
    most = max((spot["people"] for spot in data["spots"]), default=1)
    room = (SIZE - 2 * MARGIN) / max(1, data["grid"]) / 2
    spots = [
        {
            "x": _across(spot["x"]),
            "y": _down(spot["y"]),
            "r": round(max(5.0, room * sqrt(spot["people"] / most)), 1),
            "people": spot["people"],
        }
        for spot in data["spots"]
    ]
    of_groups = [
        {one["statement"]: one for one in group["shares"] if one["statement"] in texts}
        for group in data["groups"]
    ]
    table = [
        {"all": bars(one), "groups": [bars(of[one["statement"]]) for of in of_groups]}
        for one in data["shares"]
        if one["statement"] in texts
    ]
    return {
        "size": SIZE,
        "people": data["people"],
        "placed": data["placed"],
        "left_out": data["left_out"],
        "votes": data["votes"],
        "statements": data["statements"],
        "answered_share": data["answered_share"],
        "explained": sum(data["explained"]),
        "groups": groups,
        "camps": len(groups) > 1,
        "spots": spots,
        "scattered": data["scattered"],
        "consensus": known(data["consensus"]),
        "divisive": [
            {"all": bars(one), "groups": [bars(of[one["statement"]]) for of in of_groups]}
            for one in data["divisive"]
            if one["statement"] in texts
        ],
        "table": table,
    }


def _across(x: float) -> float:
    return round(SIZE / 2 + PULLED * x * (SIZE / 2 - MARGIN), 1)


def _down(y: float) -> float:
    return round(SIZE / 2 - PULLED * y * (SIZE / 2 - MARGIN), 1)
