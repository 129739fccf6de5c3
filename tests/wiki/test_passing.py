"""Where a change belongs when words pass from one text to another: to one text whole, or to none."""

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from wiki.text.merge import merge
from wiki.text.passing import pass_on

BOTH = "商户应当在二十一点前收摊。并清理摊位周边的垃圾。"
CUT = BOTH.index("并")
HALVES = [BOTH[:CUT], BOTH[CUT:]]


def split(text, halves=HALVES, whole=BOTH):
    found = pass_on([whole, ""], halves, 0, text)
    return (found.which, found.text) if found else None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("二十一点", "二十二点", (0, "商户应当在二十二点前收摊。")),
        ("垃圾", "垃圾和污水", (1, "并清理摊位周边的垃圾和污水。")),
        ("摊。并", "摊。遇雨可以提前。并", (0, "商户应当在二十一点前收摊。遇雨可以提前。")),
        ("摊。并", "摊。及时并", None),  # it may belong to either
        ("摊。并", "摊，并", (0, "商户应当在二十一点前收摊，")),
        ("摊。并清", "摊，及时清", None),  # in both
        ("并清理摊位周边的垃圾。", "", None),  # nothing would be left to change
    ],
)
def test_after_a_split(old, new, expected):
    assert split(BOTH.replace(old, new)) == expected


def test_white_space_at_the_cut_belongs_to_neither():
    whole = "\n".join(HALVES)
    assert split(whole.replace("摊。", "摊。可以提前。"), whole=whole) == (0, HALVES[0] + "可以提前。")
    assert split(whole.replace("\n并", "\n及时并"), whole=whole) == (1, "及时" + HALVES[1])
    assert split(whole.replace("\n", ""), whole=whole) is None


def test_after_a_merge_and_after_it_is_undone():
    text = HALVES[1].replace("垃圾", "垃圾和污水")
    merged = pass_on(HALVES, [BOTH, ""], 1, text)
    assert merged == (0, HALVES[0] + text, False)
    assert pass_on([BOTH, ""], HALVES, 0, merged.text, home=1)[:2] == (1, text)


def test_words_put_in_at_the_joint_stay_where_they_were_written():
    for home, text in enumerate([HALVES[0] + "另行通知。", "另行通知，" + HALVES[1]]):
        merged = pass_on(HALVES, [BOTH, ""], home, text)
        assert pass_on([BOTH, ""], HALVES, 0, merged.text, home=home)[:2] == (home, text)


def test_what_is_said_already_stays():
    changed = BOTH.replace("二十一点", "二十二点")
    assert split(changed, ["", changed]) is None
    assert pass_on([BOTH, ""], [changed[:CUT], changed[CUT:]], 0, changed, home=0)[:2] == (0, changed[:CUT])


def test_a_collision_goes_nowhere():
    others = [HALVES[0].replace("二十一点", "二十点"), HALVES[1]]
    assert split(BOTH.replace("二十一点", "二十二点"), others) is None
    found = pass_on([BOTH, ""], others, 0, BOTH.replace("垃圾", "垃圾和污水"))
    assert found[:2] == (1, HALVES[1].replace("垃圾", "垃圾和污水"))


WORDS = st.text(alphabet="甲乙丙1二十。，\n ", max_size=24)


@st.composite
def edited(draw):
    """Return (a text, the text with some edits, where it is cut)."""
    base = draw(st.text(alphabet="甲乙丙1二十。，\n ", min_size=2, max_size=24))
    text = base
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at] + draw(st.text(alphabet="甲丁二。", max_size=3)) + text[at + draw(st.integers(0, 2)) :]
        )
    return base, text, draw(st.integers(1, len(base) - 1))


@given(edited())
def test_following_then_applying_is_applying_then_splitting(given_texts):
    """Wherever a change follows the words through a cut, both halves together say what its author wrote."""
    base, text, at = given_texts
    first, second = base[:at].rstrip(), base[at:].lstrip()
    assume(first and second and text != base)
    found = pass_on([base, ""], [first, second], 0, text)
    if found is None:
        event("in both, or in neither")
        return
    event("followed")
    halves = [first, second]
    assert found.text not in ("", halves[found.which])
    halves[found.which] = found.text
    gap = base[len(first) : len(base) - len(second)]
    assert gap.join(halves) == text


@given(st.lists(WORDS, min_size=2, max_size=4), st.data())
def test_a_merge_undone_brings_every_change_back(pieces, data):
    which = data.draw(st.integers(0, len(pieces) - 1))
    text = data.draw(WORDS)
    assume(pieces[which] and text.strip() and text != pieces[which])
    whole = ["".join(pieces), *[""] * (len(pieces) - 1)]
    merged = pass_on(pieces, whole, which, text)
    assert merged is not None
    assert merged.text == "".join([*pieces[:which], text, *pieces[which + 1 :]])
    back = pass_on(whole, pieces, 0, merged.text, home=which)
    if back is not None:
        joined = [*pieces[: back.which], back.text, *pieces[back.which + 1 :]]
        assert "".join(joined) == merged.text


@given(edited(), WORDS, WORDS)
def test_with_another_change_in_the_same_version(given_texts, one, other):
    """Where the words changed while they were cut, what follows says both changes, or it does not follow."""
    base, text, at = given_texts
    assume(text != base)
    halves = [base[:at] + one, other + base[at:]]
    found = pass_on([base, ""], halves, 0, text)
    if found is None:
        return
    merged = merge(base, text, "".join(halves))
    halves[found.which] = found.text
    assert merged.clean
    assert "".join(halves) == merged.text
