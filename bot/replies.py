"""What the conversation says: the words of every answer that is not fixed in Rasa's domain, in one place.

The actions and the degraded mode say the same things through these functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from . import conf
from .ports import FaqHit, MarketHit, Progress, Receipt

EXCERPT = 120


@dataclass(frozen=True)
class Reply:
    """One message to the person; ``suggestions`` are things they may want to say next."""

    text: str
    suggestions: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {"text": self.text, "suggestions": list(self.suggestions)}


def _excerpt(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"


def _where(district: str, street: str) -> str:
    return " ".join(part for part in (district, street) if part)


# ---- reporting


def ask_problem() -> Reply:
    return Reply(_("请说说遇到了什么问题，一两句话就行，例如“小区门口井盖坏了，晚上很危险”。"), (_("取消"),))


def ask_place(*, text: str = "", district: str = "") -> Reply:
    if district:
        return Reply(
            _("记下了。在%(district)s的什么地方？说出街道、小区或路口，也可以直接发送位置。")
            % {"district": district},
            (_("不清楚"), _("取消")),
        )
    return Reply(
        _("记下了。这个问题在什么地方？说出区和街道、小区或路口，也可以直接发送位置。"),
        (_("不清楚"), _("取消")),
    )


def ask_place_again() -> Reply:
    return Reply(
        _(
            "没有查到这个地点。请换一种说法（如“朝阳区劲松五区”），或直接发送位置；再说一次，我就按您的文字登记。"
        ),
        (_("不清楚"), _("取消")),
    )


def confirm_report(*, text: str, place: str, matter: str) -> Reply:
    lines = [_("请核对一下：")]
    lines.append(_("问题：%s") % _excerpt(text))
    lines.append(_("地点：%s") % (place or _("（未说明）")))
    if matter:
        lines.append(_("初步归类：%s") % matter)
    lines.append(_("回复“确认”就提交；要改，请说“地点是……”或“问题是……”。"))
    return Reply("\n".join(lines), (_("确认"), _("地点不对"), _("取消")))


def ask_what_is_wrong() -> Reply:
    return Reply(
        _("哪里要改？请说“地点是……”或“问题是……”；不报了请说“取消”。"),
        (_("地点不对"), _("问题不对"), _("取消")),
    )


def ask_new_place() -> Reply:
    return Reply(_("好的，正确的地点是哪里？"), (_("不清楚"), _("取消")))


def ask_new_problem() -> Reply:
    return Reply(_("好的，请重新说一下是什么问题。"), (_("取消"),))


def receipt(found: Receipt, *, degraded: bool = False) -> Reply:
    lines = []
    if found.repeated:
        lines.append(_("这件事已经登记过了，编号 %s。") % found.number)
    elif degraded:
        lines.append(_("对话系统正在恢复，我已先把您反映的问题登记下来，编号 %s。") % found.number)
    else:
        lines.append(_("已受理，编号 %s。") % found.number)
    understood = [part for part in (found.matter, _where(found.district, found.street)) if part]
    if understood:
        lines.append(_("归类：%s") % " · ".join(understood))
    if degraded and not found.district:
        lines.append(_("还不知道具体地点，工作人员会按您的文字核实。"))
    if found.status_url:
        lines.append(_("随时查进度：%s") % found.status_url)
    return Reply("\n".join(lines), (_("查进度"), _("再报一个问题")))


def place_added(found: Progress) -> Reply:
    where = _where(found.district, found.street)
    return Reply(
        _("位置已补上：%(where)s。编号 %(number)s。") % {"where": where, "number": found.number},
        (_("查进度"), _("再报一个问题")),
    )


def report_cancelled() -> Reply:
    return Reply(_("好的，已取消，没有提交。需要时随时再说。"), (_("我要反映问题"),))


def nothing_to_cancel() -> Reply:
    return Reply(_("好的。需要时随时叫我。"), (_("我要反映问题"), _("查进度"), _("附近的菜市场")))


def not_filed(reason: str) -> Reply:
    return Reply(_("没能提交：%s 您说的话已经保存。") % reason, (_("转人工"),))


# ---- progress


def progress(found: Progress) -> Reply:
    lines = [_("编号 %(number)s：%(step)s") % {"number": found.number, "step": found.step}]
    about = [part for part in (found.matter, _where(found.district, found.street)) if part]
    if about:
        lines.append(" · ".join(about))
    lines.append(_("更新于 %s") % timezone.localtime(found.updated_at).strftime("%Y-%m-%d %H:%M"))
    if found.status_url:
        lines.append(found.status_url)
    return Reply("\n".join(lines))


def progress_list(found: Sequence[Progress]) -> list[Reply]:
    if len(found) == 1:
        return [progress(found[0])]
    head = Reply(_("您最近反映的 %d 件：") % len(found))
    return [head, *(progress(one) for one in found)]


def no_such_number(number: str) -> Reply:
    return Reply(
        _("没有查到编号 %s。请核对一下，编号是字母加 13 位数字。") % number, (_("我的上一个"), _("转人工"))
    )


def ask_number() -> Reply:
    return Reply(_("请告诉我编号（字母加 13 位数字）。这里还没有您反映过的问题。"), (_("我要反映问题"),))


# ---- markets


def ask_market_place() -> Reply:
    return Reply(_("您在哪里？说个地名或直接发送位置，我找最近的便民菜市场。"), (_("取消"),))


def market_place_unknown() -> Reply:
    return Reply(_("没有查到这个地方，请换个说法，或直接发送位置。"), (_("取消"),))


def markets(found: Sequence[MarketHit], *, near: str) -> Reply:
    if not found:
        return Reply(_("附近没有查到登记的菜市场，可以在网站的“菜市场”里看全部。"))
    head = _("离%s最近的菜市场：") % near if near else _("离您最近的菜市场：")
    lines = [head]
    for index, hit in enumerate(found, start=1):
        far = (
            _("%d 米") % hit.distance_m if hit.distance_m < 1000 else _("%.1f 公里") % (hit.distance_m / 1000)
        )
        state = {True: _("营业中"), False: _("已打烊"), None: ""}[hit.open_now]
        facts = "，".join(part for part in (far, state, hit.hours) if part)
        lines.append(f"{index}. {hit.name}（{facts}）")
        if hit.address:
            lines.append(f"   {hit.address}")
    if found[0].url:
        lines.append(found[0].url)
    return Reply("\n".join(lines))


def location_received() -> Reply:
    return Reply(
        _("收到您的位置。要在这里反映问题，还是找附近的菜市场？"), (_("在这里反映问题"), _("附近的菜市场"))
    )


def location_outside() -> Reply:
    return Reply(_("您发的位置不在本市，请发送本市的位置，或直接说地名，例如“朝阳区劲松五区”。"))


# ---- questions, people


def faq(hit: FaqHit) -> Reply:
    text = hit.answer
    if hit.url:
        text = f"{text}\n{hit.url}"
    return Reply(text)


def faq_unknown() -> Reply:
    return Reply(
        _("这个问题我还答不上来。可以换个说法，或者转人工；如果是要反映问题，直接把情况说给我。"),
        (_("转人工"), _("我要反映问题")),
    )


def handover() -> Reply:
    return Reply(
        _("已经转给工作人员，会尽快看到这段对话并联系您。急事请拨打 %s。等待时仍可以继续跟我说。")
        % conf.get("BOT_HOTLINES")["government"]
    )


def greeting() -> Reply:
    return Reply(
        _("您好，我是%s。可以一句话反映身边的问题，查办理进度，找附近的菜市场，或者问办事问题。")
        % conf.get("BOT_NAME"),
        (_("我要反映问题"), _("查进度"), _("附近的菜市场")),
    )


def not_understood() -> Reply:
    return Reply(
        _("没太听明白。您可以说“我要反映问题”“查进度”“附近的菜市场”，或者“转人工”。"),
        (_("我要反映问题"), _("查进度"), _("附近的菜市场"), _("转人工")),
    )


def complaint_about_service() -> Reply:
    return Reply(
        _("很抱歉让您不满意。要催办某一件，请告诉我编号；要由工作人员来处理，请说“转人工”。"),
        (_("查进度"), _("转人工")),
    )


def out_of_scope() -> Reply:
    return Reply(
        _("这个我帮不上忙。我能做的是：反映身边的城市管理问题、查进度、找菜市场、答办事问题。"),
        (_("我要反映问题"), _("查进度"), _("附近的菜市场")),
    )


# ---- channels


def only_words(kind: str) -> Reply:
    if kind == "image":
        return Reply(
            _("照片收到了，已随对话保存。请再用一句话说说是什么问题、在哪里；在网页上报时可以直接附照片。")
        )
    if kind == "voice":
        return Reply(_("这段语音没能听清，请打字告诉我。"))
    return Reply(_("这类消息我还看不懂，请用文字或位置告诉我。"))


def too_long(limit: int) -> Reply:
    return Reply(_("这条消息太长了，请控制在 %d 字以内，或分几次说。") % limit)


def still_working() -> Reply:
    return Reply(_("收到，正在处理，请稍等。"))


# ---- degraded


def degraded_nothing() -> Reply:
    return Reply(
        _(
            "对话系统正在恢复，您的话已经记下。现在可以直接说要反映的问题（我会登记编号）、报编号查进度、找菜市场，或转人工。"
        ),
        (_("查进度"), _("转人工")),
    )


def degraded_failed() -> Reply:
    return Reply(
        _("系统暂时出了故障，您的话已经保存，恢复后会继续处理。急事请拨打 %s。")
        % conf.get("BOT_HOTLINES")["government"]
    )
