"""Layers: state that travels, caches that agree, names that torch knows."""

from typing import Any

import numpy as np
import pytest

import attention as A

F64: dict[str, Any] = {"rng": 0, "dtype": np.float64}
X = np.random.default_rng(0).normal(size=(2, 6, 8))


def test_state_round_trips_and_takes_new_values() -> None:
    one, two = A.Decoder(2, 8, 2, rng=0), A.Decoder(2, 8, 2, rng=1)
    two.load_state_dict(one.state_dict())
    for name, array in one.state_dict().items():
        np.testing.assert_array_equal(two.state_dict()[name], array)
    assert "blocks.1.cross_attn.in_proj.weight" in one.state_dict()


def test_a_state_that_does_not_fit_is_refused_whole_and_by_name() -> None:
    layer = A.EncoderBlock(8, 2, rng=0)
    before = layer.state_dict()
    state = layer.state_dict() | {"norm1.gain": np.ones(3), "extra": np.ones(1)}
    state["mlp.linear1.weight"] += 1
    del state["norm2.bias"]
    with pytest.raises(
        ValueError, match=r"norm2.bias is missing.*extra.*norm1.gain must be \(8,\)"
    ):
        layer.load_state_dict(state)
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_shared_parameter_is_listed_once() -> None:
    class Tied(A.Layer):
        def __init__(self) -> None:
            self.a = A.Linear(3, 3, rng=0)
            self.b = A.Linear(3, 3, rng=1)
            self.b.weight = self.a.weight

    assert list(Tied().state_dict()) == ["a.weight", "a.bias", "b.bias"]


def test_parameters_cannot_be_bound_anew_by_accident() -> None:
    p = A.Parameter(np.ones(3))
    buffer = A.ParameterBuffer([p])
    p.grad += 2
    p.data *= 3
    np.testing.assert_array_equal(buffer.grad, [2, 2, 2])
    np.testing.assert_array_equal(buffer.data, [3, 3, 3])
    for name in ("data", "grad"):
        with pytest.raises(AttributeError, match=rf"write p.{name}\[...\] = value"):
            setattr(p, name, np.zeros(3))


def test_the_buffer_holds_every_parameter_once_those_that_decay_first() -> None:
    layer = A.EncoderBlock(8, 2, rng=0)
    before = layer.state_dict()
    buffer = A.ParameterBuffer([*layer.parameters(), *layer.parameters()])
    assert buffer.data.size == sum(a.size for a in before.values())
    assert buffer.decaying == sum(a.size for a in before.values() if a.ndim == 2)
    for name, p in layer.named_parameters().items():
        np.testing.assert_array_equal(p.data, before[name])
        assert np.shares_memory(p.data, buffer.data)
        assert np.shares_memory(p.grad, buffer.grad)


@pytest.mark.parametrize("num_kv_heads", [1, 2, 4])
@pytest.mark.parametrize("rotary", [None, "interleaved", "half"])
@pytest.mark.parametrize("window", [None, 0, 2])
@pytest.mark.parametrize("tiled", [False, True])
def test_cache_step_by_step_in_chunks_and_at_once_agree(
    num_kv_heads: int, rotary: Any, window: int | None, tiled: bool
) -> None:
    scores = A.ScoreOptions(window=window)
    layer = A.MultiHeadAttention(
        8, 4, num_kv_heads=num_kv_heads, rotary=rotary, scores=scores, tiled=tiled, **F64
    )
    whole, _ = layer.forward(X, is_causal=True)
    for chunks in ([6], [1] * 6, [2, 3, 1], [4, 2]):
        cache = layer.new_cache(2, 6)
        ends = np.cumsum(chunks)[:-1]
        parts = [layer.infer(part, cache) for part in np.split(X, ends, axis=1)]
        np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-13)


def test_a_stack_of_blocks_agrees_with_its_caches() -> None:
    model = A.Encoder(3, 8, 2, **F64)
    whole, _ = model.forward(X, is_causal=True)
    caches = model.new_caches(2, 6)
    parts = [model.infer(X[:, t : t + 1], caches) for t in range(6)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-13)


