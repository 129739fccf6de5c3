"""Dispatch rules: which one decides, whatever their order, and why the others do not."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.cases.dispatching import Loss, Rule, Situation, choose, decide, first_basis
from civic.cases.worktime import Hours

CITY = ZoneInfo("Asia/Shanghai")
FRIDAY_NIGHT = datetime(2026, 3, 6, 23, 0, tzinfo=CITY)
LAMP, WASTE = "01037", "06010"


def rule(number: int = 1, basis: str = "place", **more: object) -> Rule:
    return Rule(id=number, basis=basis, department=f"office-{number}", **more)  # type: ignore[arg-type]


def case(
    code: str = WASTE, moment: datetime = FRIDAY_NIGHT, district: str = "朝阳区", street: str = "双井街道"
) -> Situation:
    return Situation(code, district, street, moment, Hours())


def losses(rules: list[Rule], situation: Situation) -> dict[int, Loss]:
    return {judged.rule.id: judged.loss for judged in decide(rules, situation).others}


codes = st.sampled_from(["", LAMP, WASTE, "06011", "10002", "OUT"])
prefixes = st.sampled_from(["", "0", "01", "06", LAMP, WASTE, "0601"])
places = st.sampled_from(
    [("", ""), ("朝阳区", ""), ("海淀区", ""), ("朝阳区", "双井街道"), ("朝阳区", "三里屯街道")]
)
clocks = st.one_of(st.none(), st.tuples(st.times(), st.times()))
minutes = st.integers(0, 364 * 24 * 60)
moments = minutes.map(lambda minute: datetime(2026, 1, 1, tzinfo=CITY) + timedelta(minutes=minute))


@st.composite
def rules_of(draw: st.DrawFn, number: int) -> Rule:
    district, street = draw(places)
    span = draw(clocks)
    return rule(
        number, draw(st.sampled_from(["owner", "place"])), code_prefix=draw(prefixes), district=district,
        street=street, days=draw(st.sampled_from(["any", "working", "resting"])),
        starts=span and span[0], ends=span and span[1], priority=draw(st.integers(0, 2)),
    )  # fmt: skip


@st.composite
def rule_lists(draw: st.DrawFn) -> list[Rule]:
    return [draw(rules_of(number)) for number in range(1, draw(st.integers(0, 8)) + 1)]


situations = st.builds(lambda code, place, at: Situation(code, *place, at, Hours()), codes, places, moments)


@given(rule_lists(), situations, st.randoms())
def test_the_order_of_the_rules_is_irrelevant_and_each_rule_is_judged_once(
    rules: list[Rule], situation: Situation, random: object
) -> None:
    verdict = decide(rules, situation)
    shuffled = list(rules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide(shuffled, situation) == verdict
    assert choose(shuffled, situation) == verdict.chosen
    judged = [one.rule.id for one in verdict.others] + ([verdict.chosen.id] if verdict.chosen else [])
    assert sorted(judged) == sorted(one.id for one in rules)
    assert all(one.because for one in verdict.others)
    assert verdict.chosen is not None or not any(one.fits for one in verdict.others)


@given(rule_lists(), rules_of(99), situations)
def test_a_rule_that_does_not_fit_changes_nothing(
    rules: list[Rule], more: Rule, situation: Situation
) -> None:
    if choose([more], situation) is None:
        assert choose([*rules, more], situation) == choose(rules, situation)


@given(rule_lists(), rules_of(99), situations)
def test_the_rule_that_decides_fits_and_asks_no_less_than_any_other_of_its_basis(
    rules: list[Rule], more: Rule, situation: Situation
) -> None:
    chosen = choose([*rules, more], situation)
    if chosen is None:
        return
    assert choose([chosen], situation) == chosen
    fitting = [one for one in [*rules, more] if choose([one], situation)]
    assert chosen.specificity == max(one.specificity for one in fitting if one.basis == chosen.basis)
    if any(one.basis == first_basis(situation.code) for one in fitting):
        assert chosen.basis == first_basis(situation.code)


@given(rules_of(1), situations)
def test_the_same_rule_for_one_street_more_wins_over_it(general: Rule, situation: Situation) -> None:
    closer = replace(general, id=2, district=situation.district, street=situation.street)
    if situation.street and not general.street and choose([general], situation):
        assert choose([general, closer], situation) == closer
        assert losses([general, closer], situation) == {1: Loss.UNSPECIFIC}


def test_a_part_goes_to_its_owner_a_matter_to_its_place() -> None:
    owner, place = rule(1, "owner"), rule(2, "place", district="朝阳区", code_prefix="0")
    assert choose([owner, place], case(LAMP)) == owner
    assert choose([owner, place], case(WASTE)) == place
    assert losses([owner, place], case(LAMP)) == {2: Loss.BASIS}
    assert losses([owner, place], case(WASTE)) == {1: Loss.BASIS}
    # Without an owner's rule a part goes by its place.
    assert choose([place], case(LAMP)) == place


def test_each_loser_is_told_why() -> None:
    rules = [
        rule(1, code_prefix="07"), rule(2, district="海淀区"), rule(3, district="朝阳区", street="三里屯街道"),
        rule(4, days="resting"), rule(5, "owner"), rule(6), rule(7, code_prefix=WASTE, priority=9),
        rule(8, code_prefix=WASTE, priority=1), rule(9, code_prefix=WASTE, priority=1),
    ]  # fmt: skip
    assert choose(rules, case()) == rules[7]
    assert losses(rules, case()) == {
        1: Loss.CODE, 2: Loss.DISTRICT, 3: Loss.STREET, 4: Loss.TIME, 5: Loss.BASIS, 6: Loss.UNSPECIFIC,
        7: Loss.PRIORITY, 9: Loss.PRIORITY,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "starts", "ends", "moment", "holds"),
    [
        ("any", "22:00", "06:00", "2026-03-06T22:00", True),
        ("any", "22:00", "06:00", "2026-03-06T21:59", False),
        ("any", "22:00", "06:00", "2026-03-07T05:59", True),
        ("any", "22:00", "06:00", "2026-03-07T06:00", False),
        # Saturday, two o'clock: still the night that began on a working Friday.
        ("working", "22:00", "06:00", "2026-03-07T02:00", True),
        ("resting", "22:00", "06:00", "2026-03-07T02:00", False),
        # Monday, two o'clock: the night that began on a Sunday.
        ("working", "22:00", "06:00", "2026-03-09T02:00", False),
        ("resting", "22:00", "06:00", "2026-03-09T02:00", True),
        # Until midnight (24:00 is kept as 00:00 of the next day).
        ("any", "18:00", "00:00", "2026-03-06T23:59", True),
        ("any", "18:00", "00:00", "2026-03-07T00:00", False),
        ("any", "09:00", "18:00", "2026-03-06T18:00", False),
        # Hours that end where they start are the whole day.
        ("any", "08:00", "08:00", "2026-03-06T03:00", True),
        ("working", "08:00", "08:00", "2026-03-07T03:00", False),
        # Spring Festival 2026, a Tuesday; and the Saturday that is worked for it.
        ("working", "", "", "2026-02-17T10:00", False),
        ("resting", "", "", "2026-02-17T10:00", True),
        ("working", "", "", "2026-02-28T10:00", True),
        ("resting", "", "", "2026-02-28T10:00", False),
    ],
)
def test_the_time_of_a_rule(days: str, starts: str, ends: str, moment: str, holds: bool) -> None:
    timed = rule(
        days=days, starts=time.fromisoformat(starts) if starts else None,
        ends=time.fromisoformat(ends) if ends else None,
    )  # fmt: skip
    at = datetime.fromisoformat(moment).replace(tzinfo=CITY)
    assert (choose([timed], case(moment=at)) == timed) is holds


def test_a_case_without_code_or_place_fits_only_rules_that_ask_for_none() -> None:
    rules = [rule(1, code_prefix="06"), rule(2, district="朝阳区"), rule(3)]
    assert choose(rules, Situation("", "", "", FRIDAY_NIGHT, Hours())) == rules[2]
    assert choose(rules[:2], Situation("", "", "", FRIDAY_NIGHT, Hours())) is None
