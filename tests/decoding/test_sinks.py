"""A cache with sinks: attention under the mask it stands for, positions counted within it."""

import numpy as np
import pytest

import attention as A
from attention.decoding import CausalLM, generate, generate_text, watch
from attention.text import load_packed_model

V, LONG = 7, 29
OPTIONS = {
    "interleaved": {},
    "grouped, halves, normed": {"rotary": "half", "num_kv_heads": 1, "qk_norm": 1e-5},
    "YaRN": {"rotary": A.Rotary(scaling=A.RotaryScaling("yarn", 4.0, 8, 1, 4))},
    "capped, own scale": {"scores": A.ScoreOptions(softcap=3.0, scale=0.4)},
}
SIZES = [(2, 5), (0, 4), (1, 1), (4, 12)]


def model_of(**options) -> CausalLM:
    model = CausalLM(V, 16, 2, 8, 2, positions="rotary", rng=0, dtype=np.float64, **options)
    rng = np.random.default_rng(1)
    for p in model.parameters():
        p.data[...] += 0.3 * rng.normal(size=p.shape)
    return model


def masked_attention(layer: A.MultiHeadAttention, x: np.ndarray, sinks: int, window: int):
    """x (B, T, E) -> (B, T, E): each query by itself, its keys turned by place in the cache."""
    (q, k, v), _ = layer.in_proj.project(x, None, None)
    if layer.q_norm is not None:
        q, k = layer.q_norm.infer(q), layer.k_norm.infer(k)
    out = []
    for t in range(x.shape[1]):
        seen = [s for s in range(t + 1) if s < sinks or t - s < window]
        places = np.arange(len(seen))
        how = layer.rotary._asdict()
        keys, _ = A.rotary_forward(k[:, :, seen], places, **how)
        query, _ = A.rotary_forward(q[:, :, t : t + 1], places[-1:], **how)
        options = layer.scores._replace(window=None)._asdict()
        out.append(A.attention_forward(query, keys, v[:, :, seen], **options)[0])
    return layer.out_proj.infer(A.merge_heads(np.concatenate(out, axis=2)))


def masked_logits(model: CausalLM, ids: np.ndarray, sinks: int, window: int) -> np.ndarray:
    x = model.tokens.forward(ids)[0]
    for block in model.encoder.blocks:
        x = x + masked_attention(block.self_attn, block.norm1.infer(x), sinks, window)
        x = x + block.mlp.infer(block.norm2.infer(x))
    return model.read_out(x)


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize(("sinks", "window"), SIZES)
def test_a_sink_cache_is_attention_under_its_mask(name, sinks, window):
    model = model_of(**OPTIONS[name])
    ids = np.random.default_rng(2).integers(0, V, (2, LONG))
    want = masked_logits(model, ids, sinks, window)
    for ends in (range(1, LONG + 1), [3, 4, 11, 12, LONG], [LONG]):
        caches = model.new_sink_caches(2, sinks, window)
        parts = np.split(ids, list(ends)[:-1], axis=1)
        got = np.concatenate([model.infer_all(part, caches) for part in parts], axis=1)
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-11)


def test_a_window_of_the_models_own_holds_where_it_is_narrower():
    model = model_of(scores=A.ScoreOptions(window=2))
    ids = np.random.default_rng(3).integers(0, V, (1, LONG))
    got = model.infer_all(ids, model.new_sink_caches(1, 1, 9))
    np.testing.assert_allclose(got, masked_logits(model, ids, 1, 3), rtol=0, atol=1e-11)


def test_before_anything_is_forgotten_it_is_the_plain_cache():
    model, prompt = model_of(), [1, 2, 3]
    assert generate(model, prompt, 10, rng=0, sinks=3) == generate(model, prompt, 10, rng=0)


def test_a_text_without_end_takes_the_memory_of_the_cache_and_is_read_once():
    model = model_of()
    caches, read = model.new_sink_caches(1, 2, 6), []
    held = [(c.k, c.v, c.unturned) for c in caches]
    model.new_sink_caches = lambda *_: caches
    embed = model._embed
    model._embed = lambda ids, *a, **o: read.append(np.size(ids)) or embed(ids, *a, **o)
    ids = generate(model, [1] * 20, 300, rng=0, sinks=2, window=6)
    assert len(ids) == 320
    assert read == [20] + [1] * 299
    assert [c.length for c in caches] == [319, 319]
    for cache, arrays in zip(caches, held):
        assert all(a is b for a, b in zip((cache.k, cache.v, cache.unturned), arrays))
        assert cache.k.shape[2] == 8


def test_far_positions_do_not_wear_it_out():
    """After thousands of tokens in float32, the last logits are those of the few that are seen."""
    model = model_of().astype(np.float32)
    ids = np.random.default_rng(4).integers(0, V, (1, 1500))
    got = model.infer(ids, model.new_sink_caches(1, 0, 3))
    # 2 layers with a window of 3 see 5 tokens; the rest are too far to reach the last
    want = model.infer(ids[:, -5:], model.new_sink_caches(1, 0, 3))
    np.testing.assert_allclose(got, want, atol=2e-4)


def test_the_model_in_the_box_writes_on_with_sinks():
    model, tokenizer, *_ = load_packed_model()
    text = generate_text(model, tokenizer, "ROMEO:", 90, temperature=0, sinks=4)
    plain = generate_text(model, tokenizer, "ROMEO:", 90, temperature=0)
    assert len(text) == 96
    assert text[:64] == plain[:64]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda m: generate(m, [1], 2, sinks=-1), "sinks must be 0 or more"),
        (lambda m: generate(m, [1], 2, sinks=4, window=0), "a window of 1 or more"),
        (lambda m: generate(m, [1], 2, sinks=16), "at most 16 together, .* got 16 and 0"),
        (lambda m: generate(m, [1], 2, sinks=4, window=13), "at most 16 together"),
        (lambda m: generate(m, [1], 2, window=3), "window .* needs sinks"),
        (lambda m: watch(m, [1], 2, sinks=2), "no mask and shows no weights"),
        (lambda _: generate(CausalLM(V, 16, 1, 8, 2), [1], 2, sinks=2), "rotary positions"),
    ],
)
def test_bad_input_is_told(call, said):
    with pytest.raises(ValueError, match=said):
        call(model_of())


def test_what_was_forgotten_does_not_come_back():
    model = model_of()
    caches = model.new_sink_caches(1, 1, 3)
    model.infer(np.array([[1, 2, 3]]), caches)
    caches[0].truncate(2)
    caches[1].truncate(2)
    model.infer(np.array([[1, 2, 3]]), caches)
    with pytest.raises(ValueError, match="cannot go back from 5 to 4"):
        caches[0].truncate(4)
