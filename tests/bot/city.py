"""A city of a few places behind the ports of the conversation's tests; the settings name its functions by dotted path."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from bot.ports import NAMES, FaqHit, MarketHit, PlaceHit, PortError, Progress, Receipt

PLACES = {
    "劲松五区": PlaceHit("劲松五区", "朝阳区", "劲松街道", 116.4655, 39.8823, "place"),
    "望京": PlaceHit("望京", "朝阳区", "望京街道", 116.4702, 39.9966, "place"),
    "五道口": PlaceHit("五道口", "海淀区", "中关村街道", 116.3380, 39.9929, "place"),
    "朝阳区": PlaceHit("朝阳区", "朝阳区", "", 116.4434, 39.9215, "district"),
}

# As the site says it on its pages, where there is a map.
OUTSIDE = "这个位置不在北京市范围内。"


class City:
    """What the ports of the tests do: files reports once per key, and remembers every call."""

    def __init__(self) -> None:
        self.reports: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.published: list[dict[str, Any]] = []
        self.refuse = ""
        self.broken = False
        self.waiting: list[str] = []
        self._lock = threading.Lock()

    def _note(self, name: str, values: dict[str, Any]) -> None:
        self.calls.append((name, values))
        if self.broken:
            raise RuntimeError("the site is down")

    def submit_report(self, **values: Any) -> Receipt:
        self._note("submit_report", values)
        if self.refuse:
            raise PortError(self.refuse)
        with self._lock:
            known = self.reports.get(values["dedupe_key"])
            if known is None:
                number = f"BJ26112100{len(self.reports) + 1:05d}"
                known = self.reports[values["dedupe_key"]] = {**values, "number": number}
                repeated = False
            else:
                repeated = True
        return Receipt(
            known["number"],
            "井盖破损",
            "" if known.get("lon") is None else "朝阳区",
            "" if known.get("lon") is None else "劲松街道",
            f"http://site/cases/{known['number']}/",
            repeated,
        )

    def add_place(self, *, number: str, sender: str, lon: float, lat: float) -> Progress | None:
        self._note("add_place", {"number": number, "sender": sender})
        for report in self.reports.values():
            if report["number"] == number and report["sender"] == sender and report.get("lon") is None:
                report |= {"lon": lon, "lat": lat}
                return self._progress(report)
        return None

    def _progress(self, report: dict[str, Any]) -> Progress:
        number = report["number"]
        district, street = ("", "") if report.get("lon") is None else ("朝阳区", "劲松街道")
        return Progress(
            number, "受理", "井盖破损", district, street, datetime.now(UTC), f"http://site/cases/{number}/"
        )

    def case_progress(self, *, number: str, sender: str) -> Progress | None:
        self._note("case_progress", {"number": number, "sender": sender})
        found = [each for each in self.reports.values() if each["number"] == number]
        return self._progress(found[0]) if found else None

    def my_reports(self, *, sender: str, limit: int = 3) -> list[Progress]:
        self._note("my_reports", {"sender": sender, "limit": limit})
        mine = [each for each in self.reports.values() if each["sender"] == sender]
        return [self._progress(each) for each in reversed(mine)][:limit]

    def nearest_markets(self, **values: Any) -> list[MarketHit]:
        self._note("nearest_markets", values)
        if not (115 < values["lon"] < 118 and 39 < values["lat"] < 42):
            raise PortError(OUTSIDE)
        return [
            MarketHit(
                "劲松便民菜市场", "劲松中街 1 号", 320, True, "6:00–19:00", "http://site/markets/jinsong/"
            )
        ]

    def locate(self, *, text: str) -> PlaceHit | None:
        found = [hit for name, hit in PLACES.items() if name in text]
        return found[0] if found else None

    def answer_faq(self, *, text: str) -> FaqHit | None:
        if "居住证" in text:
            return FaqHit("居住证怎么办", "到派出所办理居住证。", "/faq/", 0.9)
        return None

    def follow(self, **values: Any) -> str:
        self._note("follow", values)
        if values["channel"] != "wechat":
            raise PortError("网页对话不能推送消息。")
        return f"已经{'订阅' if values['on'] else '退订'} {values['number']}。"

    def waiting_notices(self, *, channel: str, sender: str) -> list[str]:
        told, self.waiting = self.waiting, []
        return told

    def publish(self, **values: Any) -> None:
        from django.db import connection

        assert connection.in_atomic_block, "the outbox takes rows inside a transaction only"
        self.published.append(values)


current = City()
PORTS = {name: f"tests.bot.city.{name}" for name in NAMES}


def __getattr__(name: str) -> Any:
    """Looks a port up in the city of the running test."""
    if name in NAMES:
        return lambda **values: getattr(current, name)(**values)
    raise AttributeError(name)
