"""Heads as a crowd: likeness, known patterns, and what their loss costs."""

import numpy as np
import pytest

import attention as A
from attention.plot import ablate_heads, find_heads, head_similarity, plot_head_similarity
from attention.plot.crowd import attentions_of
from tests.plot.helpers import previous_token_head, random_weights


def induction_head(ids):
    weights = np.zeros((len(ids), len(ids)), np.float32)
    for t in range(len(ids)):
        before = [s for s in range(t) if ids[s] == ids[t]]
        weights[t, before[-1] + 1 if before else 0] = 1
    return weights


IDS = [3, 1, 4, 1, 5, 9, 3, 1, 4]


def test_like_heads_stand_beside_each_other(figure):
    a, b = random_weights(2, 9, 9, seed=1)
    similarity = head_similarity([[np.stack([a, b, a])], [np.stack([b, a, b])]])
    assert similarity.correlation.shape == (3, 3)
    np.testing.assert_allclose(np.diag(similarity.correlation), 1)
    places = [similarity.heads.index((0, h)) for h in range(3)]
    assert abs(places[0] - places[2]) == 1
    assert similarity.correlation[places[0], places[2]] == pytest.approx(1)
    assert similarity.correlation[places[0], places[1]] < 0.5
    plot_head_similarity([[np.stack([a, b, a])]], ax=figure.add_subplot())
    figure.canvas.draw()
    for wrong in ([], [[a[None]], [np.stack([a, b])]]):
        with pytest.raises(ValueError, match="of one model"):
            head_similarity(wrong)


def test_heads_are_found_by_what_they_do():
    T = len(IDS)
    layers = [np.stack([previous_token_head(T), induction_head(IDS)]), random_weights(2, T, T)]
    found = find_heads([layers], [IDS])
    assert (found["previous token"][0].layer, found["previous token"][0].head) == (0, 0)
    best = found["induction"][0]
    assert (best.layer, best.head, best.score) == (0, 1, 1)
    assert best.examples[0] == (0, 3, 2, 1)
    assert len(found["first token"]) == 4
    assert np.isnan(find_heads([layers], [range(T)])["duplicate token"][0].score)
    for ids, said in (([IDS[:3]], "has 3 ids"), ([], "one for one")):
        with pytest.raises(ValueError, match=said):
            find_heads([layers], ids)


def test_a_head_that_matters_is_missed_and_all_is_put_back():
    block = A.EncoderBlock(8, 2, 6, rng=0, dtype=np.float64)
    (attention,) = attentions_of(block)
    attention.out_proj.weight.data[4:] = 0  # head 1 adds nothing
    x = np.random.default_rng(0).normal(size=(2, 5, 8))
    want, _ = block.forward(x)
    before = block.state_dict()
    (rise,) = ablate_heads(block, lambda: float(((block.forward(x)[0] - want) ** 2).mean()))
    assert rise[0] > 0
    assert rise[1] == 0
    for name, value in block.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    with pytest.raises(ValueError, match="no MultiHeadAttention"):
        ablate_heads(A.Linear(2, 2), lambda: 0.0)
