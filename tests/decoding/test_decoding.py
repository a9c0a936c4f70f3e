"""Ways to draw text: each against a slower one, or against its distribution."""

import itertools

import numpy as np
import pytest
from scipy import stats

from attention import KVCache, ScoreOptions, log_softmax_forward
from attention.decoding import (
    CausalLM,
    beam_search,
    choices,
    generate,
    generate_batch,
    logit_lens,
    penalise_repetition,
    probabilities,
    speculate,
)

V = 5
OPTIONS = {
    "learned": {"positions": "learned"},
    "rotary": {"positions": "rotary", "norm": "rms", "activation": "swiglu", "num_kv_heads": 1},
    "window": {"positions": "rotary", "scores": ScoreOptions(window=2)},
}


def model_of(seed: int, layers: int = 2, **options) -> CausalLM:
    """Weights large enough that its logits differ."""
    model = CausalLM(V, 16, layers, 8, 2, rng=seed, dtype=np.float64, **options)
    rng = np.random.default_rng(seed)
    for p in model.parameters():
        p.data[...] += 0.3 * rng.normal(size=p.shape)
    return model


def log_probability(model: CausalLM, prompt: list[int], new: tuple[int, ...]) -> float:
    ids = [*prompt, *new]
    log_p = log_softmax_forward(model.forward(np.array([ids]))[0])[0][0]
    return sum(log_p[len(prompt) + i - 1, token] for i, token in enumerate(new))


def test_wide_beams_find_the_likeliest_text():
    model, prompt = model_of(1), [1, 2]
    every = sorted(
        itertools.product(range(V), repeat=3), key=lambda new: -log_probability(model, prompt, new)
    )
    found = beam_search(model, prompt, 3, width=V**2)
    assert [tuple(one.ids[2:]) for one in found[:5]] == every[:5]
    assert found[0].score == pytest.approx(log_probability(model, prompt, every[0]) / (8 / 6) ** 0)


def test_one_beam_is_greedy():
    model = model_of(2)
    (one,) = beam_search(model, [3], 6, width=1)
    assert one.ids == generate(model, [3], 6, temperature=0)


def test_ends_finish_a_text_and_the_penalty_forgives_length():
    model = model_of(3)
    plain = beam_search(model, [0], 4, width=V**3, ends=[2])
    texts = {}
    for length in range(1, 5):
        for new in itertools.product(range(V), repeat=length):
            if 2 in new[:-1] or (length < 4 and new[-1] != 2):
                continue
            texts[new] = log_probability(model, [0], new)
    best = max(texts, key=texts.get)
    assert tuple(plain[0].ids[1:]) == best
    assert plain[0].score == pytest.approx(texts[best])
    forgiven = beam_search(model, [0], 4, width=V**3, ends=[2], length_penalty=2.0)
    best = max(texts, key=lambda new: texts[new] / ((5 + len(new)) / 6) ** 2)
    assert tuple(forgiven[0].ids[1:]) == best


class Bigrams:
    """A model of a table: logits follow from the last token. Quick, so that many can be drawn."""

    vocab_size, max_length = V, 16

    def __init__(self, seed: int) -> None:
        self.table = np.random.default_rng(seed).normal(size=(V, V))

    def new_caches(self, batch: int, length: int) -> list[KVCache]:
        return [KVCache(batch, 1, length, 1)]

    def infer_all(self, ids: np.ndarray, caches: list[KVCache]) -> np.ndarray:
        caches[0].append(*2 * (np.zeros((1, 1, ids.shape[1], 1)),))
        return self.table[ids]


