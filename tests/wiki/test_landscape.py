"""The picture of who agrees with whom: planted camps are found, and nobody can be found in it."""

import json
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from wiki.landscape import ANSWERS, LEAST, axes, groups_of, landscape, proportion_z, two_proportions_z
from wiki.landscape import _matrix as matrix_of

STATEMENTS = list(range(1, 13))


def camps(sizes, *, answered=0.8, loyal=0.9, seed=0):
    """Return the answers of camps: on each statement a camp has a side, and most of its people keep to it."""
    chance = random.Random(seed)
    # Statements 1 and 2 unite everybody; the others each have camps of their own on the one side.
    sides = [
        [1 if statement <= 2 or statement % len(sizes) == camp else -1 for statement in STATEMENTS]
        for camp in range(len(sizes))
    ]
    answers, camp_of, person = [], {}, 0
    for camp, size in enumerate(sizes):
        for _ in range(size):
            person += 1
            camp_of[person] = camp
            for statement, side in zip(STATEMENTS, sides[camp], strict=True):
                if chance.random() < answered:
                    value = side if chance.random() < loyal else chance.choice([-side, 0])
                    answers.append((statement, person, value))
    return answers, camp_of


@pytest.mark.parametrize("sizes", [(60, 60), (90, 25), (50, 40, 30), (400, 300)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_camps_are_recovered(sizes, seed):
    answers, camp_of = camps(sizes, seed=seed)
    found = landscape(answers, STATEMENTS)
    assert sorted(group["size"] for group in found["groups"]) == pytest.approx(sorted(sizes), abs=5)

    matrix = matrix_of(answers, {statement: at for at, statement in enumerate(STATEMENTS)})
    labels, _ = groups_of(axes(matrix)[0])
    # Rows are ordered by what they say, so a camp is recognised by its rows' answers.
    rows = {}
    for statement, person, value in answers:
        rows.setdefault(person, {})[statement] = value
    order = sorted(rows, key=lambda person: [rows[person].get(statement, 9) for statement in STATEMENTS])
    assert adjusted_rand_score([camp_of[person] for person in order], labels) >= 0.9


def test_camps_are_told_apart_by_the_statements_they_differ_on():
    answers, _ = camps((60, 50))
    found = landscape(answers, STATEMENTS)
    larger, smaller = found["groups"]
    assert larger["telling"]
    assert smaller["telling"]
    assert {one["statement"] for one in larger["telling"]} <= set(range(3, 13))
    for one in larger["telling"]:
        assert one["side"] == (1 if one["statement"] % 2 == 0 else -1)
    for one in smaller["telling"]:
        assert one["side"] == (1 if one["statement"] % 2 == 1 else -1)
    assert {one["statement"] for one in found["consensus"]} == {1, 2}
    assert all(one["side"] == 1 for one in found["consensus"])
    assert {one["statement"] for one in found["divisive"]} <= set(range(3, 13))
    assert found["divisive"]


def test_people_without_camps_are_one_group():
    chance = random.Random(4)
    answers = [(s, p, chance.choice([1, 1, 0, -1])) for s in STATEMENTS for p in range(80)]
    found = landscape(answers, STATEMENTS)
    assert [group["size"] for group in found["groups"]] == [80]
    assert found["groups"][0]["telling"] == []


@pytest.mark.parametrize("seed", range(3))
def test_nothing_depends_on_who_people_are_or_when_they_came(seed):
    answers, _ = camps((30, 25), seed=seed)
    chance = random.Random(seed)
    names = list(range(1000, 1055))
    chance.shuffle(names)
    renamed = [(statement, names[person - 1], value) for statement, person, value in answers]
    chance.shuffle(renamed)
    statements = STATEMENTS[:]
    chance.shuffle(statements)
    assert landscape(renamed, statements) == landscape(answers, STATEMENTS)


votes = st.lists(
    st.tuples(st.integers(1, 7), st.integers(1, 40), st.sampled_from([1, -1, 0])), max_size=300, unique_by=lambda a: a[:2]
)  # fmt: skip


@given(votes)
def test_no_group_no_spot_and_no_share_is_of_few(answers):
    found = landscape(answers, range(1, 8))
    assert found["placed"] + found["left_out"] == found["people"] == len({person for _, person, _ in answers})
    assert found["votes"] == len(answers)
    assert all(group["size"] >= LEAST for group in found["groups"])
    assert all(spot["people"] >= LEAST for spot in found["spots"])
    if found["groups"]:
        assert sum(group["size"] for group in found["groups"]) == found["placed"]
        assert sum(spot["people"] for spot in found["spots"]) + found["scattered"] == found["placed"]
    told = [group["shares"] for group in found["groups"]] + [found["shares"]]
    for shares in told:
        # The same statements everywhere: what one table leaves out cannot be had by taking one from another.
        assert [one["statement"] for one in shares] == [one["statement"] for one in found["shares"]]
        for one in shares:
            assert one["answered"] >= LEAST
            assert min(one["agree"], one["disagree"]) >= 0
            assert one["agree"] + one["disagree"] <= 101
    json.dumps(found)


@given(votes)
def test_people_with_few_answers_are_counted_and_not_placed(answers):
    found = landscape(answers, range(1, 8))
    given_by = {}
    for _, person, _ in answers:
        given_by[person] = given_by.get(person, 0) + 1
    assert found["placed"] == sum(count >= ANSWERS for count in given_by.values())


@pytest.mark.parametrize("answers", [[], [(1, 1, 1)], [(s, p, 1) for s in range(1, 8) for p in range(9)]])
def test_nobody_and_everybody_alike_are_no_error(answers):
    found = landscape(answers, range(1, 8))
    assert len(found["groups"]) <= 1
    assert found["divisive"] == []


def test_unanimity_is_consensus():
    found = landscape([(s, p, -1) for s in range(1, 8) for p in range(9)], range(1, 8))
    assert [(one["side"], one["disagree"]) for one in found["consensus"]] == [(-1, 100)] * 5


def test_answers_to_statements_that_are_not_shown_do_not_count():
    answers, _ = camps((20, 20))
    strange = [(99, person, 1) for person in range(1, 41)]
    assert landscape(answers + strange, STATEMENTS) == landscape(answers, STATEMENTS)


def test_tests_of_shares():
    assert proportion_z(5, 10) == pytest.approx(0.3015, abs=1e-4)
    assert two_proportions_z(9, 10, 1, 10) > 3
    assert two_proportions_z(5, 10, 50, 100) == pytest.approx(0.3, abs=0.1)
    assert two_proportions_z(10, 10, 10, 10) == 0


def test_the_web_process_does_not_load_scikit_learn():
    code = "import sys, wiki.landscape; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
