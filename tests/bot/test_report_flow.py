"""The report dialogue, step by step, and whatever is said in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.filing import Place
from bot.report_flow import Draft, Heard, hear
from tests.bot.city import PLACES

HERE = Place("", 116.4, 39.9, precision="point")


def locate(text: str) -> Place | None:
    return next((Place.from_hit(hit) for name, hit in PLACES.items() if name in text), None)


def next_slot(draft: Draft) -> str | None:
    """The slot Rasa's form would ask for."""
    if draft.text is None:
        return "report_text"
    if draft.place is None:
        return "report_place"
    return "report_confirmed" if draft.confirmed is None else None


def tell(*texts: str | Place) -> Draft:
    draft, asked = Draft(), None
    for index, text in enumerate(texts):
        heard = Heard("", point=text) if isinstance(text, Place) else Heard(text, message_id=f"m{index}")
        draft = hear(draft=draft, asked=asked, heard=heard, locate=locate).draft
        asked = next_slot(draft)
    return draft


def test_the_describing_message_names_the_report() -> None:
    assert tell("我要反映问题", "井盖坏了，很危险").message_id == "m1"
    assert tell("井盖坏了，很危险", "劲松五区", "问题是井盖丢了").message_id == "m0"
    assert tell("井盖坏了，很危险", "劲松五区", "问题不对", "是路灯不亮了").message_id == "m0"


def test_a_district_alone_is_asked_again() -> None:
    assert tell("朝阳区有人占道经营").place is None
    assert tell("朝阳区有人占道经营", "朝阳区").place.district == "朝阳区"


def test_an_unknown_place_is_asked_once_more_then_taken_as_words() -> None:
    first = tell("楼下油烟太大了", "老王家门口")
    assert (first.place, first.hint) == (None, "again")
    second = tell("楼下油烟太大了", "老王家门口", "就是修车铺旁边")
    assert (second.place.name, second.place.lon) == ("就是修车铺旁边", None)


def test_a_point_answers_where_and_corrects_it() -> None:
    assert tell("楼下油烟太大了", HERE).place == HERE
    assert tell("劲松五区油烟太大了", HERE).place == HERE


def test_a_point_first_then_the_words() -> None:
    draft = tell(HERE, "这里的路灯不亮")
    assert (draft.place, draft.text) == (HERE, "这里的路灯不亮")


def test_more_words_at_the_confirmation_are_added() -> None:
    draft = tell("劲松五区的路灯不亮", "而且井盖也松动了")
    assert draft.text == "劲松五区的路灯不亮\n补充：而且井盖也松动了"
    assert draft.confirmed is None


def test_a_digression_is_not_an_answer() -> None:
    draft = Draft(text="路灯不亮")
    heard = Heard("查一下我的进度", intent="ask_progress", confidence=0.9)
    step = hear(draft=draft, asked="report_place", heard=heard, locate=locate)
    assert (step.taken, step.draft) == (False, draft)


def test_a_place_that_sounds_like_a_digression_is_a_place() -> None:
    heard = Heard("望京菜市场门口", intent="find_market", confidence=0.95)
    step = hear(draft=Draft(text="路灯不亮"), asked="report_place", heard=heard, locate=locate)
    assert step.draft.place.name == "望京菜市场门口"


WORDS = st.sampled_from(
    [
        "确认",
        "不对",
        "地点不对",
        "地点是望京",
        "问题是路灯不亮",
        "井盖坏了",
        "劲松五区",
        "不清楚",
        "我要投诉",
        "嗯",
        "…",
        "",
    ]
)
INTENTS = st.sampled_from(
    ["affirm", "deny", "report_problem", "inform_place", "ask_faq", "cancel", "nlu_fallback", ""]
)


@given(st.lists(st.tuples(WORDS, INTENTS, st.floats(0, 1)), max_size=12))
def test_nothing_is_confirmed_without_words_and_an_answer_about_the_place(
    said: list[tuple[str, str, float]],
) -> None:
    draft, asked = Draft(), None
    for index, (text, intent, confidence) in enumerate(said):
        heard = Heard(text, intent, confidence, f"m{index}")
        draft = hear(draft=draft, asked=asked, heard=heard, locate=locate).draft
        asked = next_slot(draft)
        if draft.confirmed:
            assert draft.text
            assert draft.place is not None
            assert draft.message_id
            break


def test_a_remark_at_the_confirmation_is_no_supplement() -> None:
    for remark in ("再试一次", "快点", "什么意思"):
        assert tell("劲松五区的路灯不亮", remark).text == "劲松五区的路灯不亮"