@pytest.mark.slow
@pytest.mark.parametrize("sampling", [{}, {"temperature": 0.7, "top_p": 0.8}])
def test_speculation_draws_from_the_large_models_distribution(sampling):
    """χ² over all texts of three tokens; the draft has other weights, so some are refused."""
    model, draft, draws = Bigrams(4), Bigrams(5), 3000
    rng = np.random.default_rng(0)
    counts = np.zeros((V, V, V))
    drafted = kept = 0
    for _ in range(draws):
        out = speculate(model, draft, [1], 3, ahead=2, rng=rng, **sampling)
        counts[tuple(out.ids[1:])] += 1
        drafted, kept = drafted + out.drafted, kept + out.kept
    p = np.array([probabilities(row, **sampling) for row in model.table])  # (V, V)
    expected = draws * p[1][:, None, None] * p[:, :, None] * p[None]  # (V, V, V)
    assert not counts[expected == 0].any()
    common = expected >= 5
    seen = np.append(counts[common], counts[~common].sum())
    awaited = np.append(expected[common], expected[~common].sum())
    some = awaited > 0
    assert stats.chisquare(seen[some], awaited[some]).pvalue > 0.001
    assert 0 < kept < drafted


def test_greedy_speculation_is_greedy_and_a_perfect_draft_is_always_kept():
    model = model_of(6, **OPTIONS["rotary"])
    expected = generate(model, [1, 2], 12, temperature=0)
    for draft in (model, model_of(7)):
        out = speculate(model, draft, [1, 2], 12, temperature=0)
        assert out.ids == expected
        assert (out.kept == out.drafted) == (draft is model)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_batch_says_what_each_text_says_alone(name):
    model = model_of(8, **OPTIONS[name])
    prompts = [[1], [2, 3, 4, 0, 1], [4, 4, 2]]
    together = generate_batch(model, prompts, 6, temperature=0)
    assert together == [generate(model, prompt, 6, temperature=0) for prompt in prompts]
    drawn = generate_batch(model, prompts, 6, rng=1)
    assert drawn[0] == generate_batch(model, prompts[:1], 6, rng=1)[0]


@pytest.mark.parametrize("name", OPTIONS)
def test_the_lens_ends_at_the_models_own_logits(name):
    model = model_of(9, **OPTIONS[name])
    ids = np.array([[1, 2, 3], [0, 4, 4]])
    seen = logit_lens(model, ids)
    assert seen.shape == (3, 2, 3, V)
    np.testing.assert_allclose(seen[-1], model.forward(ids)[0], atol=1e-12)
    assert abs(seen[0] - seen[-1]).max() > 0.1


def test_min_p_keeps_what_is_likely_enough():
    logits = np.log([0.1, 0.5, 0.26, 0.14])
    order, p = choices(logits, min_p=0.5)
    assert order.tolist() == [1, 2]
    np.testing.assert_allclose(p, [0.5 / 0.76, 0.26 / 0.76])
    assert choices(logits, min_p=1)[0].tolist() == [1]
    with pytest.raises(ValueError, match="min_p"):
        choices(logits, min_p=1.5)


def test_repetition_is_priced_by_sign():
    out = penalise_repetition(np.array([2.0, -2.0, 1.0]), [0, 1, 1], 2.0)
    np.testing.assert_array_equal(out, [1.0, -4.0, 1.0])
    model, ids = model_of(10), [1]
    for _ in range(5):
        logits = penalise_repetition(model.forward(np.array([ids]))[0][0, -1], ids, 3.0)
        ids.append(int(np.argmax(logits)))
    assert generate(model, [1], 5, temperature=0, repetition_penalty=3.0) == ids
    assert generate(model, [1], 5, temperature=0) != ids


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda m: beam_search(m, [], 3), "prompt"),
        (lambda m: beam_search(m, [1], 16), "leave room"),
        (lambda m: generate_batch(m, [[1], []], 3), r"lengths \[1, 0\]"),
        (lambda m: speculate(m, m, [1] * 15, 2), "leave room"),
        (lambda m: speculate(m, CausalLM(4, 16, 1, 8, 2), [1], 2), "5 and 4 tokens"),
        (lambda m: speculate(m, m, [1], 2, ahead=0), "ahead"),
        (lambda m: generate(m, [1], -1), "steps must be 0 or more"),
        (lambda m: generate(m, "abc", 2), "prompt must be ids; encode"),
        (lambda m: beam_search(m, [1.5], 2), "prompt must be integers"),
        (lambda m: generate(m, [V], 2), "must lie in 0 … 4"),
    ],
)
def test_bad_input_is_told(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call(model_of(0))
