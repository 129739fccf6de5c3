"""Atom feeds (RFC 4287, places as GeoRSS-Simple) of what the public pages show, and of nothing else."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import parse_http_date, quote_etag
from django.utils.xmlutils import SimplerXMLGenerator

from civic.accounts.models import District
from civic.cases.matters import matter_name, matters
from civic.cases.models import Report, Step
from civic.cases.numbers import parse_number
from civic.cases.presentation import PublicCase, public_case, status_url, steps_reached
from civic.cases.services.checking import clean

NEWEST = 50
SITE = "我爱北京"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)  # the time of a feed that has no entry yet
GEORSS = "http://www.georss.org/georss"


class GeoAtom(Atom1Feed):
    """Atom whose entries may have a point."""

    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), "xmlns:georss": GEORSS}

    def latest_post_date(self) -> datetime:
        # Django says "now" for an empty feed, which would be another document each second.
        return super().latest_post_date() if self.items else BEGINNING

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item.get("point"):
            handler.addQuickElement("georss:point", item["point"])


def _absolute(path: str) -> str:
    return settings.PUBLIC_BASE_URL.rstrip("/") + path


def _tag(number: str, rest: str = "") -> str:
    """Return an id that no address of a page has to keep (RFC 4151)."""
    return f"tag:{urlsplit(settings.PUBLIC_BASE_URL).hostname},2026:{number}{rest}"


def _where(case: PublicCase) -> str:
    return f"{case['district']}{case['street']}" or "位置待核实"


def _about(case: PublicCase) -> str:
    matter = case["matter"]
    if matter is None:
        return "事项待判断"
    return f"{matter['name']}（{matter['note']}）" if matter["note"] else matter["name"]


class _CaseFeed(Feed):
    """What both feeds share: the format, absolute links, and answers to "has it changed"."""

    feed_type = GeoAtom
    author_name = SITE
    language = "zh-Hans"

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
        response["ETag"] = etag
        response["Cache-Control"] = "public, max-age=60"
        changed = parse_http_date(response["Last-Modified"])
        return (
            get_conditional_response(request, etag=etag, last_modified=changed, response=response) or response
        )


class ProgressFeed(_CaseFeed):
    """The steps that one report's case has reached."""

    def get_object(self, request: HttpRequest, number: str) -> PublicCase:
        canonical = parse_number(number)
        report = (
            Report.objects.traceable().with_public_parts().filter(number=canonical).first()
            if canonical
            else None
        )
        if report is None:
            raise Http404
        return public_case(report, steps_reached(report.case))

    def title(self, case: PublicCase) -> str:
        return f"{case['number']} {_about(case)}"

    def subtitle(self, case: PublicCase) -> str:
        return f"{_where(case)}，现在：{case['outcome_label'] if case['outcome'] else case['step_label']}"

    def link(self, case: PublicCase) -> str:
        return case["status_url"]

    def feed_url(self, case: PublicCase) -> str:
        return _absolute(reverse("cases:progress-feed", args=[case["number"]]))

    def feed_guid(self, case: PublicCase) -> str:
        return _tag(case["number"], ":progress")

    def items(self, case: PublicCase) -> list[dict[str, Any]]:
        reached = [(state["at"], state) for state in case["steps"] if state["at"] is not None]
        return [
            {**state, "case": case} for _at, state in sorted(reached, key=lambda pair: pair[0], reverse=True)
        ]

    def item_title(self, item: dict[str, Any]) -> str:
        case = item["case"]
        closed = item["step"] == Step.CLOSED and case["outcome"]
        return f"{item['label']}：{case['outcome_label']}" if closed else item["label"]

    def item_description(self, item: dict[str, Any]) -> str:
        case = item["case"]
        return escape(f"{_about(case)}，{_where(case)}")

    def item_link(self, item: dict[str, Any]) -> str:
        return item["case"]["status_url"]

    def item_guid(self, item: dict[str, Any]) -> str:
        return _tag(item["case"]["number"], f":{item['step']}:{int(item['at'].timestamp())}")

    def item_pubdate(self, item: dict[str, Any]) -> datetime:
        return item["at"]

    def item_updateddate(self, item: dict[str, Any]) -> datetime:
        return item["at"]


class NewCasesFeed(_CaseFeed):
    """The newest public cases, of a district and of a matter where these are given."""

    description = "城市管理诉求的公开部分：事项、街道、步骤和时间"

    def get_object(self, request: HttpRequest) -> dict[str, str]:
        chosen = {name: clean(request.GET.get(name, "")).strip() for name in ("district", "code")}
        district = District.objects.filter(code=chosen["district"]).first() if chosen["district"] else None
        if chosen["district"] and district is None:
            raise Http404("没有这个区。")
        if chosen["code"] and chosen["code"] not in matters():
            raise Http404("没有这个事项代码。")
        return {**chosen, "name": district.name if district else ""}

    def title(self, chosen: dict[str, str]) -> str:
        of = [chosen["name"], matter_name(chosen["code"]) if chosen["code"] else ""]
        return " · ".join([*filter(None, of), "新的公开案件"])

    def link(self, chosen: dict[str, str]) -> str:
        return _absolute(reverse("cases:list")) + self._query(chosen, code="matter")

    def feed_url(self, chosen: dict[str, str]) -> str:
        return _absolute(reverse("cases:feed")) + self._query(chosen)

    def feed_guid(self, chosen: dict[str, str]) -> str:
        return _tag("cases", "".join(f":{chosen[name]}" for name in ("district", "code")))

    @staticmethod
    def _query(chosen: dict[str, str], code: str = "code") -> str:
        given = {"district": chosen["district"], code: chosen["code"]}
        query = "&".join(f"{name}={value}" for name, value in given.items() if value)
        return f"?{query}" if query else ""

    def items(self, chosen: dict[str, str]) -> list[PublicCase]:
        reports = Report.objects.public().with_public_parts()
        if chosen["district"]:
            reports = reports.filter(case__district__code=chosen["district"])
        if chosen["code"]:
            reports = reports.filter(case__matter_code=chosen["code"])
        return [public_case(report) for report in reports.newest_first()[:NEWEST]]

    def item_title(self, case: PublicCase) -> str:
        return f"{_about(case)}（{_where(case)}）"

    def item_description(self, case: PublicCase) -> str:
        state = case["outcome_label"] if case["outcome"] else case["step_label"]
        return escape("\n".join(filter(None, [f"{case['number']}，{state}", case["text"] or ""])))

    def item_link(self, case: PublicCase) -> str:
        return status_url(case["number"])

    def item_guid(self, case: PublicCase) -> str:
        return _tag(case["number"])

    def item_pubdate(self, case: PublicCase) -> datetime:
        return case["received_at"]

    def item_updateddate(self, case: PublicCase) -> datetime:
        return case["updated_at"]

    def item_extra_kwargs(self, case: PublicCase) -> dict[str, str]:
        if case["lon"] is None or case["lat"] is None:
            return {}
        return {"point": f"{case['lat']:.6f} {case['lon']:.6f}"}