def test_an_overflowing_cache_is_an_error_before_any_write() -> None:
    cache = A.KVCache(1, 2, 3, 4)
    k = np.ones((1, 2, 2, 4), np.float32)
    cache.append(k, k)
    before = cache.k.copy(), cache.v.copy()
    with pytest.raises(ValueError, match="holds 2 of at most 3 tokens, so 2 more"):
        cache.append(2 * k, 2 * k)
    assert cache.length == 2
    np.testing.assert_array_equal(cache.k, before[0])
    np.testing.assert_array_equal(cache.v, before[1])


def test_heads_own_consecutive_columns() -> None:
    """Head h of the layer is plain attention on columns h·D … (h + 1)·D of q, k and v."""
    layer = A.MultiHeadAttention(8, 4, **F64)
    q, k, v = np.split(layer.in_proj.forward(X)[0], 3, axis=-1)
    heads = [
        A.attention_forward(*(part[..., 2 * h : 2 * h + 2] for part in (q, k, v)))[0]
        for h in range(4)
    ]
    want, _ = layer.out_proj.forward(np.concatenate(heads, axis=-1))
    np.testing.assert_allclose(layer.forward(X)[0], want, atol=1e-13)


def test_weights_are_there_to_be_looked_at() -> None:
    _, saved = A.Encoder(2, 8, 4, **F64).forward(X)
    assert [w.shape for w in saved.weights] == [(2, 4, 6, 6)] * 2
    _, saved = A.MultiHeadAttention(8, 4, tiled=True, **F64).forward(X)
    with pytest.raises(AttributeError, match="tiled attention keeps no weights"):
        _ = saved.weights


def test_dropout_acts_only_where_an_rng_is_given() -> None:
    block = A.EncoderBlock(8, 2, dropout=0.5, **F64)
    calm, _ = block.forward(X)
    np.testing.assert_array_equal(block.forward(X)[0], calm)
    assert not np.allclose(block.forward(X, rng=0)[0], calm)


@pytest.mark.parametrize(
    "layer",
    [
        A.Linear(3, 5, rng=0),
        A.LayerNorm(4),
        A.MultiHeadAttention(8, 2, rng=0),
        A.EncoderBlock(8, 2, rng=0),
        A.DecoderBlock(8, 2, rng=0),
        A.Encoder(2, 8, 2, rng=0),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_torch_names_round_trip(layer: A.Layer) -> None:
    state = layer.state_dict()
    back = A.from_torch(A.to_torch(state))
    assert back.keys() == state.keys()
    for name, array in state.items():
        np.testing.assert_array_equal(back[name], array)


def test_torch_names_are_those_of_torch() -> None:
    names = set(A.to_torch(A.DecoderBlock(8, 2, rng=0).state_dict()))
    attention = {"in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"}
    assert names == {
        *(f"self_attn.{name}" for name in attention),
        *(f"multihead_attn.{name}" for name in attention),
        *(f"linear{i}.{name}" for i in (1, 2) for name in ("weight", "bias")),
        *(f"norm{i}.{name}" for i in (1, 2, 3) for name in ("weight", "bias")),
    }


def test_grouped_heads_have_no_torch_twin() -> None:
    with pytest.raises(ValueError, match="grouped heads"):
        A.to_torch(A.MultiHeadAttention(8, 4, num_kv_heads=2, rng=0).state_dict())


def test_what_looks_at_a_memory_always_returns_two_gradients() -> None:
    sizes: dict[str, Any] = {"rng": 0, "dtype": np.float64}
    layers = [A.CrossAttention(8, 2, **sizes), A.DecoderBlock(8, 2, **sizes)]
    layers += [A.Decoder(n, 8, 2, norm_first=n == 1, **sizes) for n in (1, 2)]
    memory = np.random.default_rng(1).normal(size=(*X.shape[:-2], 3, 8))
    for layer in layers:
        out, saved = layer.forward(X, memory)
        dx, dmemory = layer.backward(np.cos(out), saved)
        assert dx.shape == X.shape
        assert dmemory.shape == memory.shape
    for kind in (A.Encoder, A.Decoder):
        with pytest.raises(ValueError, match="num_layers must be 1 or more"):
            kind(0, 8, 2)
