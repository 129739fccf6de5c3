"""The record of a case in words: codes with names, departments with names, one line for every kind of entry."""

from typing import Any

from civic.accounts.models import Department
from civic.cases import workflow
from civic.cases.matters import matter_name
from civic.cases.models import Case, CaseEvent, RequestType, Step
from civic.cases.services.photos import RELEASE_RESULTS, WITHDRAW_RESULTS

CHOICES = {"pin": "图钉处", "photo": "照片拍摄处"}
PAGED = {
    "duty_officer": "邮件发给 {} 位值班员",
    "supervisor": "没有值班员登记邮箱，邮件发给 {} 位主管",
    "setting": "没有值班员或主管登记邮箱，邮件发给预设的 {} 个邮箱",
    "nobody": "没有人登记邮箱，没有通知到人",
    "no_mail_server": "没有配置发邮件的服务器，没有通知到人",
}
ACTIONS = {row.action: row.label for row in workflow.TABLE}


def _code(code: str) -> str:
    return f"{matter_name(code)}（{code}）" if code and code != "OUT" else matter_name(code)


def timeline(case: Case) -> list[dict[str, Any]]:
    """Return the entries of a case, oldest first, each with its heading, details and photos; three queries."""
    events = list(case.events.select_related("actor", "report").prefetch_related("photos"))
    codes = {
        event.data[name] for event in events for name in ("department", "suggested") if event.data.get(name)
    }
    offices: dict[str, str] = (
        dict(Department.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    )
    return [
        {"event": event, "heading": _heading(event), "details": _details(event, offices)} for event in events
    ]


def _heading(event: CaseEvent) -> str:
    if event.kind == CaseEvent.Kind.PLACED and (data := event.data).get("to"):
        return "更正位置" if data.get("from", {}).get("district") else "补充位置"
    if event.kind == CaseEvent.Kind.URGENCY and "urgent" in event.data:
        return "标为紧急" if event.data["urgent"] else "取消紧急"
    if event.kind == CaseEvent.Kind.STEP and event.action in ACTIONS:
        return ACTIONS[event.action]
    return str(event.get_kind_display())


def _where(place: dict[str, Any]) -> str:
    """Return a place that the record keeps, with its point: two places in one street must look different."""
    words = f"{place.get('district', '')}{place.get('street', '')}" or "未定位"
    if place.get("lon") is not None:
        words += f"（{place['lon']:.5f}, {place['lat']:.5f}）"
    return words


def _details(event: CaseEvent, offices: dict[str, str]) -> list[str]:
    """Return what an entry's data say, in words; what this does not know it leaves out."""
    data, details = event.data, []
    if event.from_step and event.to_step:
        details.append(f"{Step(event.from_step).label} → {Step(event.to_step).label}")
    if office := data.get("department"):
        details.append(f"派给 {offices.get(office, office)}")
        if other := data.get("suggested"):
            details.append(f"没有按规则 {data.get('rule')}（规则建议 {offices.get(other, other)}）")
        elif data.get("rule"):
            details.append(f"按规则 {data['rule']}")
    if event.kind == CaseEvent.Kind.PLACED and data.get("to"):
        details.append(" → ".join(_where(data[name]) for name in ("from", "to") if data.get(name)))
    if data.get("choice") in CHOICES:
        details.append(f"反映人说问题在{CHOICES[data['choice']]}")
    if event.kind == CaseEvent.Kind.PAGED and data.get("whom") in PAGED:
        details.append(PAGED[data["whom"]].format(data.get("to")))
    if data.get("referred_to"):
        details.append(f"转往 {data['referred_to']}")
    if event.kind == CaseEvent.Kind.RECODED and "to" in data:
        before, after = data.get("from", ""), data["to"]
        details.append(f"确认为 {_code(after)}" if before == after else f"{_code(before)} → {_code(after)}")
    elif isinstance(data.get("code"), str):
        details.append(_code(data["code"]))
    if isinstance(data.get("confidence"), int | float):
        details.append(f"置信度 {data['confidence']:.2f}")
    if data.get("request") in RequestType.values:
        details.append(str(RequestType(data["request"]).label))
    if event.action in {RELEASE_RESULTS, WITHDRAW_RESULTS}:
        details.append(f"处理结果照片 {data.get('photos', 0)} 张")
    if data.get("stars"):
        details.append(f"{data['stars']} 星{'' if data.get('solved', True) else '，没有解决'}")
    return details
