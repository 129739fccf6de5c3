"""The labelled groups, and the figures that are reckoned from them."""

import numpy as np
import pytest

from nlp.learning import evaluation_similarity, messages, same_issue
from nlp.learning.same_issue import Group

GROUPS = [Group("g1", ("a", "b", "c"), (), ""), Group("g2", ("d", "e"), (), "")]
PLACE = {name: number for number, name in enumerate("abcdexy")}


def test_labels_hold_ids_and_no_message():
    groups = same_issue.load_groups()
    assert len(groups) >= 60
    ids = [one for group in groups for one in group.ids]
    assert len(ids) == len(set(ids))
    assert all(one[:3] in same_issue.FILES for one in ids)
    assert all(len(group.ids) > 1 and group.kind.isascii() for group in groups)
    assert all(copies <= set(group.ids) for group in groups for copies in group.exact)


def test_both_halves_have_their_share():
    halves = [group.chosen_on for group in same_issue.load_groups()]
    assert 0.4 < sum(halves) / len(halves) < 0.6


def test_every_label_is_of_a_message_that_is_there():
    if not messages.COMPLAINTS.exists():
        pytest.skip("the messages lie outside the repository")
    found = same_issue.load_messages()
    assert [one.time for one in found] == sorted(one.time for one in found)
    known = {one.id for one in found}
    assert all(one in known for group in same_issue.load_groups() for one in group.ids)


@pytest.mark.parametrize(
    ("labels", "pairs", "strict", "cubed"),
    [
        ([0, 0, 0, 3, 3, 5, 6], 1.0, 1.0, 1.0),
        ([0, 1, 2, 3, 4, 5, 6], 0.0, 0.0, 2 * 0.4 / 1.4),
        ([0, 0, 0, 0, 0, 5, 6], 2 * 0.4 / 1.4, 2 * 0.4 / 1.4, 2 * 0.52 / 1.52),
        ([0, 0, 0, 3, 3, 3, 6], 1.0, 2 * (4 / 6) / (1 + 4 / 6), 1.0),
    ],
    ids=["perfect", "all alone", "all together", "a stranger in one"],
)
def test_scores_of_groups(labels, pairs, strict, cubed):
    found = {
        figure.name: figure.value
        for figure in evaluation_similarity.score_labels(np.array(labels), PLACE, GROUPS)
    }
    assert found["clusters: pairwise F1"] == pytest.approx(pairs)
    assert found["clusters: pairwise F1, strict"] == pytest.approx(strict)
    assert found["clusters: B-cubed F1"] == pytest.approx(cubed)
    assert found["clusters: B-cubed F1, strict"] <= found["clusters: B-cubed F1"]


def test_a_mean_lies_in_its_interval():
    figure = evaluation_similarity.mean("x", [0.0, 1.0, 0.5, 0.25] * 10)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high
    assert np.isnan(evaluation_similarity.mean("x", []).value)


def test_embeddings_without_a_model_are_an_error_with_a_name(tmp_path):
    from nlp.embed import EmbeddingUnavailableError

    with pytest.raises(EmbeddingUnavailableError):
        evaluation_similarity.embedded(["路灯"], "query", tmp_path, tmp_path)
