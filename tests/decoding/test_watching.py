"""Watching a model write: rows, masks and logits are those of one forward over the text."""

import numpy as np
import pytest

from attention import ScoreOptions
from attention.decoding import CausalLM, generate, penalise_repetition, probabilities, watch

PROMPT = [1, 2, 3]


def small(**options):
    model = CausalLM(11, 16, 2, 8, 2, rng=0, dtype=np.float64, **options)
    for p in model.parameters():  # away from the start, where all weights are alike
        p.data += np.random.default_rng(p.data.size).normal(0, 0.4, p.shape)
    return model


@pytest.mark.parametrize(
    "options", [{}, {"positions": "rotary"}, {"scores": ScoreOptions(window=2)}, {"tiled": True}]
)
def test_rows_are_those_of_a_forward(options):
    model = small(**options)
    seen = watch(model, PROMPT, 5, rng=3, temperature=2.0)
    assert seen.ids == generate(model, PROMPT, 5, rng=3, temperature=2.0)
    assert seen.prompt == 3
    read = np.array([seen.ids[:-1]])
    want = small(**options | {"tiled": False}).forward(read)
    for weights, whole in zip(seen.weights, want[1].weights, strict=True):
        np.testing.assert_allclose(weights, whole[0, :, 2:], atol=1e-12)
    np.testing.assert_allclose(seen.logits, want[0][0, 2:], atol=1e-10)
    np.testing.assert_array_equal(seen.mask, np.tri(7, dtype=bool)[2:])


def test_a_text_longer_than_the_model_begins_anew():
    model = small()
    seen = watch(model, PROMPT, 20, rng=0)
    assert seen.mask.shape == (20, 22)
    assert seen.mask[13].sum() == 16  # reads 16 from the beginning
    row = seen.mask[14]  # then the last half, 8, of the 17 that there are
    assert (row.sum(), row.argmax()) == (8, 9)
    for weights in seen.weights:
        assert not weights[:, ~seen.mask].any()
        np.testing.assert_allclose(weights.sum(-1), 1)


def test_logits_are_what_was_drawn_from():
    model = small()
    seen = watch(model, PROMPT, 4, rng=1, repetition_penalty=3.0, top_k=2)
    for g, (row, token) in enumerate(zip(seen.logits, seen.ids[3:])):
        raw = model.forward(np.array([seen.ids[: 3 + g]]))[0][0, -1]
        np.testing.assert_allclose(row, penalise_repetition(raw, seen.ids[: 3 + g], 3.0))
        assert probabilities(row, top_k=2)[token] > 0
    with pytest.raises(ValueError, match="at least one"):
        watch(model, PROMPT, 0)
